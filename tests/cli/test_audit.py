"""`forge3d audit`: exit codes, JSON, and what it explains."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from tests.audit.build import CUBE, CUBE_FACES, document, primitive


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from forge3d.cli import main; main()", "audit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "cube.glb"
    document(primitive(CUBE, CUBE_FACES)).write(path)
    return path


def test_a_model_within_its_budget(model: Path) -> None:
    result = run(model, "--profile", "google-merchant")
    assert result.returncode == 0, result.stderr
    assert "0 failed, 2 passed" in result.stdout


def test_failures_are_told_with_place_and_exit_code(model: Path, tmp_path: Path) -> None:
    profile, product = tmp_path / "shop.toml", tmp_path / "cube.json"
    profile.write_text('title = "Shop [1]"\n[beveled_edges]\nsource = "our house"\n[product_dimensions]\n')
    product.write_text('{"dimensions": {"height": 1.5}}')
    result = run(model, "-p", profile, "--product", product)
    assert result.returncode == 1
    assert "Shop [1]" in result.stdout
    assert "failed beveled_edges 12 (required) [our house]" in result.stdout
    assert "/meshes/0 (Body): 12 edges" in result.stdout
    assert "height 1 m, the product's is 1.5 m" in result.stdout
    (report,) = json.loads(run(model, "-p", profile, "--product", product, "--json").stdout)
    assert report["passed"] is False
    findings = {finding["check"]: finding for finding in report["findings"]}
    assert findings["beveled_edges"]["where"] == [{"pointer": "/meshes/0", "name": "Body", "detail": "12 edges"}]
    assert findings["product_dimensions"]["value"] == [1, 1, 1]


def test_placement_changes_what_ar_asks_for(model: Path) -> None:
    found = run(model, "-p", "webxr", "--placement", "wall")
    assert found.returncode == 1
    assert "the middle of its back is 0.5 m away" in found.stdout
    assert run(model, "-p", "webxr").returncode == 0


def test_a_folder_of_models(model: Path) -> None:
    document(primitive(CUBE, CUBE_FACES)).write(model.with_name("again.glb"))
    reports = json.loads(run(model.parent, "--json").stdout)
    assert [Path(report["model"]).name for report in reports] == ["again.glb", "cube.glb"]


def test_list_and_explain() -> None:
    assert "apple-ar" in run("--list").stdout
    assert json.loads(run("--list", "--json").stdout)["amazon"]["title"] == "Amazon"
    told = run("--explain", "-p", "amazon").stdout
    assert "triangles  at most 149,999" in told
    assert "third-party" in told
    assert "--tolerance" in told
    checks = json.loads(run("--explain", "--json").stdout)["checks"]
    assert all(check["measures"] for check in checks)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "name a model"),
        (["FOLDER", "-p", "nowhere"], 2, "there is no profile"),
        (["nowhere.glb"], 3, "no such file"),
        (["FOLDER", "--product", "PRODUCT"], 2, "one product, but 2 models"),
        (["FOLDER", "-p", "SCHEMA"], 2, "is not a schema of the asset auditor"),
        (["FOLDER", "--json", "-f", "sarif"], 2, "short for --format json"),
    ],
)
def test_what_cannot_be_done(arguments: list[str], code: int, message: str, model: Path) -> None:
    model.with_name("again.glb").write_bytes(model.read_bytes())
    product = model.with_suffix(".json")
    product.write_text("{}")
    (model.parent / "shop.json").write_text('{"materials": {}}')
    places = {"FOLDER": model.parent, "PRODUCT": product, "SCHEMA": model.parent / "shop.json"}
    result = run(*(places.get(argument, argument) for argument in arguments))
    assert result.returncode == code
    assert message in (result.stderr + result.stdout).lower()


@pytest.fixture
def folder(model: Path) -> Path:
    """One model that is good, one that cannot be read, and one with 30,000 vertices too many for Scene Viewer."""
    model.with_name("broken.glb").write_bytes(b"glTF and no more")
    many = np.random.default_rng(0).random((40_000, 3), np.float32)
    document(primitive(many, np.arange(39_999).reshape(-1, 3))).write(model.with_name("many.glb"))
    return model.parent


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_unreadable_model_leaves_the_others_their_turn(folder: Path, jobs: int) -> None:
    result = run(folder, "-p", "google-scene-viewer", "-j", str(jobs), "--json")
    assert result.returncode == 3
    broken, cube, many = json.loads(result.stdout)
    assert (Path(broken["model"]).name, broken["error"]["type"]) == ("broken.glb", "InvalidAsset")
    assert cube["passed"]
    assert many["passed"]
    assert (
        many["findings"]
        == json.loads(run(folder / "many.glb", "-p", "google-scene-viewer", "--json").stdout)[0]["findings"]
    )


def test_advice_fails_when_asked_to(folder: Path) -> None:
    arguments = (folder / "many.glb", "-p", "google-scene-viewer")
    assert run(*arguments).returncode == 0
    assert run(*arguments, "--fail-on", "advice").returncode == 1
    assert "vertices 40,000 (recommended 30,000) over the recommended 30,000" in run(*arguments).stdout


def test_formats_of_pipelines(folder: Path, tmp_path: Path) -> None:
    profile = tmp_path / "shop.toml"
    profile.write_text('[beveled_edges]\nsource = "our house"\n[vertices]\nrecommended = 30_000\n[uv_range]\n')
    files = {name: tmp_path / f"report.{name}" for name in ("sarif", "junit", "markdown")}
    reports = [part for name, file in files.items() for part in ("--report", f"{name}={file}")]
    result = run(folder, "-p", profile, "-f", "github", *reports)
    assert result.returncode == 3
    lines = result.stdout.splitlines()
    commands = [line.split(" ", 1)[0].strip(":") for line in lines]
    assert commands == ["error", "error", "notice", "warning", "notice"]
    assert "title=beveled_edges::/meshes/0: 12 edges: 12 (required) [our house]%0AFix: Bevel the edges" in lines[1]
    (sarif,) = json.loads(files["sarif"].read_text())["runs"]
    assert sarif["tool"]["driver"]["name"] == "forge3d audit"
    assert {rule["id"] for rule in sarif["tool"]["driver"]["rules"]} == {"beveled_edges", "vertices", "uv_range"}
    assert all(rule["help"]["text"] for rule in sarif["tool"]["driver"]["rules"])
    suite = ElementTree.parse(files["junit"]).getroot()[0]
    assert (suite.get("name"), suite.get("failures"), suite.get("errors")) == ("forge3d audit", "1", "1")
    assert files["markdown"].read_text().startswith("## forge3d audit\n\n3 files, **2 failed**")
    assert run(folder, "-o", folder / "cube.glb").returncode == 4  # never over a model


def test_an_asset_auditors_schema_is_a_profile(model: Path) -> None:
    schema = model.with_name("rules.json")
    schema.write_text('{"version": "1.0.0", "model": {"triangles": {"maximum": 10}, "requireManifoldEdges": true}}')
    (report,) = json.loads(run(model, "-p", schema, "--json").stdout)
    outcomes = {finding["check"]: finding["outcome"] for finding in report["findings"] if finding["limit"]}
    assert outcomes == {
        "valid": "passed", "triangles": "failed", "manifold_edges": "passed", "product_dimensions": "not tested",
    }  # fmt: skip
