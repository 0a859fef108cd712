"""The input, judged before anything is made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

from ...validate import validate as judge
from ..graph import Result
from ..manifest import Finding, Severity, Verdict

if TYPE_CHECKING:
    from ...validate import Report
    from ..product import Work

# One code may occur once per vertex: a bundle lists so many of each, and the verdict counts them all.
_LISTED_PER_CODE = 20


def validate(work: Work) -> Result:
    """Findings of the validator, as grave as the recipe says. Those that it lets fail a file refuse the product."""
    report = judge(work.source)
    selection = work.recipe.validate.selection()
    chosen = selection.apply(report)
    found = findings(chosen, step="validate", file=work.path.name)
    return Result(
        values={"verdict": msgspec.to_builtins(verdict(report))}, findings=found, refused=selection.fails(chosen)
    )


def findings(report: Report, *, step: str, file: str) -> tuple[Finding, ...]:
    """A validator report as findings."""
    listed: Counter[str] = Counter()
    result = []
    for issue in report.issues:
        listed[issue.code] += 1
        if listed[issue.code] > _LISTED_PER_CODE:
            continue
        result.append(
            Finding(
                severity=_severity(issue.severity.name),
                code=issue.code,
                message=issue.message,
                step=step,
                file=file,
                pointer=issue.pointer or None,
            )
        )
    return tuple(result)


def verdict(report: Report) -> Verdict:
    """How many issues of each severity."""
    return tally(_severity(issue.severity.name) for issue in report.issues)


def tally(severities: Iterable[Severity]) -> Verdict:
    """How many there are of each."""
    counts = Counter(severities)
    return Verdict(
        errors=counts["error"], warnings=counts["warning"], information=counts["information"], hints=counts["hint"]
    )


def _severity(name: str) -> Severity:
    names: dict[str, Severity] = {"ERROR": "error", "WARNING": "warning", "HINT": "hint"}
    return names.get(name.upper(), "information")
