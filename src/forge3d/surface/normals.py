"""Normals of triangles: flat, or smooth but for edges that are sharper than a crease angle."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..native.rows import components, distinct_rows
from .tangents import across_edges

Floats = npt.NDArray[np.float32]
Vectors = npt.NDArray[np.float64]


def flat_normals(positions: npt.NDArray[np.floating[Any]]) -> Floats:
    """The unit normal of each triangle `(t, 3, 3)`: triangle, corner, xyz → `(t, 3)` float32.

    The side from which corners run counter-clockwise is the front. Triangles without area look along +z.
    """
    return _unit(_across(positions.astype(np.float64)))


def smooth_normals(positions: npt.NDArray[np.floating[Any]], crease: float) -> Floats:
    """Unit normals of corners `(t, 3, 3)`: the mean over the triangles around the point, weighted by their angles.

    Triangles count as around a point while they hang together by edges whose faces meet at less than `crease` radians.
    Points are one where their positions are equal to the bit.
    """
    points = positions.astype(np.float64)
    faces = flat_normals(points).astype(np.float64)
    corner = distinct_rows(np.ascontiguousarray(positions.reshape(-1, 3) + np.float32(0)))[0].astype(np.int64)
    first, second = across_edges(corner, np.linalg.norm(_across(points), axis=1) > 0)
    bend = np.einsum("ij,ij->i", faces[first // 3], faces[second // 3])
    soft = bend >= np.cos(min(crease, np.pi)) - 1e-6
    groups = components(np.stack([first, second, second], 1)[soft], corner.size)
    weighted = (faces[:, None] * _angles(points)[..., None]).reshape(-1, 3)
    count = int(groups.max(initial=-1)) + 1
    sums = np.stack([np.bincount(groups, weighted[:, axis], count) for axis in range(3)], 1)
    lost = np.linalg.norm(sums, axis=1) < 1e-9  # faces back to back: each keeps its own
    spread = np.where(lost[groups, None], np.repeat(faces, 3, 0), sums[groups])
    return _unit(spread).reshape(positions.shape)


def _across(points: Vectors) -> Vectors:
    return np.cross(points[:, 1] - points[:, 0], points[:, 2] - points[:, 0])


def _angles(points: Vectors) -> Vectors:
    """The angle of each corner, `(t, 3)` radians."""
    after, before = np.roll(points, -1, 1) - points, np.roll(points, 1, 1) - points
    return np.asarray(
        np.arctan2(np.linalg.norm(np.cross(after, before), axis=-1), np.einsum("tci,tci->tc", after, before))
    )


@np.errstate(invalid="ignore", over="ignore")
def _unit(vectors: Vectors) -> Floats:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    sound = np.isfinite(length) & (length > 0)
    units = np.where(sound, vectors / np.where(sound, length, 1), [0.0, 0.0, 1.0])
    return (units + 0.0).astype(np.float32)  # one zero, so that equal normals are equal to the bit
