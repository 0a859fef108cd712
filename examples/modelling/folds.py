"""Folds of cloth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .noise import table

Array = npt.NDArray[np.float64]


def waves(u: Array, v: Array, seed: int, turns: tuple[int, int], pitch: float, count: int = 5) -> Array:
    """Soft ridges in [0, 1]: random waves around (whole turns, so that they close) and along (metres), sharpened."""
    total, weight = np.zeros(np.broadcast(u, v).shape), 0.0
    for phase, lean, strength, slow in table(seed, count, 4):
        k = turns[0] + np.floor(lean * (turns[1] - turns[0] + 1))
        along = 2 * np.pi / pitch * (0.7 + 0.6 * slow)
        warp = 0.9 * np.sin(2 * u + 9 * v + 6 * phase) + 0.5 * np.sin(3 * u - 17 * v + 9 * slow)
        total += (0.4 + strength) * (0.5 + 0.5 * np.sin(k * u + along * v + 2 * np.pi * phase + warp)) ** 2
        weight += 0.4 + strength
    result: Array = total / weight
    return result
