"""Floats for meshopt's exponential filter: whole multiples of a power of two, which it holds to the bit.

The filter stores a number as a mantissa of 24 bits with sign and an exponent of 8 (EXT_meshopt_compression, Appendix
B). With one exponent for all numbers of a kind, mantissas of neighbours differ little, and compress well.
"""

from __future__ import annotations

from math import floor, frexp, log2

import numpy as np
import numpy.typing as npt

_MANTISSA = 1 << 23  # smaller than this, with a sign
_EXPONENTS = range(-100, 101)  # that every decoder takes


def rounded(values: npt.NDArray[np.float32], error: float) -> npt.NDArray[np.float32]:
    """The nearest multiples of a power of two, of the largest that moves no number by more than `error`.

    Values stay as they are where that takes more than the filter's mantissa.
    """
    if not error > 0 or not values.size:
        return values
    exponent = min(max(floor(log2(2 * error)), _EXPONENTS[0]), _EXPONENTS[-1])
    steps = np.rint(np.ldexp(values.astype(np.float64), -exponent))
    if not float(np.abs(steps).max()) < _MANTISSA:
        return values
    return (np.ldexp(steps, exponent) + 0.0).astype(np.float32)  # no zero keeps a sign


def encode(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint32] | None:
    """The numbers as the filter stores them, under one exponent; None where that would change a bit of one."""
    flat = values.ravel()
    if not np.isfinite(flat).all() or (np.signbit(flat) & (flat == 0)).any():
        return None
    largest = float(np.abs(flat).max(initial=0.0))
    if not largest:
        return np.zeros(values.shape, np.uint32)
    exponent = frexp(largest)[1] - 23  # the finest that holds the largest, then the coarsest that holds them all
    if exponent < _EXPONENTS[0]:
        return None
    steps = np.ldexp(flat.astype(np.float64), -exponent)
    if (steps != np.rint(steps)).any():
        return None
    whole = steps.astype(np.int64)
    lowest = int(np.bitwise_or.reduce(whole))
    shift = min((lowest & -lowest).bit_length() - 1, _EXPONENTS[-1] - exponent)
    codes = (whole >> shift) & 0xFFFFFF | ((exponent + shift) & 0xFF) << 24
    return codes.astype(np.uint32).reshape(values.shape)
