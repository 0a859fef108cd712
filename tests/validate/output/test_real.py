"""Every format over every model that this machine has, most of them broken on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from forge3d.gltf.files import find_models
from forge3d.validate.many import Verdict, validate_many

from .test_junit import parsed
from .test_sarif import SARIF

Written = Callable[..., str]


@pytest.fixture(scope="module")
def judged(shared_assets: Path) -> list[Verdict]:
    return list(validate_many(find_models([shared_assets])))


def test_every_format_carries_every_issue(judged: list[Verdict], written: Written) -> None:
    issues = [issue for verdict in judged if verdict.report for issue in verdict.report.issues]
    assert len(issues) > 1000
    sarif = json.loads(written("sarif", judged))
    jsonschema.validate(sarif, SARIF)
    (run,) = sarif["runs"]
    assert [result["ruleId"] for result in run["results"]] == [issue.code for issue in issues]
    prints = [result["partialFingerprints"]["forge3d/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)
    assert parsed(written("junit", judged))[0].attrib["tests"] == str(len(judged))
    reports = json.loads(written("json", judged))
    assert sum(len(report["issues"]["messages"]) for report in reports) == len(issues)
    annotations = written("github", judged).splitlines()
    assert len(annotations) == sum(len({issue.code for issue in v.report.issues}) for v in judged if v.report)
    for name in ("terminal", "markdown"):
        text = written(name, judged)
        assert all(code in text for code in {issue.code for issue in issues})
