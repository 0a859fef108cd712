"""How far one surface is from another, measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document.geometry import Indices
from .nearest import TriangleTree

SAMPLES = 8000
"""Of each kind on each side of a whole document; its parts share them by their triangles."""


@dataclass(frozen=True, slots=True)
class Surface:
    """Positions `(n, 3)` and triangles `(m, 3)`."""

    positions: npt.NDArray[Any]
    triangles: Indices

    @property
    def corners(self) -> npt.NDArray[np.float64]:
        """`(m, 3, 3)`."""
        return np.asarray(self.positions[self.triangles], dtype=np.float64)


def deviation(original: Surface, other: Surface, samples: int = SAMPLES) -> float:
    """The largest distance found between two surfaces, in units of their positions.

    Measured both ways, exactly from each sample to the nearest point of the other surface. The samples of a surface are
    its vertices and the middles of its triangles, at most `samples` of each, evenly taken, and `samples` points
    spread evenly by area; always the same ones. It is a lower bound of the Hausdorff distance: between samples the
    surfaces may be a little further apart. Either surface without triangles is infinitely far.
    """
    if len(original.triangles) == 0 or len(other.triangles) == 0:
        return float("inf")
    here, there = original.corners, other.corners
    forth = TriangleTree(there).distances(_samples(here, samples)).max()
    back = TriangleTree(here).distances(_samples(there, samples)).max()
    return float(max(forth, back))


def _samples(corners: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    vertices = np.unique(corners.reshape(-1, 3), axis=0)
    spread = min(count, 8 * len(corners))
    return np.concatenate([_some(vertices, count), _some(corners.mean(axis=1), count), _by_area(corners, spread)])


def _some(points: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    return points if len(points) <= count else np.asarray(points[np.linspace(0, len(points) - 1, count).astype(int)])


def _by_area(corners: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """Points on the triangles, as many on each as its area asks for, at low-discrepancy places (Roberts' R2)."""
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    if not area.sum() > 0:
        return np.empty((0, 3))
    number: npt.NDArray[np.int64] = np.arange(count)
    chosen = np.searchsorted(np.cumsum(area), (number + 0.5) / count * area.sum())
    chosen = np.minimum(chosen, len(area) - 1)
    u, v = number * 0.7548776662466927 % 1, number * 0.5698402909980532 % 1
    u, v = np.where(u + v > 1, 1 - u, u)[:, None], np.where(u + v > 1, 1 - v, v)[:, None]
    points: npt.NDArray[np.float64] = a[chosen] + u * (b - a)[chosen] + v * (c - a)[chosen]
    return points
