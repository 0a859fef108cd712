from __future__ import annotations

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from forge3d.errors import RecipeError
from forge3d.pipeline.recipe import Recipe
from forge3d.pipeline.recipe_text import commented


def test_the_commented_file_is_the_default_recipe() -> None:
    assert Recipe.of(tomllib.loads(commented())) == Recipe()


def test_every_key_has_a_comment_above_it() -> None:
    lines = commented().splitlines()
    for above, line in pairwise(lines):
        if "=" in line and not line.startswith("#"):
            assert above.startswith("# "), line
            assert len(above) > 12, line


def test_the_examples_are_right_too() -> None:
    text = re.sub(r"^# (\w+ = \{)", r"\1", commented(), flags=re.MULTILINE)
    recipe = Recipe.of(tomllib.loads(text))
    assert recipe.validate.severity == {"NODE_EMPTY": "warning"}
    assert recipe.optimize.change == {"textures": {"max_size": 1024}}


def test_a_recipe_needs_only_what_differs() -> None:
    recipe = Recipe.of({"images": {"spin_frames": 24}, "skus": {"a.glb": "CH-100"}})
    assert recipe.images.spin_frames == 24
    assert recipe.images.poster_size == Recipe().images.poster_size
    assert recipe.skus == {"a.glb": "CH-100"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"images": {"poster_size": 9}}, "images.poster_size = 9, but it takes a whole number from 16 to 8192"),
        ({"images": {"poster_size": "big"}}, "images.poster_size = 'big', but it takes a whole number from 16 to 8192"),
        ({"images": {"postr_size": 9}}, "images has no key 'postr_size'; did you mean 'poster_size'?"),
        ({"image": {}}, "the recipe has no key 'image'; did you mean 'images'?"),
        ({"images": 3}, "images = 3, but it takes a table"),
        ({"images": {"format": "gif"}}, "images.format = 'gif', but it takes one of avif, jpeg, png, webp"),
        ({"levels": {"ratios": [2]}}, "levels.ratios = [2], but it takes a list, each a number above 0 below 1"),
        ({"images": {"background": "red"}}, "images.background = 'red', but it takes text (transparent, white or #rr"),
        ({"wear": {"colour": 1}}, "wear has no key 'colour'; It takes: body, attach, offset"),
        ({"wear": {"offset": "up"}}, "wear.offset = 'up', but it takes a list of 3, each a number (Metres"),
        ({"wear": {"weights": "none"}}, "wear.weights = 'none', but it takes one of auto, body, own"),
        ({"version": 2}, "version = 2, but it takes one of 1"),
        ({"skus": {"a.glb": ""}}, "skus = {'a.glb': ''}, but it takes a table"),
    ],
)
def test_an_error_names_the_key_and_what_it_takes(table: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError) as caught:
        Recipe.of(table, origin="forge3d.toml")
    assert str(caught.value).startswith(f"forge3d.toml: {message}")


def test_a_file_that_is_not_toml_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "forge3d.toml"
    with pytest.raises(RecipeError, match="cannot be read"):
        Recipe.read(path)
    path.write_text("images = ")
    with pytest.raises(RecipeError, match="is not TOML"):
        Recipe.read(path)
    path.write_bytes(b"\xff")
    with pytest.raises(RecipeError, match="cannot be read"):
        Recipe.read(path)


def test_an_environment_is_relative_to_the_recipe(tmp_path: Path) -> None:
    path = tmp_path / "forge3d.toml"
    path.write_text('[images]\nenvironment = "sky.hdr"\n')
    assert Recipe.read(path).images.environment == str((tmp_path / "sky.hdr").resolve())
    path.write_text('[images]\nenvironment = "high-key"\n')
    assert Recipe.read(path).images.environment == "high-key"
