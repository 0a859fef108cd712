"""For review tools: SARIF 2.1.0 (OASIS), as GitHub code scanning and editors read it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from ... import __version__
from ...gltf import Severity
from ..many import Verdict
from ..report import Issue
from ..selection import Selection
from .places import find_lines
from .words import Rulebook, khronos, place, specification, visible

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {
    Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "note", Severity.HINT: "note",
}  # fmt: skip


def write_sarif(
    verdicts: Iterable[Verdict], selection: Selection, file: TextIO, rulebook: Rulebook | None = None
) -> None:
    """Write one run with all rules that were broken, and a result for each issue."""
    rulebook = rulebook or khronos()
    described: dict[str, int] = {}
    results: list[dict[str, Any]] = []
    notifications: list[dict[str, Any]] = []
    for verdict in verdicts:
        if verdict.report is None:
            notifications.append(_notification(verdict))
            continue
        issues = verdict.report.issues
        lines = find_lines(verdict.path, [issue.pointer for issue in issues])
        seen = Counter[str]()
        for issue in issues:
            index = described.setdefault(issue.code, len(described))
            results.append(_result(issue, index, verdict.path, lines, seen))
    driver = {
        "name": rulebook.tool,
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_descriptor(code, rulebook) for code in described],
    }
    invocation = {"executionSuccessful": not notifications, "toolExecutionNotifications": notifications}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "invocations": [invocation]}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{**run, "results": results}]}
    file.write(json.dumps(log) + "\n")


def _descriptor(code: str, rulebook: Rulebook) -> dict[str, Any]:
    rule = rulebook.rules.get(code)
    if rule is None:
        return {"id": code}
    section, link = specification(rule)
    hint = rulebook.hints.get(code, "")
    text = " ".join(part for part in (f"{_sentence(rule.summary)}", hint, f"See {section}." if section else "") if part)
    linked = f"See [{section}]({link})." if section else ""
    return {
        "id": code,
        "shortDescription": {"text": _sentence(rule.summary)},
        "fullDescription": {"text": _sentence(rule.summary)},
        "help": {"text": text, "markdown": "\n\n".join(filter(None, (_sentence(rule.summary), hint, linked)))},
        **({"helpUri": link} if link else {}),
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"tags": ["glTF"], "severity": rule.severity.name.lower(), "section": rule.section},
    }


def _result(issue: Issue, index: int, path: Path, lines: dict[str, int], seen: Counter[str]) -> dict[str, Any]:
    where = issue.pointer if issue.offset is None else f"byte {issue.offset}"
    where = where or "/"
    # GitHub shows no result without a line, though a GLB has none.
    region = {"startLine": lines.get(where, 1)}
    if issue.offset is not None:
        region |= {"byteOffset": issue.offset, "byteLength": 0}
    physical = {"artifactLocation": _artifact(path), "region": region}
    # The same fault is the same alert in the next run, wherever its line has gone; equal ones are told apart by rank.
    name = json.dumps([issue.code, path.as_posix(), where])
    seen[name] += 1
    digest = hashlib.sha256(f"{name}{seen[name]}".encode()).hexdigest()[:32]
    return {
        "ruleId": issue.code,
        "ruleIndex": index,
        "level": _LEVELS[issue.severity],
        "message": {"text": f"{place(issue)}: {visible(issue.message)}"},
        "locations": [
            {
                "physicalLocation": physical,
                "logicalLocations": [{"fullyQualifiedName": where, "name": where.rsplit("/", 1)[-1] or where}],
            }
        ],
        "partialFingerprints": {"forge3d/v1": digest},
        "properties": {"severity": issue.severity.name.lower(), "pointer": issue.pointer, "count": issue.count},
    }


def _notification(verdict: Verdict) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": visible(verdict.error)},
        "descriptor": {"id": verdict.kind},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(verdict.path)}}],
    }


def _artifact(path: Path) -> dict[str, str]:
    """Relative paths count from the checkout, as review tools expect."""
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix().encode("utf-8", "surrogateescape")), "uriBaseId": "%SRCROOT%"}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "…")) else ".")
