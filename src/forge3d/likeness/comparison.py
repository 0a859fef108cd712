"""What a comparison found: a row for each two pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from ..compare import Difference, Thresholds
from ..compare.picture import Pixels
from ..errors import Forge3DError, RecipeError


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures, or two files of which one is missing or cannot be compared.

    Attributes:
        name: the file without its folder and suffix, or the side that a model is seen from.
        difference: None where there is an error.
        missed: the limits it goes beyond.
        error: why nothing could be measured.
        exit_code: 0 good, 1 beyond a limit or only on one side, 3 and more as the error says.
        pictures: both, where they were kept.
    """

    name: str
    difference: Difference | None = None
    missed: tuple[str, ...] = ()
    error: str | None = None
    exit_code: int = 0
    pictures: tuple[Pixels, Pixels] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def failed(cls, name: str, error: Forge3DError) -> Pair:
        return cls(name, error=str(error), exit_code=error.exit_code)

    def to_dict(self) -> dict[str, Any]:
        found = {} if self.difference is None else self.difference.to_dict()
        return {"name": self.name, **found, "missed": list(self.missed), "error": self.error}


@dataclass(frozen=True, slots=True)
class Measured:
    """One number for each measure, over all pairs; None where no pair has it."""

    flip: float | None
    ssim: float | None
    psnr: float | None
    iou: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that was compared.

    Attributes:
        reference, test: what the two sides are called.
        pairs: in the order of their names, or of the sides.
    """

    reference: str
    test: str
    pairs: tuple[Pair, ...]
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def passed(self) -> bool:
        """Whether every pair was compared and keeps the limits."""
        return self.exit_code == 0

    @property
    def exit_code(self) -> int:
        return max((pair.exit_code for pair in self.pairs), default=0)

    @property
    def worst(self) -> Measured:
        """The worst of each measure, of the pixels that the limits hold for."""
        return self._over(max, min)

    @property
    def mean(self) -> Measured:
        """The mean of each measure over the pairs, of the pixels that the limits hold for."""
        return self._over(fmean, fmean)

    def _over(self, most: Any, least: Any) -> Measured:
        found = [pair.difference for pair in self.pairs if pair.difference is not None]
        values = [values for each in found if (values := self.thresholds.judged(each)) is not None]
        ious = [each.iou for each in found if each.iou is not None]
        if not values:
            return Measured(None, None, None, least(ious) if ious else None)
        return Measured(
            most(v.flip for v in values),
            least(v.ssim for v in values),
            least(v.psnr for v in values),
            least(ious) if ious else None,
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "reference": self.reference,
            "test": self.test,
            "passed": self.passed,
            "thresholds": asdict(self.thresholds),
            "worst": asdict(self.worst),
            "mean": asdict(self.mean),
            "pairs": [pair.to_dict() for pair in self.pairs],
        }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a sheet of both pictures and the heat map of each pair: .html, .png, .jpg, .webp or .avif.

        Raises:
            RecipeError: an unknown suffix, or the pictures were not kept.
            OutputError: the file cannot be written.
        """
        from ..document.output import write_files
        from .page import page
        from .sheet import FORMATS, sheet

        target = Path(path)
        check_suffix(target)
        format = FORMATS.get(target.suffix.lower())
        write_files({target: page(self) if format is None else sheet(self, format)})

    def shown(self, most: int) -> Sequence[Pair]:
        """The pairs with pictures, at most so many; where there are more, the worst ones.

        Raises:
            RecipeError: there are none, since they were not kept.
        """
        pairs = [pair for pair in self.pairs if pair.pictures is not None]
        if not pairs:
            raise RecipeError("there are no pictures to show: compare with keep=True, and files that can be compared")
        if len(pairs) <= most:
            return pairs
        return sorted(pairs, key=lambda pair: -(pair.difference.picture.flip if pair.difference else 1.0))[:most]


def check_suffix(path: Path) -> None:
    """Raise `RecipeError` where `Comparison.save` does not know the suffix."""
    from .sheet import FORMATS

    if path.suffix.lower() not in (".html", *FORMATS):
        raise RecipeError(f"{path}: the suffix takes .html, {', '.join(FORMATS)}")
