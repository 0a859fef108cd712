"""Quilting, carbon fibre, and luminous print."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .cloth_patterns import Pattern
from .noise import fractal, table

Array = npt.NDArray[np.float64]


def quilted(size: int, metres: float, cells: int, seed: int, *, depth: float = 0.0022) -> Pattern:
    """Padded diamonds held by stitched seams, with puckers along the seams and a fine coated cloth on top."""
    at = np.arange(size) * (cells / size)
    p, q = at[None, :] + at[:, None], at[None, :] - at[:, None]
    dp, dq = np.abs((p % 1) - 0.5) * 2, np.abs((q % 1) - 0.5) * 2  # 1 on a seam
    puff = np.sqrt(np.clip((1 - dp**2.6) * (1 - dq**2.6), 0, 1))
    near_p, near_q = np.exp(-(((1 - dp) / 0.22) ** 2)), np.exp(-(((1 - dq) / 0.22) ** 2))
    pucker = near_p * np.sin(2 * np.pi * q * 9) + near_q * np.sin(2 * np.pi * p * 9)
    stitch_p = np.exp(-(((1 - dp) / 0.035) ** 2)) * (np.sin(2 * np.pi * q * 14) > -0.3)
    stitch_q = np.exp(-(((1 - dq) / 0.035) ** 2)) * (np.sin(2 * np.pi * p * 14) > -0.3)
    thread = np.maximum(stitch_p, stitch_q)
    soft = fractal(size, cells * 2, seed, 3)
    height = depth * (puff + 0.05 * pucker * (1 - puff) + 0.22 * (soft - 0.5) * puff) + 0.0002 * thread
    tone = 0.40 + 0.14 * puff + 0.12 * (soft - 0.5) + 0.25 * thread
    return Pattern(height, np.clip(tone, 0, 1), np.clip(0.46 - 0.08 * puff + 0.1 * (soft - 0.5), 0, 1), metres)


def carbon(size: int, metres: float, tows: int, seed: int) -> Pattern:
    """Carbon fibre in 2 × 2 twill; `tows` a side is a multiple of 4."""
    at = np.arange(size) * tows / size
    i, j = np.floor(at).astype(np.int64)[:, None], np.floor(at).astype(np.int64)[None, :]
    over = (i + j) % 4 < 2
    phase = ((at[:, None] + j) % 4 / 2) % 1
    phase_across = ((at[None, :] + i) % 4 / 2) % 1
    lift = np.where(over, np.sin(np.pi * phase), np.sin(np.pi * phase_across))
    fibres = np.where(over, fractal(size, (4, size // 3), seed, 2), fractal(size, (size // 3, 4), seed + 5, 2))
    across = np.where(over, at[None, :] % 1, at[:, None] % 1) * 2 - 1
    tone = np.where(over, 0.30, 0.52) + 0.14 * (fibres - 0.5) + 0.10 * (lift - 0.5) - 0.12 * across**4
    height = metres / tows * (0.10 * lift + 0.05 * np.sqrt(1 - across**2) + 0.02 * fibres)
    return Pattern(height, np.clip(tone, 0, 1), np.clip(0.36 + 0.1 * (fibres - 0.5), 0, 1), metres)


def emblem(size: int) -> Array:
    """A luminous print `(size, size)` in [0, 1]: a banded sun over a horizon of lines, in a ring, with a bar code."""
    x, y = np.meshgrid((np.arange(size) + 0.5) / size * 2 - 1, (np.arange(size) + 0.5) / size * 2 - 1)
    soft = 2.4 / size

    def ink(distance: Array) -> Array:
        """1 inside (negative distance), 0 outside, one texel of blur."""
        return np.clip(0.5 - distance / soft, 0, 1)

    r = np.hypot(x, y + 0.12)
    gap = np.clip((y + 0.12) / 0.46, 0, 1)
    bands = np.abs(((y + 0.12) * 13) % 1 - 0.5) * 2 - (1 - 0.75 * gap)
    sun = ink(r - 0.46) * np.where(y > -0.12, ink(bands * 0.04), 1.0)
    rings = np.maximum(ink(np.abs(r - 0.56) - 0.009), ink(np.abs(r - 0.64) - 0.003))
    ticks = ink(np.abs(r - 0.605) - 0.018) * (np.cos(np.arctan2(y + 0.12, x) * 60) > 0.75)
    depth = np.clip((y - 0.42) / 0.4, 1e-3, 1)
    floor = (y > 0.42) & (y < 0.72)
    rays = ink(np.abs((x / (0.25 + depth)) * 5 % 1 - 0.5) * 0.11 - 0.006) * floor
    rows = sum(ink(np.abs(y - 0.42 - 0.30 * (k / 6) ** 1.7) - 0.004) for k in range(7))
    grid = np.maximum(rays, rows * (np.abs(x) < 0.86)) * ink(np.abs(x) - 0.86)
    widths = table(99, 46)
    code = (widths[np.clip(((x + 0.5) * 46).astype(np.int64), 0, 45)] > 0.45) & (np.abs(x) < 0.5)
    bars = code * ink(np.abs(y - 0.835) - 0.055)
    corners = ink(np.maximum(np.abs(np.abs(x) - 0.86), np.abs(np.abs(y + 0.12) - 0.66)) - 0.02)
    cut = np.where(r < 0.54, 0.0, 1.0)
    picture: Array = np.clip(np.maximum.reduce([sun, (rings + ticks), grid * cut, bars, corners]), 0, 1)
    return picture
