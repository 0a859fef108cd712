"""The Khronos asset auditor's own test models: each gets the verdict that its name, and the auditor's tests, say.

The limits are those of the auditor's test schemas. docs/audit.md lists where ours is meant to differ.
"""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from forge3d.audit import Finding, Outcome, Profile, Report, audit
from forge3d.audit.subject import Subject

SIDES = ("length", "width", "height")
BOX_1_TO_10 = {"dimensions": {side: {"minimum": 1, "maximum": 10} for side in SIDES}}
GUTTER = {"uv_gutter": {"pixels": 8, "resolution": 256}}
FAIL_SCHEMA: dict[str, Any] = {
    "file_size": {"minimum": 102_400, "maximum": 1_048_576}, "materials": {"maximum": 1}, "nodes": {"maximum": 5},
    "triangles": {"minimum": 1, "maximum": 6}, "beveled_edges": {}, "clean_root": {}, "manifold_edges": {},
    "texture_width": {"minimum": 512, "maximum": 2048}, "texture_height": {"minimum": 512, "maximum": 2048},
    "color_range": {"minimum": 30, "maximum": 240}, "textures_power_of_two": {}, "textures_square": {}, **BOX_1_TO_10,
}  # fmt: skip
PASS_SCHEMA: dict[str, Any] = {
    "file_size": {"maximum": 5_242_880}, "materials": {"maximum": 2}, "nodes": {"minimum": 1, "maximum": 5},
    "meshes": {"minimum": 1, "maximum": 5}, "primitives": {"minimum": 1, "maximum": 5}, "clean_root": {},
    "manifold_edges": {}, "triangles": {"minimum": 1, "maximum": 30_000}, "textures_power_of_two": {},
    "dimensions": {side: {"minimum": 0.01, "maximum": 100} for side in SIDES},
}  # fmt: skip


@pytest.fixture
def folder(shared_assets: Path) -> Path:
    return shared_assets / "models" / "asset-auditor"


def cube(folder: Path, name: str, limits: dict[str, Any], **options: Any) -> Report:
    return audit(folder / f"blender-default-cube-{name}.glb", Profile.of({"valid": {}, **limits}), **options)


def failed(report: Report) -> list[str]:
    return [finding.check for finding in report.failed]


@pytest.mark.parametrize(
    ("name", "check", "outcome", "value"),
    [
        ("passing", "clean_root", "passed", 0),
        ("2m-10x-scale", "clean_root", "failed", 1),
        ("bad-transform", "clean_root", "failed", 1),
        ("empty-nodes", "clean_root", "failed", 1),
        ("passing", "uv_range", "passed", (0, 1)),
        ("bad-uvs", "uv_range", "failed", (-0.5, 1.5)),
        ("passing", "uv_inverted", "passed", 0),
        ("inverted-uvs", "uv_inverted", "failed", 6),
        ("passing", "uv_overlap", "passed", 0),
        ("uv-overlaps", "uv_overlap", "failed", 8),
        ("passing", "manifold_edges", "passed", 0),
        ("non-manifold", "manifold_edges", "failed", 6),
        ("passing", "beveled_edges", "failed", 12),
        ("beveled", "beveled_edges", "passed", 0),
        ("beveled", "manifold_edges", "passed", 0),
        ("failing", "textures_power_of_two", "failed", 1),
        ("density", "textures_power_of_two", "passed", 0),
        ("draco", "uv_overlap", "passed", 0),
        ("draco", "beveled_edges", "failed", 12),
    ],
)
def test_requirements(folder: Path, name: str, check: str, outcome: str, value: Any) -> None:
    found = cube(folder, name, {check: {}})[check]
    assert (str(found.outcome), found.value) == (outcome, pytest.approx(value))


@pytest.mark.parametrize(
    ("name", "check", "value"),
    [
        ("multi-material", "materials", 2), ("no-materials", "materials", 0), ("passing", "materials", 1),
        ("failing", "materials", 3), ("passing", "triangles", 12), ("failing", "triangles", 12),
        ("draco", "triangles", 12), ("empty-nodes", "nodes", 3), ("passing", "file_size", 1892),
    ],
)  # fmt: skip
def test_counts(folder: Path, name: str, check: str, value: int) -> None:
    assert cube(folder, name, {check: {"minimum": value, "maximum": value}})[check].outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("name", "size"),
    [("20cm", 0.2), ("2m", 2), ("20m", 20), ("2m-10x-scale", 20)],
)
def test_dimensions(folder: Path, name: str, size: float) -> None:
    found = cube(folder, name, BOX_1_TO_10)["dimensions"]
    assert found.value == pytest.approx((size, size, size))
    assert (found.outcome is Outcome.PASSED) is (size == 2)


