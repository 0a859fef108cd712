from __future__ import annotations

import json
from pathlib import Path

import pytest

import forge3d
from forge3d.audit import Profile
from forge3d.errors import InvalidAsset, RecipeError
from forge3d.gltf import Severity
from forge3d.validate.many import Verdict
from forge3d.validate.selection import Selection

UNUSED = b'{"asset": {"version": "2.0"}, "scenes": [{"nodes": [0]}], "nodes": [{}], "materials": [{}]}'
NO_MATERIALS = Profile.parse("title = 'Bare'\n[materials]\nmaximum = 0")


def codes(report: forge3d.validate.Report) -> list[str]:  # type: ignore[name-defined]
    return [issue.code for issue in report.issues]


def test_all_rules_count_by_default() -> None:
    report = forge3d.validate(UNUSED)
    assert codes(report) == ["NODE_EMPTY", "UNUSED_OBJECT"]
    assert "forge3d" not in report.to_dict()


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["UNUSED_*"], [("UNUSED_OBJECT", Severity.INFORMATION)]),
        ("NODE_*", [("NODE_EMPTY", Severity.INFORMATION)]),
        ({"UNUSED_*": "off", "NODE_EMPTY": "error"}, [("NODE_EMPTY", Severity.ERROR)]),
        ({"NODE_EMPTY": Severity.WARNING}, [("NODE_EMPTY", Severity.WARNING), ("UNUSED_OBJECT", Severity.INFORMATION)]),
        (Selection(ignore=("*_*",)), []),
    ],
)
def test_rules_choose_and_rank(rules: object, expected: list[tuple[str, Severity]]) -> None:
    report = forge3d.validate(UNUSED, rules=rules)  # type: ignore[arg-type]
    assert [(issue.code, issue.severity) for issue in report.issues] == expected


@pytest.mark.parametrize("rules", [["NO_SUCH_RULE"], {"NODE_EMPTY": "fatal"}])
def test_rules_that_are_none_are_refused(rules: object) -> None:
    with pytest.raises(RecipeError):
        forge3d.validate(UNUSED, rules=rules)  # type: ignore[arg-type]
    with pytest.raises(RecipeError):
        forge3d.validate_many([], rules=rules)  # type: ignore[arg-type]


def test_a_budget_stands_in_the_same_report_under_its_own_key(tmp_path: Path) -> None:
    plain = forge3d.validate(UNUSED).to_dict()
    report = forge3d.validate(UNUSED, budget=NO_MATERIALS)
    assert report.budget is not None
    assert not report.budget["passed"]
    assert [f["check"] for f in report.budget["findings"] if f["outcome"] == "failed"] == ["materials"]
    told = json.loads(report.to_json())
    assert told.pop("forge3d") == {"budget": json.loads(json.dumps(report.budget))}
    assert told == plain
    profile = tmp_path / "bare.toml"
    profile.write_text("title = 'Bare'\n[materials]\nmaximum = 0")
    assert forge3d.validate(UNUSED, budget=profile) == report
    assert forge3d.validate(UNUSED, budget="google-merchant").budget["profile"] != "Bare"  # type: ignore[index]


def test_a_budget_for_what_cannot_be_read_is_not_kept() -> None:
    report = forge3d.validate(b"nothing", budget=NO_MATERIALS)
    assert codes(report) == ["INVALID_JSON"]
    assert report.budget is not None
    assert not report.budget["passed"]
    assert "nothing" not in report.budget["findings"]
    assert report.budget["error"]


def test_no_file_is_an_error_with_and_without_a_budget(tmp_path: Path) -> None:
    for budget in (None, NO_MATERIALS):
        with pytest.raises(InvalidAsset):
            forge3d.validate(tmp_path / "none.glb", budget=budget)
    with pytest.raises(RecipeError):
        forge3d.validate(UNUSED, budget="no-such-shop")


@pytest.mark.parametrize("jobs", [0, 2])
def test_many_files_get_what_one_gets(tmp_path: Path, jobs: int) -> None:
    paths = [tmp_path / f"{number}.gltf" for number in range(3)]
    for path in paths:
        path.write_bytes(UNUSED)
    seen: list[Path] = []
    verdicts: list[Verdict] = list(
        forge3d.validate_many(
            [*paths, tmp_path / "none.glb"],
            rules={"UNUSED_*": "off"},
            budget=NO_MATERIALS,
            jobs=jobs,
            progress=lambda done, of, path: seen.append(path),
        )
    )
    alone = [forge3d.validate(path, rules={"UNUSED_*": "off"}, budget=NO_MATERIALS) for path in paths]
    assert [verdict.report for verdict in verdicts] == [*alone, None]
    assert (verdicts[-1].kind, verdicts[-1].exit_code) == ("InvalidAsset", 3)
    assert seen == [*paths, tmp_path / "none.glb"]
