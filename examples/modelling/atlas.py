"""Charts packed into one square without overlap, and per-vertex values painted into it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .noise import blur
from .surface import Surface

Array = npt.NDArray[np.float64]


def pack(surface: Surface, size: int, *, gap: int = 3) -> Array:
    """Atlas coordinates `(n, 2)` in [0, 1]: every chart keeps its shape, all at one scale, `gap` texels apart.

    Shelf packing, tallest first; the scale is the largest that fits, found by bisection. Charts wider than tall are
    turned.
    """
    pieces = [_upright(surface.uvs[c.start : c.stop]) for c in surface.charts]
    extents = np.array([p.max(axis=0) for p in pieces])
    margin = gap / size
    low, high = 0.0, 1.0 / float(np.sqrt(np.prod(extents, axis=1).sum()))
    places = np.zeros_like(extents)
    for _ in range(24):
        scale = (low + high) / 2
        found = _shelves(extents * scale + 2 * margin)
        if found is None:
            high = scale
        else:
            low, places = scale, found
    result = np.zeros_like(surface.uvs)
    for chart, piece, place in zip(surface.charts, pieces, places, strict=True):
        result[chart.start : chart.stop] = piece * low + place + margin
    return result


def _upright(uvs: Array) -> Array:
    shifted = uvs - uvs.min(axis=0)
    extent = shifted.max(axis=0)
    upright: Array = shifted[:, ::-1] if extent[0] > extent[1] else shifted
    return upright


def _shelves(extents: Array) -> Array | None:
    places = np.zeros_like(extents)
    x = y = shelf = 0.0
    for k in np.argsort(-extents[:, 1], kind="stable"):
        width, height = extents[k]
        if x + width > 1:
            x, y, shelf = 0.0, y + shelf, 0.0
        if width > 1 or y + height > 1:
            return None
        places[k] = x, y
        x, shelf = x + width, max(shelf, float(height))
    return places


def paint(values: Array, uvs: Array, surface: Surface, size: int, *, soften: float = 1.0) -> Array:
    """A `(size, size)` or `(size, size, k)` picture of per-vertex values, spread past the charts' borders."""
    flat = values.reshape(len(values), -1)
    total, weight = np.zeros((size * size, flat.shape[1])), np.zeros(size * size)
    texel, barycentric, triangle = rasterize(uvs, surface.triangles, size)
    corners = surface.triangles[triangle]
    inside = np.einsum("ij,ijk->ik", barycentric, flat[corners])
    np.add.at(weight, texel, 1.0)
    for k in range(flat.shape[1]):
        np.add.at(total[:, k], texel, inside[:, k])
    picture = (total / np.maximum(weight, 1)[:, None]).reshape(size, size, -1)
    picture = _dilate(picture, (weight > 0).reshape(size, size), steps=10)
    if soften:
        picture = np.stack([blur(picture[..., k], soften) for k in range(picture.shape[-1])], axis=-1)
    return picture.reshape(size, size, *values.shape[1:])


def rasterize(
    uvs: Array, triangles: npt.NDArray[np.int64], size: int
) -> tuple[npt.NDArray[np.int64], Array, npt.NDArray[np.int64]]:
    """Texels (flat index), barycentric coordinates `(k, 3)` and triangle numbers of every texel centre covered."""
    corner = uvs[triangles] * size - 0.5
    low = np.ceil(corner[..., 1].min(axis=1)).astype(np.int64)
    rows = np.maximum(np.floor(corner[..., 1].max(axis=1)).astype(np.int64) - low + 1, 0)
    triangle, row = _count_out(rows)
    y = low[triangle] + row
    left, right = _span(corner[triangle], y.astype(np.float64))
    first = np.ceil(left - 0.01).astype(np.int64)
    span, column = _count_out(np.maximum(np.floor(right + 0.01).astype(np.int64) - first + 1, 0))
    x, y, triangle = first[span] + column, y[span], triangle[span]
    a, b, c = np.moveaxis(corner[triangle], 1, 0)
    area = _cross(b - a, c - a)
    area = np.where(np.abs(area) < 1e-12, np.inf, area)
    p = np.stack([x, y], axis=-1).astype(np.float64)
    wa, wb = _cross(b - p, c - p) / area, _cross(c - p, a - p) / area
    keep = (x >= 0) & (y >= 0) & (x < size) & (y < size) & np.isfinite(area)
    return (y * size + x)[keep], np.stack([wa, wb, 1 - wa - wb], axis=-1)[keep], triangle[keep]


def _count_out(counts: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Item k named counts[k] times, and the running number within each item."""
    item = np.repeat(np.arange(len(counts)), counts)
    return item, np.arange(len(item)) - np.repeat(np.cumsum(counts) - counts, counts)


def _span(corner: Array, y: Array) -> tuple[Array, Array]:
    """Where the horizontal line at y enters and leaves each triangle `(k, 3, 2)`."""
    left, right = np.full(len(y), np.inf), np.full(len(y), -np.inf)
    for k in range(3):
        p, q = corner[:, k], corner[:, (k + 1) % 3]
        rise = q[:, 1] - p[:, 1]
        t = (y - p[:, 1]) / np.where(rise == 0, np.inf, rise)
        crosses = (rise != 0) & (t >= 0) & (t <= 1)
        x = p[:, 0] + t * (q[:, 0] - p[:, 0])
        left, right = np.where(crosses, np.minimum(left, x), left), np.where(crosses, np.maximum(right, x), right)
    empty = left > right
    return np.where(empty, 0.0, left), np.where(empty, -1.0, right)


def _cross(a: Array, b: Array) -> Array:
    result: Array = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return result


def _dilate(picture: Array, known: npt.NDArray[np.bool_], steps: int) -> Array:
    """Spread known texels outward `steps` times, so that filtering at a chart's border finds its own values."""
    for _ in range(steps):
        total, count = np.zeros_like(picture), np.zeros(known.shape)
        for axis, shift in ((0, 1), (0, -1), (1, 1), (1, -1)):
            there = np.roll(known, shift, axis)
            total += np.roll(picture, shift, axis) * there[..., None]
            count += there
        fresh = ~known & (count > 0)
        picture = np.where(fresh[..., None], total / np.maximum(count, 1)[..., None], picture)
        known = known | fresh
    rest = picture[known].mean(axis=0) if known.any() else np.zeros(picture.shape[-1])
    return np.where(known[..., None], picture, rest)
