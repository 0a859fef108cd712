"""What an audit found: one finding for each check."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import isfinite
from typing import Any

from ..gltf.json_text import encode

MOST_PLACES = 20
"""Places that a finding names; `Finding.more` counts the rest."""


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    NOT_TESTED = "not tested"


@dataclass(frozen=True, slots=True)
class Place:
    """Something in the file: `pointer` is its JSON pointer, `detail` what is there."""

    pointer: str
    name: str | None = None
    detail: str = ""

    def __str__(self) -> str:
        name = f" ({self.name})" if self.name else ""
        return f"{self.pointer}{name}{': ' if self.detail else ''}{self.detail}"

    def to_dict(self) -> dict[str, Any]:
        name = {} if self.name is None else {"name": self.name}
        return {"pointer": self.pointer, **name, **({"detail": self.detail} if self.detail else {})}


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    Attributes:
        check: its name, which is the profile's key too.
        value: what was measured: a number, a pair `(least, most)`, or None where nothing was.
        limit: what the profile demands, in words; empty where it demands nothing.
        message: why it failed or was not tested, or what to know although it passed; may be empty.
        where: at most `MOST_PLACES` places that break the limit, and how many there are `more`.
        source: where the limit comes from, as the profile says.
        advised: it passed, but over what the profile recommends.
    """

    check: str
    outcome: Outcome
    value: Any = None
    limit: str = ""
    message: str = ""
    where: tuple[Place, ...] = ()
    more: int = 0
    source: str = ""
    advised: bool = False

    @property
    def told(self) -> str:
        """Value, limit and message in a line."""
        value = self.value if isinstance(self.value, tuple) else (self.value,)
        numbers = [
            f"{number:,}" if isinstance(number, int) else f"{number:,.7g}" for number in value if number is not None
        ]
        told = (" × " if len(numbers) == 3 else " to ").join(numbers)
        parts = [told, f"({self.limit})" if self.limit else "", self.message if self.limit else ""]
        return " ".join(part for part in parts if part)

    def to_dict(self) -> dict[str, Any]:
        return {
            "check": self.check,
            "outcome": str(self.outcome),
            "value": [*map(_plain, self.value)] if isinstance(self.value, tuple) else _plain(self.value),
            "limit": self.limit,
            "message": self.message,
            "where": [place.to_dict() for place in self.where],
            "more": self.more,
            "source": self.source,
            "advised": self.advised,
        }


def _plain(value: Any) -> Any:
    """JSON has no infinity and no NaN."""
    return None if isinstance(value, float) and not isfinite(value) else value


@dataclass(frozen=True, slots=True)
class Report:
    """The findings of one model under one profile, in the profile's order.

    Attributes:
        name: what the model is called.
        profile: the profile's title.
    """

    name: str | None
    profile: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def failed(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.outcome is Outcome.FAILED]

    @property
    def passed(self) -> bool:
        """No check failed."""
        return not self.failed

    def __getitem__(self, check: str) -> Finding:
        for finding in self.findings:
            if finding.check == check:
                return finding
        raise KeyError(check)

    def to_dict(self) -> dict[str, Any]:
        """For machines; the same model and profile always give the same."""
        return {
            "model": self.name,
            "profile": self.profile,
            "passed": self.passed,
            "findings": [finding.to_dict() for finding in self.findings],
        }

    def to_json(self) -> str:
        """`to_dict` as compact JSON text."""
        return encode(self.to_dict()).decode()
