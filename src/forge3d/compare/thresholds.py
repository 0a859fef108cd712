"""What a comparison must reach to pass."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import RecipeError
from .difference import Difference, Values


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits on how unlike two pictures may be; None: no limit.

    They hold for the object's pixels, since empty ones flatter every number.

    Args:
        max_flip: mean FLIP error, 0 to 1.
        min_ssim: mean structural similarity, -1 to 1.
        min_psnr: dB.
        min_iou: of the silhouettes, 0 to 1.
        whole: hold them for the whole picture instead.
    """

    max_flip: float | None = None
    min_ssim: float | None = None
    min_psnr: float | None = None
    min_iou: float | None = None
    whole: bool = False

    def __post_init__(self) -> None:
        ranges = {"max_flip": (0, 1), "min_ssim": (-1, 1), "min_psnr": (0, 1000), "min_iou": (0, 1)}
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise RecipeError(f"{name}={value}: takes {low} to {high}")

    def judged(self, found: Difference) -> Values | None:
        """What the limits hold for: the object's values, or those of the whole picture; None where there is none."""
        return found.picture if self.whole else found.object

    def missed(self, found: Difference) -> tuple[str, ...]:
        """Each limit that a difference goes beyond, as a sentence; none where two pictures are empty alike."""
        values = self.judged(found)
        reached: list[tuple[str, float | None, float | None, bool]] = [("IoU", found.iou, self.min_iou, True)]
        if values is not None:
            reached += [
                ("FLIP", values.flip, self.max_flip, False),
                ("SSIM", values.ssim, self.min_ssim, True),
                ("PSNR", values.psnr, self.min_psnr, True),
            ]
        return tuple(
            f"{name} {value:.4g}, {'at least' if least else 'at most'} {limit:g} is asked for"
            for name, value, limit, least in reached
            if value is not None and limit is not None and (value < limit if least else value > limit)
        )
