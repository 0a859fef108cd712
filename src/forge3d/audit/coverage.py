"""Which triangles of a layout lie on top of each other, by drawing them into a grid.

A triangle covers the cells whose centres it holds. Triangles that share an edge compute the same crossings with a row
of centres, so that neighbours never claim the same cell: a cell with two triangles is an overlap. What is thinner than
`_SKIN` of a cell is left out at each side, for T-junctions and rounded coordinates.

A triangle is one span of cells in each row: spans are written as +1 and -1 at their ends and summed along the rows, so
that the cost is rows, not cells. The same sums, of cells that are covered twice, say which triangles lie there.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .layout import Floats

Ints32 = npt.NDArray[np.int32]
_SKIN = 1 / 64
_LEAST, _MOST = 1024, 4096
_MOST_SPANS = 1 << 23
_AT_ONCE = 1 << 16


def grid_side(corners: Floats) -> int:
    """Cells along the longer side of the triangles' box: 16 for each triangle on average, within 1,024 to 4,096; fewer
    where large triangles lie on each other thousands of times."""
    side = _LEAST
    while side < _MOST and side * side < 16 * len(corners):
        side *= 2
    heights = np.ptp(corners[:, :, 1], axis=1).sum() / _extent(corners)
    while side > 16 and heights * side > _MOST_SPANS:
        side //= 2
    return side


def overlapping(corners: Floats, side: int) -> tuple[npt.NDArray[np.bool_], float]:
    """Triangles `(n,)` that share a cell with another, and the part of all covered cells that are shared.

    Args:
        corners: `(n, 3, 2)` in texture space.
        side: see `grid_side`.
    """
    scaled = (corners - corners.min(axis=(0, 1))) * (side / _extent(corners))
    parts = [_spans(scaled, start) for start in range(0, len(scaled), _AT_ONCE)]
    owner, row, first, last = (np.concatenate([part[axis] for part in parts]) for axis in range(4))
    counts = np.zeros((side + 1) * (side + 2), np.int32)
    np.add.at(counts, row.astype(np.int64) * (side + 2) + first, 1)
    np.add.at(counts, row.astype(np.int64) * (side + 2) + last, -1)
    grid = counts.reshape(side + 1, side + 2)
    np.cumsum(grid, axis=1, out=grid)
    covered, shared = int((grid > 0).sum()), grid > 1
    before = np.zeros((side + 1, side + 3), np.int32)
    np.cumsum(shared, axis=1, out=before[:, 1:])
    marked = np.zeros(len(corners), bool)
    marked[owner[before[row, last] > before[row, first]]] = True
    return marked, int(shared.sum()) / covered if covered else 0.0


def _extent(corners: Floats) -> float:
    """The longer side of the triangles' box; never zero."""
    extent: float = np.ptp(corners.reshape(-1, 2), axis=0).max()
    return extent or 1.0


def _spans(scaled: Floats, start: int) -> tuple[Ints32, Ints32, Ints32, Ints32]:
    """Cells that some triangles cover: `(triangle, row, first column, column behind the last)`, not empty."""
    some = scaled[start : start + _AT_ONCE]
    # By v, then u: an edge has the same first end in both of its triangles.
    order = np.lexsort((some[:, :, 0], some[:, :, 1]), axis=1)
    low, middle, high = np.moveaxis(np.take_along_axis(some, order[:, :, None], axis=1), 1, 0)
    top = np.ceil(low[:, 1] - 0.5 + _SKIN).astype(np.int64)
    rows = np.maximum(np.ceil(high[:, 1] - 0.5 - _SKIN).astype(np.int64) - top, 0)
    owner = np.repeat(np.arange(len(some)), rows)
    row = top[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(rows) - rows, rows)
    centre = row + 0.5
    long = _crossing(low[owner], high[owner], centre)
    lower = (centre < middle[owner, 1])[:, None]
    short = _crossing(np.where(lower, low[owner], middle[owner]), np.where(lower, middle[owner], high[owner]), centre)
    first = np.ceil(np.minimum(long, short) - 0.5 + _SKIN).astype(np.int32)
    last = np.ceil(np.maximum(long, short) - 0.5 - _SKIN).astype(np.int32)
    kept = last > first
    return (owner[kept] + start).astype(np.int32), row[kept].astype(np.int32), first[kept], last[kept]


def _crossing(low: Floats, high: Floats, centre: Floats) -> Floats:
    """Where edges cross lines of constant v."""
    rise = high[:, 1] - low[:, 1]
    part = np.divide(centre - low[:, 1], rise, out=np.zeros_like(rise), where=rise > 0)
    return np.asarray(low[:, 0] + np.clip(part, 0, 1) * (high[:, 0] - low[:, 0]))
