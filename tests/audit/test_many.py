"""Audits in worker processes say what this process says; findings as issues."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge3d.audit import Finding, Outcome, Place, Product, Profile, Report
from forge3d.audit.many import AuditVerdict, audit_many, issues, judge_with, read_verdict, write_verdict
from forge3d.gltf import Severity

from .build import CUBE, CUBE_FACES, document, primitive

PROFILE = Profile.of(
    {"valid": {}, "triangles": {"maximum": 5, "source": "us"}, "dimensions": {}, "product_dimensions": {}}
)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{name}.glb" for name in ("one", "two", "cut")]
    for path in paths:
        document(primitive(CUBE, CUBE_FACES)).write(path)
    paths[2].write_bytes(paths[2].read_bytes()[:40])
    return [*paths, tmp_path / "missing.glb"]


def test_workers_say_what_this_process_says_in_the_order_given(files: list[Path]) -> None:
    product = Product.read({"dimensions": {"height": 1}})
    here, there = (
        [(v.path, v.error, v.kind, v.exit_code, v.report, v.audit) for v in verdicts if isinstance(v, AuditVerdict)]
        for verdicts in (audit_many(files, PROFILE, product=product, jobs=jobs) for jobs in (0, 2))
    )
    assert here == there
    assert [path for path, *_ in here] == files
    assert [code for _, _, _, code, *_ in here] == [0, 0, 3, 3]
    report = here[0][-1]
    assert report is not None
    assert [finding.check for finding in report.failed] == ["triangles"]
    assert report["dimensions"].value == (1, 1, 1)


def test_a_model_that_takes_too_long_is_stopped(files: list[Path]) -> None:
    (verdict,) = audit_many(files[:1], PROFILE, jobs=1, seconds=0.0)
    assert verdict.report is None
    assert verdict.kind == "LimitExceeded"


def test_findings_as_issues() -> None:
    places = (Place("/meshes/0", "Body", "12 edges"), Place("/meshes/1"))
    report = Report("chair.glb", "Shop", [
        Finding("nodes", Outcome.PASSED, 3, "at most 5"),
        Finding("meshes", Outcome.NOT_TESTED, 3, message="the profile does not ask for it"),
        Finding("vertices", Outcome.PASSED, 3_000, "recommended 2,000", "over the recommended 2,000", advised=True),
        Finding("uv_range", Outcome.NOT_TESTED, None, "required", "nothing has UVs"),
        Finding("beveled_edges", Outcome.FAILED, 12, "required", "", places, 30, "our house"),
        Finding("dimensions", Outcome.FAILED, (1.0, 2.0, 3.5), "1 to 2 m", "height is wrong"),
    ])  # fmt: skip
    found = [(issue.code, issue.severity, issue.pointer, issue.message) for issue in issues(report).issues]
    assert found == [
        ("beveled_edges", Severity.ERROR, "/meshes/0", "12 edges: 12 (required) [our house]"),
        ("beveled_edges", Severity.ERROR, "/meshes/1", "12 (required) [our house]"),
        ("beveled_edges", Severity.ERROR, "", "30 more places: 12 (required) [our house]"),
        ("dimensions", Severity.ERROR, "", "1 × 2 × 3.5 (1 to 2 m) height is wrong"),
        ("vertices", Severity.WARNING, "", "3,000 (recommended 2,000) over the recommended 2,000"),
        ("uv_range", Severity.INFORMATION, "", "(required) nothing has UVs"),
    ]


def test_verdicts_as_messages(files: list[Path]) -> None:
    judge = judge_with({"profile": {"triangles": {"maximum": 5}, "dimensions": {}}, "product": None})
    for path in files:
        verdict = judge(path)
        assert read_verdict(path, write_verdict(verdict)) == verdict
