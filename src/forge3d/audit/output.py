"""Audits in the formats that people, pipelines and review tools read: those of `forge3d.validate.output`.

FORMATS["sarif"](audit_many(paths, profile), Selection(), file)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, TextIO

from ..gltf import Severity
from ..validate.many import Verdict
from ..validate.output import Format
from ..validate.output.annotations import write_annotations
from ..validate.output.json_list import write_list
from ..validate.output.junit import write_junit
from ..validate.output.markdown import write_markdown
from ..validate.output.sarif import write_sarif
from ..validate.output.words import Rulebook, visible
from ..validate.rules import Rule
from ..validate.selection import Selection
from .check import CHECKS
from .many import AuditVerdict
from .report import Finding, Report

if TYPE_CHECKING:
    from rich.console import Console

RULES = Rulebook(
    "forge3d audit",
    "forge3d audit",
    {name: Rule(name, Severity.ERROR, "", check.text) for name, check in CHECKS.items()},
    {name: check.fix for name, check in CHECKS.items()},
)
_MARKS = {"passed": "[green]passed[/]", "failed": "[red]failed[/]", "not tested": "[dim]  ----[/]"}


def write_json(verdicts: Iterable[Verdict], selection: Selection, file: TextIO) -> None:
    """Write a JSON list, one report a model. A model that could not be audited has `error` in its place."""
    write_list(map(_members, verdicts), file)


def _members(verdict: Verdict) -> dict[str, Any]:
    report = _report(verdict)
    if report is None:
        return {"model": str(verdict.path), "error": {"type": verdict.kind, "message": verdict.error}}
    return report.to_dict()


def _report(verdict: Verdict) -> Report | None:
    return verdict.audit if isinstance(verdict, AuditVerdict) else None


def write_terminal(verdicts: Iterable[Verdict], selection: Selection, file: TextIO) -> None:
    """Write model after model, every check that was made, and a last line over all where there are several."""
    from rich.console import Console

    out = Console(file=file, highlight=False, soft_wrap=True, emoji=False)
    models = failed = unread = 0
    for verdict in verdicts:
        models += 1
        report = _report(verdict)
        if report is None or verdict.report is None:
            unread += 1
            out.print("✗ ", visible(verdict.error), style="bold red", sep="", markup=False)
            continue
        failed += selection.fails(verdict.report)
        _write_report(report, out)
    if models > 1:
        told = f", {unread:,} could not be audited" if unread else ""
        out.print(f"{models:,} models, {failed:,} failed{told}", style="bold")


def _write_report(report: Report, out: Console) -> None:
    from rich.markup import escape

    counts = [
        f"{sum(f.outcome == kind for f in report.findings)} {kind}" for kind in ("failed", "passed", "not tested")
    ]
    out.print(f"[bold]{escape(visible(report.name))}[/] {escape(visible(report.profile))}: {', '.join(counts)}")
    silent = [finding.check for finding in report.findings if finding.value is None and not finding.limit]
    for finding in report.findings:
        if finding.check not in silent:
            _write_finding(finding, out)
    if silent:
        out.print(f"  [dim]not asked for: {', '.join(silent)}[/]")


def _write_finding(finding: Finding, out: Console) -> None:
    from rich.markup import escape

    failed = finding.outcome == "failed"
    source = f" [{finding.source}]" if failed and finding.source else ""
    mark = "[yellow]passed[/]" if finding.advised else _MARKS[finding.outcome]
    out.print(f"  {mark} {escape(visible(f'{finding.check} {finding.told}{source}'))}")
    if failed:
        more = [f"and {finding.more:,} more"] if finding.more else []
        for line in [*map(str, finding.where), *more]:
            out.print(f"           {escape(visible(line))}")


FORMATS: dict[str, Format] = {
    "terminal": write_terminal,
    "json": write_json,
    "sarif": partial(write_sarif, rulebook=RULES),
    "junit": partial(write_junit, rulebook=RULES),
    "github": partial(write_annotations, rulebook=RULES),
    "markdown": partial(write_markdown, rulebook=RULES),
}
