"""The sRGB transfer functions (IEC 61966-2-1, exact piecewise form) and their tables for stored integers."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]

STEPS = 1 << 16
"""Steps in the table from linear light to 8 bits: 20 for each sRGB step even where the curve is steepest."""


def srgb_to_linear(encoded: npt.ArrayLike) -> FloatArray:
    """sRGB in [0, 1] to linear light in [0, 1], float32."""
    x = np.asarray(encoded, np.float64)
    return np.where(x <= 0.04045, x / 12.92, ((np.maximum(x, 0) + 0.055) / 1.055) ** 2.4).astype(np.float32)


def linear_to_srgb(linear: npt.ArrayLike) -> FloatArray:
    """Linear light in [0, 1] to sRGB in [0, 1], float32. Values below 0 stay linear."""
    x = np.asarray(linear, np.float32)
    return np.where(x <= 0.0031308, x * 12.92, 1.055 * np.maximum(x, 0) ** (1 / 2.4) - 0.055).astype(np.float32)


def decode_values(stored: npt.NDArray[Any], *, srgb: bool) -> FloatArray:
    """Stored integers to floats in [0, 1]; through the sRGB curve to linear light where `srgb`."""
    values: FloatArray = _decoding_table(stored.dtype.itemsize, srgb)[stored]
    return values


def encode_values(values: FloatArray, dtype: npt.DTypeLike, *, srgb: bool) -> npt.NDArray[Any]:
    """Floats to the nearest stored uint8 or uint16, clamped to [0, 1]; the inverse of `decode_values`.

    8-bit sRGB goes through a table, which rounds to the other side within 1/40 of a step around the middle.
    """
    clamped = np.clip(values, np.float32(0), np.float32(1))
    if not srgb:
        top = np.float32(np.iinfo(dtype).max)
        return (clamped * top + np.float32(0.5)).astype(dtype)
    if np.dtype(dtype) == np.uint8:
        steps = (clamped * np.float32(STEPS - 1) + np.float32(0.5)).astype(np.uint16)
        return _srgb8_table()[steps]
    return encode_values(linear_to_srgb(clamped), dtype, srgb=False)


@cache
def _decoding_table(itemsize: int, srgb: bool) -> FloatArray:
    codes = np.arange(256**itemsize, dtype=np.float64) / (256**itemsize - 1)
    return srgb_to_linear(codes) if srgb else codes.astype(np.float32)


@cache
def _srgb8_table() -> npt.NDArray[np.uint8]:
    return (linear_to_srgb(np.linspace(0, 1, STEPS, dtype=np.float32)) * 255 + 0.5).astype(np.uint8)
