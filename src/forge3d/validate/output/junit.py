"""For test reports: JUnit XML, a test case for each file.

Keeps both schemas that are in use: the one of Ant's task, which allows little and asks for much, and Jenkins'.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO
from xml.etree import ElementTree

from ... import __version__
from ..many import Verdict
from ..report import Issue
from ..selection import Selection
from .words import Rulebook, counted, grouped, khronos, place, tally, visible


def write_junit(
    verdicts: Iterable[Verdict], selection: Selection, file: TextIO, rulebook: Rulebook | None = None
) -> None:
    """Write one test suite. Issues that make a file fail are its failure; the others the suite's output."""
    rulebook = rulebook or khronos()
    classname = rulebook.command.replace(" ", ".")
    suites = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(suites, "testsuite")
    properties = ElementTree.SubElement(suite, "properties")
    ElementTree.SubElement(properties, "property", name="forge3d", value=__version__)
    start = datetime.now(UTC)
    failures = errors = tests = 0
    seconds = 0.0
    told: list[str] = []
    for verdict in verdicts:
        tests += 1
        seconds += verdict.seconds
        name = visible(verdict.path)
        case = ElementTree.SubElement(suite, "testcase", classname=classname, name=name, time=f"{verdict.seconds:.3f}")
        if verdict.report is None:
            errors += 1
            error = ElementTree.SubElement(case, "error", message=visible(verdict.error), type=verdict.kind)
            error.text = visible(verdict.error)
            continue
        grave = [issue for issue in verdict.report.issues if selection.is_grave(issue)]
        other = [issue for issue in verdict.report.issues if not selection.is_grave(issue)]
        if grave:
            failures += 1
            failure = ElementTree.SubElement(case, "failure", message=counted(tally(grave)), type=grave[0].code)
            failure.text = "\n".join(_lines(grave, rulebook))
        told += [f"{name}: {line}" for line in _lines(other, rulebook)]
    ElementTree.SubElement(suite, "system-out").text = "\n".join(told)
    ElementTree.SubElement(suite, "system-err")
    facts = {
        "id": 0, "package": "forge3d", "name": rulebook.command, "hostname": platform.node() or "localhost",
        "timestamp": f"{start:%Y-%m-%dT%H:%M:%S}", "tests": tests, "failures": failures, "errors": errors,
        "time": f"{seconds:.3f}",
    }  # fmt: skip
    for key, fact in facts.items():
        suite.set(key, str(fact))
    ElementTree.indent(suites)
    file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    file.write(ElementTree.tostring(suites, encoding="unicode") + "\n")


def _lines(issues: list[Issue], rulebook: Rulebook) -> list[str]:
    lines = []
    for group in grouped(issues, rulebook):
        name = group.severity.name.lower()
        lines += [f"{name} {group.code} {place(issue)}: {visible(issue.message)}" for issue in group.issues]
        lines += [f"fix: {group.hint}"] if group.hint else []
    return lines
