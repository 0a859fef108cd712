"""For programs: a list with the Khronos validator's report of each file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TextIO

from ..many import Verdict
from ..selection import Selection
from .mended import MendedVerdict


def write_json(verdicts: Iterable[Verdict], selection: Selection, file: TextIO) -> None:
    """Write a JSON list, one report a file, as they come. A file that could not be judged has `error` in its place."""
    write_list(map(_members, verdicts), file)


def write_list(items: Iterable[dict[str, Any]], file: TextIO) -> None:
    """Write a JSON list, item by item as they come."""
    first = True
    for item in items:
        text = json.dumps(item, indent=2)
        file.write(("[\n  " if first else ",\n  ") + text.replace("\n", "\n  "))
        first = False
    file.write("[]\n" if first else "\n]\n")


def _members(verdict: Verdict) -> dict[str, Any]:
    if verdict.report is None:
        return {"uri": str(verdict.path), "error": {"type": verdict.kind, "message": verdict.error}}
    members = verdict.report.to_dict()
    if isinstance(verdict, MendedVerdict):
        members["fixes"] = {
            "input": str(verdict.read),
            "output": None if verdict.written is None else str(verdict.written),
            "changed": [remedy.to_dict() for remedy in verdict.changes],
            "left": [remedy.to_dict() for remedy in verdict.left],
        }
    return members
