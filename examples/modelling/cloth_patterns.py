"""Textiles and leather as height, tone and roughness: weaves, ripstop, knit, grained hide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .noise import blur, cellular, fractal, table, value

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pattern:
    """A square, tiling material.

    Attributes:
        height: `(n, n)` metres.
        tone: `(n, n)` brightness of the colour around 0.5.
        roughness: `(n, n)` in [0, 1].
        metres: length of a side.
    """

    height: Array
    tone: Array
    roughness: Array
    metres: float


def weave(size: int, metres: float, threads: int, seed: int, *, basket: int = 1, relief: float = 0.32) -> Pattern:
    """A plain or basket weave of spun yarn: uneven threads, twisted fibres, a melange of tones.

    Args:
        threads: along each side; a multiple of 2 × `basket`.
        basket: threads that cross together.
        relief: height of the yarn as a part of its width.
    """
    warp = _yarns(size, threads, seed)
    weft = tuple(a.T for a in _yarns(size, threads, seed + 50))
    at = np.arange(size) * threads / size
    crossing = np.floor(at / basket).astype(np.int64)
    over = (crossing[:, None] + crossing[None, :]) % 2 == 0
    along_warp = np.sin(np.pi * (at / basket % 1))[:, None]
    along_weft = np.sin(np.pi * (at / basket % 1))[None, :]
    lift_warp = np.where(over, along_warp, -along_warp)
    lift_weft = np.where(over, -along_weft, along_weft)
    top_warp = warp[0] * 0.8 + 0.45 * lift_warp
    top_weft = weft[0] * 0.8 + 0.45 * lift_weft
    on_top = top_warp > top_weft
    height = np.maximum(top_warp, top_weft)
    tone = np.where(on_top, warp[1], weft[1])
    fibre = np.where(on_top, warp[2], weft[2])
    pitch = metres / threads
    depth = np.clip(height, -0.2, 1.3)
    shade = 0.80 + 0.20 * np.clip((depth + 0.1) / 0.9, 0, 1)
    return Pattern(
        height=blur(depth + 0.06 * fibre, size / threads * 0.05) * pitch * relief,
        tone=np.clip((0.5 + 0.34 * (tone - 0.5) + 0.16 * (fibre - 0.5)) * shade, 0, 1),
        roughness=np.clip(0.9 - 0.1 * (depth - 0.4) + 0.06 * (fibre - 0.5), 0, 1),
        metres=metres,
    )


def _yarns(size: int, threads: int, seed: int) -> tuple[Array, Array, Array]:
    """Upright yarns: round cross-section, tone of each with slubs along it, and slanted fibres."""
    wobble = (fractal(size, (10, threads // 2), seed, 2) - 0.5) * 0.55
    at = np.arange(size)[None, :] * threads / size + wobble
    across = 2 * (at % 1) - 1
    width = 0.94 + 0.12 * (value(size, (8, threads), seed + 1) - 0.5)
    profile = np.sqrt(np.clip(1 - (across / width) ** 2, 0, 1))
    which = np.floor(at).astype(np.int64) % threads
    tone = 0.3 * table(seed + 2, threads)[which] + 0.7 * fractal(size, (10, threads), seed + 3, 3)
    twist = np.arange(size)[:, None] * threads / size * 1.5 + across * 0.55
    fibre = 0.5 + 0.3 * np.sin(2 * np.pi * twist * 2) + 0.6 * (fractal(size, threads * 2, seed + 4, 3) - 0.5)
    return profile, tone, fibre


def ripstop(size: int, metres: float, cells: int, seed: int, *, fine: int = 12) -> Pattern:
    """A tight technical weave with a reinforcing thread every `fine` threads, `cells` squares a side."""
    threads = cells * fine
    at = np.arange(size) * threads / size
    warp = np.cos(np.pi * at)[None, :] * np.cos(np.pi * at)[:, None]
    rib = np.minimum(at % fine, fine - at % fine)
    ridge = np.exp(-((rib / 0.9) ** 2))
    cross = np.maximum(ridge[None, :], ridge[:, None])
    pitch = metres / threads
    soft = fractal(size, cells, seed, 4)
    pucker = np.minimum(rib[None, :], rib[:, None]) / (fine / 2)
    height = pitch * (0.16 * warp + 0.85 * cross + 0.9 * pucker + 1.2 * (soft - 0.5))
    tone = 0.5 + 0.10 * (cross - 0.25) + 0.05 * warp + 0.10 * (fractal(size, cells * 2, seed + 9, 5, 0.7) - 0.5)
    roughness = 0.62 - 0.12 * cross + 0.2 * (soft - 0.5) + 0.03 * warp
    return Pattern(height, np.clip(tone, 0, 1), np.clip(roughness, 0, 1), metres)


def knit(size: int, metres: float, columns: int, seed: int) -> Pattern:
    """Ribbed knit: rows of V stitches; every other pair of columns lies deeper."""
    u = np.arange(size)[None, :] * columns / size
    v = np.arange(size)[:, None] * columns / size
    across = u % 1 - 0.5
    slant = (v * 1.0 - np.abs(across) * 1.3) % 1 - 0.5
    stitch = np.sqrt(np.clip(1 - (2 * slant) ** 2, 0, 1)) * np.cos(np.pi * across) ** 0.5
    rib = 0.5 + 0.5 * np.cos(np.pi * u)
    height = metres / columns * (0.3 * stitch + 0.75 * rib)
    tone = 0.34 + 0.16 * stitch + 0.12 * rib + 0.1 * (fractal(size, columns, seed, 3) - 0.5)
    return Pattern(height, np.clip(tone, 0, 1), np.clip(0.92 - 0.08 * stitch, 0, 1), metres)


def leather(size: int, metres: float, grain: int, seed: int, *, relief: float = 0.00016) -> Pattern:
    """Grained hide: pebbles between creases on two scales, soft folds, pores; tops are polished by use."""
    first, second, number = cellular(size, grain, seed, 1.0)
    small_first, small_second, _ = cellular(size, grain * 2, seed + 7, 1.0)
    crease = np.clip((second - first) / 0.42, 0, 1)
    small = np.clip((small_second - small_first) / 0.5, 0, 1)
    dome = np.sqrt(crease) * (0.75 + 0.25 * number) + 0.28 * np.sqrt(small)
    folds = fractal(size, max(grain // 10, 2), seed + 20, 4)
    pores = np.clip(fractal(size, grain * 4, seed + 30, 2) - 0.66, 0, 1)
    height = blur(dome * relief - pores * relief, size / grain * 0.06) + folds * relief * 2.2
    tone = 0.40 + 0.11 * crease + 0.05 * small + 0.12 * (folds - 0.5)
    roughness = 0.60 - 0.13 * crease - 0.04 * small + 0.18 * (folds - 0.5)
    return Pattern(height, np.clip(tone, 0, 1), np.clip(roughness, 0, 1), metres)
