"""Which keys of an animation track can go: those that the track between their neighbours tells anyway.

A track is cut in two at its worst key until every piece is within the tolerance, and then neighbouring pieces are
joined where the whole still is. Each round looks at all open pieces at once; there are about log₂(keys) rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..document import Interpolation

Values = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]
_Rows = npt.NDArray[np.int64]
Measure = Callable[[_Rows, _Rows, _Rows], Values]

_WORST_FIRST = 20  # rounds that cut at the worst key; later ones cut in the middle, which ends in log₂(keys) rounds
_ALMOST_HALF_A_TURN = np.cos(np.radians(85.0))  # of half the angle: from there on rounding decides which way is shorter


@dataclass(frozen=True, slots=True)
class Track:
    """Keys of one property.

    Attributes:
        times: `(n,)` seconds, rising.
        values: `(n, k)`; for CUBICSPLINE `(n, 3, k)`: in-tangent, value, out-tangent.
        rotation: values are quaternions, `-q` means what `q` means, and LINEAR goes along the sphere.
        apart: components are properties of their own (morph weights), not coordinates of one.
    """

    times: Values
    values: Values
    interpolation: Interpolation
    rotation: bool = False
    apart: bool = False

    @property
    def points(self) -> Values:
        return self.values[:, 1] if self.interpolation is Interpolation.CUBICSPLINE else self.values


def repeated(track: Track) -> Marks:
    """`(n,)`: keys whose value, to the bit, stands before and after them, so that nothing changes without them.

    Spline keys must have tangents of zero around as well. First and last keys are never among them.
    """
    same = (track.points[1:] == track.points[:-1]).all(axis=1)
    gone = np.zeros(len(track.times), bool)
    if track.interpolation is Interpolation.CUBICSPLINE:
        same &= ~(track.values[:-1, 2].any(axis=1) | track.values[1:, 0].any(axis=1))
    gone[1:-1] = same[:-1] & (same[1:] | (track.interpolation is Interpolation.STEP))
    return gone


def redundant(tracks: Sequence[Track], tolerance: float) -> Marks:
    """`(n,)`: keys without which each track stays within `tolerance` at every time; the first and last always stay.

    The tracks have the same times, and lose the same keys. (What each could lose alone says nothing: with one key more,
    a piece may stray further.) Distances are Euclidean, of rotations the angle in radians. Between two keys that stay,
    a rotation turns by less than 170°.
    """
    count = len(tracks[0].times)
    measure = _largest([_measure(track) for track in tracks])
    kept = np.zeros(count, bool)
    kept[[0, -1]] = True
    starts, ends = np.array([0][: count - 1]), np.array([count - 1][: count - 1])
    rounds = 0
    while len(starts):
        worst, where = _worst(starts, ends, measure)
        certain = np.isfinite(worst) & (rounds < _WORST_FIRST)
        cuts = np.where(certain, where, (starts + ends) // 2)[worst > tolerance]
        kept[cuts] = True
        starts, ends = (
            np.concatenate([starts[worst > tolerance], cuts]),
            np.concatenate([cuts, ends[worst > tolerance]]),
        )
        rounds += 1
    idle = 0
    for start in (1, 2) * 4:  # joining two pieces bars their neighbours, so every other key is tried
        keys = np.flatnonzero(kept)
        tried = keys[start:-1:2]
        before, after = keys[start - 1 : -2 : 2][: len(tried)], keys[start + 1 :: 2][: len(tried)]
        worst, _ = _worst(before, after, measure)
        kept[tried[worst <= tolerance]] = False
        idle = 0 if (worst <= tolerance).any() else idle + 1
        if idle == 2:
            break
    return ~kept


def deviation(track: Track, kept: Marks) -> float:
    """How far the track with only the keys `kept` is from the whole one, at most; as `redundant` measures."""
    keys = np.flatnonzero(kept)
    worst, _ = _worst(keys[:-1], keys[1:], _measure(track))
    return float(worst.max(initial=0.0))


def _worst(starts: _Rows, ends: _Rows, measure: Measure) -> tuple[Values, _Rows]:
    """Of each piece, the largest distance of a key inside it, and which key that is; 0 where there is none."""
    inside = ends - starts - 1
    piece = np.repeat(np.arange(len(starts)), inside)
    worst, where = np.zeros(len(starts)), starts.copy()
    if not len(piece):
        return worst, where
    first = np.cumsum(inside) - inside
    key = np.arange(len(piece)) - first[piece] + starts[piece] + 1
    distance = measure(starts[piece], ends[piece], key)
    filled = inside > 0
    worst[filled] = np.maximum.reduceat(distance, first[filled])
    top = np.flatnonzero(distance == worst[piece])
    where[piece[top[::-1]]] = key[top[::-1]]
    return worst, where


def _largest(measures: list[Measure]) -> Measure:
    return lambda a, b, i: np.max([measure(a, b, i) for measure in measures], axis=0)


def _measure(track: Track) -> Measure:
    """How far key `i` is from the piece from key `a` to key `b`, for arrays of all three."""
    if track.interpolation is Interpolation.CUBICSPLINE:
        return _spline_measure(track)
    points = _units(track.points) if track.rotation else track.points
    times, lengths = track.times, _largest_parts if track.apart else _lengths

    def measure(a: _Rows, b: _Rows, i: _Rows) -> Values:
        if track.interpolation is Interpolation.STEP:
            return _angles(points[a], points[i]) if track.rotation else lengths(points[i] - points[a])
        t = ((times[i] - times[a]) / (times[b] - times[a]))[:, None]
        if not track.rotation:
            return lengths(points[i] - ((1 - t) * points[a] + t * points[b]))
        cosine = np.abs(np.einsum("ij,ij->i", points[a], points[b]))
        distance = _angles(points[i], slerps(points[a], points[b], t))
        return np.where(cosine < _ALMOST_HALF_A_TURN, np.inf, distance)

    return measure


def _spline_measure(track: Track) -> Measure:
    """The difference of two splines is a spline again, and stays within its Bézier points.

    Between key `i` and the next those are the difference at `i`, and that plus a third of the span times the difference
    of the slopes; so too at its other end. A rotation is twice as far as its quaternion.
    """
    times, factor, lengths = track.times, 2.0 if track.rotation else 1.0, _largest_parts if track.apart else _lengths
    incoming, points, outgoing = (track.values[:, part] for part in range(3))
    spans = np.diff(times)

    def measure(a: _Rows, b: _Rows, i: _Rows) -> Values:
        span = times[b] - times[a]
        s, h = ((times[i] - times[a]) / span)[:, None], span[:, None]
        value = (
            (2 * s**3 - 3 * s**2 + 1) * points[a]
            + (s**3 - 2 * s**2 + s) * h * outgoing[a]
            + (3 * s**2 - 2 * s**3) * points[b]
            + (s**3 - s**2) * h * incoming[b]
        )
        slope = (
            (6 * s**2 - 6 * s) * (points[a] - points[b]) / h
            + (3 * s**2 - 4 * s + 1) * outgoing[a]
            + (3 * s**2 - 2 * s) * incoming[b]
        )
        off = points[i] - value
        before = off - (incoming[i] - slope) * spans[i - 1, None] / 3
        after = off + (outgoing[i] - slope) * spans[i, None] / 3
        return factor * np.maximum(lengths(off), np.maximum(lengths(before), lengths(after)))

    return measure


def slerps(a: Values, b: Values, t: Values) -> Values:
    """Between unit quaternions `(n, 4)` on the shorter way (§C.4), at `t` `(n, 1)`."""
    cosine = np.einsum("ij,ij->i", a, b)[:, None]
    b = np.where(cosine < 0, -b, b)
    angle = np.arccos(np.clip(np.abs(cosine), 0, 1))
    sine = np.sin(angle)
    small = sine < 1e-6
    sine = np.where(small, 1.0, sine)
    left = np.where(small, 1 - t, np.sin((1 - t) * angle) / sine)
    right = np.where(small, t, np.sin(t * angle) / sine)
    return _units(left * a + right * b)


def _angles(a: Values, b: Values) -> Values:
    """The angle between the rotations of unit quaternions, in radians; exact for small ones, where arccos is not."""
    b = np.where(np.einsum("ij,ij->i", a, b)[:, None] < 0, -b, b)
    return np.asarray(4 * np.arcsin(np.minimum(_lengths(a - b) / 2, 1.0)))


def _lengths(vectors: Values) -> Values:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", vectors, vectors)))


def _largest_parts(vectors: Values) -> Values:
    return np.asarray(np.abs(vectors).max(axis=1))


def _units(vectors: Values) -> Values:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-30))
