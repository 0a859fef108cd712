"""Skin that cloth covers from all sides, which nobody will see."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..document import Document, Mode
from ..document.geometry import triangles
from ..optimize.vertices import index_accessor, numbered_vertices, payload_kept
from ..surface.rays import RayCaster
from .body import Body, Points

Marks = npt.NDArray[np.bool_]
_REACH = 0.12  # of the body's height: cloth that far above still covers
_RINGS = ((0.0, 1), (35.0, 6), (65.0, 9))  # degrees from the normal, and rays in each ring
_MARGIN = 0.012  # of the body's height: skin that near to what is seen stays


def covered(body: Body, cloth: Points) -> Marks:
    """Which of the body's vertices `(n,)` cannot be seen for cloth.

    Args:
        cloth: corners `(t, 3, 3)` of its opaque triangles, in the body's space.
    """
    surface, caster = body.surface, RayCaster(cloth)
    reach = _REACH * body.height
    hidden = np.ones(len(body.points), bool)
    for direction in _directions():
        rays = _around(surface.normals) @ direction
        start = surface.points + surface.normals * 1e-4 * body.height
        rows = np.flatnonzero(hidden)
        hidden[rows] = caster.nearest(start[rows], rays[rows]).distance < reach
    return _shrunk(body, hidden)


def remove(document: Document, body: Body, hidden: Marks) -> tuple[int, list[str]]:
    """Take away the triangles whose corners are all hidden.

    Returns:
        how many went, and why parts of the body could not be changed.
    """
    numbered, kept, gone = numbered_vertices(document), [], 0
    for part in body.parts:
        faces = triangles(part.primitive)
        lost: Marks = np.asarray(np.all(hidden[part.number][faces], axis=1))
        if not lost.any():
            continue
        if id(part.primitive) in numbered or payload_kept(part.primitive):
            kept.append(numbered.get(id(part.primitive), "a part of the body is compressed: decompress it first"))
            continue
        if lost.all():
            lost[:1] = False  # a mesh needs a triangle
        part.primitive.mode = Mode.TRIANGLES
        part.primitive.indices = index_accessor(np.ascontiguousarray(faces[~lost]).ravel(), part.primitive.indices)
        gone += int(lost.sum())
    return gone, kept


def _directions() -> Points:
    tilt = np.radians(np.repeat([degrees for degrees, _ in _RINGS], [count for _, count in _RINGS]))
    turn = np.concatenate([np.arange(count) * 2 * np.pi / count for _, count in _RINGS])
    return np.stack([np.sin(tilt) * np.cos(turn), np.sin(tilt) * np.sin(turn), np.cos(tilt)], axis=1)


def _around(normals: Points) -> Points:
    """Axes `(n, 3, 3)` in columns, the last one the normal."""
    side = np.where(np.abs(normals[:, :1]) < 0.7, [[1.0, 0, 0]], [[0, 1.0, 0]])
    first = np.cross(side, normals)
    first /= np.maximum(np.linalg.norm(first, axis=1, keepdims=True), 1e-30)
    return np.stack([first, np.cross(normals, first), normals], axis=2)


def _shrunk(body: Body, hidden: Marks) -> Marks:
    """Without what lies within the margin of skin that is seen, along the surface."""
    first, second = body.edges.T
    length = np.linalg.norm(body.points[first] - body.points[second], axis=1)
    away = np.where(hidden, np.inf, 0.0)
    for _ in range(len(away)):
        before = away.copy()
        np.minimum.at(away, first, before[second] + length)
        np.minimum.at(away, second, before[first] + length)
        if np.array_equal(away, before) or np.minimum(away, before).max() <= 0:
            break
        if (before[away < before] > _MARGIN * body.height).all():
            break
    return hidden & (away > _MARGIN * body.height)
