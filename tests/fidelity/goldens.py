"""DamagedHelmet as ten renderers published it (Khronos render fidelity), and as it is drawn here in the same set-up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from forge3d import images
from forge3d.compare.picture import as_pair, over
from forge3d.document import Document
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.tonemap import srgb_decoded

Floats = npt.NDArray[np.float32]


def helmet(renderer: Renderer, assets: Path, quality: str) -> Floats:
    """The picture on white, `(512, 512, 3)` 0 to 1: ACES with the boost of 1/0.6, a power of 2.2 in place of sRGB."""
    frame = renderer.render(
        Document.read(assets / "models/khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb"),
        camera=Orbit.from_spherical(0.0, 90.0, 3.0, (0.0, 0.0, 0.0), 45.0),
        environment=assets / "environments/aircraft_workshop_01_1k.hdr",
        size=(512, 512),
        settings=RenderSettings(tone="aces", quality=quality),
    )
    pixels = frame.pixels / np.float32(255)
    pixels[..., :3] = srgb_decoded(pixels[..., :3]) ** (1 / 2.2)
    return over(pixels, 1.0)


def distances(picture: Floats, assets: Path) -> dict[str, float]:
    """Renderer → root mean square difference to its picture, of 255, over the whole picture."""
    found = {}
    for path in sorted((assets / "goldens").glob("*.webp")):
        golden, _ = as_pair(*[images.decode(path.read_bytes())] * 2)
        found[path.name.split("-golden")[0]] = float(255 * np.sqrt(np.mean((over(golden, 1.0) - picture) ** 2)))
    return found


def table(renderer: Renderer, assets: Path, qualities: Sequence[str]) -> list[str]:
    """Its lines, in Markdown."""
    columns = [distances(helmet(renderer, assets, quality), assets) for quality in qualities]
    lines = [
        "| DamagedHelmet by |" + "".join(f" {quality} |" for quality in qualities),
        "|---|" + "---:|" * len(columns),
    ]
    lines += [f"| {name} |" + "".join(f" {column[name]:.1f} |" for column in columns) for name in columns[0]]
    return [*lines, "| nearest |" + "".join(f" {min(column.values()):.1f} |" for column in columns)]
