"""For people: each file's issues grouped by rule, with a hint how to fix them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, TextIO

from ...gltf import Severity
from ..many import Verdict
from ..selection import Selection
from .mended import MendedVerdict, Remedy
from .words import Group, counted, grouped, place, tally, visible

if TYPE_CHECKING:
    from rich.console import Console

_COLOURS = {
    Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.INFORMATION: "cyan", Severity.HINT: "bright_black",
}  # fmt: skip
# A rule that a mesh breaks at each vertex shall not push all else off the screen; the other formats list every place.
_PLACES = 5
_REMEDIES = 20


def write_terminal(verdicts: Iterable[Verdict], selection: Selection, file: TextIO) -> None:
    """Write file after file as they come, and a last line over all where there are several."""
    from rich.console import Console

    out = Console(file=file, highlight=False, soft_wrap=True, markup=False, emoji=False)
    total, failed, unread, files = Counter[Severity](), 0, 0, 0
    for verdict in verdicts:
        files += 1
        if verdict.report is None:
            unread += 1
            out.print("✗ ", visible(verdict.error), style="bold red", sep="")
            continue
        fails = selection.fails(verdict.report)
        failed += fails
        total += tally(verdict.report.issues)
        _write_file(verdict, fails, out)
    if files > 1:
        ends = [f"{files:,} files", f"{failed:,} failed", counted(total)]
        out.print(*ends[:2], *([f"{unread:,} could not be judged"] if unread else []), ends[2], sep=", ", style="bold")


def _write_file(verdict: Verdict, fails: bool, out: Console) -> None:
    from rich.text import Text

    assert verdict.report is not None
    if isinstance(verdict, MendedVerdict):
        _write_remedies(verdict, out)
    issues = verdict.report.issues
    mark = Text("✗ ", "bold red") if fails else Text("✓ ", "green")
    out.print(mark, Text(visible(verdict.path), "bold"), Text(f"  {counted(tally(issues))}"), sep="")
    for group in grouped(issues):
        _write_group(group, out)


def _write_remedies(verdict: MendedVerdict, out: Console) -> None:
    from rich.text import Text

    if verdict.written is None:
        out.print("  nothing written for it", style="yellow")
        return
    said = f"{len(verdict.changes):,} fixed" if verdict.changes else "nothing to fix"
    out.print(Text(f"{visible(verdict.read)} → {visible(verdict.written)}", "bold"), f"  {said}", sep="")
    for title, colour, remedies in (("fixed", "green", verdict.changes), ("left", "yellow", verdict.left)):
        groups: dict[tuple[str, str], list[Remedy]] = {}
        for remedy in remedies:
            groups.setdefault((remedy.code, remedy.text), []).append(remedy)
        for (code, text), same in list(groups.items())[:_REMEDIES]:
            more = f" and {len(same) - 1:,} more places" if len(same) > 1 else ""
            where = f"{visible(same[0].pointer or '/')}{more}: {visible(text)}"
            out.print("  ", Text(title, colour), f" {code} " if code else " ", where, sep="")
        if len(groups) > _REMEDIES:
            out.print(f"  and {len(groups) - _REMEDIES:,} more {title}; --json lists them all", style="dim")


def _write_group(group: Group, out: Console) -> None:
    from rich.text import Text

    severity = group.severity.name.lower()
    title = f" {group.code}: {visible(group.summary)}"
    out.print("  ", Text(severity, _COLOURS[group.severity]), Text(title), sep="")
    for issue in group.issues[:_PLACES]:
        said = "" if issue.message == group.summary else f"  {visible(issue.message)}"
        out.print("    ", Text(place(issue), "bold"), said, sep="")
    if len(group.issues) > _PLACES:
        out.print(f"    and {len(group.issues) - _PLACES:,} more places; --format json lists them all", style="dim")
    if group.hint:
        out.print(f"    fix: {group.hint}", style="green")
