"""Tangents as MikkTSpace defines them (M. Mikkelsen, "Simulation of Wrinkled Surfaces Revisited", 2008).

Normal maps are baked against these, and glTF asks for them where a file brings none (specification §3.7.2.1).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..native.rows import components, distinct_rows

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]


def tangents(positions: Floats, normals: Floats, uvs: Floats) -> Floats:
    """Tangents of unwelded triangles.

    A triangle's tangent is the direction in which u grows. Corners of equal position, normal and UV whose triangles
    hang together by edges, with the same handedness, share the mean of their triangles' tangents, each projected into
    the corner's plane and weighted by the corner's angle. Triangles whose UVs have no area take the tangents of their
    neighbours, and those without an edge in space the tangents of any triangle at the same corner.

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

    corner = _equal_corners(positions, normals, uvs)
    flat = (positions == np.roll(positions, 1, 1)).all(-1).any(1)
    first, second = across_edges(corner, ~flat)
    _inherit(positive, (direction == 0).all(axis=1), first // 3, second // 3)
    joined = positive[first // 3] == positive[second // 3]
    groups = components(np.stack([first, second, second], 1)[joined], corner.size)

    count = int(groups.max()) + 1 if groups.size else 0
    sums = np.stack([np.bincount(groups, weighted[..., axis].ravel(), count) for axis in range(3)], 1)
    shared = _unit(sums.astype(np.float32))[groups].reshape(normals.shape)
    sign = np.broadcast_to(np.where(positive, np.float32(1), np.float32(-1))[:, None, None], (*shared.shape[:2], 1))
    made = np.concatenate([shared, sign], 2)
    _borrow(made.reshape(-1, 4), corner, np.repeat(flat, 3))
    shared = made[..., :3]
    made[..., :3] = np.where(_dot(shared, shared) > 0.5, shared, _any_perpendicular(normals))
    return made


def _by_triangle(positions: Floats, uvs: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The unit direction of growing u (zero where the UVs are degenerate), and whether the image is not mirrored.

    glTF's v grows downwards and its normal maps' green upwards, so an unmirrored image has a negative UV area.
    """
    edge1, edge2 = positions[:, 1] - positions[:, 0], positions[:, 2] - positions[:, 0]
    uv1, uv2 = uvs[:, 1] - uvs[:, 0], uvs[:, 2] - uvs[:, 0]
    area = uv1[:, 0] * uv2[:, 1] - uv1[:, 1] * uv2[:, 0]
    along = edge1 * uv2[:, 1:] - edge2 * uv1[:, 1:]
    return _unit(along * np.sign(area)[:, None]), area <= 0


def _angles(positions: Floats, normals: Floats) -> Floats:
    """The angle of each corner between its edges, seen along its normal."""
    after, before = np.roll(positions, -1, 1) - positions, np.roll(positions, 1, 1) - positions
    after = _unit(after - normals * _dot(normals, after))
    before = _unit(before - normals * _dot(normals, before))
    return np.arccos(np.clip(_dot(after, before)[..., 0], -1, 1))


def _equal_corners(positions: Floats, normals: Floats, uvs: Floats) -> Rows:
    """A number for each corner `(3 t,)`, equal where position, normal and UV are equal to the bit."""
    record = np.ascontiguousarray(np.concatenate([positions, normals, uvs], 2).reshape(-1, 8) + np.float32(0))
    return distinct_rows(record)[0].astype(np.int64)


def across_edges(corner: Rows, used: npt.NDArray[np.bool_]) -> tuple[Rows, Rows]:
    """Pairs of corners that are one point of an edge which two `used` triangles share, in opposite directions.

    Where more than two triangles meet at an edge, the first of one direction is paired with the first of the other.
    """
    starts = np.flatnonzero(np.repeat(used, 3))
    ends = starts // 3 * 3 + (starts + 1) % 3
    a, b = corner[starts], corner[ends]
    edge = np.minimum(a, b) * (corner.max(initial=0) + 1) + np.maximum(a, b)
    directed = 2 * edge + (a > b)
    order = np.argsort(directed, kind="stable")
    directed = directed[order]
    run = np.cumsum(np.diff(directed, prepend=-1) != 0) - 1
    rank = np.arange(len(directed)) - np.flatnonzero(np.diff(directed, prepend=-1))[run]
    # The k-th edge of one direction and the k-th of the other have the same key; keys rise.
    key = (np.cumsum(np.diff(directed // 2, prepend=-1) != 0) - 1) * (rank.max(initial=0) + 1) + rank
    forth, back = np.flatnonzero(directed % 2 == 0), np.flatnonzero(directed % 2)
    _, mine, theirs = np.intersect1d(key[forth], key[back], assume_unique=True, return_indices=True)
    one, other = order[forth[mine]], order[back[theirs]]
    return np.concatenate([starts[one], ends[one]]), np.concatenate([ends[other], starts[other]])


def _inherit(positive: npt.NDArray[np.bool_], open_: npt.NDArray[np.bool_], first: Rows, second: Rows) -> None:
    """Give patches of triangles that are `open_` the handedness of a neighbour that is not."""
    within = open_[first] & open_[second]
    patch = components(np.stack([first, second, second], 1)[within], len(open_))
    border = open_[first] != open_[second]
    taker, giver = np.where(open_[first], (first, second), (second, first))[:, border]
    lender = np.full(len(open_), -1)
    lender[patch[taker]] = giver
    taking = open_ & (lender[patch] >= 0)
    positive[taking] = positive[lender[patch[taking]]]


def _borrow(made: Floats, corner: Rows, without: npt.NDArray[np.bool_]) -> None:
    """Fill the rows `without` a tangent from the first row of an equal corner that has one."""
    lender = np.full(int(corner.max(initial=-1)) + 1, len(made))
    np.minimum.at(lender, corner[~without], np.flatnonzero(~without))
    wanting = np.flatnonzero(without & (lender[corner] < len(made)))
    made[wanting] = made[lender[corner[wanting]]]


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
