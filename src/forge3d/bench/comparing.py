"""Two results held against each other: how much faster the second is, and whether that is more than noise."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from ..errors import InvalidAsset, RecipeError
from .result import Measurement, Result

Verdict = Literal["faster", "slower", "same"]

_CLOCK = 0.02
"""What is nearer to equal than this is the same, however steady both were."""
_ALONE = 0.1
"""How far a single repetition may be from the truth, taken to either side."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One measurement in both results.

    Attributes:
        ratio: how many times as fast the second is; 2 is twice as fast, whatever the unit.
        verdict: "same" where the middle eight tenths of both lie over each other, or both differ by 2 % at most.
    """

    name: str
    first: Measurement
    second: Measurement
    ratio: float
    verdict: Verdict

    @classmethod
    def of(cls, first: Measurement, second: Measurement) -> Pair:
        ratio = second.value / first.value
        ratio = 1 / ratio if first.less_is_better else ratio
        (low, high), (other_low, other_high) = _range(first), _range(second)
        close = abs(math.log(ratio)) <= math.log1p(_CLOCK)
        alike = close or (other_low <= high and low <= other_high)
        return cls(first.name, first, second, ratio, "same" if alike else "faster" if ratio > 1 else "slower")


@dataclass(frozen=True)
class Comparison:
    """Two results side by side.

    Attributes:
        pairs: what both measured on the same work.
        unlike: names that both have, but of other work, such as pictures of another size.
        missing: names that one of them lacks.
        fail_below: the least ratio that is allowed, for a measurement that is not the same; None: any.
    """

    first: Result
    second: Result
    pairs: tuple[Pair, ...]
    unlike: tuple[str, ...]
    missing: tuple[str, ...]
    fail_below: float | None = None

    @property
    def failed(self) -> list[Pair]:
        """The pairs that are slower than allowed, by more than noise."""
        if self.fail_below is None:
            return []
        return [pair for pair in self.pairs if pair.verdict == "slower" and pair.ratio < self.fail_below]

    @property
    def exit_code(self) -> int:
        return int(bool(self.failed))

    @cached_property
    def means(self) -> dict[str, float]:
        """The geometric mean of the ratios by family (`frames`, `encode`, …)."""
        families: dict[str, list[float]] = {}
        for pair in self.pairs:
            families.setdefault(pair.name.partition("/")[0], []).append(math.log(pair.ratio))
        return {family: math.exp(math.fsum(logs) / len(logs)) for family, logs in families.items()}

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        failed = {pair.name for pair in self.failed}
        return {
            "first": self.first.machine.gpu, "second": self.second.machine.gpu, "means": self.means,
            "failBelow": self.fail_below, "failed": sorted(failed),
            "pairs": [
                {
                    "name": pair.name, "unit": pair.first.unit, "first": pair.first.value, "second": pair.second.value,
                    "ratio": pair.ratio, "verdict": pair.verdict,
                }
                for pair in self.pairs
            ],
            "unlike": list(self.unlike), "missing": list(self.missing),
        }  # fmt: skip


def compare(first: Result, second: Result, *, fail_below: float | None = None) -> Comparison:
    """Hold `second` against `first`.

    Args:
        fail_below: such as 0.9: nine tenths of the first's speed are still good.

    Raises:
        InvalidAsset: they have no measurement of the same work in common.
        RecipeError: `fail_below` is no such ratio.
    """
    if fail_below is not None and not 0 < fail_below <= 1:
        raise RecipeError(f"fail_below={fail_below}: takes more than 0, to 1")
    others = {one.name: one for one in second.measurements}
    both = [(one, others[one.name]) for one in first.measurements if one.name in others]
    pairs = tuple(Pair.of(one, other) for one, other in both if one.work == other.work and one.unit == other.unit)
    known = {pair.name for pair in pairs}
    unlike = tuple(one.name for one, _ in both if one.name not in known)
    if not pairs:
        raise InvalidAsset(
            "the two results have no measurement of the same work in common: measure both with one suite and one --size"
        )
    return Comparison(first, second, pairs, unlike, _missing(first, second), fail_below)


def _missing(first: Result, second: Result) -> tuple[str, ...]:
    def names(results: Iterable[Measurement]) -> list[str]:
        return [one.name for one in results]

    mine, theirs = names(first.measurements), names(second.measurements)
    return tuple(name for name in dict.fromkeys([*mine, *theirs]) if (name in mine) != (name in theirs))


def _range(found: Measurement) -> tuple[float, float]:
    if len(found.samples) > 1:
        return found.low, found.high
    return found.value * (1 - _ALONE), found.value * (1 + _ALONE)
