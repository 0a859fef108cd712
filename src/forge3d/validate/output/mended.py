"""Verdicts on files that were mended: what was changed comes before what is left."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..many import Verdict


@dataclass(frozen=True, slots=True)
class Remedy:
    """One fault, and what was done about it, or why nothing was. The pointer is "" for the file as a whole."""

    code: str
    pointer: str
    text: str

    def to_dict(self) -> dict[str, str]:
        return {"code": self.code, "pointer": self.pointer, "message": self.text}


@dataclass(frozen=True, slots=True)
class MendedVerdict(Verdict):
    """The verdict on a mended file at `path`; where none could be written, that on the file that was read.

    Attributes:
        read: the file that was mended.
        written: the file that came of it, None where there is none.
        changes: what was mended.
        left: what could not be.
    """

    read: Path = Path()
    written: Path | None = None
    changes: tuple[Remedy, ...] = ()
    left: tuple[Remedy, ...] = ()
