"""A check: what it is called, what it measures, and how that is held against a limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .profile import Limit, Range
from .report import MOST_PLACES, Finding, Outcome, Place
from .subject import Subject


class NotTestable(Exception):  # not an error: it never leaves the room
    """The model has nothing that the check could look at; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a check measured.

    Attributes:
        value: for the report.
        items: for a `Range`: each number, and where it stands; for other limits: the places that break it.
        message: more about it.
    """

    value: Any
    items: list[tuple[float, Place | None]] = field(default_factory=list)
    message: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A check.

    Attributes:
        name: the profile's key.
        fix: what helps when it fails.
        cheap: measured even where the profile sets no limit.
        measure: gives what was measured; its docstring says what that is. Limits other than `Range` are handed to it.
    """

    name: str
    fix: str
    cheap: bool
    measure: Callable[[Subject, Any], Measured]

    @property
    def text(self) -> str:
        """What is measured."""
        return " ".join((self.measure.__doc__ or "").split())


CHECKS: dict[str, Check] = {}
"""By name, in no particular order; `auditing` runs them in the profile's order."""


def check(
    *, fix: str, cheap: bool = False
) -> Callable[[Callable[[Subject, Any], Measured]], Callable[[Subject, Any], Measured]]:
    """Make a check of a function; its name is the check's."""

    def register(measure: Callable[[Subject, Any], Measured]) -> Callable[[Subject, Any], Measured]:
        CHECKS[measure.__name__] = Check(measure.__name__, fix, cheap, measure)
        return measure

    return register


def count(value: float) -> Measured:
    """A number of the whole model."""
    return Measured(value, [(value, None)])


def spread(items: list[tuple[float, Place | None]]) -> Measured:
    """Numbers of parts of the model; the value is the least and the most."""
    numbers = [number for number, _ in items]
    return Measured((min(numbers), max(numbers)), items)


def judge(name: str, measured: Measured, limit: Limit) -> Finding:
    """Hold what was measured against the limit."""
    items, advice = measured.items, ""
    if isinstance(limit, Range):
        items, advice = _outside(measured, limit), _advice(measured, limit)
    places = list(dict.fromkeys(place for _, place in items if place is not None))
    return Finding(
        check=name,
        outcome=Outcome.FAILED if items else Outcome.PASSED,
        value=measured.value,
        limit=str(limit),
        message="; ".join(filter(None, (measured.message, advice))),
        where=tuple(places[:MOST_PLACES]),
        more=max(0, len(places) - MOST_PLACES),
        source=limit.origin,
        advised=bool(advice) and not items,
    )


def _outside(measured: Measured, limit: Range) -> list[tuple[float, Place | None]]:
    low = -float("inf") if limit.minimum is None else limit.minimum
    high = float("inf") if limit.maximum is None else limit.maximum
    return [(number, place) for number, place in measured.items if not low <= number <= high]


def _advice(measured: Measured, limit: Range) -> str:
    most = max((number for number, _ in measured.items), default=0)
    over = limit.recommended is not None and most > limit.recommended
    return f"over the recommended {limit.recommended:,.10g}" if over else ""
