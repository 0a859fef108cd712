"""What another format cannot carry, by name."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Note:
    """Something that is not in the file as it is in the document.

    Attributes:
        feature: the glTF extension or property, such as `KHR_materials_sheen`.
        what: what became of it.
        where: names of the objects that have it.
    """

    feature: str
    what: str
    where: tuple[str, ...]

    def __str__(self) -> str:
        named = ", ".join(self.where[:3]) + (f" and {len(self.where) - 3} more" if len(self.where) > 3 else "")
        return f"{self.feature}: {self.what}{f' ({named})' if named else ''}"


@dataclass(slots=True)
class Notes:
    """Gathers notes: one for each feature and what became of it."""

    _where: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)

    def add(self, feature: str, what: str, where: str | None = None) -> None:
        """Note something of the object named `where`; again and again is once."""
        places = self._where.setdefault((feature, what), {})
        if where:
            places[where] = None

    def list(self) -> tuple[Note, ...]:
        """The notes in the order of their first mention."""
        return tuple(Note(feature, what, tuple(places)) for (feature, what), places in self._where.items())
