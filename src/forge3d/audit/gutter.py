"""How far the islands of a layout are from each other.

The outline of the islands is sampled at `STEPS` points for each gutter's width, and the nearest points of different
islands are sought in a grid of cells of that step. Distances are those of the points, so never below the true one;
where many points share a cell, up to a cell's diagonal above it: 9 % of the gutter's width.
"""

from __future__ import annotations

import numpy as np

from .edges import Ints
from .layout import Floats, Layout

STEPS = 16
_MOST_POINTS = 1 << 23
_FARTHEST = 1 << 52  # cells between two points: as many as float64 tells apart
_STRIDE = np.int64(1) << 31  # between two columns of cells in a key


def narrowest(layout: Layout, width: float) -> tuple[float, Floats] | None:
    """The least distance between two islands, where it is below `width`, and the place; None where it is not.

    Args:
        width: of the gutter, in texture space.

    Raises:
        OverflowError: the layout is so large beside the gutter that it would take many millions of points.
    """
    step = width / STEPS
    points, islands = _sampled(layout, step)
    cells = np.floor(points / step).astype(np.int64)
    cells -= cells.min(axis=0, initial=0)
    near = _near_others(cells // STEPS, islands)
    points, islands, keys = points[near], islands[near], (cells[:, 0] * _STRIDE + cells[:, 1])[near]
    order = np.lexsort((islands, keys))
    points, islands, keys = points[order], islands[order], keys[order]
    best = _least(points, islands, np.arange(len(points) - 1), np.arange(1, len(points)), width, None)
    for x, y in _offsets():
        # Two points in cells this far apart are no nearer than the cells.
        if best is not None and best[0] <= (np.hypot(x, y) - np.sqrt(2)) * step:
            break
        wanted = keys + (x * _STRIDE + y)
        # The first and the last point there: a cell rarely holds more.
        for other in (np.searchsorted(keys, wanted), np.searchsorted(keys, wanted, "right") - 1):
            found = np.flatnonzero(keys[other.clip(0, max(len(keys) - 1, 0))] == wanted) if len(keys) else other
            best = _least(points, islands, found, other[found], width, best)
    return best


def _sampled(layout: Layout, step: float) -> tuple[Floats, Ints]:
    """Points along the outlines, no further than `step` from each other, with their islands."""
    edges = layout.outline()
    start, stop = layout.points[edges[:, 0]], layout.points[edges[:, 1]]
    steps = np.ceil(np.linalg.norm(stop - start, axis=1) / step)
    if not steps.sum() + len(steps) <= _MOST_POINTS or np.ptp(layout.points) / step > _FARTHEST:
        raise OverflowError(f"its outline takes {steps.sum():,.0f} points")
    counts = steps.astype(np.int64) + 1
    owner = np.repeat(np.arange(len(edges)), counts)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    part = (number / (counts[owner] - 1).clip(1))[:, None]
    return start[owner] + part * (stop - start)[owner], layout.islands[edges[owner, 0]]


def _near_others(cells: Ints, islands: Ints) -> Ints:
    """Points with another island's point in the 3 × 3 coarse cells around theirs."""
    keys = (cells[:, 0] + 1) * _STRIDE + cells[:, 1] + 1
    order = np.argsort(keys, kind="stable")
    distinct, starts, inverse = np.unique(keys[order], return_index=True, return_inverse=True)
    if not len(distinct):
        return np.empty(0, np.int64)
    low, high = (reduce.reduceat(islands[order], starts) for reduce in (np.minimum, np.maximum))
    lowest, highest = low.copy(), high.copy()
    for x in (-1, 0, 1):
        for y in (-1, 0, 1):
            at = np.searchsorted(distinct, distinct + (x * _STRIDE + y)).clip(max=len(distinct) - 1)
            there = distinct[at] == distinct + (x * _STRIDE + y)
            lowest = np.where(there, np.minimum(lowest, low[at]), lowest)
            highest = np.where(there, np.maximum(highest, high[at]), highest)
    return np.asarray(order[(lowest != highest)[inverse]])


def _offsets() -> list[tuple[int, int]]:
    """Cells within a gutter's width, nearest first, one of each opposite pair."""
    reach = range(-STEPS - 1, STEPS + 2)
    half = [(x, y) for x in reach for y in reach if (x, y) > (0, 0)]
    return sorted((at for at in half if np.hypot(*at) <= STEPS + 1.5), key=lambda at: (np.hypot(*at), at))


def _least(
    points: Floats, islands: Ints, one: Ints, other: Ints, width: float, best: tuple[float, Floats] | None
) -> tuple[float, Floats] | None:
    """The nearest pair of different islands, if it is nearer than `best` and `width`."""
    different = islands[one] != islands[other]
    one, other = one[different], other[different]
    if not len(one):
        return best
    distances = np.linalg.norm(points[one] - points[other], axis=1)
    least = int(distances.argmin())
    within = distances[least] < (width if best is None else best[0])
    return (float(distances[least]), points[one[least]]) if within else best
