"""How far one surface is from another, measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..native.nearest import Nearest
from ..native.rows import distinct_rows

SAMPLES = 8000
"""Of each kind on each side of a whole document; its parts share them by their triangles."""


@dataclass(frozen=True, slots=True)
class Surface:
    """Positions `(n, 3)` and triangles `(m, 3)`."""

    positions: npt.NDArray[Any]
    triangles: npt.NDArray[np.uint32]

    @property
    def corners(self) -> npt.NDArray[np.float64]:
        """`(m, 3, 3)`."""
        return np.asarray(self.positions[self.triangles], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Deviation:
    """The largest distance found, and the mean over both areas, in units of the positions."""

    largest: float
    mean: float


class Reference:
    """A surface to measure others against; its samples and its search tree are made once."""

    def __init__(self, surface: Surface, samples: int = SAMPLES):
        self.corners, self.samples = surface.corners, samples
        self._nearest = Nearest(self.corners) if len(self.corners) else None
        self._probes = _samples(self.corners, samples)

    def deviation(self, other: Surface) -> Deviation:
        """How far another surface is from this one.

        Measured both ways, exactly from each sample to the nearest point of the other surface. The samples of a surface
        are its vertices, at most `samples`, evenly taken, and `samples` points spread evenly by area; always the same
        ones. The largest is a lower bound of the Hausdorff distance:
        between samples the surfaces may be a little further apart. The mean is over the points spread by area. Either
        surface without triangles is infinitely far.
        """
        if self._nearest is None or len(other.triangles) == 0:
            return Deviation(float("inf"), float("inf"))
        there = other.corners
        forth = _Found.of(Nearest(there), self._probes)
        back = _Found.of(self._nearest, _samples(there, self.samples))
        return Deviation(max(forth.largest, back.largest), (forth.mean + back.mean) / 2)


def deviation(original: Surface, other: Surface, samples: int = SAMPLES) -> Deviation:
    """How far two surfaces are from each other; see `Reference.deviation`."""
    return Reference(original, samples).deviation(other)


@dataclass(frozen=True, slots=True)
class _Samples:
    """Points, of which the last `spread` lie evenly on the area."""

    points: npt.NDArray[np.float64]
    spread: int


@dataclass(frozen=True, slots=True)
class _Found:
    largest: float
    mean: float

    @classmethod
    def of(cls, nearest: Nearest, samples: _Samples) -> _Found:
        distances = nearest.query(samples.points)[0]
        even = distances[len(distances) - samples.spread :]
        return cls(float(distances.max(initial=0.0)), float(even.mean()) if len(even) else 0.0)


def _samples(corners: npt.NDArray[np.float64], count: int) -> _Samples:
    if len(corners) == 0:
        return _Samples(np.empty((0, 3)), 0)
    places = corners.reshape(-1, 3)
    vertices = _some(places[distinct_rows(places)[1]], count)
    even = spread(corners, min(count, 8 * len(corners)))[0]
    return _Samples(np.concatenate([vertices, even]), len(even))


def _some(items: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    return items if len(items) <= count else np.asarray(items[np.linspace(0, len(items) - 1, count).astype(int)])


def spread(
    corners: npt.NDArray[np.float64], count: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """`count` points on triangles `(n, 3, 3)`, as many on each as its area asks for, at low-discrepancy places
    (Roberts' R2 sequence).

    Returns:
        points `(count, 3)`, their triangles `(count,)`, and barycentric coordinates there `(count, 3)`; nothing where
        there is no area.
    """
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    if not area.sum() > 0:
        return np.empty((0, 3)), np.empty(0, np.int64), np.empty((0, 3))
    number: npt.NDArray[np.int64] = np.arange(count)
    chosen = np.searchsorted(np.cumsum(area), (number + 0.5) / count * area.sum())
    chosen = np.minimum(chosen, len(area) - 1)
    u, v = number * 0.7548776662466927 % 1, number * 0.5698402909980532 % 1
    u, v = np.where(u + v > 1, 1 - u, u)[:, None], np.where(u + v > 1, 1 - v, v)[:, None]
    points: npt.NDArray[np.float64] = a[chosen] + u * (b - a)[chosen] + v * (c - a)[chosen]
    return points, chosen, np.concatenate([1 - u - v, u, v], axis=1)