def test_safe_and_unsafe_colours(folder: Path) -> None:
    limits = {"color_range": {"minimum": 30, "maximum": 240}}
    safe = cube(folder, "pbr-safe-colors", limits)["color_range"]
    assert (safe.outcome, safe.value) == (Outcome.PASSED, (30, 240))
    unsafe = cube(folder, "pbr-unsafe-colors", limits)["color_range"]
    assert (unsafe.outcome, unsafe.value) == (Outcome.FAILED, (0, 255))
    assert [place.name for place in unsafe.where] == ["pbr-0-255"]


@pytest.mark.parametrize(
    ("name", "pixels"), [("uv-margin", 0.095), ("uv-margin-grid-aligned", 1.344), ("passing", None)]
)
def test_gutters(folder: Path, name: str, pixels: float | None) -> None:
    found = cube(folder, name, GUTTER)["uv_gutter"]
    assert (found.outcome is Outcome.PASSED) is (pixels is None)
    assert found.value == pytest.approx(8 if pixels is None else pixels, abs=0.8)


def shared_area(one: list[Any], other: list[Any]) -> float:
    """Of two triangles: the first one is clipped by each side of the second (Sutherland and Hodgman)."""
    turn = area(other)
    if turn == 0:
        return 0.0
    for a, b in zip(other, [*other[1:], other[0]], strict=True):
        depths = [((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])) * turn for p in one]
        clipped = []
        for p, q, at, to in zip(one, [*one[1:], *one[:1]], depths, [*depths[1:], *depths[:1]], strict=True):
            if at >= 0:
                clipped.append(p)
            if at * to < 0:
                clipped.append(p + (q - p) * at / (at - to))
        one = clipped
    return abs(area(one))


def area(polygon: list[Any]) -> float:
    return float(sum(p[0] * q[1] - p[1] * q[0] for p, q in zip(polygon, [*polygon[1:], *polygon[:1]], strict=True)) / 2)


@pytest.mark.parametrize("name", ["uv-overlaps", "uv-margin", "uv-margin-grid-aligned", "non-manifold", "beveled"])
def test_overlap_is_that_of_clipping_every_pair(folder: Path, name: str) -> None:
    model = folder / f"blender-default-cube-{name}.glb"
    (layout,) = Subject(model).layouts
    triangles = list(map(list, layout.corners))
    pairs = combinations(range(len(triangles)), 2)
    wanted = {number for pair in pairs if shared_area(*(triangles[one] for one in pair)) > 1e-6 for number in pair}
    assert audit(model, Profile.of({"uv_overlap": {}}))["uv_overlap"].value == len(wanted)


def test_the_monkeys_gutter(folder: Path) -> None:
    found: Finding = audit(folder / "blender-monkey-uv-margin.glb", Profile.of(GUTTER))["uv_gutter"]
    assert found.outcome is Outcome.FAILED
    assert found.value == pytest.approx(1.3, abs=0.8)


def test_density_of_each_primitive(folder: Path) -> None:
    found = cube(folder, "density", {"texel_density": {"minimum": 100, "maximum": 200}})["texel_density"]
    # 512 texels over 4 m or more; 1,024, 512 and 256 texels over sides of a 2 m cube, a quarter of the texture each.
    assert found.value == pytest.approx((21.4, 256), abs=0.1)
    assert found.outcome is Outcome.FAILED


def test_product_data(folder: Path) -> None:
    limits = {"product_dimensions": {"length": 1, "width": 2, "height": 3}}
    right = {"dimensions": {"length": 2.02, "width": 2.01, "height": 1.99}}
    wrong = {"dimensions": {"length": 1, "width": 2, "height": 3}}
    assert cube(folder, "passing", limits, product=right).passed
    found = cube(folder, "passing", limits, product=wrong)["product_dimensions"]
    assert found.message == "length 2 m, the product's is 1 m; height 2 m, the product's is 3 m"


def test_the_whole_of_the_passing_and_of_the_failing_schema(folder: Path) -> None:
    assert cube(folder, "passing", PASS_SCHEMA).passed
    assert failed(cube(folder, "failing", FAIL_SCHEMA)) == [
        "file_size", "triangles", "materials", "texture_width", "texture_height", "textures_power_of_two",
        "color_range", "beveled_edges", "dimensions",
    ]  # fmt: skip


def test_a_model_of_several_files(folder: Path) -> None:
    report = audit(folder / "box.gltf", Profile.of({"valid": {}, "file_size": {"maximum": 4000}, "uv_range": {}}))
    assert report.passed
    assert report["file_size"].value == sum((folder / name).stat().st_size for name in ("box.gltf", "Box0.bin"))
    assert report["uv_range"].outcome is Outcome.NOT_TESTED
