"""For test reports: JUnit XML, a test case for each file.

The elements and attributes are those that Jenkins' schema and GitLab's reader have in common.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO
from xml.etree import ElementTree

from ..many import Verdict
from ..report import Issue
from ..selection import Selection
from .words import counted, grouped, place, tally, visible


def write_junit(verdicts: Iterable[Verdict], selection: Selection, file: TextIO) -> None:
    """Write one test suite. Issues that make a file fail are its failure; the others its output."""
    suite = ElementTree.Element("testsuite", name="forge3d validate")
    failures = errors = tests = 0
    seconds = 0.0
    for verdict in verdicts:
        tests += 1
        seconds += verdict.seconds
        case = ElementTree.SubElement(
            suite, "testcase", classname="forge3d.validate", name=visible(verdict.path), time=f"{verdict.seconds:.3f}"
        )
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
            failure.text = _lines(grave)
        if other:
            ElementTree.SubElement(case, "system-out").text = _lines(other)
    counts = {"tests": str(tests), "failures": str(failures), "errors": str(errors), "time": f"{seconds:.3f}"}
    suites = ElementTree.Element("testsuites", name="forge3d validate")
    suites.append(suite)
    for element in (suites, suite):
        for name, count in counts.items():
            element.set(name, count)
    ElementTree.indent(suites)
    file.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    file.write(ElementTree.tostring(suites, encoding="unicode") + "\n")


def _lines(issues: list[Issue]) -> str:
    lines = []
    for group in grouped(issues):
        name = group.severity.name.lower()
        lines += [f"{name} {group.code} {place(issue)}: {visible(issue.message)}" for issue in group.issues]
        lines += [f"fix: {group.hint}"] if group.hint else []
    return "\n".join(lines)
