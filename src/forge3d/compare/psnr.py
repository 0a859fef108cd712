"""Peak signal-to-noise ratio of two pictures."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .picture import Floats, Pixels, as_pair, shown

IDENTICAL = 100.0
"""What equal pictures get, in place of infinity."""


def psnr(first: Pixels, second: Pixels) -> float | None:
    """Peak signal-to-noise ratio over the object's pixels in either picture, dB; None where there are none.

    Colours count by their coverage, and coverage itself counts: a changed silhouette shows. Pixels that both pictures
    leave empty would only flatter the number.

    Args:
        first, second: of one size, see `picture.as_pair`; the object is what `picture.coverage` says.

    Raises:
        SizeMismatch, RecipeError: the pictures cannot be compared.
    """
    pair = as_pair(first, second)
    return object_psnr(*pair, shown(*pair))


def object_psnr(first: Floats, second: Floats, where: npt.NDArray[np.bool_]) -> float | None:
    """`psnr` of pictures `(h, w, 4)` over the pixels that `where` `(h, w)` names."""
    if not where.any():
        return None
    pair = [np.concatenate([p[..., :3] * p[..., 3:], p[..., 3:]], axis=-1)[where] for p in (first, second)]
    channels = 3 if first[..., 3].min() == second[..., 3].min() == 1 else 4  # what is nowhere clear has no coverage
    return decibels(*(picture[:, :channels] for picture in pair))


def decibels(first: Floats, second: Floats) -> float:
    """−10 log₁₀ of the mean squared difference of values 0 to 1; at most `IDENTICAL`."""
    error = float(np.mean(np.square(first - second), dtype=np.float64))
    return min(IDENTICAL, -10 * float(np.log10(error))) if error > 0 else IDENTICAL
