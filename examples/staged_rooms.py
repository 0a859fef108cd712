"""Draw the pictures of docs/staging.md: `python -m examples.staged_rooms FOLDER [WIDTH [SAMPLES]]`.

Each room's photo, a product staged in it with no more known than two floor points and their length, and the truth: the
product in the room itself. Prints how far corners of the product's box and its shadow are from the truth.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import forge3d
from forge3d import Document, Renderer, images
from forge3d.optimize.merge import merge
from forge3d.stage import Floor, Staged, stage
from forge3d.stage.photo import Photo
from forge3d.stage.staging import placed

from .rooms import Room, rooms

MODELS = Path(__file__).parent / "models"
Pixels = npt.NDArray[np.uint8]
GAP = 6


@dataclass(frozen=True)
class Scene:
    """What stands in a room: a model, its variant, and degrees by which it is turned."""

    model: str
    variant: str
    turn: float


SCENES = {
    "loft": Scene("lounge_chair", "Terracotta", 25.0),
    "hall": Scene("side_table", "Brass and smoke", 0.0),
    "gallery": Scene("lounge_chair", "Oat", -30.0),
}


def known(room: Room) -> Floor:
    """Two corners of the rug, to the nearest quarter of a pixel, as somebody points at them; and their distance."""
    (a, b), (c, d) = room.rug
    points = [(round(x * 4) / 4, round(y * 4) / 4) for x, y in (room.pixel(a, b), room.pixel(c, d))]
    return Floor((points[0], points[1]), length=float(np.hypot(a - c, b - d)))


def truth(room: Room, scene: Scene) -> Document:
    """The room with the product in it."""
    product = forge3d.load(MODELS / f"{scene.model}.glb")
    stood, _ = placed(product, room.camera, np.array([room.spot[0], 0, room.spot[1]]), scene.turn)
    return merge([room.document(), stood])


def staged(renderer: Renderer, room: Room, scene: Scene, photo: Pixels) -> Staged:
    product = forge3d.load(MODELS / f"{scene.model}.glb")
    return stage(
        product, Photo(photo, room.camera.fov), known(room), at=room.pixel(*room.spot), turn=scene.turn,
        variant=scene.variant, renderer=renderer,
    )  # fmt: skip


def corner_error(room: Room, scene: Scene, made: Staged) -> float:
    """Pixels by which a corner of the product's box is elsewhere than in the room, at most."""
    product = forge3d.load(MODELS / f"{scene.model}.glb")
    _, corners = placed(product, room.camera, np.array([room.spot[0], 0, room.spot[1]]), scene.turn)
    return float(np.linalg.norm(room.camera.project(corners) - made.corners, axis=1).max())


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0])
    width, samples = int(arguments[1]) if len(arguments) > 1 else 480, int(arguments[2]) if len(arguments) > 2 else 64
    with Renderer() as renderer:
        for room in rooms(width):
            scene = SCENES[room.name]
            photo = room.photo(renderer, samples)
            made = staged(renderer, room, scene, photo)
            real = room.photo(renderer, samples, truth(room, scene), scene.variant)
            print(
                f"{room.name}: corners within {corner_error(room, scene, made):.2f} pixels; {'; '.join(made.warnings)}"
            )
            gap = np.full((len(photo), GAP, 3), 255, np.uint8)
            row = np.concatenate([photo, gap, made.picture, gap, real], axis=1)
            (folder / f"staged_{room.name}.webp").write_bytes(images.encode(row, "webp", quality=82, effort=6))


if __name__ == "__main__":
    main(sys.argv[1:])
