"""Rotations for meshopt's quaternion filter, and what its decoder makes of them.

The filter leaves out the largest component, which the others tell, and stores these in steps of its bits
(EXT_meshopt_compression, Appendix B).
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import numpy.typing as npt

from .meshopt import filter_quaternion

Stored = npt.NDArray[np.int16]

BITS = range(8, 17)
_LOOK = 64  # keys that tell at once that so few bits are not enough
_ALMOST_ALL = 0.99  # where two components are equally large, the other may be left out the second time


def rounded(quaternions: npt.ArrayLike, bits: int) -> Stored:
    """Unit quaternions `(n, 4)` as normalized int16, as the filter's decoder gives them at so many bits."""
    return _decoded(filter_quaternion(quaternions, bits=bits))


def angle(bits: int) -> float:
    """By how much, in radians, a rotation turns at most when it is stored in so many bits."""
    # Three components are off by half a step each, and the largest, of at least a half, by as much again at most.
    return 2 * 2 * sqrt(3) * 0.5 / (((1 << bits - 1) - 1) * sqrt(2))


def bits_of(stored: Stored, most: int) -> int:
    """The fewest bits that hold quaternions `(n, 4)` of normalized int16 as well as `most` do, from 8 on."""
    for bits in BITS:
        if bits >= most:
            break
        if all(_holds(part, bits) for part in (stored[:_LOOK], stored)):
            return bits
    return most


def _holds(stored: Stored, bits: int) -> bool:
    again = rounded(np.maximum(stored / np.float32(32767), -1), bits)
    off = np.abs(again.astype(np.int32) - stored).max(axis=1)
    return bool((off <= 1).mean() >= _ALMOST_ALL)


def _decoded(codes: Stored) -> Stored:
    last = codes[:, 3].astype(np.int32)
    three = codes[:, :3] / ((last | 3)[:, None] * np.float32(sqrt(2)))
    largest = np.sqrt(np.maximum(0, 1 - np.einsum("ij,ij->i", three, three)))
    columns = ((last & 3)[:, None] + np.array([1, 2, 3, 0])) % 4
    values = np.concatenate([three, largest[:, None]], axis=1)
    made = np.empty((len(codes), 4), np.int16)
    np.put_along_axis(made, columns, np.rint(values * 32767).astype(np.int16), axis=1)
    return made
