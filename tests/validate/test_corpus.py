"""The Khronos validator's own cases."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forge3d.validate import all_rules, validate


def places(report: dict[str, Any]) -> set[tuple[str, int, str | int | None]]:
    messages = report["issues"]["messages"]
    return {(entry["code"], entry["severity"], entry.get("pointer", entry.get("offset"))) for entry in messages}


def cases(folder: Path) -> list[tuple[str, Path, dict[str, Any]]]:
    found = []
    for expected in sorted(folder.rglob("*.report.json")):
        source = expected.with_name(expected.name.removesuffix(".report.json"))
        found.append((str(source.relative_to(folder)), source, json.loads(expected.read_text())))
    return found


def test_every_case_gives_the_expected_issues(shared_assets: Path) -> None:
    every = cases(shared_assets / "validator")
    assert len(every) > 200
    other = {name for name, source, expected in every if places(validate(source).to_dict()) != places(expected)}
    assert other == set()


def test_the_info_block_is_the_expected_one(shared_assets: Path) -> None:
    for name, source, expected in cases(shared_assets / "validator"):
        ours, theirs = (report.get("info", {}) for report in (validate(source).to_dict(), expected))
        assert ours == theirs, name


def test_severities_are_those_of_the_list_of_codes(shared_assets: Path) -> None:
    lines = (shared_assets / "validator" / "codes.csv").read_text().split()[1:]
    listed = {code: severity for _, code, severity in (line.split(",") for line in lines)}
    ours = {rule.code: rule.severity.name.lower() for rule in all_rules() if not rule.code.startswith("FORGE3D_")}
    assert {code: listed.get(code) for code in ours} == ours
    assert len(listed) - len(ours) == 0, sorted(listed.keys() - ours.keys())


@pytest.mark.parametrize("name", ["model.glb", "model.gltf"])
def test_every_real_model_is_judged(shared_assets: Path, name: str) -> None:
    suffix = Path(name).suffix
    for path in sorted((shared_assets / "models").rglob(f"*{suffix}")):
        report = validate(path)
        assert report.info, path
        assert not any(issue.code.startswith("FORGE3D_") for issue in report.issues), path
