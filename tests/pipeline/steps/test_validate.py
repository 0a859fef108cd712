"""The recipe's choice of rules decides what a build refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from forge3d.errors import GpuUnavailable, RecipeError
from forge3d.pipeline.product import Work
from forge3d.pipeline.recipe import Recipe
from forge3d.pipeline.steps.validate import validate


def no_renderer() -> Any:
    raise GpuUnavailable("judging draws nothing")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """One error (UNRESOLVED_REFERENCE) and one piece of information (NODE_EMPTY)."""
    path = tmp_path / "chair.gltf"
    path.write_text('{"asset": {"version": "2.0"}, "scene": 3, "nodes": [{}], "scenes": [{"nodes": [0]}]}')
    return path


@pytest.mark.parametrize(
    ("keys", "found", "refused"),
    [
        ({}, {"UNRESOLVED_REFERENCE": "error", "NODE_EMPTY": "information"}, True),
        ({"allow": ["UNRESOLVED_*"]}, {"UNRESOLVED_REFERENCE": "warning", "NODE_EMPTY": "information"}, False),
        ({"ignore": ["UNRESOLVED_REFERENCE"]}, {"NODE_EMPTY": "information"}, False),
        ({"ignore": ["UNRESOLVED_REFERENCE"], "fail_on": "information"}, {"NODE_EMPTY": "information"}, True),
        ({"severity": {"*": "hint"}}, {"UNRESOLVED_REFERENCE": "hint", "NODE_EMPTY": "hint"}, False),
        ({"severity": {"*": "hint", "NODE_*": "error"}, "ignore": ["U*"]}, {"NODE_EMPTY": "error"}, True),
    ],
)
def test_the_recipe_decides(model: Path, keys: dict[str, Any], found: dict[str, str], refused: bool) -> None:
    result = validate(Work(model, Recipe.of({"validate": keys}), renderer=no_renderer))
    assert {finding.code: finding.severity for finding in result.findings} == found
    assert result.refused is refused
    assert result.values["verdict"]["errors"] == 1  # the file is what it is, whatever the recipe makes of it


def test_a_code_that_is_no_rule_s_is_said(model: Path) -> None:
    with pytest.raises(RecipeError, match="did you mean 'NODE_EMPTY'"):
        validate(Work(model, Recipe.of({"validate": {"ignore": ["NODE_EMTPY"]}}), renderer=no_renderer))
