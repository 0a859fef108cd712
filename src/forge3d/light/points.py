"""Which vertices count as one place for light: those that stand and face alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..native.rows import distinct_rows

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MOST_POINTS = 24_000
"""Beyond which vertices that are merely near each other share a point."""

_COVERED = (
    0.5  # of a neighbour's openness: light does not fade along an edge as it does where something lies on the surface
)
_FILLED = 4  # edges, over which points outside stand in for those within something


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Places that light is worked out at. Sites are their sides: the fronts of all, then the backs of the two-sided.

    Attributes:
        point_of: `(vertices,)`.
        places: `(points, 6)` float32: mean position and normal.
        two_sided: so many of the points, the first ones, have a back too.
        reach: how far off a point is still worth reading, where vertices share them; else 0.
    """

    point_of: Ints
    places: Floats
    two_sided: int
    reach: float

    @property
    def sites(self) -> int:
        return len(self.places) + self.two_sided


def points_of(places: Floats, two_sided: Flags, diagonal: float, *, most: int = MOST_POINTS) -> Points:
    """The points of vertices.

    Args:
        places: `(vertices, 6)`: position and normal.
        two_sided: `(vertices,)`.
        diagonal: of the scene.
        most: points.
    """
    rows = np.column_stack([places + np.float32(0), two_sided.astype(np.float32)])  # adding 0: -0 is 0
    numbers, first = distinct_rows(rows)
    kinds, reach = numbers.astype(np.int64), 0.0
    if len(first) > most:
        kinds, reach = _clusters(places, two_sided, diagonal, most)
    count = int(kinds.max(initial=-1)) + 1
    sides = np.zeros(count, bool)
    sides[kinds] = two_sided
    number = np.empty(count, np.int64)
    number[np.argsort(~sides, kind="stable")] = np.arange(count)
    point_of = number[kinds]
    return Points(point_of, _means(point_of, places, count), int(sides.sum()), reach)


def _means(point_of: Ints, places: Floats, count: int) -> Floats:
    """Position and normal of each point."""
    vertices = np.maximum(np.bincount(point_of, minlength=count), 1)
    sums = [np.bincount(point_of, column, count) for column in places.T.astype(np.float64)]
    means = np.stack(sums, 1) / vertices[:, None]
    means[:, 3:] /= np.maximum(np.linalg.norm(means[:, 3:], axis=1, keepdims=True), 1e-12)
    return means.astype(np.float32)


def _clusters(places: Floats, two_sided: Flags, diagonal: float, most: int) -> tuple[Ints, float]:
    """Numbers `(vertices,)` for what lies in one cube and faces one octant, and the cubes' side.

    Cubes are so large that there are `most` numbers at most.
    """
    facing = ((places[:, 3:] > 0) @ np.array([1, 2, 4]) * 2 + two_sided).astype(np.int64)
    low = places[:, :3].min(0)
    side = max(diagonal / 256, 1e-30)
    while True:
        cell = np.nan_to_num((places[:, :3] - low) / np.float32(side)).astype(np.int64) & 0xFFFFF
        key = ((cell[:, 0] << 20 | cell[:, 1]) << 20 | cell[:, 2]) << 4 | facing
        found, kinds = np.unique(key, return_inverse=True)
        if len(found) <= most:
            return kinds, side
        side *= max((len(found) / most) ** 0.5, 1.1)


def outside_of(point_of: Ints, inside: Flags, corners: npt.NDArray[np.int32]) -> Ints:
    """The point of each vertex, where what lies within something takes that of a neighbour which does not."""
    found = point_of.copy()
    hidden = inside[found]
    for _ in range(_FILLED if hidden.any() else 0):
        ends = np.concatenate([corners[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2))])
        ends = ends[hidden[ends[:, 0]] & ~hidden[ends[:, 1]]]
        found[ends[:, 0]] = found[ends[:, 1]]
        hidden[ends[:, 0]] = False
    return found


def uncovered(read: npt.NDArray[np.uint32], openness: Floats, corners: npt.NDArray[np.int32]) -> npt.NDArray[np.uint32]:
    """What each vertex reads `(vertices, 4)`, where one that something lies on reads what its most open neighbour does.

    A row of vertices under a cord is dark, and is not seen; what is seen between it and the next row is not.

    Args:
        openness: of the points, `(points,)`.
        corners: `(triangles, 3)`.
    """
    open_ = (openness[read >> 8] * (read & 255)).sum(axis=1) / 255
    ends = np.concatenate([corners[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2))])
    ends = ends[open_[ends[:, 0]] < _COVERED * open_[ends[:, 1]]]
    ends = ends[np.argsort(open_[ends[:, 1]], kind="stable")]  # the most open one last, and so kept
    made = read.copy()
    made[ends[:, 0]] = read[ends[:, 1]]
    return made
