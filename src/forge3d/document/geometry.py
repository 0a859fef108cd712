"""Primitives as plain triangle and line lists, whatever their topology."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .scene import Mode, Primitive

Indices = npt.NDArray[np.uint32]


def flat_indices(primitive: Primitive) -> Indices:
    """The order of vertices `(n,)` uint32: the indices, or 0, 1, 2, … where there are none."""
    if primitive.indices is not None:
        return primitive.indices.array.astype(np.uint32)
    position = primitive.attributes.get("POSITION")
    return np.arange(0 if position is None else len(position), dtype=np.uint32)


def triangles(primitive: Primitive) -> Indices:
    """Triangles `(n, 3)` uint32 of a triangle list, strip or fan, with the winding of §3.7.2.1; empty for others."""
    order = flat_indices(primitive)
    if primitive.mode is Mode.TRIANGLES:
        return order[: len(order) // 3 * 3].reshape(-1, 3)
    if primitive.mode not in (Mode.TRIANGLE_STRIP, Mode.TRIANGLE_FAN) or len(order) < 3:
        return np.empty((0, 3), np.uint32)
    if primitive.mode is Mode.TRIANGLE_FAN:
        first = np.broadcast_to(order[0], len(order) - 2)
        return np.stack([order[1:-1], order[2:], first], axis=1)
    corners = np.stack([order[:-2], order[1:-1], order[2:]], axis=1)
    corners[1::2] = corners[1::2][:, [0, 2, 1]]  # every other triangle of a strip is wound the other way
    return corners


def lines(primitive: Primitive) -> Indices:
    """Segments `(n, 2)` uint32 of a line list, strip or loop; empty for others."""
    order = flat_indices(primitive)
    if primitive.mode is Mode.LINES:
        return order[: len(order) // 2 * 2].reshape(-1, 2)
    if primitive.mode not in (Mode.LINE_STRIP, Mode.LINE_LOOP) or len(order) < 2:
        return np.empty((0, 2), np.uint32)
    following = np.roll(order, -1)
    segments = np.stack([order, following], axis=1)
    return segments if primitive.mode is Mode.LINE_LOOP else segments[:-1]


def used_vertices(primitive: Primitive) -> npt.NDArray[np.bool_] | None:
    """Which vertices the indices name, `(vertices,)` bool; None when all are, or when there are no indices."""
    position = primitive.attributes.get("POSITION")
    if primitive.indices is None or position is None:
        return None
    used = np.zeros(len(position), bool)
    used[primitive.indices.array] = True
    return None if used.all() else used
