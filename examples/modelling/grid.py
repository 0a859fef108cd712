"""Lofted surfaces: rows of points, joined by quads."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .curves import cumulative_length
from .surface import Surface

Array = npt.NDArray[np.float64]


def loft(
    rows: npt.ArrayLike,
    *,
    closed_rows: bool = False,
    closed_columns: bool = False,
    origin: int = 0,
    uvs: Array | None = None,
    crease: float = 180.0,
    cavity: Array | None = None,
) -> Surface:
    """A surface through rows of points; outside is where (along a row) × (to the next row) points.

    Args:
        rows: `(r, c, 3)`.
        closed_rows: each row is a ring (its first point is not repeated in the input).
        closed_columns: the last row joins the first.
        origin: the column from which arc length along rows is measured, so that its neighbourhood is unstretched.
        uvs: `(r', c', 2)` metres for the grid with closing row and column repeated; by default arc lengths.
        crease: see `Surface.of`.
        cavity: `(r, c)` light that reaches each point; see `Surface`.
    """
    points = closed_grid(np.asarray(rows, dtype=np.float64), closed_rows, closed_columns)
    r, c = points.shape[:2]
    if uvs is None:
        uvs = arc_length_uvs(points, origin)
    i, j = np.meshgrid(np.arange(r - 1), np.arange(c - 1), indexing="ij")
    corner = i * c + j
    quads = np.stack([corner, corner + 1, corner + c + 1, corner + c], axis=-1).reshape(-1, 4)
    flat = points.reshape(-1, 3)
    light = None if cavity is None else closed_grid(cavity[..., None], closed_rows, closed_columns).reshape(-1)
    return Surface.of(flat, uvs.reshape(-1, 2), split(quads, flat), crease=crease, cavity=light)


def closed_grid(points: Array, closed_rows: bool, closed_columns: bool) -> Array:
    """The grid with its first column and row repeated where it closes."""
    if closed_rows:
        points = np.concatenate([points, points[:, :1]], axis=1)
    if closed_columns:
        points = np.concatenate([points, points[:1]], axis=0)
    return points


def arc_length_uvs(points: Array, origin: int = 0) -> Array:
    """Metres along each row from column `origin`, and metres along the columns on average."""
    across = cumulative_length(points, axis=1)
    across = across - across[:, origin : origin + 1]
    down = cumulative_length(points, axis=0).mean(axis=1)
    return np.stack([across, np.broadcast_to(down[:, None], across.shape)], axis=-1)


def split(quads: npt.NDArray[np.int64], positions: Array) -> npt.NDArray[np.int64]:
    """Two triangles a quad, cut along the shorter diagonal; triangles that collapse are left out by `Surface.of`."""
    a, b, c, d = np.moveaxis(positions[quads], 1, 0)
    first = np.linalg.norm(a - c, axis=1) <= np.linalg.norm(b - d, axis=1) + 1e-9
    short = np.where(first[:, None], quads[:, [0, 1, 2]], quads[:, [0, 1, 3]])
    other = np.where(first[:, None], quads[:, [0, 2, 3]], quads[:, [1, 2, 3]])
    return np.concatenate([short, other], axis=1).reshape(-1, 3)
