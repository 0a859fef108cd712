"""Tangents as MikkTSpace defines them (M. Mikkelsen, "Simulation of Wrinkled Surfaces Revisited", 2008).

Normal maps are baked against these, and glTF asks for them where a file brings none (specification §3.7.2.1).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


def tangents(positions: Floats, normals: Floats, uvs: Floats) -> Floats:
    """Tangents of unwelded triangles.

    A triangle's tangent is the direction in which u grows. Corners with equal position, normal, UV and handedness share
    the mean of their triangles' tangents, each projected into the corner's plane and weighted by the corner's angle.

    Args:
        positions, normals: `(t, 3, 3)`: triangle, corner, xyz. Normals need not be of length one.
        uvs: `(t, 3, 2)`.

    Returns:
        `(t, 3, 4)` float32: unit tangent, and w = ±1 with bitangent = w · cross(normal, tangent).
    """
    normals = _unit(normals)
    direction, positive = _by_triangle(positions, uvs)
    projected = _unit(direction[:, None] - normals * _dot(normals, direction[:, None]))
    weighted = projected * _angles(positions, normals)[..., None]

    groups = _groups(positions, normals, uvs, positive)
    count = int(groups.max()) + 1 if groups.size else 0
    sums = np.stack([np.bincount(groups, weighted[..., axis].ravel(), count) for axis in range(3)], 1)
    shared = _unit(sums.astype(np.float32))[groups].reshape(normals.shape)
    shared = np.where(_dot(shared, shared) > 0.5, shared, _any_perpendicular(normals))
    sign = np.where(positive, np.float32(1), np.float32(-1))
    return np.concatenate([shared, np.broadcast_to(sign[:, None, None], (*shared.shape[:2], 1))], 2).astype(np.float32)


def _by_triangle(positions: Floats, uvs: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The unit direction of growing u (zero where the UVs are degenerate), and whether the image is not mirrored.

    glTF's v grows downwards and its normal maps' green upwards, so an unmirrored image has a negative UV area.
    """
    edge1, edge2 = positions[:, 1] - positions[:, 0], positions[:, 2] - positions[:, 0]
    uv1, uv2 = uvs[:, 1] - uvs[:, 0], uvs[:, 2] - uvs[:, 0]
    area = uv1[:, 0] * uv2[:, 1] - uv1[:, 1] * uv2[:, 0]
    along = edge1 * uv2[:, 1:] - edge2 * uv1[:, 1:]
    return _unit(along * np.sign(area)[:, None]), area < 0


def _angles(positions: Floats, normals: Floats) -> Floats:
    """The angle of each corner between its edges, seen along its normal."""
    after, before = np.roll(positions, -1, 1) - positions, np.roll(positions, 1, 1) - positions
    after = _unit(after - normals * _dot(normals, after))
    before = _unit(before - normals * _dot(normals, before))
    return np.arccos(np.clip(_dot(after, before)[..., 0], -1, 1))


def _groups(positions: Floats, normals: Floats, uvs: Floats, positive: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """A number for each corner, equal where position, normal, UV and handedness are equal to the bit."""
    side = np.broadcast_to(positive[:, None, None].astype(np.float32), (*positions.shape[:2], 1))
    record = np.ascontiguousarray(np.concatenate([positions, normals, uvs, side], 2).reshape(-1, 9) + np.float32(0))
    order = np.lexsort(record.T)
    changed = np.concatenate([[True], (record[order[1:]] != record[order[:-1]]).any(1)]) if len(record) else np.zeros(0)
    groups = np.empty(len(record), np.int64)
    groups[order] = np.cumsum(changed) - 1
    return groups


def _any_perpendicular(normals: Floats) -> Floats:
    helper = np.where(np.abs(normals[..., :1]) > 0.9, np.array([0, 1, 0]), np.array([1, 0, 0])).astype(np.float32)
    return _unit(helper - normals * _dot(normals, helper))


def _dot(a: Floats, b: Floats) -> Floats:
    products: Floats = np.einsum("...i,...i->...", a, b)[..., None].astype(np.float32)
    return products


def _unit(vectors: npt.NDArray[np.float32]) -> Floats:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    units: Floats = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-20)
    return units
