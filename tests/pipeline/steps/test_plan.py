from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from forge3d.errors import RecipeError
from forge3d.optimize import PRESETS, Compress, Dedup, Quantize, Textures, Weld
from forge3d.pipeline.recipe import Recipe
from forge3d.pipeline.steps import plan, transforms
from forge3d.pipeline.steps.levels import split


def settings(table: dict[str, Any]) -> dict[str, Any]:
    return {step.name: step.settings for step in plan(Recipe.of(table))}


def test_the_steps_of_the_default_recipe() -> None:
    steps = plan(Recipe())
    assert [step.name for step in steps] == [
        "validate", "optimize", "levels", "ar", "poster", "level posters", "spin", "verify",
    ]  # fmt: skip
    before: set[str] = set()
    for step in steps:
        assert before.issuperset(step.needs), step.name
        before.add(step.name)


@pytest.mark.parametrize(
    ("table", "absent"),
    [
        ({"levels": {"ratios": []}}, {"levels", "level posters"}),
        ({"images": {"poster": False}}, {"poster", "level posters"}),
        ({"images": {"spin_frames": 0}}, {"spin"}),
    ],
)
def test_what_is_not_wanted_is_not_done(table: dict[str, Any], absent: set[str]) -> None:
    assert settings({}).keys() - settings(table).keys() == absent


@pytest.mark.parametrize(
    ("table", "changed"),
    [
        ({"images": {"spin_size": 128}}, {"spin"}),
        ({"images": {"poster_size": 128}}, {"poster", "level posters"}),
        ({"images": {"yaw": 5.0}}, {"poster", "level posters"}),
        ({"images": {"pitch": 5.0}}, {"poster", "level posters", "spin"}),
        ({"levels": {"ratios": [0.3]}}, {"levels"}),
        ({"optimize": {"change": {"quantize": {"position": 12}}}}, {"optimize", "levels", "ar"}),
        ({"ar": {"placement": "wall"}}, {"ar"}),
        ({"validate": {"allow": ["X"]}}, {"validate"}),
        ({"quality": {"psnr": 40.0}}, {"verify"}),
        ({"limits": {"seconds": 5.0}}, set()),
    ],
)
def test_a_step_reads_only_its_own_settings(table: dict[str, Any], changed: set[str]) -> None:
    before, after = settings({}), settings(table)
    assert {name for name in before if before[name] != after[name]} == changed


def test_an_environment_counts_by_its_content(tmp_path: Path) -> None:
    found = []
    for content in (b"day", b"night"):
        (tmp_path / "sky.hdr").write_bytes(content)
        found.append(settings({"images": {"environment": str(tmp_path / "sky.hdr")}})["spin"])
    assert found[0] != found[1]
    (tmp_path / "sky.hdr").rename(tmp_path / "other.hdr")
    assert settings({"images": {"environment": str(tmp_path / "other.hdr")}})["spin"] == found[1]
    with pytest.raises(RecipeError, match=r"images\.environment = .* cannot be read"):
        settings({"images": {"environment": str(tmp_path / "sky.hdr")}})


def test_transforms_by_preset_by_steps_and_changed() -> None:
    assert transforms(Recipe().optimize) == PRESETS["web"]
    chosen = Recipe.of({"optimize": {"steps": ["dedup", "textures:max_size=512"]}}).optimize
    assert transforms(chosen) == (Dedup(), Textures(max_size=512))
    changed = Recipe.of({"optimize": {"change": {"quantize": {"position": 12}}}}).optimize
    expected = [replace(step, position=12) if isinstance(step, Quantize) else step for step in PRESETS["web"]]
    assert list(transforms(changed)) == expected


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"preset": "tiny"}, r"optimize.preset = 'tiny', but it takes one of lossless, web"),
        ({"steps": ["welt"]}, r"optimize.steps: there is no transform 'welt'"),
        ({"steps": ["weld:up=1"]}, r"optimize.steps: weld has no option 'up'"),
        ({"change": {"welt": {}}}, r"optimize.change.welt: there is no such transform among decompress, "),
        ({"change": {"quantize": {"position": 99}}}, r"optimize.change.quantize: .*position=99"),
    ],
)
def test_a_recipe_that_cannot_be_carried_out(table: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        plan(Recipe.of({"optimize": table}))


def test_levels_are_made_before_what_packs() -> None:
    clean, texture, pack = split((Dedup(), Textures(quality=50), Weld(), Quantize(), Weld(), Compress("meshopt")))
    assert clean == [Dedup(), Weld()]
    assert texture == Textures(quality=50)
    assert pack == [Quantize(), Weld(), Compress("meshopt")]
    assert split(())[1] == Textures(max_size=None, format="keep")
