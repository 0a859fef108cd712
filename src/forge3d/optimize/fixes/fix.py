"""What a fix is: which rules' faults it mends, how, and why nothing else can be meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .draft import Draft, Left

Outcome = tuple[str, str | Left]
"""The pointer of a fault, and what was changed in words; "" where nothing is to be done, or why it was left."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One kind of repair.

    Attributes:
        codes: of the rules whose faults it mends.
        does: what it changes.
        why: why that is safe.
        run: mends the faults at these pointers of a draft; "" is the pointer of a fault of the container.
        reveals: whether faults may show afterwards that could not be seen before.
    """

    codes: tuple[str, ...]
    does: str
    why: str
    run: Callable[[Draft, list[str]], Iterable[Outcome]]
    reveals: bool = False


def many(count: int, noun: str) -> str:
    """Such as `1 rotation` or `3 rotations`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def each(mend: Callable[[Draft, str], str]) -> Callable[[Draft, list[str]], Iterator[Outcome]]:
    """A `run` that mends faults one by one; what raises `Left` has changed nothing."""

    def run(draft: Draft, pointers: list[str]) -> Iterator[Outcome]:
        for pointer in pointers:
            try:
                yield pointer, mend(draft, pointer)
            except Left as left:
                yield pointer, left

    return run
