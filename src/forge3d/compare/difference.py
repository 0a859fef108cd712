"""Two pictures side by side, in every measure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from .flip import PIXELS_PER_DEGREE, flip_map, object_flip
from .picture import Floats, Pixels, as_pair, coverage, over
from .psnr import decibels, object_psnr
from .silhouette import coverage_iou
from .ssim import object_ssim, ssim_map, ssim_mean

_WHITE_AND_BLACK = (1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Values:
    """How alike the same pixels of two pictures are.

    Attributes:
        flip: mean FLIP error, 0 (equal) to 1.
        ssim: mean structural similarity, at most 1 (equal).
        psnr: peak signal-to-noise ratio in dB; `IDENTICAL` (100) where all are equal.
    """

    flip: float
    ssim: float
    psnr: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How alike two pictures are.

    Attributes:
        picture: of the whole picture. With alpha it is laid over white and over black, and the worse value counts: a
            dark part that is missing shows on white alone, a bright one on black.
        object: of the object's pixels in either picture, over middle grey, see `flip`, `ssim` and `psnr`; None where
            both are empty.
        iou: of the silhouettes, see `silhouette_iou`; None where both are empty.
        identical: whether all pixels are equal, but for colours under full transparency.
        errors: FLIP error of each pixel `(h, w)`, the worse of white and black.
    """

    picture: Values
    object: Values | None
    iou: float | None
    identical: bool
    errors: Floats = field(repr=False, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """For JSON; without the errors of the single pixels."""
        return {
            "identical": self.identical,
            "picture": asdict(self.picture),
            "object": None if self.object is None else asdict(self.object),
            "iou": self.iou,
        }


def difference(reference: Pixels, test: Pixels, *, pixels_per_degree: float = PIXELS_PER_DEGREE) -> Difference:
    """Measure two pictures.

    Args:
        reference, test: of one size: `(h, w, 1 to 4 channels)` uint8 or uint16, sRGB with straight alpha.
        pixels_per_degree: of the viewer's field of view, for FLIP.

    Raises:
        DependencyMissing: flip-evaluator is not installed.
        SizeMismatch, RecipeError: the pictures cannot be compared.
    """
    first, second = as_pair(reference, test)
    opaque = bool(min(first[..., 3].min(), second[..., 3].min()) == 1)
    pairs = [(over(first, grey), over(second, grey)) for grey in _WHITE_AND_BLACK[: 1 if opaque else 2]]
    maps = [flip_map(*pair, pixels_per_degree) for pair in pairs]
    errors = np.maximum.reduce(maps)
    worst = Values(
        max(float(laid.mean()) for laid in maps),
        min(ssim_mean(ssim_map(*pair)) for pair in pairs),
        min(decibels(*pair) for pair in pairs),
    )
    covered = coverage(first), coverage(second)
    shown = np.maximum(*covered) > 0
    flipped = object_flip(first, second, shown, pixels_per_degree)
    similar, ratio = object_ssim(first, second, shown), object_psnr(first, second, shown)
    values = None
    if flipped is not None and similar is not None and ratio is not None:
        values = Values(flipped, similar, ratio)
    return Difference(worst, values, coverage_iou(*covered), all(np.array_equal(*pair) for pair in pairs), errors)
