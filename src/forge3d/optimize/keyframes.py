"""Which keys of an animation track can go: those that the track between their neighbours tells anyway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..document import Interpolation
from ..native.keyframes import Motion, kept_keys

Values = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


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


def redundant(tracks: Sequence[Track], tolerances: float | Sequence[float]) -> Marks:
    """`(n,)`: keys without which each track stays within its tolerance at every time; the first and last always stay.

    The tracks have the same times, and lose the same keys. (What each could lose alone says nothing: with one key more,
    a piece may stray further.) Distances are Euclidean, of rotations the angle in radians. Between two keys that stay,
    a rotation turns by less than 170°.

    Args:
        tolerances: above 0; of each track, or of all.
    """
    limits = [tolerances] * len(tracks) if isinstance(tolerances, float) else tolerances
    motions = []
    for track, limit in zip(tracks, limits, strict=True):
        spline = track.interpolation is Interpolation.CUBICSPLINE
        values = _units(track.values) if track.rotation and not spline else track.values
        motions.append(Motion(values, str(track.interpolation), track.rotation, track.apart, limit))
    return ~kept_keys(tracks[0].times, motions)


def _units(vectors: Values) -> Values:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-30))
