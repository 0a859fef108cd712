"""Fits the camera's distance to the product exactly: every vertex in the frame, one at its border.

In the camera's axes (x right, y up, z towards the camera) a point stays within the half-width tangent t of a camera at
(cx, d) when ±(x − cx) ≤ t (d − z). So only two numbers of the whole product matter in each direction: the largest
x + t·z and the largest −x + t·z. On a turntable a vertex runs through a circle, whose extremes have a closed form too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from .camera import Orbit, Vector, View

CLEARANCE = 1e-3  # of the product's diagonal: the camera never comes nearer to it
_STEEP = 1e6  # a tangent beside which only z counts
_BALLS = 64  # along the product's longest side


@dataclass(frozen=True, slots=True)
class Reach:
    """The largest u + t·z and −u + t·z of the product, u being x or y, and how their sum grows with t."""

    plus: float
    minus: float
    slope: float


Extremes = Callable[[float], Reach]


@dataclass(frozen=True, eq=False)
class Hull:
    """The product's vertices in the world.

    Attributes:
        points: `(n, 3)` float64.
        low, high: corners of its box.
    """

    points: Vector
    low: Vector
    high: Vector

    @property
    def diagonal(self) -> float:
        return float(np.linalg.norm(self.high - self.low))

    @property
    def center(self) -> Vector:
        return (self.low + self.high) / 2

    @cached_property
    def balls(self) -> tuple[Vector, float]:
        """Balls whose convex hull holds all vertices: middles `(n, 3)`, some thousand at most, and their radius."""
        side = max(float((self.high - self.low).max()) / _BALLS, 1e-12)
        x, y, z = np.clip((self.points - self.low) / side, 0, _BALLS - 1).astype(np.int64).T
        there = np.zeros((_BALLS, _BALLS, _BALLS), bool)
        there[x, y, z] = True
        y, z = np.nonzero(there.any(0))
        rows = there[:, y, z]  # what lies between the ends of a row is in their hull
        ends = rows.argmax(0), _BALLS - 1 - rows[::-1].argmax(0)
        cells = np.concatenate([np.stack([end, y, z], 1) for end in ends])
        return self.low + (cells + 0.5) * side, side * 3**0.5 / 2

    @classmethod
    def of(cls, parts: Iterable[npt.NDArray[np.floating[Any]]]) -> Hull:
        """The hull of parts `(n, 3)`; without any, a point at the origin."""
        given = [part for part in parts if len(part)] or [np.zeros((1, 3))]
        points = np.concatenate(given).astype(np.float64)
        return cls(points, points.min(0), points.max(0))


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
    pairs = ((horizontal, tangents[0]), (vertical, tangents[1]))
    # A needle seen end on fits from nearly no distance; stay clear of it.
    steep = horizontal(_STEEP)
    nearest = (steep.plus + steep.minus) / (2 * _STEEP) + CLEARANCE * hull.diagonal
    if orbit.target is not None:
        reaches = [max(reach.plus, reach.minus) / t for reach, t in ((extremes(t), t) for extremes, t in pairs)]
        return View(center + axes[2] * max(*reaches, nearest, 1e-9), axes, half_height, aspect)
    fits = [(reach.plus + reach.minus) / (2 * t) for reach, t in ((extremes(t), t) for extremes, t in pairs)]
    distance = max(*fits, nearest, 1e-9)
    shift = [_centred(extremes, distance) for extremes, _ in pairs]
    return View(center + axes[2] * distance + axes[0] * shift[0] + axes[1] * shift[1], axes, half_height, aspect)


def fitted(orbit: Orbit, hull: Hull, aspect: float, *, turning: bool = False) -> Orbit:
    """The same view with its distance and target as numbers; the target lies as far as the product's center."""
    view = orbit_view(orbit, hull, aspect, turning=turning)
    distance = orbit.distance
    if distance is None:
        depth_of = hull.center if orbit.target is None else np.array(orbit.target, np.float64)
        distance = float(view.depths(depth_of[None])[0])
    x, y, z = (float(value) for value in view.eye - view.axes[2] * distance)
    return replace(orbit, distance=distance, target=orbit.target or (x, y, z))


def _centred(extremes: Extremes, distance: float) -> float:
    """Where the camera stands sideways so that both sides have equal margins at `distance`.

    With margins the product spans a smaller tangent t: the one that fits exactly at this distance. What sticks out of t
    is convex and falls with t, so Newton's steps from zero never overshoot and are few.
    """
    t = 0.0
    for _ in range(16):
        reach = extremes(t)
        excess = reach.plus + reach.minus - 2 * t * distance
        if excess <= 1e-9 * distance:
            break
        t += excess / (2 * distance - reach.slope)
    return (reach.plus - reach.minus) / 2


def _still(hull: Hull, axes: Vector, center: Vector) -> tuple[Extremes, Extremes]:
    local = (hull.points - center) @ axes.T
    return _over(local[:, 0], local[:, 2]), _over(local[:, 1], local[:, 2])


def _over(across: Vector, z: Vector) -> Extremes:
    def extremes(t: float) -> Reach:
        plus, minus = across + t * z, t * z - across
        first, second = int(plus.argmax()), int(minus.argmax())
        return Reach(float(plus[first]), float(minus[second]), float(z[first] + z[second]))

    return extremes


def _turning(hull: Hull, pitch: float, axis: Vector) -> tuple[Extremes, Extremes]:
    """Over all angles a vertex at height y and radius r has z = y sin p + q cos p, up = y cos p − q sin p, |q| ≤ r."""
    sin, cos = np.sin(np.radians(pitch)), np.cos(np.radians(pitch))
    y, r = hull.points[:, 1] - axis[1], np.hypot(hull.points[:, 0] - axis[0], hull.points[:, 2] - axis[2])

    def horizontal(t: float) -> Reach:
        reach = t * y * sin + r * np.hypot(1, t * cos)
        at = int(reach.argmax())
        slope = y[at] * sin + r[at] * t * cos * cos / np.hypot(1, t * cos)
        return Reach(float(reach[at]), float(reach[at]), float(2 * slope))

    def vertical(t: float) -> Reach:
        plus = y * (cos + t * sin) + r * abs(t * cos - sin)
        minus = y * (t * sin - cos) + r * abs(t * cos + sin)
        a, b = int(plus.argmax()), int(minus.argmax())
        slope = (y[a] + y[b]) * sin + cos * (r[a] * np.sign(t * cos - sin) + r[b] * np.sign(t * cos + sin))
        return Reach(float(plus[a]), float(minus[b]), float(slope))

    return horizontal, vertical


def extreme_points(points: npt.NDArray[np.float32], directions: int) -> npt.NDArray[np.float32]:
    """The points `(k, 3)` that lie farthest in so many directions, spread evenly: nearly the convex hull.

    What is left out sticks out of the rest by less than a thousandth of its size at 1,000 directions.
    """
    index = np.arange(directions) + 0.5
    height, angle = 1 - 2 * index / directions, np.pi * (1 + 5**0.5) * index
    flat = np.sqrt(1 - height**2)
    toward = np.stack([flat * np.cos(angle), flat * np.sin(angle), height], 1).astype(np.float32)
    farthest = [(points @ toward[at : at + 64].T).argmax(0) for at in range(0, directions, 64)]
    return np.asarray(points[np.unique(np.concatenate(farthest))])
