"""Fits the camera's distance to the product exactly: every vertex in the frame, one at its border.

In the camera's axes (x right, y up, z towards the camera) a point stays within the half-width tangent t of a camera at
(cx, d) when ±(x − cx) ≤ t (d − z). So only two numbers of the whole product matter in each direction: the largest
x + t·z and the largest −x + t·z. On a turntable a vertex runs through a circle, whose extremes have a closed form too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .camera import Orbit, Vector, View

CLEARANCE = 1e-3  # of the product's diagonal: the camera never comes nearer to it
_STEEP = 1e6  # a tangent beside which only z counts
Extremes = Callable[[float], tuple[float, float]]
"""From t to the largest u + t·z and −u + t·z of the product, u being x or y."""


@dataclass(frozen=True, slots=True, eq=False)
class Hull:
    """The product's vertices in the world.

    Attributes:
        points: parts `(n, 3)` float64, one for each mesh.
        low, high: corners of its box.
    """

    points: tuple[Vector, ...]
    low: Vector
    high: Vector

    @property
    def diagonal(self) -> float:
        return float(np.linalg.norm(self.high - self.low))

    @property
    def center(self) -> Vector:
        return (self.low + self.high) / 2

    @classmethod
    def of(cls, parts: Iterable[npt.NDArray[np.floating[Any]]]) -> Hull:
        points = tuple(part.astype(np.float64) for part in parts if len(part))
        if not points:
            return cls((np.zeros((1, 3)),), np.zeros(3), np.zeros(3))
        low = np.min([part.min(0) for part in points], 0)
        high = np.max([part.max(0) for part in points], 0)
        return cls(points, low, high)


def orbit_view(orbit: Orbit, hull: Hull, aspect: float, *, turning: bool = False) -> View:
    """The exact view of an orbit.

    Args:
        turning: fit every angle of a turntable, on which the product turns about the vertical axis through the
            orbit's target (by default the hull's center).
    """
    axes = orbit.axes()
    half_height = float(np.tan(np.radians(orbit.fov) / 2))
    tangents = (half_height * aspect * orbit.fill, half_height * orbit.fill)
    center = hull.center if orbit.target is None else np.array(orbit.target, np.float64)
    if orbit.distance is not None:
        return View(center + axes[2] * orbit.distance, axes, half_height, aspect)
    horizontal, vertical = _turning(hull, orbit.pitch, center) if turning else _still(hull, axes, center)
    if orbit.target is not None:
        distance = max(max(extremes(t)) / t for extremes, t in ((horizontal, tangents[0]), (vertical, tangents[1])))
        return View(center + axes[2] * max(distance, 1e-9), axes, half_height, aspect)
    fits = [sum(extremes(t)) / (2 * t) for extremes, t in zip((horizontal, vertical), tangents, strict=True)]
    # A needle seen end on fits from nearly no distance; stay clear of it.
    nearest = sum(horizontal(_STEEP)) / (2 * _STEEP)
    distance = max(*fits, nearest + CLEARANCE * hull.diagonal, 1e-9)
    shift = [_centred(extremes, t, distance) for extremes, t in zip((horizontal, vertical), tangents, strict=True)]
    return View(center + axes[2] * distance + axes[0] * shift[0] + axes[1] * shift[1], axes, half_height, aspect)


def _centred(extremes: Extremes, tangent: float, distance: float) -> float:
    """Where the camera stands sideways so that both sides have equal margins at `distance`.

    With margins the product spans a smaller tangent; it is the one that fits exactly at this distance.
    """
    low, high = 0.0, tangent
    for _ in range(24):
        middle = (low + high) / 2
        plus, minus = extremes(middle)
        low, high = (middle, high) if plus + minus > 2 * middle * distance else (low, middle)
    plus, minus = extremes(high)
    return (plus - minus) / 2


def _still(hull: Hull, axes: Vector, center: Vector) -> tuple[Extremes, Extremes]:
    parts = [(part - center) @ axes.T for part in hull.points]
    return _over(parts, 0), _over(parts, 1)


def _over(parts: list[Vector], axis: int) -> Extremes:
    def extremes(t: float) -> tuple[float, float]:
        plus = max(float((part[:, axis] + t * part[:, 2]).max()) for part in parts)
        minus = max(float((t * part[:, 2] - part[:, axis]).max()) for part in parts)
        return plus, minus

    return extremes


def _turning(hull: Hull, pitch: float, axis: Vector) -> tuple[Extremes, Extremes]:
    """Over all angles a vertex at height y and radius r has z = y sin p + q cos p, up = y cos p − q sin p, |q| ≤ r."""
    sin, cos = np.sin(np.radians(pitch)), np.cos(np.radians(pitch))
    rings = [(part[:, 1] - axis[1], np.hypot(part[:, 0] - axis[0], part[:, 2] - axis[2])) for part in hull.points]

    def horizontal(t: float) -> tuple[float, float]:
        reach = max(float((t * y * sin + r * np.hypot(1, t * cos)).max()) for y, r in rings)
        return reach, reach

    def vertical(t: float) -> tuple[float, float]:
        plus = max(float((y * (cos + t * sin) + r * abs(t * cos - sin)).max()) for y, r in rings)
        minus = max(float((y * (t * sin - cos) + r * abs(t * cos + sin)).max()) for y, r in rings)
        return plus, minus

    return horizontal, vertical
