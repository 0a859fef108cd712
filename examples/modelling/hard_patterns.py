"""Wood, brushed metal and moulded plastic."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .cloth_patterns import Pattern
from .noise import blur, fractal, value

Array = npt.NDArray[np.float64]


def wood(size: int, metres: float, rings: int, seed: int) -> Pattern:
    """Sawn hardwood, grain along v (down the picture): growth rings, fibres, open pores. Tone 0 is darkest."""
    across = np.arange(size)[None, :] / size
    bend = fractal(size, (2, 3), seed, 3) - 0.5
    waver = fractal(size, (3, 24), seed + 10, 3) - 0.5
    ring = (rings * across + 2.6 * bend + 0.5 * waver) % 1
    late = ring**3 * np.clip((1 - ring) * 9, 0, 1)
    fibres = fractal(size, (6, size // 8), seed + 20, 3, 0.7)
    streaks = fractal(size, (2, size // 24 + 2), seed + 30, 3)
    pores = np.clip((fractal(size, (size // 64 + 3, size // 4), seed + 40, 1) - 0.66) * 5, 0, 1) * (1 - 0.6 * late)
    tone = 0.72 - 0.40 * late + 0.20 * (fibres - 0.5) + 0.26 * (streaks - 0.5) + 0.22 * bend - 0.16 * pores
    height = 0.00010 * (0.5 * fibres - 1.2 * pores + 0.25 * late)
    roughness = 0.44 - 0.08 * late + 0.12 * (fibres - 0.5) + 0.24 * pores
    return Pattern(height, np.clip(tone, 0, 1), np.clip(roughness, 0, 1), metres)


def brushed(size: int, metres: float, seed: int) -> Pattern:
    """Metal brushed along u: long scratches of many lengths, cloudy roughness."""
    scratches = fractal(size, (size // 2, 3), seed, 1) * 0.5 + fractal(size, (size // 4, 8), seed + 5, 2) * 0.5
    fine = value(size, (size, 24), seed + 9)
    clouds = fractal(size, 3, seed + 12, 4)
    grain = 0.7 * scratches + 0.3 * fine
    height = 0.000008 * (grain - 0.5)
    roughness = 0.30 + 0.20 * (grain - 0.5) + 0.10 * (clouds - 0.5)
    return Pattern(height, np.clip(0.5 + 0.15 * (grain - 0.5), 0, 1), np.clip(roughness, 0, 1), metres)


def moulded(size: int, metres: float, seed: int) -> Pattern:
    """Spark-eroded plastic: a fine even sparkle."""
    grain = blur(fractal(size, size // 5, seed, 2, 0.6), size / 700)
    clouds = fractal(size, 4, seed + 3, 3)
    roughness = 0.46 + 0.16 * (grain - 0.5) + 0.08 * (clouds - 0.5)
    return Pattern(0.00003 * grain, 0.5 + 0.06 * (grain - 0.5), np.clip(roughness, 0, 1), metres)
