"""For GitHub: workflow commands, which the run shows beside the changed files.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from ...gltf import Severity
from ..many import Verdict
from ..selection import Selection
from .places import find_lines
from .words import Group, Rulebook, grouped, place, visible

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning"}
# GitHub shows ten annotations of each kind in a step: one for each rule and file says more than one for each place.
_PLACES = 10


def write_annotations(
    verdicts: Iterable[Verdict], selection: Selection, file: TextIO, rulebook: Rulebook | None = None
) -> None:
    """Write a command for each rule that a file breaks."""
    for verdict in verdicts:
        if verdict.report is None:
            _write("error", {"file": visible(verdict.path), "title": verdict.kind}, visible(verdict.error), file)
            continue
        groups = grouped(verdict.report.issues, rulebook)
        lines = find_lines(verdict.path, [group.issues[0].pointer for group in groups])
        for group in groups:
            line = lines.get(group.issues[0].pointer or "")
            properties = {"file": visible(verdict.path), **({"line": str(line)} if line else {}), "title": group.code}
            _write(_COMMANDS.get(group.severity, "notice"), properties, _message(group), file)


def _message(group: Group) -> str:
    lines = [f"{place(issue)}: {visible(issue.message)}" for issue in group.issues[:_PLACES]]
    if len(group.issues) > _PLACES:
        lines.append(f"and {len(group.issues) - _PLACES:,} more places")
    return "\n".join([*lines, *([f"Fix: {group.hint}"] if group.hint else [])])


def _write(command: str, properties: dict[str, str], message: str, file: TextIO) -> None:
    told = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    file.write(f"::{command} {told}::{_data(message)}\n")


def _data(text: str) -> str:
    """What follows the second `::`; a new line would end it, and could begin a command of the file's own."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
