"""Edges of a mesh: which triangles meet there, and at which angle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
_RIGHT_ANGLE = 1e-4
"""Cosine from which on two sides count as less than 90° apart: float32 positions are not more exact."""


@dataclass(frozen=True, slots=True)
class EdgeCounts:
    """Edges of a mesh by what is wrong with them.

    Attributes:
        non_manifold: more than two triangles meet.
        hard: two triangles meet, and their normals are 90° or more apart.
        open: one triangle ends there.
    """

    edges: int
    non_manifold: int
    hard: int
    open: int


def edge_counts(parts: Sequence[tuple[npt.NDArray[np.float32], npt.NDArray[np.uint32]]]) -> EdgeCounts:
    """Count the edges of `(positions (n, 3), triangles (m, 3))` parts, as one mesh.

    Vertices in the same place, to the bit, are one. Triangles without three different vertices do not count, and edges
    of triangles without area are never hard.
    """
    points, faces = _joined(parts)
    corners = np.sort(faces, axis=1)
    faces = faces[(corners[:, 0] != corners[:, 1]) & (corners[:, 1] != corners[:, 2])]
    if not len(faces):
        return EdgeCounts(0, 0, 0, 0)
    ends = np.sort(np.stack([faces, np.roll(faces, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    keys = ends[:, 0] * len(points) + ends[:, 1]
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    sizes = np.diff(np.append(starts, len(ordered)))
    pairs = starts[sizes == 2]
    return EdgeCounts(
        edges=len(starts),
        non_manifold=int((sizes > 2).sum()),
        hard=_hard(points, faces, order[pairs] // 3, order[pairs + 1] // 3),
        open=int((sizes == 1).sum()),
    )


def weld(rows: npt.NDArray[np.float32]) -> Ints:
    """A number for each row `(n, k)`: equal rows, to the bit, have the same one."""
    rows = np.ascontiguousarray(rows + np.float32(0))  # -0 becomes 0
    order = np.lexsort(rows.T)
    ordered = rows[order]
    new = np.concatenate([[False], (ordered[1:] != ordered[:-1]).any(axis=1)])
    numbers = np.empty(len(rows), np.int64)
    numbers[order] = np.cumsum(new)
    return numbers


def _joined(
    parts: Sequence[tuple[npt.NDArray[np.float32], npt.NDArray[np.uint32]]],
) -> tuple[npt.NDArray[np.float64], Ints]:
    """Welded points `(n, 3)` and the triangles of all parts between them."""
    starts = np.cumsum([0, *(len(positions) for positions, _ in parts)])
    everything = np.concatenate([positions for positions, _ in parts])
    numbers = weld(everything)
    faces = np.concatenate(
        [corners.astype(np.int64) + start for (_, corners), start in zip(parts, starts, strict=False)]
    )
    points = np.empty((int(numbers.max()) + 1, 3))
    points[numbers] = everything
    return points, numbers[faces]


def _hard(points: npt.NDArray[np.float64], faces: Ints, one: Ints, other: Ints) -> int:
    """Pairs of triangles whose normals are 90° or more apart."""
    a, b, c = (points[faces[:, corner]] for corner in range(3))
    normals = np.cross(b - a, c - a)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    units = np.divide(normals, lengths, out=np.zeros_like(normals), where=lengths > 0)
    cosines = np.einsum("ij,ij->i", units[one], units[other])
    flat = (lengths[one, 0] > 0) & (lengths[other, 0] > 0)
    return int((flat & (cosines < _RIGHT_ANGLE)).sum())
