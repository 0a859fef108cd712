"""Schema files of the Khronos asset auditor: what each key demands, what is off, what is not a schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forge3d.audit import Profile
from forge3d.audit.profile import Gutter, limit_types
from forge3d.errors import RecipeError

BOUNDS = {"maximum": 5, "minimum": 2}


def read(folder: Path, text: str) -> Profile:
    path = folder / "rules.JSON"
    path.write_text(text)
    return Profile.named(str(path))


def demanded(folder: Path, **schema: Any) -> dict[str, str]:
    """What is tested, without what always is."""
    profile = read(folder, json.dumps({"version": "1.0.5", **schema}))
    limits = {name: getattr(profile, name) for name in limit_types()}
    wanted = {name: str(limit) for name, limit in limits.items() if limit is not None and limit.wanted}
    assert wanted.pop("valid") == "required"
    assert "product_dimensions" in wanted  # tested where the product's data are given
    return {name: limit for name, limit in wanted.items() if name != "product_dimensions"}


@pytest.mark.parametrize(
    ("schema", "check"),
    [
        ({"materials": BOUNDS}, "materials"),
        ({"model": {"triangles": BOUNDS}}, "triangles"),
        ({"model": {"objectCount": {"nodes": BOUNDS}}}, "nodes"),
        ({"model": {"objectCount": {"meshes": BOUNDS}}}, "meshes"),
        ({"model": {"objectCount": {"primitives": BOUNDS}}}, "primitives"),
        ({"textures": {"height": BOUNDS}}, "texture_height"),
        ({"textures": {"width": BOUNDS}}, "texture_width"),
        ({"textures": {"pbrColorRange": BOUNDS}}, "color_range"),
    ],
)
def test_bounds(tmp_path: Path, schema: dict[str, Any], check: str) -> None:
    assert demanded(tmp_path, **schema) == {check: "at least 2, at most 5"}


@pytest.mark.parametrize(
    ("room", "key", "check"),
    [
        ("model", "requireBeveledEdges", "beveled_edges"),
        ("model", "requireManifoldEdges", "manifold_edges"),
        ("model", "requireCleanRootNodeTransform", "clean_root"),
        ("textures", "requireDimensionsBePowersOfTwo", "textures_power_of_two"),
        ("textures", "requireDimensionsBeQuadratic", "textures_square"),
        ("uvs", "requireNotInverted", "uv_inverted"),
        ("uvs", "requireNotOverlapping", "uv_overlap"),
        ("uvs", "requireRangeZeroToOne", "uv_range"),
    ],
)
def test_requirements(tmp_path: Path, room: str, key: str, check: str) -> None:
    assert demanded(tmp_path, **{room: {key: True}}) == {check: "required"}
    assert demanded(tmp_path, **{room: {key: "true"}}) == {
        check: "required"
    }  # as one of the auditor's own files has it
    assert demanded(tmp_path, **{room: {key: False}}) == {}


def test_what_is_off_or_unknown(tmp_path: Path) -> None:
    assert demanded(tmp_path) == {}
    off = {"maximum": -1, "minimum": -1}
    assert demanded(tmp_path, materials=off, textures={"width": off, "colour": True}, hue={"maximum": 3}) == {}
    assert demanded(tmp_path, materials={"maximum": 0}) == {"materials": "at most 0"}
    # Of these two the auditor takes 0 for "not given".
    assert demanded(tmp_path, fileSizeInKb={"maximum": 0}, model={"triangles": {"maximum": 0}}) == {}


def test_sizes_are_rounded_to_kilobytes_as_the_auditor_does(tmp_path: Path) -> None:
    found = read(tmp_path, '{"version": "1", "fileSizeInKb": {"minimum": 1, "maximum": 2}}').file_size
    assert found is not None
    assert (found.minimum, found.maximum) == (512, 2559)


def test_density_is_given_for_areas(tmp_path: Path) -> None:
    assert demanded(tmp_path, uvs={"pixelsPerMeter": {"maximum": 10_000}}) == {"texel_density": "at most 100"}


def test_the_widest_gutter_counts(tmp_path: Path) -> None:
    widths = {"resolution256": -1, "resolution512": 1, "resolution1024": 4, "resolution4096": 8}
    schema = json.dumps({"version": "1", "uvs": {"gutterWidth": widths}})
    found = read(tmp_path, schema).uv_gutter
    assert isinstance(found, Gutter)
    assert (found.pixels, found.resolution) == (4, 1024)


def test_dimensions_and_tolerances(tmp_path: Path) -> None:
    sides = {"height": {"maximum": 2, "percentTolerance": 3}, "width": {"minimum": 0.5}}
    profile = read(tmp_path, json.dumps({"version": "1", "product": {"dimensions": sides}}))
    assert str(profile.dimensions) == "length 0 to any m, width 0.5 to any m, height 0 to 2 m"
    assert str(profile.product_dimensions) == "±0 % length, ±0 % width, ±3 % height"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not a schema of the asset auditor"),
        ("[]", "is not a schema of the asset auditor"),
        ("{}", "missing required field `version`"),
        ('{"version": "1", "materials": {"maximum": "many"}}', "materials.maximum"),
        ('{"version": "1", "product": {"dimensions": {"height": {"percentTolerance": -5}}}}', "product_dimensions"),
    ],
)
def test_what_is_not_a_schema(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        read(tmp_path, text)
