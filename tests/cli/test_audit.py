"""`forge3d audit`: exit codes, JSON, and what it explains."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

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
        (["x.glb", "-p", "nowhere"], 2, "there is no profile"),
        (["nowhere.glb"], 3, "no such file"),
        (["FOLDER", "--product", "PRODUCT"], 2, "one product, but 2 models"),
    ],
)
def test_what_cannot_be_done(arguments: list[str], code: int, message: str, model: Path) -> None:
    model.with_name("again.glb").write_bytes(model.read_bytes())
    product = model.with_suffix(".json")
    product.write_text("{}")
    places = {"FOLDER": model.parent, "PRODUCT": product}
    result = run(*(places.get(argument, argument) for argument in arguments))
    assert result.returncode == code
    assert message in result.stderr
