"""For a job summary or a comment: a table of files, and one of the rules that they break."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TextIO

from ...gltf import Severity
from ..many import Verdict
from ..report import Issue
from ..selection import Selection
from .words import Rulebook, counted, grouped, khronos, tally, visible

# GitHub cuts a summary off at 1 MiB; nobody reads so many rows.
_ROWS = 200


def write_markdown(
    verdicts: Iterable[Verdict], selection: Selection, file: TextIO, rulebook: Rulebook | None = None
) -> None:
    """Write the summary. Files without issues are counted, not listed."""
    rulebook = rulebook or khronos()
    issues: list[Issue] = []
    rows: list[str] = []
    files = failed = 0
    breaks: dict[str, int] = {}
    for verdict in verdicts:
        files += 1
        found = verdict.report.issues if verdict.report else []
        fails = verdict.report is None or selection.fails(verdict.report)
        failed += fails
        issues += found
        for code in {issue.code for issue in found}:
            breaks[code] = breaks.get(code, 0) + 1
        if found or fails:
            rows.append(_row(verdict, fails))
    verb = "file" if files == 1 else "files"
    file.write(f"## {rulebook.command}\n\n{files:,} {verb}, **{failed:,} failed**, {counted(tally(issues))}\n")
    if rows:
        _write_table(file, ("File", "", *(severity.name.title() for severity in Severity)), rows)
    if issues:
        _write_table(
            file,
            ("Severity", "Rule", "Places", "Files", "What is wrong", "How to fix it"),
            [
                f"| {group.severity.name.title()} | `{group.code}` | {len(group.issues):,} | {breaks[group.code]:,} "
                f"| {cell(group.summary)} | {cell(group.hint)} |"
                for group in grouped(issues, rulebook)
            ],
        )


def _row(verdict: Verdict, fails: bool) -> str:
    name = cell(verdict.path)
    if verdict.report is None:
        return f"| {name} | ❌ {cell(verdict.error)} | | | | |"
    counts = tally(verdict.report.issues)
    return (
        f"| {name} | {'❌' if fails else '✅'} | " + " | ".join(f"{counts[severity]:,}" for severity in Severity) + " |"
    )


def _write_table(file: TextIO, titles: tuple[str, ...], rows: list[str]) -> None:
    file.write(f"\n| {' | '.join(titles)} |\n|{' --- |' * len(titles)}\n")
    file.writelines(f"{row}\n" for row in rows[:_ROWS])
    if len(rows) > _ROWS:
        file.write(f"\nand {len(rows) - _ROWS:,} more\n")


def cell(value: object) -> str:
    """Text of a table's cell: what Markdown or HTML would read as marks stays what it is."""
    return re.sub(r"([\\`*_{}\[\]<>|#~@!&])", r"\\\1", visible(value)) if str(value) else ""
