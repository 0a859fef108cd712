"""Rules, each stated once where its glTF object is judged; this is only how one is stated, and where they gather."""

from __future__ import annotations

from dataclasses import dataclass

from ..gltf import Severity

ERROR, WARNING, INFORMATION, HINT = Severity.ERROR, Severity.WARNING, Severity.INFORMATION, Severity.HINT

_RULES: dict[str, Rule] = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the specification.

    Attributes:
        code: the Khronos validator's name for it; ours begin with FORGE3D_.
        severity: unless the caller says otherwise.
        section: of the glTF 2.0 specification, or the extension's name.
        summary: what is wrong when it is broken, in a line.
    """

    code: str
    severity: Severity
    section: str
    summary: str


def rule(code: str, severity: Severity, section: str, summary: str) -> Rule:
    """State a rule; each code once."""
    if code in _RULES and _RULES[code].summary != summary:
        raise ValueError(f"{code} is stated twice")
    return _RULES.setdefault(code, Rule(code, severity, section, summary))


def all_rules() -> list[Rule]:
    """Every rule that `validate` can report, by code."""
    return [_RULES[code] for code in sorted(_RULES)]
