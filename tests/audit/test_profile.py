from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from forge3d.audit import Finding, Outcome, Product, Profile, audit, profiles
from forge3d.audit.profile import Range, limit_types
from forge3d.errors import RecipeError

from .build import CUBE, CUBE_FACES, document, primitive


@pytest.mark.parametrize("name", profiles())
def test_built_in_profiles_say_where_each_figure_is_from(name: str) -> None:
    profile = profiles()[name]
    limits = {check: getattr(profile, check) for check in limit_types()}
    given = {check: limit for check, limit in limits.items() if limit is not None}
    assert profile.title
    assert profile.note
    assert len(given) > 2
    for check, limit in given.items():
        assert limit.source, check
        assert limit.wanted, check
        if check != "valid":
            assert datetime.date.fromisoformat(limit.date)


def test_the_profiles_that_are_promised() -> None:
    assert {"khronos-3dc", "google-merchant", "amazon", "shopify", "apple-ar"} <= set(profiles())


def test_figures_of_others_are_said_to_be_theirs() -> None:
    assert profiles()["amazon"].triangles == Range(
        maximum=149_999,
        source="Amazon's general guide, in a mirror of the help page",
        date="2026-11-22",
        third_party=True,
    )


def test_a_profile_is_named_or_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text('title = "Shop"\n[triangles]\nmaximum = 11\n')
    model = document(primitive(CUBE, CUBE_FACES))
    report = audit(model, path)
    assert report.profile == "Shop"
    assert [found.check for found in report.failed] == ["triangles"]
    assert audit(model).profile == profiles()["khronos-3dc"].title


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[triangels]\nmaximum = 3", r"triangels.*Checks are: valid, .*triangles"),
        ("[triangles]\nmax = 3", r"`max`.*\[triangles\] takes: .*maximum"),
        ("[triangles]\nmaximum = 'many'", r"str.*triangles.maximum"),
        ("[uv_gutter]\npixels = 2", "resolution"),
        ("[uv_gutter]\npixels = 0\nresolution = 256", "> 0"),
        ("[texture_formats]\nallowed = ['tga']", "tga"),
        ("version = 2", "version"),
        ("[triangles", "is not TOML"),
    ],
)
def test_errors_name_the_key_and_what_it_takes(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.toml"
    path.write_text(text)
    with pytest.raises(RecipeError, match=message) as caught:
        Profile.read(path)
    assert str(path) in str(caught.value)


def test_profiles_that_are_not_there() -> None:
    with pytest.raises(RecipeError, match="built in are amazon, "):
        Profile.named("nowhere")
    with pytest.raises(RecipeError, match="cannot be read"):
        Profile.named("nowhere.toml")


@pytest.mark.parametrize(
    "text", ["{", '{"dimensions": {"length": -1}}', '{"dimensions": 3}', '{"dimensions": {"width": "2"}}']
)
def test_product_files_that_cannot_be_used(text: str, tmp_path: Path) -> None:
    path = tmp_path / "chair.json"
    path.write_text(text)
    with pytest.raises(RecipeError, match=r"chair\.json"):
        Product.read(path)


def test_product_files_may_hold_more(tmp_path: Path) -> None:
    path = tmp_path / "chair.json"
    path.write_text('{"sku": "CH-100", "dimensions": {"length": 2, "unit": "m"}}')
    assert Product.read(path).dimensions.length == 2
    with pytest.raises(RecipeError, match="cannot be read"):
        Product.read(tmp_path / "none.json")


def test_reports_are_json_whatever_was_measured() -> None:
    finding = Finding("animation_seconds", Outcome.FAILED, (float("nan"), float("inf"), 2.5))
    assert finding.to_dict()["value"] == [None, None, 2.5]
