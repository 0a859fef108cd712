"""What a validation found, in the JSON shape of the Khronos validator."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..gltf import Severity
from ..gltf.json_text import encode

VERSION = "2.0.0"
"""Of the rules, written as `validatorVersion`; rises when the same file would get another report."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One broken rule at one place.

    Attributes:
        code: of the rule; see `forge3d.validate.all_rules`.
        pointer: JSON pointer (RFC 6901); None for faults of the GLB container, which have an `offset` in bytes.
        count: how many elements break it there; all have one issue together.
    """

    code: str
    severity: Severity
    message: str
    pointer: str | None = None
    offset: int | None = None
    count: int = 1

    def to_dict(self) -> dict[str, Any]:
        place = {"pointer": self.pointer} if self.offset is None else {"offset": self.offset}
        return {"code": self.code, "message": self.message, "severity": int(self.severity), **place}


@dataclass(slots=True)
class Report:
    """The issues of one file, and what the file holds.

    Attributes:
        uri: what the file was called.
        issues: the worst first, each kind in file order.
        info: the report's `info` block; empty when the file could not be read as glTF 2.0.
        truncated: whether judging stopped at `Limits.max_issues`; an error says so too.
        budget: what an audit found (see `forge3d.audit.Report.to_dict`), where one was asked for.
    """

    uri: str | None
    mime_type: str
    issues: list[Issue] = field(default_factory=list)
    info: dict[str, Any] = field(default_factory=dict)
    budget: dict[str, Any] | None = None
    truncated: bool = False

    @property
    def errors(self) -> list[Issue]:
        return self.of(Severity.ERROR)

    @property
    def warnings(self) -> list[Issue]:
        return self.of(Severity.WARNING)

    @property
    def valid(self) -> bool:
        """No errors."""
        return not self.errors

    def of(self, severity: Severity) -> list[Issue]:
        """The issues of one severity."""
        return [issue for issue in self.issues if issue.severity is severity]

    def to_dict(self) -> dict[str, Any]:
        """The report in the Khronos shape; no timestamp, so that the same file gives the same report.

        What is not the Khronos validator's stands under a key of its own, "forge3d", and only when it was asked for.
        """
        counts = {severity: len(self.of(severity)) for severity in Severity}
        return {
            **({"uri": self.uri} if self.uri is not None else {}),
            "mimeType": self.mime_type,
            "validatorVersion": f"forge3d {VERSION}",
            "issues": {
                "numErrors": counts[Severity.ERROR],
                "numWarnings": counts[Severity.WARNING],
                "numInfos": counts[Severity.INFORMATION],
                "numHints": counts[Severity.HINT],
                "messages": [issue.to_dict() for issue in self.issues],
                "truncated": self.truncated,
            },
            **({"info": self.info} if self.info else {}),
            **({"forge3d": {"budget": self.budget}} if self.budget is not None else {}),
        }

    def to_json(self) -> str:
        """`to_dict` as compact JSON text."""
        return encode(self.to_dict()).decode()
