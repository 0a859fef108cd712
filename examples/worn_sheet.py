"""Draw the sheets of docs/try-on.md: `python -m examples.worn_sheet FOLDER [QUALITY]`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

import forge3d
from forge3d import Document, Orbit, Renderer, RenderSettings, images
from forge3d.dress import Wear, dress
from forge3d.images.sprites import sprite_sheet

MODELS = Path(__file__).parent / "models"
LOOKS = {"small": "Bone", "medium": "Signal", "large": "Midnight"}
POSES = {"Relaxed": 25.0, "Contrapposto": -30.0, "Walk": 50.0, "Reach": 15.0}
"""Animations that hold a pose, and where the camera stands."""
IDLE, MOMENTS = 4.0, 8
Pixels = npt.NDArray[np.uint8]


def worn(size: str) -> Document:
    """The jacket and the visor on the mannequin of a size."""
    jacket, visor, body = (forge3d.load(MODELS / f"{n}.glb") for n in ("courier_jacket", "visor", f"mannequin_{size}"))
    return dress(visor, dress(jacket, body).document, Wear(attach="head")).document


def in_poses(renderer: Renderer, figure: Document, look: str, settings: RenderSettings) -> Iterable[Pixels]:
    for pose, yaw in POSES.items():
        camera = Orbit(yaw=yaw, pitch=5, distance=5.0, target=(0.0, 1.51, 0.0), fov=16.8)
        yield renderer.render(
            figure, camera=camera, size=(290, 380), settings=settings, variant=look, animation=pose
        ).pixels


def through_idle(renderer: Renderer, figure: Document, look: str, settings: RenderSettings) -> Iterable[Pixels]:
    camera = Orbit(yaw=205, pitch=5, distance=5.0, target=(0.0, 1.4, 0.0), fov=11)
    for time in np.arange(MOMENTS) * IDLE / MOMENTS:
        yield renderer.render(
            figure, camera=camera, size=(150, 200), settings=settings, variant=look, animation="Idle", time=float(time)
        ).pixels


def main(arguments: list[str]) -> None:
    folder, quality = Path(arguments[0]), arguments[1] if len(arguments) > 1 else "high"
    settings = RenderSettings(quality=quality, background="white")
    still: list[Pixels] = []
    moving: list[Pixels] = []
    with Renderer() as renderer:
        for size, look in LOOKS.items():
            figure = worn(size)
            still += in_poses(renderer, figure, look, settings)
            moving += through_idle(renderer, figure, look, settings)
    for name, cells, columns in (("worn", still, len(POSES)), ("worn_idle", moving, MOMENTS)):
        sheet = sprite_sheet(cells, columns)
        (folder / f"{name}.webp").write_bytes(images.encode(sheet[..., :3], "webp", quality=84, effort=6))


if __name__ == "__main__":
    main(sys.argv[1:])
