"""The resolve filter: how the samples in and about a pixel make its colour. The same one at every quality.

A Blackman-Harris window (Harris 1978), 1.5 pixels to each side, across and down apart: wide enough that edges and fine
texture do not crawl in a spin, never negative, so nothing rings and white stays white.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RADIUS = 1.5
"""Pixels from its middle to where it ends."""

_TERMS = (0.35875, 0.48829, 0.14128, 0.01168)


def weight(offset: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Weight, 1 at most, of a sample so many pixels from a pixel's middle, along one axis."""
    at = np.asarray(offset, np.float64)
    phase = np.pi * at / RADIUS
    window = sum(term * np.cos(n * phase) for n, term in enumerate(_TERMS))
    return np.where(np.abs(at) < RADIUS, window, 0.0)


def weights(count: int = 256) -> npt.NDArray[np.float32]:
    """Weights at even steps from a pixel's middle to where the filter ends."""
    return weight(np.linspace(0, RADIUS, count)).astype(np.float32)
