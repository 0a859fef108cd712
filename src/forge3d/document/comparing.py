"""Two documents side by side: counts, what came and went by name, images by content, and every difference in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from .document import Document
from .equality import differences
from .statistics import statistics

LISTS = (
    "scenes", "nodes", "meshes", "materials", "textures", "images", "animations", "skins", "cameras", "lights",
    "variants",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Came:
    """Names that only one side has, `name` or `name ×2`; what has no name is written as its kind."""

    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How `b` differs from `a`.

    Attributes:
        counts: each statistic that differs, as (a, b).
        extensions: names used by one side only.
        objects: list → names that one side has and the other has not, or less often.
        images: pictures whose bytes only one side has, by name and the beginning of their SHA-256.
        differences: sentences of `document.equality.differences`; empty means the same asset.
    """

    counts: dict[str, tuple[int, int]]
    extensions: Came
    objects: dict[str, Came]
    images: Came
    differences: tuple[str, ...]

    @property
    def same(self) -> bool:
        return not self.differences

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON."""
        return {"same": self.same, **asdict(self)}


def compare(a: Document, b: Document, *, limit: int = 100) -> Comparison:
    """Compare two documents as assets; how they are stored does not count. At most `limit` sentences."""
    before, after = asdict(statistics(a)), asdict(statistics(b))
    objects = {kind: _came(_names(a, kind), _names(b, kind)) for kind in LISTS}
    return Comparison(
        counts={name: (before[name], after[name]) for name in before if before[name] != after[name]},
        extensions=_came(a.extensions_used, b.extensions_used),
        objects={kind: came for kind, came in objects.items() if came.removed or came.added},
        images=_came(_pictures(a), _pictures(b)),
        differences=tuple(differences(a, b, limit=limit)),
    )


def _names(document: Document, kind: str) -> list[str]:
    return [item.name or f"unnamed {kind}" for item in getattr(document, kind)]


def _pictures(document: Document) -> list[str]:
    return [f"{image.name or 'image'} ({sha256(image.data).hexdigest()[:12]})" for image in document.images]


def _came(a: Iterable[str], b: Iterable[str]) -> Came:
    left, right = Counter(a), Counter(b)
    return Came(_told(left - right), _told(right - left))


def _told(names: Counter[str]) -> tuple[str, ...]:
    return tuple(name if count == 1 else f"{name} ×{count}" for name, count in names.items())
