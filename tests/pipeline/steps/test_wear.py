"""The step for try-on: the product on the recipe's body."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.dress.shapes import model, skinned, tube

from forge3d.document import Document
from forge3d.errors import RecipeError
from forge3d.pipeline.graph import Result
from forge3d.pipeline.product import Work
from forge3d.pipeline.recipe import Recipe
from forge3d.pipeline.steps import plan
from forge3d.pipeline.steps.wear import wear


def made(product: Document, folder: Path, **keys: Any) -> Result:
    """What the step gives for a product and a body beside the recipe."""
    path = folder / "product.glb"
    product.write(path)
    skinned(*tube(0.15, 0, 1.2), bend=True).write(folder / "body.glb")
    table = {"optimize": {"steps": ["dedup"]}, "wear": {"body": "body.glb", **keys}}
    recipe = Recipe.of(table, folder=folder)
    return wear(Work(path, recipe, renderer=lambda: pytest.fail("nothing is drawn")))


def test_the_product_on_the_body(tmp_path: Path) -> None:
    result = made(skinned(*tube(0.14, 0.2, 0.8)), tmp_path)
    (worn,) = result.artifacts
    assert (worn.role, result.findings) == ("worn", ())
    document = Document.read(worn.data)
    assert [animation.name for animation in document.animations] == ["bend"]
    assert len(document.skins) == 1


def test_it_hangs_where_the_recipe_says(tmp_path: Path) -> None:
    (worn,) = made(model(*tube(0.2, 0, 0.1)), tmp_path, attach="head").artifacts
    assert "worn on head" in {node.name for node in Document.read(worn.data).nodes}


def test_what_cannot_be_worn_is_an_error(tmp_path: Path) -> None:
    result = made(skinned(*tube(0.14, 0.2, 0.8), names=[f"bone{n}" for n in range(5)]), tmp_path)
    assert [(finding.severity, finding.code) for finding in result.findings] == [("error", "NOT_WEARABLE")]
    assert result.artifacts == ()


def test_what_stays_inside_is_told(tmp_path: Path) -> None:
    result = made(model(*tube(0.01, 0, 0.02)), tmp_path, attach="head")
    assert {finding.code for finding in result.findings} == {"WORN"}
    assert any("lies inside the body" in finding.message for finding in result.findings)


def test_the_body_counts_by_its_content(tmp_path: Path) -> None:
    def settings(recipe: Recipe) -> list[Any]:
        return [step.settings for step in plan(recipe) if step.name == "wear"]

    assert settings(Recipe()) == []
    (tmp_path / "a.glb").write_bytes(b"one")
    (tmp_path / "b.glb").write_bytes(b"one")
    first, second = (Recipe.of({"wear": {"body": name}}, folder=tmp_path) for name in ("a.glb", "b.glb"))
    assert settings(first) == settings(second)
    (tmp_path / "b.glb").write_bytes(b"two")
    assert settings(first) != settings(second)
    with pytest.raises(RecipeError, match=r"wear\.body = .*c\.glb' cannot be read"):
        plan(Recipe.of({"wear": {"body": "c.glb"}}, folder=tmp_path))
