"""How much a model still looks like the one it was made from: rendered FLIP over the product's pixels, six views.

What moves is seen at rest from the first, and at five times of its first animation from the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

import forge3d
from forge3d.compare.flip import flip
from forge3d.document.sampling import duration

VIEWS = ((0, 0), (90, 0), (180, 0), (270, 0), (45, 60), (225, -30))
_FILLED = 0.92  # of the frame's longer way across, by the product


@dataclass(slots=True)
class Subject:
    """A model's cameras, times (seconds, or None for the pose at rest) and pictures, to hold others against."""

    cameras: list[forge3d.Orbit]
    times: list[float | None]
    pictures: list[npt.NDArray[np.uint8]]
    size: tuple[int, int]


def subject(renderer: forge3d.Renderer, model: Path, size: int = 512) -> Subject:
    """Six views in which the product fills the frame from side to side, or from top to bottom."""
    document = forge3d.load(model)
    cameras = [_close(renderer, document, yaw, pitch) for yaw, pitch in VIEWS]
    times: list[float | None] = [None] * len(VIEWS)
    if document.animations:
        whole = duration(document.animations[0])
        times[1:] = [whole * (number - 0.5) / (len(VIEWS) - 1) for number in range(1, len(VIEWS))]
    pictures = [
        renderer.render(document, camera=camera, size=(size, size), time=time).pixels
        for camera, time in zip(cameras, times, strict=True)
    ]
    return Subject(cameras, times, pictures, (size, size))


def likeness(renderer: forge3d.Renderer, before: Subject, model: Path) -> float:
    """Mean FLIP of the six views of `model` against those of the subject: 0 is equal."""
    document = forge3d.load(model)
    found = [
        flip(picture, renderer.render(document, camera=camera, size=before.size, time=time).pixels)
        for camera, time, picture in zip(before.cameras, before.times, before.pictures, strict=True)
    ]
    return float(np.mean([error for error in found if error is not None]))


def _close(renderer: forge3d.Renderer, document: forge3d.Document, yaw: float, pitch: float) -> forge3d.Orbit:
    camera = renderer.fit(document, forge3d.Orbit(yaw=yaw, pitch=pitch), (128, 128))
    shown = renderer.render(document, camera=camera, size=(128, 128)).pixels[..., 3] > 0
    rows, columns = np.nonzero(shown)
    if not len(rows) or camera.distance is None:
        return camera
    reach = max(abs(edge - 64) / 64 for side in (rows, columns) for edge in (int(side.min()), int(side.max()) + 1))
    return replace(camera, distance=camera.distance * reach / _FILLED)
