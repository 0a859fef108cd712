"""What has one right answer is corrected and told; everything else stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.peers import khronos_errors

from forge3d import images
from forge3d.document import Accessor, Change, Context, Document, Image, Material, Node, Skin
from forge3d.document.bounds import bounds
from forge3d.errors import RecipeError
from forge3d.optimize.repair import Repair
from forge3d.validate import validate

from . import QUAD, document, primitive


def repaired(doc: Document, **options: object) -> Change:
    return Repair(**options)(doc, Context())  # type: ignore[arg-type]


def test_normals_and_tangents_get_their_length_and_sign_back() -> None:
    normals = np.array([[0, 0, 2], [0, 0, 1], [0, 0.5, 0], [0, 0, 0]], np.float32)
    tangents = np.array([[3, 0, 0, 1], [1, 0, 0, -0.5], [1, 0, 0, 1], [1, 0, 0, 1]], np.float32)
    doc = document(primitive(NORMAL=normals, TANGENT=tangents))
    change = repaired(doc)
    attributes = doc.meshes[0].primitives[0].attributes
    assert attributes["NORMAL"].array.tolist() == [[0, 0, 1], [0, 0, 1], [0, 1, 0], [0, 0, 0]]
    assert attributes["TANGENT"].array.tolist() == [[1, 0, 0, 1], [1, 0, 0, -1], [1, 0, 0, 1], [1, 0, 0, 1]]
    assert change.notes == [
        "mesh 0 primitive 0: 2 NORMAL vectors normalized",
        "mesh 0 primitive 0: 2 TANGENT vectors normalized",
    ]
    assert [skip.why for skip in change.skipped] == ["1 of its NORMAL vectors have no direction"]


def test_quantized_normals_stay_quantized() -> None:
    normals = Accessor(np.array([[0, 0, 60], [127, 0, 0], [0, 127, 0], [0, 0, -127]], np.int8), normalized=True)
    doc = document(primitive(NORMAL=normals))
    repaired(doc)
    accessor = doc.meshes[0].primitives[0].attributes["NORMAL"]
    assert accessor.normalized
    assert accessor.array.tolist() == [[0, 0, 127], [127, 0, 0], [0, 127, 0], [0, 0, -127]]


def skinned(weights: Accessor, joints: np.ndarray) -> Document:
    doc = document(primitive(JOINTS_0=joints, WEIGHTS_0=weights))
    doc.nodes.append(Node())
    doc.scenes[0].nodes.append(doc.nodes[1])
    doc.skins.append(Skin(joints=[doc.nodes[1]]))
    doc.nodes[0].skin = doc.skins[0]
    return doc


def test_weights_sum_up_to_one_and_idle_joints_are_zero() -> None:
    weights = np.array([[1, 1, 0, 0], [1, 0, 0, 0], [0.5, -1, 0, 0], [0, 0, 0, 0]], np.float32)
    doc = skinned(Accessor(weights), np.array([[0, 1, 0, 7]] * 4, np.uint8))
    change = repaired(doc)
    attributes = doc.meshes[0].primitives[0].attributes
    assert attributes["WEIGHTS_0"].array.tolist() == [[0.5, 0.5, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]
    assert attributes["JOINTS_0"].array.tolist() == [[0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert [skip.why for skip in change.skipped] == ["1 vertices have no joint weight at all"]


def test_a_joint_s_several_weights_of_a_vertex_become_one() -> None:
    weights = np.array([[0.25, 0.5, 0.25, 0]] * 4, np.float32)
    doc = skinned(Accessor(weights), np.array([[3, 2, 3, 0]] * 4, np.uint8))
    repaired(doc)
    attributes = doc.meshes[0].primitives[0].attributes
    assert attributes["WEIGHTS_0"].array[0].tolist() == [0.5, 0.5, 0, 0]
    assert attributes["JOINTS_0"].array[0].tolist() == [3, 2, 0, 0]


def test_integer_weights_sum_up_to_exactly_one() -> None:
    rnd = np.random.default_rng(1)
    weights = Accessor(rnd.integers(1, 255, (4, 4)).astype(np.uint8), normalized=True)
    doc = skinned(weights, np.zeros((4, 4), np.uint8))
    repaired(doc)
    stored = doc.meshes[0].primitives[0].attributes["WEIGHTS_0"].array
    assert stored.dtype == np.uint8
    assert stored.sum(axis=1).tolist() == [255] * 4


def test_wrong_bounds_are_those_of_the_data_and_missing_ones_are_written() -> None:
    doc = document()
    part = doc.meshes[0].primitives[0]
    part.attributes["POSITION"] = Accessor(QUAD, bounds=([0, 0, 0], [9, 9, 9]))
    assert repaired(doc).notes == ["wrong bounds of 1 accessors corrected"]
    assert repaired(doc).notes == []
    assert not validate(doc.to_bytes()).errors


def test_degenerate_triangles_go_when_told() -> None:
    doc = document(primitive(indices=(0, 1, 2, 1, 1, 2, 0, 2, 3)))
    repaired(doc)
    assert len(doc.meshes[0].primitives[0].indices or ()) == 9
    assert repaired(doc, degenerate=True).notes == ["mesh 0 primitive 0: 1 degenerate triangles removed"]
    indices = doc.meshes[0].primitives[0].indices
    assert indices is not None
    assert indices.array.tolist() == [0, 1, 2, 0, 2, 3]


def test_what_an_image_is_counts() -> None:
    png = images.encode(np.zeros((2, 2, 3), np.uint8), "png")
    doc = document(images=[Image(png, mime_type="image/jpeg", name="logo"), Image(b"nothing", mime_type="image/png")])
    change = repaired(doc, unused=False)
    assert doc.images[0].mime_type == "image/png"
    assert change.notes == ["image 'logo': declared as image/jpeg, is image/png"]
    assert [skip.what for skip in change.skipped] == ["image 1"]


def test_what_nothing_uses_goes_unless_told_to_stay() -> None:
    doc = document(materials=[Material()])
    repaired(doc, unused=False)
    assert len(doc.materials) == 1
    assert repaired(doc).notes == ["1 materials removed"]


def test_units_and_up_axis_when_told() -> None:
    doc = document(primitive([[0, 0, 0], [100, 0, 0], [0, 0, 200]], (0, 1, 2)))
    repaired(doc, metres=0.01, up="z")
    box = bounds(doc)
    np.testing.assert_allclose(box.min, [0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(box.max, [1, 2, 0], atol=1e-6)


@pytest.mark.parametrize("options", [{"metres": 0}, {"metres": float("inf")}, {"up": "x"}])
def test_options_that_mean_nothing_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(RecipeError):
        repaired(document(), **options)


@pytest.mark.peers
def test_a_repaired_file_has_no_error_left(tmp_path: Path) -> None:
    weights = Accessor(np.array([[2, 0, 0, 0]] * 4, np.float32))
    doc = skinned(weights, np.array([[0, 0, 0, 0]] * 4, np.uint8))
    part = doc.meshes[0].primitives[0]
    part.attributes["NORMAL"] = Accessor(np.full((4, 3), 1, np.float32))
    part.attributes["POSITION"] = Accessor(QUAD, bounds=([0, 0, 0], [9, 9, 9]))
    broken, fixed = tmp_path / "broken.glb", tmp_path / "fixed.glb"
    broken.write_bytes(doc.to_bytes())
    read = Document.read(broken)
    repaired(read)
    fixed.write_bytes(read.to_bytes())
    assert len({issue.code for issue in validate(broken).errors}) >= 3
    assert validate(fixed).errors == []
    assert khronos_errors([fixed]) == []
