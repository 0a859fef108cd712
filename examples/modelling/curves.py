"""Curves as arrays of points: outlines, fillets, splines, and resampling by arc length."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def cumulative_length(points: Array, *, closed: bool = False, axis: int = 0) -> Array:
    """Arc length from the first point to each point; one more entry, the whole length, when closed."""
    if closed:
        points = np.concatenate([points, np.take(points, [0], axis=axis)], axis=axis)
    steps = np.linalg.norm(np.diff(points, axis=axis), axis=-1)
    zero = np.zeros_like(np.take(steps, [0], axis=axis))
    return np.concatenate([zero, np.cumsum(steps, axis=axis)], axis=axis)


def resample(points: npt.ArrayLike, count: int, *, closed: bool = False) -> Array:
    """`count` points at equal arc length; a closed curve does not repeat its first point."""
    curve = np.asarray(points, dtype=np.float64)
    length = cumulative_length(curve, closed=closed)
    if closed:
        curve = np.concatenate([curve, curve[:1]])
    at = np.linspace(0.0, length[-1], count, endpoint=not closed)
    return along(curve, length, at)


def along(curve: Array, length: Array, at: Array) -> Array:
    """Points of an open polyline at arc lengths `at`."""
    return np.stack([np.interp(at, length, curve[:, k]) for k in range(curve.shape[1])], axis=-1)


def spline(points: npt.ArrayLike, count: int, *, closed: bool = False) -> Array:
    """A centripetal Catmull–Rom curve through the points, `count` samples at equal arc length (Yuksel et al. 2011)."""
    control = np.asarray(points, dtype=np.float64)
    if closed:
        control = np.concatenate([control[-1:], control, control[:2]])
    else:
        control = np.concatenate([2 * control[:1] - control[1:2], control, 2 * control[-1:] - control[-2:-1]])
    knots = np.concatenate([[0.0], np.cumsum(np.sqrt(np.linalg.norm(np.diff(control, axis=0), axis=1)))])
    pieces = []
    for i in range(1, len(control) - 2):
        t = np.linspace(knots[i], knots[i + 1], 24, endpoint=False)[:, None]
        pieces.append(_barry_goldman(control[i - 1 : i + 3], knots[i - 1 : i + 3], t))
    dense = np.concatenate(pieces) if closed else np.concatenate([*pieces, control[-2:-1]])
    return resample(dense, count, closed=closed)


def _barry_goldman(p: Array, k: Array, t: Array) -> Array:
    def mix(a: Array, b: Array, i: int, j: int) -> Array:
        mixed: Array = (k[j] - t) / (k[j] - k[i]) * a + (t - k[i]) / (k[j] - k[i]) * b
        return mixed

    a = [mix(p[i], p[i + 1], i, i + 1) for i in range(3)]
    b = [mix(a[0], a[1], 0, 2), mix(a[1], a[2], 1, 3)]
    return mix(b[0], b[1], 1, 2)


def superellipse(a: float, b: float, power: float, count: int) -> Array:
    """The closed curve |x/a|ⁿ + |y/b|ⁿ = 1, counter-clockwise from (a, 0), `count` points at equal arc length."""
    t = np.linspace(0, 2 * np.pi, max(count * 8, 256), endpoint=False)
    c, s = np.cos(t), np.sin(t)
    dense = np.stack([a * np.sign(c) * np.abs(c) ** (2 / power), b * np.sign(s) * np.abs(s) ** (2 / power)], axis=-1)
    return resample(dense, count, closed=True)


def fillet(corners: npt.ArrayLike, radii: npt.ArrayLike, segments: int = 6, *, closed: bool = True) -> Array:
    """A polygon with rounded corners.

    Args:
        corners: `(n, 2)`.
        radii: one for all corners or one each; clipped to what the edges leave. Zero keeps a corner sharp.
        segments: straight pieces of each arc.
        closed: False leaves the two ends as they are.
    """
    points = np.asarray(corners, dtype=np.float64)
    radius = np.broadcast_to(np.asarray(radii, dtype=np.float64), len(points))
    rounded: list[Array] = []
    for i, here in enumerate(points):
        if radius[i] <= 0 or (not closed and i in (0, len(points) - 1)):
            rounded.append(here[None])
            continue
        rounded.append(_arc(points[i - 1], here, points[(i + 1) % len(points)], float(radius[i]), segments))
    return np.concatenate(rounded)


def rounded_rectangle(width: float, height: float, radius: float, segments: int = 4) -> Array:
    """Centred, counter-clockwise, `4 × (segments + 1)` points."""
    x, y = width / 2, height / 2
    return fillet([(x, -y), (x, y), (-x, y), (-x, -y)], min(radius, 0.999 * x, 0.999 * y), segments)


def _arc(before: Array, here: Array, after: Array, radius: float, segments: int) -> Array:
    u, v = before - here, after - here
    reach_u, reach_v = float(np.linalg.norm(u)), float(np.linalg.norm(v))
    u, v = u / reach_u, v / reach_v
    half = float(np.arccos(np.clip(u @ v, -1, 1))) / 2
    tangent = min(radius / float(np.tan(half)), 0.5 * reach_u, 0.5 * reach_v)
    radius = tangent * float(np.tan(half))
    centre = here + (u + v) / np.linalg.norm(u + v) * radius / np.sin(half)
    first, last = here + u * tangent - centre, here + v * tangent - centre
    sweep = np.pi - 2 * half
    t = np.linspace(0, 1, segments + 1)[:, None]
    arc: Array = centre + (np.sin((1 - t) * sweep) * first + np.sin(t * sweep) * last) / max(float(np.sin(sweep)), 1e-9)
    return arc


def smooth(points: Array, passes: int, *, closed: bool = True) -> Array:
    """Binomial smoothing, `passes` times; ends of an open curve stay."""
    for _ in range(passes):
        if closed:
            points = (np.roll(points, 1, 0) + 2 * points + np.roll(points, -1, 0)) / 4
        else:
            points = np.concatenate([points[:1], (points[:-2] + 2 * points[1:-1] + points[2:]) / 4, points[-1:]])
    return points


def tangents(points: Array, *, closed: bool = False) -> Array:
    """Unit tangents by central differences."""
    t = np.roll(points, -1, 0) - np.roll(points, 1, 0) if closed else np.gradient(points, axis=0)
    unit: Array = t / np.maximum(np.linalg.norm(t, axis=1, keepdims=True), 1e-12)
    return unit


def offset(outline: Array, distance: float | Array) -> Array:
    """A closed counter-clockwise plane outline moved outward by `distance` along its normals."""
    t = tangents(outline, closed=True)
    moved: Array = outline + np.stack([t[:, 1], -t[:, 0]], axis=-1) * np.reshape(distance, (-1, 1))
    return moved


def smoothstep(low: npt.ArrayLike, high: npt.ArrayLike, x: npt.ArrayLike) -> Array:
    """0 at `low`, 1 at `high` (which may be the smaller), a cubic in between."""
    start, stop = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    t = np.clip((np.asarray(x, dtype=np.float64) - start) / (stop - start), 0, 1)
    result: Array = t * t * (3 - 2 * t)
    return result
