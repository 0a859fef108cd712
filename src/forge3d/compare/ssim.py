"""Structural similarity of two pictures: SSIM.

Z. Wang, A. C. Bovik, H. R. Sheikh, E. P. Simoncelli, "Image Quality Assessment: From Error Visibility to Structural
Similarity", IEEE Trans. Image Process. 13(4), 2004, with the paper's constants: a Gaussian window of 11 × 11 pixels and
σ = 1.5, K₁ = .01, K₂ = .03, weighted (not sample) variances.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .flip import MIDDLE_GREY
from .picture import Floats, Pixels, as_pair, over, shown

RADIUS = 5
_SIGMA = 1.5
_C1, _C2 = 0.01**2, 0.03**2
_STRIP = 64  # rows at a time, so that all they need stays in the processor's cache


def ssim(reference: Pixels, test: Pixels) -> float | None:
    """The mean SSIM over the object's pixels in either picture, at most 1; None where there are none.

    Both are laid over middle grey. It is the mean of the three channels' values in sRGB, not that of the luminance,
    which does not see when a product changes its hue.

    Args:
        reference, test: of one size, see `picture.as_pair`; the object is what `picture.coverage` says.

    Raises:
        SizeMismatch, RecipeError: the pictures cannot be compared.
    """
    pair = as_pair(reference, test)
    return object_ssim(*pair, shown(*pair))


def object_ssim(reference: Floats, test: Floats, where: npt.NDArray[np.bool_]) -> float | None:
    """`ssim` of pictures `(h, w, 4)` over the pixels that `where` `(h, w)` names."""
    if not where.any():
        return None
    return float(ssim_map(over(reference, MIDDLE_GREY), over(test, MIDDLE_GREY))[where].mean())


def ssim_map(reference: Floats, test: Floats) -> Floats:
    """The SSIM of each pixel's window, the mean of the channels, `(h, w)`, of pictures `(h, w, c)` from 0 to 1.

    Windows that reach over the border see the picture mirrored; the paper leaves such pixels out, see `ssim_mean`.
    """
    around = ((RADIUS, RADIUS), (RADIUS, RADIUS), (0, 0))
    first, second = (np.pad(picture, around, mode="symmetric") for picture in (reference, test))
    strips = [
        _strip(first[row : row + _STRIP + 2 * RADIUS], second[row : row + _STRIP + 2 * RADIUS])
        for row in range(0, len(reference), _STRIP)
    ]
    return np.concatenate(strips)


def ssim_mean(values: Floats) -> float:
    """The mean of a map over the windows that lie within the picture; over all where none does."""
    within = values[RADIUS:-RADIUS, RADIUS:-RADIUS]
    return float((within if within.size else values).mean())


def _strip(x: Floats, y: Floats) -> Floats:
    """The map of rows that come with `RADIUS` more on all sides."""
    mean_x, mean_y = _windowed(x), _windowed(y)
    product, squares = mean_x * mean_y, mean_x**2 + mean_y**2
    covariance = _windowed(x * y) - product
    variances = _windowed(x**2 + y**2) - squares
    values = (2 * product + _C1) * (2 * covariance + _C2) / ((squares + _C1) * (variances + _C2))
    return np.asarray(values.mean(axis=2), np.float32)


def _windowed(values: Floats) -> Floats:
    rows, columns = values.shape[0] - 2 * RADIUS, values.shape[1] - 2 * RADIUS
    down: Floats = sum(w * values[i : i + rows] for i, w in enumerate(_WINDOW))
    across: Floats = sum(w * down[:, i : i + columns] for i, w in enumerate(_WINDOW))
    return across


_WINDOW = np.exp(-(np.arange(-RADIUS, RADIUS + 1) ** 2) / (2 * _SIGMA**2)).astype(np.float32)
_WINDOW /= _WINDOW.sum()
