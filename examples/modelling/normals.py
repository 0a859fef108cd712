"""Vertex normals: smooth across texture seams, split at creases."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

_GRID = 1e-6  # positions closer than a micrometre are one point


def smooth_normals(positions: Array, triangles: Indices, crease: float) -> tuple[Array, Indices, Indices]:
    """Normals weighted by area and angle, averaged over faces that meet within `crease` degrees of each other.

    Args:
        positions: `(n, 3)`; vertices at the same place count as one, so that a seam in the UVs does not show.
        triangles: `(m, 3)`.
        crease: the largest angle between two faces that still shade as one surface; 180 smooths everything.

    Returns:
        normals `(k, 3)`, the original vertex of each of the k new ones `(k,)`, and triangles over the new ones.
        Triangles without area are dropped.
    """
    faces, unit, weight = _faces(positions, triangles)
    place = _places(positions)[faces].reshape(-1)
    if crease >= 180.0:
        sums = np.zeros((int(place.max()) + 1, 3))
        np.add.at(sums, place, weight)
        corner_normals = sums[place]
    else:
        corner_normals = _creased(place, np.repeat(unit, 3, axis=0), weight, crease)
    length = np.linalg.norm(corner_normals, axis=1, keepdims=True)
    fallback = np.repeat(unit, 3, axis=0)
    corner_normals = np.where(length > 1e-15, corner_normals / np.maximum(length, 1e-15), fallback)
    key = np.concatenate([faces.reshape(-1, 1), np.round(corner_normals * 4096).astype(np.int64)], axis=1)
    _, first, inverse = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return corner_normals[first], faces.reshape(-1)[first], inverse.reshape(-1, 3)


def _faces(positions: Array, triangles: Indices) -> tuple[Indices, Array, Array]:
    """Triangles that have an area, their unit normals, and each corner's normal times area and angle `(3 m, 3)`."""
    corner = positions[triangles]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    doubled_area = np.linalg.norm(normal, axis=1)
    keep = doubled_area > 1e-13
    corner, normal, doubled_area = corner[keep], normal[keep], doubled_area[keep]
    onward, back = np.roll(corner, -1, axis=1) - corner, np.roll(corner, 1, axis=1) - corner
    angle = np.arctan2(doubled_area[:, None], np.einsum("ijk,ijk->ij", onward, back))
    weight = (normal[:, None] * angle[..., None]).reshape(-1, 3)
    return triangles[keep], normal / doubled_area[:, None], weight


def _places(positions: Array) -> Indices:
    rounded = np.round(positions / _GRID).astype(np.int64)
    return np.unique(rounded, axis=0, return_inverse=True)[1].reshape(-1)


def _creased(place: Indices, unit: Array, weight: Array, crease: float) -> Array:
    """For every corner, the sum over corners at the same place whose face is within the crease angle."""
    order = np.argsort(place, kind="stable")
    counts = np.bincount(place)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    mine = np.repeat(np.arange(len(place)), counts[place])
    within = np.arange(len(mine)) - np.repeat(np.cumsum(counts[place]) - counts[place], counts[place])
    theirs = order[np.repeat(starts[place], counts[place]) + within]
    near = np.einsum("ij,ij->i", unit[mine], unit[theirs]) >= np.cos(np.radians(crease))
    sums = np.zeros_like(weight)
    np.add.at(sums, mine[near], weight[theirs[near]])
    return sums
