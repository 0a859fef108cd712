from __future__ import annotations

import pytest

from forge3d.errors import RecipeError
from forge3d.gltf import Severity
from forge3d.validate import Issue, Report
from forge3d.validate.selection import Selection, severity_of

REPORT = Report(
    "a.glb",
    "model/gltf-binary",
    [
        Issue("ACCESSOR_INDEX_OOB", Severity.ERROR, "", "/accessors/0"),
        Issue("NODE_EMPTY", Severity.INFORMATION, "", "/nodes/0"),
        Issue("UNUSED_OBJECT", Severity.INFORMATION, "", "/nodes/1"),
    ],
    {"version": "2.0"},
)


def codes(selection: Selection) -> list[tuple[str, int]]:
    return [(issue.code, int(issue.severity)) for issue in selection.apply(REPORT).issues]


def test_by_default_every_rule_counts_as_it_stands() -> None:
    assert Selection().apply(REPORT) is REPORT
    assert Selection().fails(REPORT)


def test_only_and_ignore() -> None:
    assert codes(Selection(only=("N*", "UNUSED_OBJECT"))) == [("NODE_EMPTY", 2), ("UNUSED_OBJECT", 2)]
    assert codes(Selection(only=("N*", "UNUSED_OBJECT"), ignore=("NODE_?MPTY",))) == [("UNUSED_OBJECT", 2)]
    assert codes(Selection(ignore=("*",))) == []


def test_severities_change_and_the_worst_comes_first() -> None:
    chosen = Selection(severity={"*": Severity.HINT, "UNUSED_OBJECT": Severity.ERROR})
    assert codes(chosen) == [("UNUSED_OBJECT", 0), ("ACCESSOR_INDEX_OOB", 3), ("NODE_EMPTY", 3)]
    assert REPORT.issues[0].severity is Severity.ERROR
    assert chosen.apply(REPORT).info == REPORT.info


def test_what_fails() -> None:
    ignoring = Selection(ignore=("ACCESSOR_INDEX_OOB",))
    assert not ignoring.fails(ignoring.apply(REPORT))
    strict = Selection(ignore=("ACCESSOR_INDEX_OOB",), fail_on=Severity.INFORMATION)
    assert strict.fails(strict.apply(REPORT))


def test_allowed_errors_are_told_as_warnings_and_fail_nothing() -> None:
    allowing = Selection(allow=("ACCESSOR_INDEX_OOB",), fail_on=Severity.WARNING)
    assert codes(allowing)[0] == ("ACCESSOR_INDEX_OOB", 1)
    assert not allowing.fails(allowing.apply(REPORT))


@pytest.mark.parametrize("field", ["only", "ignore", "allow"])
def test_a_code_that_is_no_rule_s_is_an_error_with_advice(field: str) -> None:
    with pytest.raises(RecipeError, match="there is no rule 'NODE_EMTPY'; did you mean 'NODE_EMPTY'"):
        Selection(**{field: ("NODE_EMTPY",)})
    with pytest.raises(RecipeError, match=r"docs/rules\.md"):
        Selection(**{field: ("?",)})


def test_severities_by_name() -> None:
    assert severity_of("Warning") is Severity.WARNING
    with pytest.raises(RecipeError, match="they are: error, warning, information, hint"):
        severity_of("fatal")
