"""Draw the sheet of docs/catalogue.md: `python -m examples.catalogue_sheet OUT.webp [QUALITY]`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

import forge3d
from forge3d import images

MODELS = Path(__file__).parent / "models"
SIZE = (400, 480)
# Model, look, animation, and where the camera stands.
SHOWN = (
    ("mannequin_medium", "Chalk", "Relaxed", (25.0, 6.0)),
    ("mannequin_medium", "Terracotta", "Walk", (55.0, 6.0)),
    ("courier_jacket", "Bone", None, (35.0, 10.0)),
    ("courier_jacket", "Signal", None, (205.0, 8.0)),
    ("visor", "Ice", None, (35.0, 14.0)),
    ("visor", "Void", None, (-30.0, 10.0)),
    ("smart_speaker", "Clay", None, (30.0, 22.0)),
    ("side_table", "Brass and smoke", None, (25.0, 20.0)),
)


def sheet(quality: str) -> npt.NDArray[np.uint8]:
    """Two rows of pictures on white."""
    cells = []
    settings = forge3d.RenderSettings(quality=quality, background="white")
    with forge3d.Renderer() as renderer:
        for name, look, animation, (yaw, pitch) in SHOWN:
            frame = renderer.render(
                forge3d.load(MODELS / f"{name}.glb"),
                camera=forge3d.Orbit(yaw=yaw, pitch=pitch, fill=0.84),
                size=SIZE,
                settings=settings,
                variant=look,
                animation=animation,
            )
            cells.append(frame.pixels[..., :3])
    half = len(cells) // 2
    return np.concatenate([np.concatenate(cells[:half], axis=1), np.concatenate(cells[half:], axis=1)])


def main(arguments: list[str]) -> None:
    out, quality = Path(arguments[0]), arguments[1] if len(arguments) > 1 else "high"
    out.write_bytes(images.encode(np.ascontiguousarray(sheet(quality)), "webp", quality=84, effort=6))


if __name__ == "__main__":
    main(sys.argv[1:])
