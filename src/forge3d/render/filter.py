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


def taps(supersampling: int) -> list[float]:
    """The rasteriser's weights: of `supersampling` cells a pixel, from those of the pixel before to the next one's.

    A cell is the mean of what was sampled in it; the bell over the cells is such that the two together are as wide
    (have the same variance) as the filter itself.
    """
    fine = np.linspace(-RADIUS, RADIUS, 4097)
    wanted = np.average(fine**2, weights=weight(fine)) - 1 / (12 * supersampling**2)
    at = (np.arange(3 * supersampling) + 0.5) / supersampling - 1.5
    low, high = 0.05, 2.0
    for _ in range(40):
        middle = (low + high) / 2
        bell = np.exp(-0.5 * (at / middle) ** 2)
        low, high = (middle, high) if np.average(at**2, weights=bell) < wanted else (low, middle)
    return [float(value) for value in bell / bell.sum()]


def weights(count: int = 256) -> npt.NDArray[np.float32]:
    """Weights at even steps from a pixel's middle to where the filter ends."""
    return weight(np.linspace(0, RADIUS, count)).astype(np.float32)
