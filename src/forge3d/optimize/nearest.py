"""Exact distances from points to a triangle mesh, for many points at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

_LEAF = 4  # triangles in a leaf
_BRANCH = 4  # boxes in a box
_AT_ONCE = 1 << 18  # point–triangle pairs measured at a time, which bounds memory to about 100 MB


class TriangleTree:
    """Boxes around triangles that are near each other, boxes around those boxes, and so on.

    Args:
        corners: `(triangles, 3, 3)`, at least one triangle.
    """

    def __init__(self, corners: Points):
        self.corners = corners[_along_curve(corners.mean(axis=1))]
        low, high = self.corners.min(axis=1), self.corners.max(axis=1)
        self.levels: list[tuple[Points, Points]] = []  # finest first: low and high corners of the boxes
        size = _LEAF
        while True:
            starts = np.arange(0, len(low), size)
            low, high = np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)
            self.levels.append((low, high))
            size = _BRANCH
            if len(low) <= _BRANCH:
                return

    def distances(self, points: Points) -> npt.NDArray[np.float64]:
        """From each of `(n, 3)` points to the nearest triangle, `(n,)`.

        Walks all points down the boxes together. A box is dropped where it is further from the point than some corner
        of a triangle that was seen already; of the leaves that remain, the nearest is measured first.
        """
        point, box = (part.ravel() for part in np.indices((len(points), len(self.levels[-1][0]))))
        best = np.full(len(points), np.inf)
        for depth in range(len(self.levels) - 1, -1, -1):
            low, high = self.levels[depth]
            if depth < len(self.levels) - 1:
                point, box = _children(point, box, _BRANCH, len(low))
            near = np.maximum(np.maximum(low[box] - points[point], points[point] - high[box]), 0.0)
            lower = np.einsum("ij,ij->i", near, near)
            first = self.corners[box * (_LEAF * _BRANCH**depth), 0] - points[point]
            _lower(best, point, np.einsum("ij,ij->i", first, first))
            kept = lower <= best[point] * (1 + 1e-12)
            point, box = point[kept], box[kept]
            box_distance = lower[kept]
        closest = np.lexsort((box_distance, point))
        leader = np.zeros(len(point), dtype=bool)
        leader[closest[np.flatnonzero(np.diff(point[closest], prepend=-1))]] = True
        self._measure(points, point[leader], box[leader], best)
        rest = ~leader & (box_distance <= best[point])
        self._measure(points, point[rest], box[rest], best)
        return np.asarray(np.sqrt(best))

    def _measure(self, points: Points, point: Numbers, box: Numbers, best: npt.NDArray[np.float64]) -> None:
        """Lower `best` by the triangles in these leaves."""
        point, triangle = _children(point, box, _LEAF, len(self.corners))
        for start in range(0, len(point), _AT_ONCE):
            rows = slice(start, start + _AT_ONCE)
            a, b, c = np.moveaxis(self.corners[triangle[rows]], 1, 0)
            _lower(best, point[rows], _squared_distance(points[point[rows]], a, b, c))


def _children(point: Numbers, box: Numbers, branch: int, count: int) -> tuple[Numbers, Numbers]:
    """Every pair of a point with what is inside its box."""
    inside = (box[:, None] * branch + np.arange(branch)).ravel()
    owner = np.repeat(point, branch)
    real = inside < count
    return owner[real], inside[real]


def _lower(best: npt.NDArray[np.float64], point: Numbers, values: npt.NDArray[np.float64]) -> None:
    """Lower each point's best to its least value; equal points stand together."""
    if len(point):
        starts = np.flatnonzero(np.diff(point, prepend=-1))
        best[point[starts]] = np.minimum(best[point[starts]], np.minimum.reduceat(values, starts))


def _along_curve(centres: Points) -> Numbers:
    """An order in which neighbours in space are mostly neighbours: by Morton code, 16 bits an axis."""
    low = centres.min(axis=0)
    extent = float((centres.max(axis=0) - low).max()) or 1.0
    cells = ((centres - low) * (65535 / extent)).astype(np.uint64)
    for shift, mask in ((16, 0xFF0000FF), (8, 0xF00F00F00F), (4, 0xC30C30C30C3), (2, 0x249249249249)):
        cells = (cells | cells << np.uint64(shift)) & np.uint64(mask)
    return np.argsort(cells[:, 0] | cells[:, 1] << np.uint64(1) | cells[:, 2] << np.uint64(2), kind="stable")


def _squared_distance(p: Points, a: Points, b: Points, c: Points) -> npt.NDArray[np.float64]:
    """Squared distance of each point to the triangle in its row.

    The least of the three edges' distances, or of the plane's where the point projects into the triangle. That holds
    for triangles without area too, whose edges are all there is.
    """
    edges = np.minimum(np.minimum(_to_segment(p, a, b), _to_segment(p, b, c)), _to_segment(p, c, a))
    normal = np.cross(b - a, c - a)
    area = np.einsum("ij,ij->i", normal, normal)
    inside = area > 0
    for start, end in ((a, b), (b, c), (c, a)):
        inside &= np.einsum("ij,ij->i", np.cross(end - start, p - start), normal) >= 0
    height = np.einsum("ij,ij->i", p - a, normal)
    plane = np.divide(height * height, area, out=np.full_like(area, np.inf), where=inside)
    return np.asarray(np.minimum(edges, plane))


def _to_segment(p: Points, a: Points, b: Points) -> npt.NDArray[np.float64]:
    along = b - a
    length = np.einsum("ij,ij->i", along, along)
    t = np.einsum("ij,ij->i", p - a, along)
    t = np.clip(np.divide(t, length, out=np.zeros_like(t), where=length > 0), 0.0, 1.0)
    away = p - a - t[:, None] * along
    return np.asarray(np.einsum("ij,ij->i", away, away))
