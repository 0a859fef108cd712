"""Every check on models whose answer is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge3d.audit import CHECKS, Finding, Outcome, Profile, audit
from forge3d.audit.profile import limit_types
from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Channel,
    Document,
    Instancing,
    Material,
    Mesh,
    Node,
    Primitive,
)
from forge3d.document.material import AlphaMode
from forge3d.errors import RecipeError

from .build import CUBE, CUBE_FACES, SQUARE, SQUARE_FACES, document, flat, painted, primitive

GREY = np.full((8, 8, 3), 128, np.uint8)


def finding(model: Any, check: str, product: Any = None, **limit: Any) -> Finding:
    return audit(model, Profile.of({check: limit}), product=product)[check]


def cube() -> Document:
    return document(primitive(CUBE, CUBE_FACES))


def test_every_check_is_a_key_of_profiles_and_says_what_it_measures() -> None:
    assert CHECKS.keys() == limit_types().keys()
    assert all(check.text.endswith(".") and check.fix.endswith((".", "…")) for check in CHECKS.values())


@pytest.mark.parametrize(
    ("check", "value"),
    [
        ("triangles", 12), ("vertices", 8), ("nodes", 1), ("meshes", 1), ("primitives", 1), ("draw_calls", 1),
        ("materials", 0), ("levels_of_detail", 1), ("uv_sets", 0), ("joint_influences", 0), ("animation_seconds", 0),
        ("gpu_memory", 8 * 12 + 36 * 4),
    ],
)  # fmt: skip
def test_counts(check: str, value: int) -> None:
    model = cube()
    untested = audit(model, Profile())[check]
    assert (untested.outcome, untested.value) == (Outcome.NOT_TESTED, value)
    assert finding(model, check, maximum=value, minimum=value).outcome is Outcome.PASSED
    assert finding(model, check, maximum=value - 0.5).outcome is Outcome.FAILED
    assert finding(model, check, minimum=value + 0.5).outcome is Outcome.FAILED


def test_instances_are_triangles_that_are_drawn() -> None:
    model = cube()
    model.nodes[0].instancing = Instancing(attributes={"TRANSLATION": Accessor(np.zeros((5, 3), np.float32))})
    assert finding(model, "triangles", maximum=59).value == 60


def test_advice_passes_with_a_message() -> None:
    found = finding(cube(), "triangles", recommended=10, maximum=20)
    assert (found.outcome, found.message) == (Outcome.PASSED, "over the recommended 10")
    assert finding(cube(), "triangles", recommended=12).message == ""


def test_lower_levels_count_as_levels_and_not_as_triangles() -> None:
    model = cube()
    model.nodes[0].extensions["MSFT_lod"] = {"ids": [Node(mesh=model.meshes[0]), Node(mesh=model.meshes[0])]}
    assert finding(model, "levels_of_detail", minimum=3).outcome is Outcome.PASSED
    assert finding(model, "triangles", maximum=12).outcome is Outcome.PASSED


def test_the_longest_animation() -> None:
    model = cube()
    times = Accessor(np.array([0.5, 11], np.float32))
    sampler = AnimationSampler(input=times, output=Accessor(np.zeros((2, 3), np.float32)))
    model.animations = [Animation(channels=[Channel(sampler=sampler, node=model.nodes[0], path="translation")])]
    assert finding(model, "animation_seconds", maximum=10).value == 11


def test_file_size_and_validity_need_a_file(tmp_path: Path) -> None:
    model = cube()
    assert finding(model, "file_size", maximum=1).outcome is Outcome.NOT_TESTED
    assert finding(model, "valid").outcome is Outcome.NOT_TESTED
    model.write(tmp_path / "cube.gltf")
    total = sum(path.stat().st_size for path in tmp_path.iterdir())
    assert total > (tmp_path / "cube.gltf").stat().st_size
    assert finding(tmp_path / "cube.gltf", "file_size", maximum=total).value == total
    data = model.to_bytes()
    assert finding(data, "file_size", maximum=1).value == len(data)
    assert finding(data, "file_size", maximum=len(data)).outcome is Outcome.PASSED
    assert finding(data, "valid").outcome is Outcome.PASSED


def test_errors_of_validation_are_named() -> None:
    broken = document(primitive(CUBE, CUBE_FACES, NORMAL=np.full((8, 3), 2, np.float32)))
    found = finding(broken.to_bytes(), "valid")
    assert found.outcome is Outcome.FAILED
    assert found.where[0].pointer == "/meshes/0/primitives/0/attributes/NORMAL"
    assert "ACCESSOR_VECTOR3_NON_UNIT" in found.where[0].detail


def test_other_formats_are_audited_too(tmp_path: Path) -> None:
    path = tmp_path / "flat.obj"
    path.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    report = audit(path, Profile.of({"file_size": {"maximum": 10}, "triangles": {"maximum": 1}}))
    assert report["file_size"].value == path.stat().st_size
    assert report["triangles"].outcome is Outcome.PASSED


@pytest.mark.parametrize(
    ("shape", "failing"),
    [
        ((8, 8), set()),
        ((8, 16), {"textures_square", "texture_width"}),
        ((12, 12), {"textures_power_of_two", "texture_width", "texture_height"}),
    ],
)
def test_texture_sizes(shape: tuple[int, int], failing: set[str]) -> None:
    model = document(flat(SQUARE, SQUARE_FACES, painted(np.zeros((*shape, 3), np.uint8))))
    limits: dict[str, Any] = {"texture_width": {"maximum": 8}, "texture_height": {"minimum": 4, "maximum": 8}}
    report = audit(model, Profile.of({**limits, "textures_square": {}, "textures_power_of_two": {}}))
    assert {found.check for found in report.failed} == failing
    assert all(found.where[0].pointer == "/images/0" for found in report.failed)
    assert all(found.where[0].name == "Paint" for found in report.failed)


def test_texture_formats() -> None:
    model = document(flat(SQUARE, SQUARE_FACES, painted(GREY)))
    assert finding(model, "texture_formats", allowed=["jpeg", "png"]).outcome is Outcome.PASSED
    assert finding(model, "texture_formats", allowed=["jpeg"]).outcome is Outcome.FAILED


def test_what_cannot_be_read_does_not_pass() -> None:
    model = document(flat(SQUARE, SQUARE_FACES, painted(GREY)))
    model.images[0].data = b"no picture"
    found = finding(model, "texture_width", maximum=9999)
    assert found.outcome is Outcome.FAILED
    assert "cannot be tested" in found.message


def test_no_images_is_not_tested() -> None:
    assert finding(cube(), "textures_square").outcome is Outcome.NOT_TESTED
    assert finding(cube(), "color_range", minimum=30).message == "the model has no images"


def test_colour_is_the_brightest_channel_of_base_colours() -> None:
    pixels = GREY.copy()
    pixels[0, 0] = (10, 40, 20)
    pixels[1, 1] = (0, 0, 240)
    model = document(flat(SQUARE, SQUARE_FACES, painted(pixels)))
    assert finding(model, "color_range", minimum=40, maximum=240) == Finding(
        "color_range", Outcome.PASSED, (40.0, 240.0), "at least 40, at most 240"
    )
    assert finding(model, "color_range", minimum=41).outcome is Outcome.FAILED


@pytest.mark.parametrize(("mode", "least"), [(AlphaMode.MASK, 90), (AlphaMode.OPAQUE, 0)])
def test_texels_that_nobody_sees_have_no_colour(mode: AlphaMode, least: int) -> None:
    pixels = np.full((8, 8, 4), 90, np.uint8)
    pixels[2:4] = 0
    model = document(flat(SQUARE, SQUARE_FACES, painted(pixels, alpha_mode=mode)))
    assert finding(model, "color_range", minimum=1).value == (least, 90)


def test_uvs_outside_the_texture() -> None:
    outside = (np.array(SQUARE) * 1.25).tolist()
    found = finding(document(flat(SQUARE, SQUARE_FACES), flat(outside, SQUARE_FACES, Material())), "uv_range")
    assert found.outcome is Outcome.FAILED
    assert found.value == (0, 1.25)
    assert [str(place) for place in found.where] == ["/meshes/0/primitives/1 (Body): 2 triangles"]
    assert finding(document(flat(SQUARE, SQUARE_FACES)), "uv_range").outcome is Outcome.PASSED


def test_mirrored_uvs() -> None:
    mirrored = np.array(SQUARE)[:, ::-1] * 0.5
    found = finding(document(flat(SQUARE, SQUARE_FACES), flat(mirrored, SQUARE_FACES)), "uv_inverted")
    assert (found.value, found.where[0].pointer) == (2, "/meshes/0/primitives/1")


def test_overlap_counts_within_a_material_and_not_between_two() -> None:
    one, other = Material(), Material()
    together = document(flat(SQUARE, SQUARE_FACES, one), flat(SQUARE, SQUARE_FACES, one))
    assert finding(together, "uv_overlap").value == 4
    apart = document(flat(SQUARE, SQUARE_FACES, one), flat(SQUARE, SQUARE_FACES, other))
    assert finding(apart, "uv_overlap").outcome is Outcome.PASSED


def test_gutter_in_pixels_of_the_resolution() -> None:
    uvs = np.concatenate([np.array(SQUARE) * 0.25, np.array(SQUARE) * 0.25 + [0.25 + 4 / 1024, 0]])
    model = document(flat(uvs, [*SQUARE_FACES, [4, 5, 6], [4, 6, 7]]))
    assert finding(model, "uv_gutter", pixels=4, resolution=1024).outcome is Outcome.PASSED
    found = finding(model, "uv_gutter", pixels=8, resolution=1024)
    assert found.outcome is Outcome.FAILED
    assert found.value == pytest.approx(4, abs=0.1)


def test_density_is_texels_for_each_metre() -> None:
    model = document(flat(SQUARE, SQUARE_FACES, painted(np.zeros((8, 32, 3), np.uint8))))
    assert finding(model, "texel_density", maximum=16).value == (16, 16)
    model.nodes[0].scale = (2.0, 2.0, 1.0)
    assert finding(model, "texel_density", minimum=9).value == (8, 8)
    model.nodes[0].instancing = Instancing(attributes={"SCALE": Accessor(np.array([[1, 1, 1], [4, 4, 1]], np.float32))})
    assert finding(model, "texel_density", minimum=2).value == (2, 8)
    assert finding(document(flat(SQUARE, SQUARE_FACES)), "texel_density").outcome is Outcome.NOT_TESTED


def test_edges_are_named_by_mesh() -> None:
    found = finding(cube(), "beveled_edges")
    assert (found.value, str(found.where[0])) == (12, "/meshes/0 (Body): 12 edges")
    assert finding(cube(), "manifold_edges").outcome is Outcome.PASSED
    points = Primitive(attributes={"POSITION": Accessor(np.zeros((3, 3), np.float32))}, mode=0)
    assert finding(document(points), "manifold_edges").message == "the scene shows no triangles"


@pytest.mark.parametrize(
    ("node", "clean"),
    [
        ({}, True), ({"translation": (0, 1e-7, 0)}, True), ({"translation": (0, 0.001, 0)}, False),
        ({"scale": (1, 1, 0.01)}, False), ({"rotation": (0, 0.7071, 0, 0.7071)}, False), ({"matrix": np.eye(4)}, True),
    ],
)  # fmt: skip
def test_clean_root(node: dict[str, Any], clean: bool) -> None:
    model = document(primitive(CUBE, CUBE_FACES), **node)
    assert (finding(model, "clean_root").outcome is Outcome.PASSED) is clean


def test_only_roots_must_be_clean() -> None:
    model = cube()
    model.nodes[0].children = [Node(mesh=Mesh(), translation=(1, 2, 3))]
    assert finding(model, "clean_root").outcome is Outcome.PASSED


def test_dimensions_name_the_side_that_is_wrong() -> None:
    model = document(primitive(np.array(CUBE) * [1, 2, 3], CUBE_FACES))
    assert finding(model, "dimensions", length={"maximum": 1}, height={"minimum": 2}).value == (1, 3, 2)
    found = finding(model, "dimensions", length={"maximum": 0.5}, width={"maximum": 3}, height={"minimum": 2.5})
    assert found.outcome is Outcome.FAILED
    assert found.message == "length 1 m is not 0 to 0.5 m; height 2 m is not 2.5 to any m"


def test_dimensions_of_the_product() -> None:
    model = document(primitive(np.array(CUBE) * [1, 2, 3], CUBE_FACES))
    close = {"dimensions": {"length": 1.02, "width": 3, "height": 1.97}}
    assert finding(model, "product_dimensions", close).outcome is Outcome.PASSED
    found = finding(model, "product_dimensions", close, height=1)
    assert (found.outcome, found.message) == (Outcome.FAILED, "height 2 m, the product's is 1.97 m")
    assert finding(model, "product_dimensions", {"dimensions": {"width": 3.01}}).outcome is Outcome.PASSED
    assert finding(model, "product_dimensions", {}).outcome is Outcome.NOT_TESTED
    assert finding(model, "product_dimensions").outcome is Outcome.NOT_TESTED


def test_a_product_needs_a_tolerance() -> None:
    model, product = cube(), {"dimensions": {"length": 1.02}}
    with pytest.raises(RecipeError, match="tolerance in percent"):
        audit(model, "amazon", product=product)
    assert audit(model, "amazon", product=product, tolerance=3)["product_dimensions"].outcome is Outcome.PASSED
    report = audit(model, Profile.of({"product_dimensions": {"length": 3}}), product=product, tolerance=1)
    assert report["product_dimensions"].outcome is Outcome.FAILED


def test_required_false_switches_a_check_off() -> None:
    assert finding(cube(), "beveled_edges", required=False).outcome is Outcome.NOT_TESTED


def test_more_places_than_are_named() -> None:
    outside = (np.array(SQUARE) + 1).tolist()
    found = finding(document(*(flat(outside, SQUARE_FACES, Material()) for _ in range(25))), "uv_range")
    assert (len(found.where), found.more) == (20, 5)


def test_an_empty_document_has_nothing_to_fail() -> None:
    everything = {name: {} for name, kind in limit_types().items() if kind.__name__ in ("Required", "Dimensions")}
    assert audit(Document(), Profile.of(everything)).passed


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_texture_coordinates_of_any_size_end(scale: float) -> None:
    two = np.concatenate([np.array(SQUARE), np.array(SQUARE) + 3]) * scale
    model = document(flat(two, [*SQUARE_FACES, [4, 5, 6], [4, 6, 7]]))
    limits = {"uv_range": {}, "uv_overlap": {}, "uv_gutter": {"pixels": 8, "resolution": 1024}, "beveled_edges": {}}
    report = audit(model, Profile.of(limits))
    assert report["uv_overlap"].outcome is Outcome.PASSED
    assert report["uv_gutter"].outcome is (Outcome.NOT_TESTED if scale > 1 else Outcome.FAILED)


def test_numbers_that_are_none_do_not_stop_an_audit() -> None:
    positions = np.array(CUBE, np.float32)
    positions[0] = np.nan
    everything: dict[str, Any] = {name: {} for name, kind in limit_types().items() if kind.__name__ == "Required"}
    model = document(primitive(positions, CUBE_FACES, TEXCOORD_0=np.full((8, 2), np.nan, np.float32)))
    model.nodes[0].extensions["MSFT_lod"] = {"ids": 3}
    report = audit(model, Profile.of({**everything, "texel_density": {"minimum": 1}}))
    assert report["levels_of_detail"].value == 1
    assert report["uv_overlap"].outcome is Outcome.NOT_TESTED
    assert report.to_json()


def test_objects_that_are_not_listed_are_found() -> None:
    model = document(flat(SQUARE, SQUARE_FACES, painted(GREY)))
    model.images, model.materials, model.meshes, model.nodes = [], [], [], []
    assert finding(model, "color_range", minimum=129).where[0].pointer == "/images/0"
    assert finding(model, "uv_inverted").outcome is Outcome.PASSED
    assert finding(model, "beveled_edges").outcome is Outcome.PASSED
