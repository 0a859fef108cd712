"""Draws products here and in three other engines, same camera, light and tone, and writes the pictures of the docs.

FORGE3D_ORACLES=VIEWERS FORGE3D_FILAMENT=PYTHON python -m tests.fidelity.beside ASSETS [--peers FOLDER]

Writes docs/pictures/beside*.webp, benchmarks/results/fidelity.webp and tests/fidelity/references/peers.json. With
`--peers` the other engines' pictures are kept in that folder, and those that are there are taken: they take minutes,
and do not change. What the variables name: `peers.py`.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from forge3d import images
from forge3d.compare.picture import as_pair, over
from forge3d.document import Document
from forge3d.document.bounds import bounds
from forge3d.render import Renderer
from forge3d.render.tonemap import srgb_decoded, srgb_encoded

from .measure import OWN, distance, own, picture
from .peers import PEERS, Scene, pictures

REPOSITORY = Path(__file__).parents[2]
DOCS, RESULTS = REPOSITORY / "docs/pictures", REPOSITORY / "benchmarks/results"
LIGHT = "environments/aircraft_workshop_01_1k.hdr"
CELL, FIELD_OF_VIEW = 400, 25.0
# Product → file (of the repository, or of ASSETS), theta, phi.
PRODUCTS = {
    "lounge_chair": ("examples/models/lounge_chair.glb", 32.0, 76.0),
    "headphones": ("examples/models/headphones.glb", 38.0, 78.0),
    "neon_jacket": ("examples/models/neon_jacket.glb", 18.0, 82.0),
    "mixer": ("models/3d-commerce/Mixer/glTF-Binary/Mixer.glb", 35.0, 75.0),
    "wicker_chair": ("models/3d-commerce/WickerChair/glTF-Binary/WickerChair.glb", 30.0, 80.0),
}
SHOWN = ("standard", "high")
"""Our columns; the peers' follow."""
FRONT = ("lounge_chair", "mixer")
"""The rows of the README's picture."""
Picture = npt.NDArray[np.float32]


def framed(name: str, assets: Path) -> Scene:
    """The product in the middle, all of it in the picture."""
    path, theta, phi = PRODUCTS[name]
    model = (REPOSITORY if path.startswith("examples/") else assets) / path
    box = bounds(Document.read(model))
    assert box is not None
    radius = 0.93 * box.diagonal / 2 / math.sin(math.radians(FIELD_OF_VIEW / 2))
    return {
        "name": name, "model": str(model.absolute()), "environment": str((assets / LIGHT).absolute()),
        "orbit": {"theta": theta, "phi": phi, "radius": radius}, "target": box.center.tolist(),
        "vertical_fov": FIELD_OF_VIEW, "size": [CELL, CELL], "tone": "neutral",
    }  # fmt: skip


def on_white(pixels: npt.NDArray[Any]) -> Picture:
    return over(as_pair(pixels, pixels)[0], 1.0)


def read(path: Path) -> Picture:
    return on_white(images.decode(path.read_bytes()))


def save(path: Path, rows: Sequence[Sequence[Picture]]) -> None:
    """One picture of all, row below row."""
    sheet = np.concatenate([np.concatenate(row, 1) for row in rows], 0)
    path.write_bytes(images.encode(np.rint(sheet * 255).astype(np.uint8), "webp", quality=86, effort=6))
    print(f"{path.relative_to(REPOSITORY)}: {path.stat().st_size / 1000:.0f} kB", flush=True)


def ours(renderer: Renderer, scene: Scene, base: Path, qualities: Iterable[str]) -> list[Picture]:
    document = Document.read(base / scene["model"])
    return [on_white(picture(renderer, document, scene, base, quality)) for quality in qualities]


def draw_products(renderer: Renderer, assets: Path, folder: Path) -> None:
    scenes = [framed(name, assets) for name in PRODUCTS]
    drawn = pictures(scenes, assets, folder, fine=False)
    rows = {}
    for scene in scenes:
        theirs = [read(drawn[scene["name"]][peer]) for peer in PEERS]
        rows[scene["name"]] = [*ours(renderer, scene, assets, SHOWN), *theirs]
        save(DOCS / f"beside_{scene['name']}.webp", [rows[scene["name"]]])
    save(DOCS / "beside.webp", [rows[name] for name in FRONT])


def draw_references(renderer: Renderer, folder: Path) -> None:
    with own() as series:
        scenes = series.scenes
        drawn = pictures(scenes.values(), OWN, folder)
        found = {
            name: {
                peer: round(distance(images.decode(path.read_bytes()), scenes[name], OWN), 2)
                for peer, path in paths.items()
            }
            for name, paths in drawn.items()
        }
        (OWN / "peers.json").write_text(json.dumps(found, indent=1) + "\n")
        rows = []
        for name, scene in scenes.items():
            mine = ours(renderer, scene, OWN, ("standard", "high", "reference"))
            theirs = [read(drawn[name][peer]) for peer in PEERS]
            rows.append([halved(p) for p in (*mine, read(OWN / scene["reference"]), *theirs)])
        save(RESULTS / "fidelity.webp", rows)


def halved(pixels: Picture) -> Picture:
    height, width, _ = pixels.shape
    light = srgb_decoded(pixels).reshape(height // 2, 2, width // 2, 2, 3).mean((1, 3))
    return srgb_encoded(light).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("assets", type=Path)
    parser.add_argument("--peers", type=Path, help="where the other engines' pictures are kept")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing, Renderer() as renderer:
        folder = options.peers or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        draw_products(renderer, options.assets, folder.absolute())
        draw_references(renderer, folder.absolute())


if __name__ == "__main__":
    main()
