"""The real steps, at tiny sizes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from forge3d import images
from forge3d.pipeline import BuildResult, build
from forge3d.pipeline.manifest import schema
from forge3d.validate import validate

TINY: dict[str, Any] = {
    "images": {"poster_size": 64, "spin_frames": 5, "spin_size": 48, "preview_size": 16},
    "limits": {"seconds": 100.0},
}


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., BuildResult]:
    def run(*inputs: Path, **recipe: Any) -> BuildResult:
        return build(inputs, tmp_path / "dist", recipe={**TINY, **recipe}, cache=tmp_path / "cache", jobs=1)

    return run


def bundle_of(result: BuildResult, output: Path) -> tuple[dict[str, Any], dict[str, list[bytes]]]:
    """The only product's manifest as JSON, and its files' bytes by role."""
    (product,) = result.products
    assert product.error is None, product.error
    manifest = json.loads((output / "dist" / product.sku / "manifest.json").read_bytes())
    jsonschema.validate(manifest, json.loads(schema()))
    files: dict[str, list[bytes]] = {}
    for file in manifest["files"]:
        files.setdefault(file["role"], []).append((output / "dist" / product.sku / file["path"]).read_bytes())
    return manifest, files


def test_a_triangle_becomes_a_bundle(make: Any, model: Callable[..., Path], tmp_path: Path) -> None:
    result = make(model("tile"))
    manifest, files = bundle_of(result, tmp_path)
    assert result.ok
    assert {role: len(found) for role, found in files.items()} == {
        "model": 1, "scene-viewer": 1, "usdz": 1, "poster": 1, "reference": 1, "level-poster": 1,
        "spin": 5, "spin-sheet": 1,
    }  # fmt: skip
    assert manifest["before"]["triangles"] == manifest["after"]["triangles"] == 1
    assert manifest["size"] == [1.0, 1.0, 0.0]
    assert manifest["likeness"] > 30
    assert "llvmpipe" in manifest["device"] or "OpenGL" in manifest["device"]
    assert validate(files["model"][0]).errors == []
    poster = images.decode(files["poster"][0])
    assert poster.shape == (64, 64, 4)
    assert 0 < (poster[..., 3] > 128).mean() < 1
    sheet = images.read_header(files["spin-sheet"][0])
    assert (sheet.width, sheet.height) == (5 * 16, 16)
    assert len(set(files["spin"])) > 1
    # A triangle has no lower level: the user is told so.
    assert {finding["code"] for finding in manifest["findings"] if finding["step"] == "levels"} == {"LEVELS"}


def test_finished_steps_give_the_same_bundle_as_work(model: Callable[..., Path], tmp_path: Path) -> None:
    path, cache = model("tile"), tmp_path / "cache"
    for output in ("first", "second"):
        build([path], tmp_path / output, recipe=TINY, cache=cache, jobs=1)
    first, second = (
        {file.name: file.read_bytes() for file in (tmp_path / output / "tile").iterdir()}
        for output in ("first", "second")
    )
    assert first == second


def test_an_invalid_input_is_refused_with_its_findings_or_allowed(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "odd.gltf"
    path.write_text(json.dumps({"asset": {"version": "2.0"}, "nodes": [{"scale": "big"}]}))
    (product,) = make(path).products
    assert product.error is not None
    assert product.error.exit_code == 3
    assert [finding.pointer for finding in product.findings if finding.severity == "error"] == ["/nodes/0/scale"]


def test_a_limit_that_is_not_kept_is_a_finding(make: Any, model: Callable[..., Path], tmp_path: Path) -> None:
    result = make(model("tile"), quality={"bytes": 10})
    manifest, _ = bundle_of(result, tmp_path)
    assert not result.ok
    assert manifest["ok"] is False
    codes = [finding["code"] for finding in manifest["findings"] if finding["severity"] == "error"]
    assert codes == ["TOO_LARGE"]


@pytest.mark.slow
def test_a_real_product(make: Any, shared_assets: Path, tmp_path: Path) -> None:
    source = shared_assets / "models" / "khronos" / "WaterBottle" / "glTF" / "WaterBottle.gltf"
    manifest, files = bundle_of(make(source), tmp_path)
    assert len(files["level"]) == 3
    sizes = [len(data) for role in ("model", "level") for data in files[role]]
    assert sizes == sorted(sizes, reverse=True)
    triangles = [file["triangles"] for file in manifest["files"] if file["role"] in ("model", "level")]
    assert triangles == sorted(set(triangles), reverse=True)
    assert len(manifest["source"]["resources"]) == 5
    assert all(verdict.get("errors", 0) == 0 for verdict in manifest["validation"].values())
    assert manifest["likeness"] > 30
    again = make(source)
    assert again.products[0].reused
