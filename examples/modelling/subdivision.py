"""Catmull–Clark subdivision of quad cages, with UVs that keep their seams."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .surface import Surface

Array = npt.NDArray[np.float64]
Quads = npt.NDArray[np.int64]


def subdivide(points: Array, quads: Quads, uvs: Array, levels: int) -> Surface:
    """The smooth surface that a cage of quads stands for (Catmull & Clark 1978), after `levels` steps.

    Args:
        points: `(n, 3)` of the cage.
        quads: `(m, 4)` counter-clockwise from outside. Open borders follow their own cubic curve.
        uvs: `(m, 4, 2)` of each quad's corners, in metres; interpolated straight, so that seams stay where they are.
        levels: each makes four quads of one.
    """
    for _ in range(levels):
        points, quads, uvs = _step(points, quads, uvs)
    corners = np.concatenate([quads.reshape(-1, 1), np.round(uvs.reshape(-1, 2) * 1e6).astype(np.int64)], axis=1)
    _, first, vertex = np.unique(corners, axis=0, return_index=True, return_inverse=True)
    faces = vertex.reshape(-1, 4)
    triangles = np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])
    return Surface.of(points[quads.reshape(-1)[first]], uvs.reshape(-1, 2)[first], triangles)


def _step(points: Array, quads: Quads, uvs: Array) -> tuple[Array, Quads, Array]:
    count, faces = len(points), len(quads)
    middle = points[quads].mean(axis=1)
    sides = np.sort(np.stack([quads, np.roll(quads, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
    edges, which = np.unique(sides, axis=0, return_inverse=True)
    which = which.reshape(-1)
    ends = points[edges].mean(axis=1)
    uses = np.bincount(which, minlength=len(edges))
    beside = _gather(which, np.repeat(middle, 4, axis=0), len(edges)) / uses[:, None]
    inner = (uses == 2)[:, None]
    on_edges = np.where(inner, (ends + beside) / 2, ends)
    moved = _move(points, quads, middle, edges, ends, uses == 1)
    edge_of = which.reshape(faces, 4) + count + faces
    face_of = np.arange(faces) + count
    corner = [np.stack([quads[:, k], edge_of[:, k], face_of, edge_of[:, k - 1]], axis=1) for k in range(4)]
    mids = (uvs + np.roll(uvs, -1, axis=1)) / 2
    centre = uvs.mean(axis=1)
    corner_uvs = [np.stack([uvs[:, k], mids[:, k], centre, mids[:, k - 1]], axis=1) for k in range(4)]
    return np.concatenate([moved, middle, on_edges]), np.concatenate(corner), np.concatenate(corner_uvs)


def _move(
    points: Array, quads: Quads, middle: Array, edges: Quads, ends: Array, border: npt.NDArray[np.bool_]
) -> Array:
    """Where the cage's own points go: (F + 2 R + (n − 3) P) / n, and (1, 6, 1) / 8 along a border."""
    count = len(points)
    flat = quads.reshape(-1)
    valence = np.maximum(np.bincount(flat, minlength=count), 1)[:, None]
    around = _gather(flat, np.repeat(middle, 4, axis=0), count) / valence
    degree = np.maximum(np.bincount(edges.reshape(-1), minlength=count), 1)[:, None]
    along = _gather(edges.reshape(-1), np.repeat(ends, 2, axis=0), count) / degree
    smooth = (around + 2 * along + (valence - 3) * points) / valence
    rim = edges[border].reshape(-1)
    sum_of_two = _gather(rim, np.repeat(ends[border], 2, axis=0), count)
    on_border = np.bincount(rim, minlength=count)[:, None] > 0
    return np.where(on_border, points / 2 + sum_of_two / 4, smooth)


def _gather(index: Quads, values: Array, count: int) -> Array:
    total = np.zeros((count, values.shape[1]))
    np.add.at(total, index, values)
    return total


def rounded_block(size: tuple[float, float, float], radius: float, *, levels: int = 1) -> Surface:
    """A box about the origin whose edges are rounded by about `radius`, flat in between; UVs by side, in metres."""
    half = np.asarray(size, dtype=np.float64) / 2
    inner = np.maximum(half - radius, half * 0.2)
    cells = np.arange(9) // 3 * 4 + np.arange(9) % 3  # of a side's 4 × 4 points, the first of each quad
    points: list[Array] = []
    quads: list[Quads] = []
    for axis in range(3):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        for sign in (-1.0, 1.0):
            v, u = np.meshgrid(*([-half[k], -inner[k], inner[k], half[k]] for k in (j, i)), indexing="ij")
            side = np.empty((16, 3))
            side[:, axis], side[:, i], side[:, j] = sign * half[axis], u.reshape(-1), v.reshape(-1)
            quad = cells[:, None] + np.array([0, 1, 5, 4])[:: int(sign)] + 16 * len(points)
            points.append(side)
            quads.append(quad)
    every, faces = np.concatenate(points), np.concatenate(quads)
    apart = np.array([2.5 * float(half.max()), 0.0])
    flat = np.concatenate([np.delete(side, k // 2, axis=1) + k * apart for k, side in enumerate(points)])
    places, inverse = np.unique(every.round(9), axis=0, return_inverse=True)
    return subdivide(np.asarray(places, dtype=np.float64), inverse.reshape(-1)[faces], flat[faces], levels)
