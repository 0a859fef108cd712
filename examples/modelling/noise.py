"""Periodic noise on square pictures: everything here tiles without a seam."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def table(seed: int, *shape: int) -> Array:
    """Uniform numbers in [0, 1): the same for a seed on every machine."""
    return np.random.Generator(np.random.PCG64(seed)).random(shape)


def value(size: int, cells: int | tuple[int, int], seed: int) -> Array:
    """Smooth value noise `(size, size)` in [0, 1], `cells` lattice cells along (rows, columns)."""
    rows, columns = (cells, cells) if isinstance(cells, int) else cells
    lattice = table(seed, rows, columns)
    i, u = _cell(size, rows)
    j, v = _cell(size, columns)
    left = lattice[:, j] * (1 - v) + lattice[:, (j + 1) % columns] * v
    result: Array = left[i] * (1 - u)[:, None] + left[(i + 1) % rows] * u[:, None]
    return result


def _cell(size: int, cells: int) -> tuple[npt.NDArray[np.int64], Array]:
    x = np.arange(size) * (cells / size)
    i = np.floor(x).astype(np.int64)
    f = x - i
    return i % cells, f * f * f * (f * (6 * f - 15) + 10)


def fractal(size: int, cells: int | tuple[int, int], seed: int, octaves: int = 4, gain: float = 0.5) -> Array:
    """Octaves of value noise, each twice as fine and `gain` as strong, scaled to [0, 1]."""
    rows, columns = (cells, cells) if isinstance(cells, int) else cells
    total, norm = np.zeros((size, size)), 0.0
    for octave in range(octaves):
        fine = (min(rows << octave, size), min(columns << octave, size))
        total += gain**octave * value(size, fine, seed + octave)
        norm += gain**octave
    return total / norm


def cellular(size: int, cells: int, seed: int, jitter: float = 0.9) -> tuple[Array, Array, Array]:
    """Distances to the nearest and second nearest of `cells`² scattered points, in cells, and the nearest's number.

    Worley 1996. The number is uniform in [0, 1), one a point.
    """
    offsets = 0.5 + (table(seed, cells, cells, 2) - 0.5) * jitter
    tone = table(seed + 1, cells, cells)
    at = np.arange(size) * (cells / size)
    cell = np.floor(at).astype(np.int64)
    frac = at - cell
    first, second = np.full((size, size), 9.0), np.full((size, size), 9.0)
    number = np.zeros((size, size))
    for di in (-1, 0, 1):
        for dj in (-1, 0, 1):
            i, j = np.ix_((cell + di) % cells, (cell + dj) % cells)
            dy = offsets[i, j, 0] + di - frac[:, None]
            dx = offsets[i, j, 1] + dj - frac[None, :]
            distance = np.hypot(dx, dy)
            nearer = distance < first
            second = np.where(nearer, first, np.minimum(second, distance))
            number = np.where(nearer, tone[i, j], number)
            first = np.minimum(first, distance)
    return first, second, number


def blur(picture: Array, radius: float) -> Array:
    """Periodic Gaussian blur; `radius` is the standard deviation in pixels."""
    for axis in (0, 1):
        picture = _blur_axis(picture, radius, axis)
    return picture


def _blur_axis(picture: Array, radius: float, axis: int) -> Array:
    reach = min(max(int(np.ceil(3 * radius)), 1), picture.shape[axis] // 2)
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(radius, 1e-6)) ** 2)
    taps /= taps.sum()
    result = np.zeros_like(picture)
    for k, weight in zip(range(-reach, reach + 1), taps, strict=True):
        result += weight * np.roll(picture, k, axis=axis)
    return result
