"""The contract of a transform: a frozen dataclass of options that changes one Document and says what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from ..errors import Cancelled

if TYPE_CHECKING:
    from .document import Document
    from .statistics import Statistics


class Fidelity(StrEnum):
    """What a transform may change.

    EXACT: the multiset of world-space triangles and every decoded texel stay equal to the bit.
    INVISIBLE: pixels may differ by rounding only.
    LOSSY: pixels may differ; the transform's options say how far.
    """

    EXACT = "exact"
    INVISIBLE = "invisible"
    LOSSY = "lossy"


@dataclass(slots=True)
class Context:
    """What a caller hands to the work: where to report, and whether to stop.

    Args:
        progress: called with the fraction done (0–1) and a short label.
        cancelled: asked between steps; True raises `Cancelled`.
        warnings: collects messages that the user should see.
    """

    progress: Callable[[float, str], None] | None = None
    cancelled: Callable[[], bool] | None = None
    warnings: list[str] = field(default_factory=list)

    def report(self, fraction: float, label: str) -> None:
        """Report progress, and stop here when the caller asked for it."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled(f"stopped during {label}")
        if self.progress is not None:
            self.progress(fraction, label)

    def warn(self, message: str) -> None:
        if message not in self.warnings:
            self.warnings.append(message)


@dataclass(frozen=True, slots=True)
class Skip:
    """Something a transform left alone: what (such as `mesh 'Body' primitive 2`), and why."""

    what: str
    why: str


@dataclass(slots=True)
class Change:
    """What a transform did: statistics before and after, what was skipped, the largest measured error in metres."""

    transform: str
    before: Statistics | None = None
    after: Statistics | None = None
    skipped: list[Skip] = field(default_factory=list)
    error: float | None = None
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Transform:
    """Base of every transform. Subclasses are frozen dataclasses whose fields are the options.

    The class is the one definition from which the API, the command line's options, the recipe's keys, the cache key
    and the reference page are made: give every field a type, a default and a line in the class docstring's `Args:`.
    `version` rises whenever the same options would give another result.
    """

    version: ClassVar[int] = 1
    fidelity: ClassVar[Fidelity]

    def __call__(self, document: Document, context: Context) -> Change:
        raise TypeError(f"{type(self).__name__} does not say what it does")
