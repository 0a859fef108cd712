"""A file and what two validators say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Place = tuple[str, int, str | int | None]
"""Code, severity, pointer or offset."""
Difference = tuple[str, Place]
"""Who alone says it ("ours", "theirs"), and what."""


@dataclass(frozen=True)
class Case:
    """A file and what both say of it. `image(number)` gives an image's bytes, None where there are none."""

    data: bytes
    document: Any
    ours: set[Place]
    theirs: set[Place]
    image: Callable[[int], bytes | None]

    @cached_property
    def more(self) -> set[Place]:
        return self.ours - self.theirs

    @cached_property
    def less(self) -> set[Place]:
        return self.theirs - self.ours

    def objects(self, name: str) -> list[dict[str, Any]]:
        """The root's list `name`, an empty object for what is none."""
        entries = self.document.get(name) if isinstance(self.document, dict) else None
        return [entry if isinstance(entry, dict) else {} for entry in entries] if isinstance(entries, list) else []


def value_at(document: Any, pointer: str) -> Any:
    """What a JSON pointer names in the document, None where that is nothing."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        try:
            document = document[int(key)] if isinstance(document, list) else document[key]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return document
