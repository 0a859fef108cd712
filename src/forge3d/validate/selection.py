"""Which rules count, how grave each is, and what makes a file fail: a team's own choice over the standard's."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from ..errors import RecipeError
from ..gltf import Severity
from .report import Issue, Report
from .rules import all_rules

OFF = "off"
SEVERITIES = {severity.name.lower(): severity for severity in Severity}


@dataclass(frozen=True, slots=True)
class Selection:
    """A choice of rules. Codes may hold `*` and `?`, such as `NODE_*`.

        chosen = Selection(ignore=("UNUSED_*",), severity={"NODE_EMPTY": Severity.WARNING}, fail_on=Severity.WARNING)
        report = chosen.apply(validate("chair.glb"))
        chosen.fails(report)

    Attributes:
        only: rules that count; empty means all.
        ignore: rules that do not, also among `only`.
        severity: severities other than the rules' own. The last pattern that fits a code decides.
        allow: rules that are told but make no file fail; errors among them count as warnings.
        fail_on: the least grave severity that makes a file fail.

    Raises:
        RecipeError: a pattern fits no rule.
    """

    only: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    fail_on: Severity = Severity.ERROR

    def __post_init__(self) -> None:
        codes = [rule.code for rule in all_rules()]
        for pattern in (*self.only, *self.ignore, *self.severity, *self.allow):
            if not any(fnmatchcase(code, pattern) for code in codes):
                raise RecipeError(f"there is no rule {pattern!r}{_advice(pattern, codes)}")

    @classmethod
    def of(cls, rules: Rules | None) -> Selection:
        """A selection, or what stands for one: codes that alone count, or codes with a severity each.

            Selection.of(["ACCESSOR_*", "MESH_*"])
            Selection.of({"UNUSED_*": "off", "NODE_EMPTY": "warning"})

        Raises:
            RecipeError: a pattern fits no rule, or a severity is none.
        """
        if rules is None:
            return cls()
        if isinstance(rules, Selection):
            return rules
        if isinstance(rules, str):
            return cls(only=(rules,))
        if not isinstance(rules, Mapping):
            return cls(only=tuple(rules))
        ignore = tuple(code for code, severity in rules.items() if severity == OFF)
        chosen = {
            code: severity if isinstance(severity, Severity) else severity_of(severity)
            for code, severity in rules.items()
            if severity != OFF
        }
        return cls(ignore=ignore, severity=chosen)

    def apply(self, report: Report) -> Report:
        """The report with only the issues that count, each as grave as chosen, the worst first."""
        if not (self.only or self.ignore or self.severity or self.allow):
            return report
        issues = [self._ranked(issue) for issue in report.issues if self.counts(issue.code)]
        return replace(report, issues=sorted(issues, key=lambda issue: issue.severity))

    def counts(self, code: str) -> bool:
        """Whether issues of this rule are told."""
        return (not self.only or _fits(code, self.only)) and not _fits(code, self.ignore)

    def fails(self, report: Report) -> bool:
        """Whether an applied report has an issue that makes its file fail."""
        return any(self.is_grave(issue) for issue in report.issues)

    def is_grave(self, issue: Issue) -> bool:
        """Whether this issue alone makes its file fail."""
        return issue.severity <= self.fail_on and not _fits(issue.code, self.allow)

    def _ranked(self, issue: Issue) -> Issue:
        chosen = [severity for pattern, severity in self.severity.items() if fnmatchcase(issue.code, pattern)]
        severity = chosen[-1] if chosen else issue.severity
        if severity is Severity.ERROR and _fits(issue.code, self.allow):
            severity = Severity.WARNING
        return issue if severity is issue.severity else replace(issue, severity=severity)


Rules = Selection | Iterable[str] | Mapping[str, str | Severity]
"""What `Selection.of` takes."""


def severity_of(name: str) -> Severity:
    """A severity by its name.

    Raises:
        RecipeError: it is not error, warning, information or hint.
    """
    found = SEVERITIES.get(name.strip().lower())
    if found is None:
        raise RecipeError(f"{name!r} is not a severity; they are: {', '.join(SEVERITIES)}")
    return found


def _fits(code: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(code, pattern) for pattern in patterns)


def _advice(pattern: str, codes: list[str]) -> str:
    close = difflib.get_close_matches(pattern.upper(), codes, 1)
    return f"; did you mean {close[0]!r}?" if close else "; docs/rules.md lists them"
