"""The step for augmented reality: a package where it can be made, and what phones would not show."""

from __future__ import annotations

import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.audit.build import CUBE, CUBE_FACES, document, painted, primitive
from tests.audit.test_ar import PIXELS

from forge3d.document import Document, Material
from forge3d.document.material import Sheen
from forge3d.errors import DependencyMissing
from forge3d.pipeline.graph import Result
from forge3d.pipeline.product import Work
from forge3d.pipeline.recipe import Recipe
from forge3d.pipeline.steps import plan
from forge3d.pipeline.steps.ar import ar
from forge3d.pipeline.steps.optimize import optimize


def made(model: Document, folder: Path, name: str = "thing.glb", **recipe: Any) -> Result:
    """What the step gives for a model; the file for Scene Viewer only where the recipe asks for it."""
    path = folder / name
    model.write(path)
    table = {"optimize": {"steps": ["dedup"]}, **recipe, "ar": {"scene_viewer": False, **recipe.get("ar", {})}}
    work = Work(path, Recipe.of(table), renderer=lambda: pytest.fail("nothing is drawn"))
    work.results["optimize"] = optimize(work)
    return ar(work)


def told(result: Result) -> list[tuple[str, str]]:
    return [(finding.severity, finding.code) for finding in result.findings]


def cube(material: Material | None = None, **node: Any) -> Document:
    return document(primitive(CUBE, CUBE_FACES, material), **node)


def test_a_package_under_the_file_s_name(tmp_path: Path) -> None:
    pytest.importorskip("pxr")
    result = made(cube(painted(PIXELS)), tmp_path, "mug.glb")
    (package,) = result.artifacts
    assert (package.role, package.media_type, package.facts.triangles) == ("usdz", "model/vnd.usdz+zip", 12)
    assert package.path.endswith(".usdz")
    names = zipfile.ZipFile(io.BytesIO(package.data)).namelist()
    assert [name.rpartition(".")[2] for name in names] == ["usdc", "png"]
    assert b"mug" in package.data
    assert (result.values, result.findings) == ({"placement": "floor"}, ())


def test_what_usd_cannot_carry_is_told(tmp_path: Path) -> None:
    pytest.importorskip("pxr")
    result = made(cube(Material(name="Wool", sheen=Sheen(color_factor=(1.0, 1.0, 1.0)))), tmp_path)
    assert told(result) == [("information", "USDZ_APPROXIMATED")]
    assert "KHR_materials_sheen" in result.findings[0].message
    assert "(Wool)" in result.findings[0].message


def test_placement_comes_from_the_recipe(tmp_path: Path) -> None:
    wall = made(cube(), tmp_path, "mirror-2.glb", ar={"wall": ["mirror-*"], "usdz": "never"})
    assert (wall.values["placement"], wall.artifacts) == ("wall", ())
    (finding,) = wall.findings
    assert finding.severity == "warning"
    assert finding.message == (
        "the middle of its back is 0.5 m away from the place that people choose: Google Scene Viewer, WebXR"
    )
    floor = made(cube(translation=(0.0, 1.0, 0.0)), tmp_path, ar={"wall": ["mirror-*"]})
    assert floor.values["placement"] == "floor"
    messages = [finding.message for finding in floor.findings if finding.code == "NOT_AR_READY"]
    (message,) = messages
    assert message.startswith("it floats 1 m above the floor, which is at y = 0: Google Scene Viewer, WebXR")


def test_phones_get_no_more_triangles_and_texels_than_the_recipe_says(tmp_path: Path) -> None:
    pytest.importorskip("pxr")
    import numpy as np

    from forge3d.document.geometry import triangles
    from forge3d.images import read_header

    side = np.linspace(0, 1, 12)
    grid = np.stack([*np.meshgrid(side, [0.0], side, indexing="ij")], axis=-1).reshape(-1, 3)
    first = (np.arange(11)[:, None] * 12 + np.arange(11)).ravel()
    corners = np.concatenate([first[:, None] + [0, 1, 12], first[:, None] + [1, 13, 12]])
    model = document(primitive(grid, corners, painted(np.zeros((64, 64, 3), np.uint8))))
    assert len(triangles(model.meshes[0].primitives[0])) == 242
    result = made(model, tmp_path, ar={"triangles": 100, "texture_size": 16})
    (package,) = result.artifacts
    assert 0 < (package.facts.triangles or 0) <= 100
    with zipfile.ZipFile(io.BytesIO(package.data)) as archive:
        header = read_header(archive.read(archive.namelist()[1]))
    assert (header.width, header.height) == (16, 16)
    assert ("information", "AR_SIMPLIFIED") in told(result)


def test_nothing_to_show_is_told(tmp_path: Path) -> None:
    pytest.importorskip("pxr")
    for usdz, severity in (("auto", "warning"), ("always", "error")):
        result = made(document(), tmp_path, ar={"usdz": usdz})
        assert (severity, "NO_USDZ") in told(result)
        assert result.artifacts == ()


def test_a_missing_extra_is_a_warning_or_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pxr", None)
    result = made(cube(), tmp_path)
    assert told(result) == [("warning", "NO_USDZ")]
    assert "forge3d[usdz]" in result.findings[0].message
    assert told(made(cube(), tmp_path, ar={"usdz": "never"})) == []
    with pytest.raises(DependencyMissing, match=r"forge3d\[usdz\]"):
        plan(Recipe.of({"ar": {"usdz": "always"}}))
    plan(Recipe.of({"ar": {"usdz": "auto"}}))
