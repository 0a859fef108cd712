"""Draco: what goes into a payload comes out again, within its bits; what does not, stays beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.conformance.viewers import decoded
from tests.peers import require_node

from forge3d.document import Accessor, Context, Document, Instancing, Mode, Primitive
from forge3d.document.geometry import triangles
from forge3d.native.nearest import Nearest
from forge3d.optimize import Compress

from . import document, grid, primitive, sphere, world_corners


def compressed(doc: Document) -> tuple[Document, Context, list[str]]:
    context = Context()
    change = Compress("draco")(doc, context)
    return Document.read(doc.to_bytes()), context, [skip.why for skip in change.skipped]


def test_it_is_smaller_and_stands_where_it_stood() -> None:
    doc = document(sphere(24))
    part = doc.meshes[0].primitives[0]
    plain, before = len(doc.to_bytes()), part.attributes["POSITION"].array[triangles(part)].mean(axis=1)
    again, context, skipped = compressed(doc)
    assert (context.warnings, skipped) == ([], [])
    assert len(again.to_bytes()) < plain / 4
    other = again.meshes[0].primitives[0]
    assert other.draco is not None
    after = other.attributes["POSITION"].array[triangles(other)].mean(axis=1)
    distance = np.abs(before[:, None] - after[None]).max(axis=2)
    assert len(after) == len(before)
    assert distance.min(axis=1).max() < 2 / 2**14
    assert "KHR_draco_mesh_compression" in again.extensions_required


def skinned_part() -> Primitive:
    rng = np.random.default_rng(4)
    part = grid(12)
    count = len(part.attributes["POSITION"])
    shares = rng.random((count, 4)).astype(np.float32)
    part.attributes |= {
        "JOINTS_0": Accessor(rng.integers(1, 9, (count, 4)).astype(np.uint16)),
        "WEIGHTS_0": Accessor(shares / shares.sum(axis=1, keepdims=True)),
        "COLOR_0": Accessor(rng.random((count, 3)).astype(np.float32)),
        "TEXCOORD_1": Accessor(rng.random((count, 2)).astype(np.float32)),
        "_FEATURE_ID_0": Accessor(np.arange(count, dtype=np.uint16)),
    }
    return part


def test_every_attribute_comes_back_at_its_vertex() -> None:
    part = skinned_part()
    before = {name: accessor.floats.copy() for name, accessor in part.attributes.items()}
    again, context, _ = compressed(document(part))
    after = {name: accessor.floats for name, accessor in again.meshes[0].primitives[0].attributes.items()}
    assert context.warnings == []
    rows = again.meshes[0].primitives[0].attributes["_FEATURE_ID_0"].array.astype(int)
    assert sorted(set(rows)) == list(range(len(before["POSITION"])))
    for name, bound in {
        "POSITION": 1e-4,
        "TEXCOORD_0": 2e-4,
        "TEXCOORD_1": 1e-5,
        "COLOR_0": 0.002,
        "WEIGHTS_0": 0.004,
    }.items():
        assert np.abs(after[name] - before[name][rows]).max() <= bound, name
    counted = after["WEIGHTS_0"] > 0  # a joint without a weight is 0
    np.testing.assert_array_equal(after["JOINTS_0"][counted], before["JOINTS_0"][rows][counted])
    assert np.allclose(after["WEIGHTS_0"].sum(axis=1), 1, atol=1e-6)
    stored = again.meshes[0].primitives[0].attributes
    assert stored["WEIGHTS_0"].normalized
    assert stored["COLOR_0"].normalized
    assert not stored["JOINTS_0"].normalized


def with_tangents(part: Primitive) -> Primitive:
    """Of any direction, on both hands, and one that is no unit vector."""
    rng = np.random.default_rng(2)
    tangents = np.ones((len(part.attributes["POSITION"]), 4), np.float32)
    tangents[:, :3] = rng.normal(size=(len(tangents), 3))
    tangents[:, :3] /= np.linalg.norm(tangents[:, :3], axis=1, keepdims=True)
    tangents[::3, 3] = -1
    tangents[0] = (0, 0, 0, 1)
    part.attributes["TANGENT"] = Accessor(tangents)
    return part


@pytest.mark.parametrize("level", [0, 3, 7, 10])
@pytest.mark.parametrize("make", [lambda: grid(6), lambda: sphere(12), skinned_part])
def test_tangents_go_in_as_floats_of_few_bits(make: Callable[[], Primitive], level: int) -> None:
    """Beside the payload they would cost 16 bytes a vertex and the order of all others."""
    part = with_tangents(make())
    before = {name: accessor.floats.copy() for name, accessor in part.attributes.items()}
    context = Context()
    doc = document(part)
    Compress("draco", draco_level=level)(doc, context)
    assert context.warnings == []
    other = Document.read(doc.to_bytes()).meshes[0].primitives[0]
    assert other.draco is not None
    after = {name: accessor.array for name, accessor in other.attributes.items()}
    assert after["TANGENT"].dtype == np.float32
    np.testing.assert_array_equal(after["TANGENT"] * 1024 % 1, 0)
    near = np.abs(before["POSITION"][:, None] - after["POSITION"][None]).max(axis=2).argmin(axis=0)
    np.testing.assert_allclose(after["TANGENT"], before["TANGENT"][near], atol=0.5 / 2**10 + 1e-6)
    np.testing.assert_array_equal(after["TANGENT"][:, 3], before["TANGENT"][near, 3])


def test_tangents_that_are_no_fractions_stay_beside() -> None:
    part = with_tangents(grid(4))
    part.attributes["TANGENT"] = Accessor(part.attributes["TANGENT"].array * np.float32(3))
    _, context, _ = compressed(document(part))
    assert "TANGENT" in context.warnings[0]


def test_morph_targets_stay_beside_a_payload_that_keeps_its_order() -> None:
    part = with_tangents(grid(6))
    count = len(part.attributes["POSITION"])
    deltas = np.random.default_rng(1).random((count, 3)).astype(np.float32)
    part.targets = [{"POSITION": Accessor(deltas)}]
    before = {name: accessor.array.copy() for name, accessor in part.attributes.items()}
    again, _, _ = compressed(document(part))
    other = again.meshes[0].primitives[0]
    np.testing.assert_array_equal(other.targets[0]["POSITION"].array, deltas)
    assert np.abs(other.attributes["POSITION"].array - before["POSITION"]).max() < 1e-4
    assert np.abs(other.attributes["TANGENT"].array - before["TANGENT"]).max() < 1e-3
    np.testing.assert_array_equal(triangles(other), triangles(part))


def test_vertices_that_draco_splits_take_wider_indices() -> None:
    """Draco splits vertices at which triangles meet by their tips alone: 60,000 become more than 16 bits can name."""
    tips = np.float32([[0, 0, 0], [1, 1, 0], [1, -1, 0], [-1, 1, 0], [-1, -1, 0]]) * np.float32(0.3)
    places = np.stack([np.arange(12000) % 110, np.arange(12000) // 110, np.zeros(12000)], axis=1).astype(np.float32)
    faces = np.int64([0, 2, 1, 0, 3, 4]) + 5 * np.arange(12000)[:, None]
    part = primitive((places[:, None] + tips).reshape(-1, 3), faces.reshape(-1))
    before = part.attributes["POSITION"].array[triangles(part)].mean(axis=1)
    again, _, _ = compressed(document(part))
    other = again.meshes[0].primitives[0]
    assert len(other.attributes["POSITION"]) > 65535
    assert other.indices is not None
    assert other.indices.dtype == np.uint32
    after = other.attributes["POSITION"].array[triangles(other)].mean(axis=1)
    assert len(after) == len(before)
    np.testing.assert_allclose(np.sort(after.sum(axis=1)), np.sort(before.sum(axis=1)), atol=0.05)


def test_instances_go_on_showing_what_draco_holds() -> None:
    places = np.float32([[0, 0, 0], [3, 0, 0], [0, 0, 5]])
    doc = document(sphere(8))
    doc.nodes[0].instancing = Instancing(attributes={"TRANSLATION": Accessor(places)})
    before = world_corners(doc)
    again, context, _ = compressed(doc)
    after = world_corners(again)
    assert context.warnings == []
    assert again.nodes[0].mesh is not None
    assert again.nodes[0].mesh.primitives[0].draco is not None
    assert len(after) == len(before) == len(places)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_allclose(one.reshape(-1, 3).min(axis=0), other.reshape(-1, 3).min(axis=0), atol=1e-3)


def test_two_primitives_on_the_same_accessors_have_a_payload_each() -> None:
    first = grid(4)
    second = Primitive(attributes=dict(first.attributes), indices=Accessor(np.array([0, 1, 2], np.uint16)))
    again, _, _ = compressed(document(first, second))
    assert [len(triangles(part)) for part in again.meshes[0].primitives] == [32, 1]


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (primitive(indices=(0, 1, 2, 3)), "no whole triangles"),
        (Primitive(attributes=primitive().attributes, mode=Mode.POINTS), "no triangle list"),
    ],
)
def test_what_draco_cannot_hold_stays_and_is_named(part: Primitive, why: str) -> None:
    again, _, skipped = compressed(document(part))
    assert why in skipped[0]
    assert again.meshes[0].primitives[0].draco is None


def test_integers_want_dequantize_first() -> None:
    part = primitive()
    part.attributes["POSITION"] = Accessor(part.attributes["POSITION"].array.astype(np.uint16))
    _, _, skipped = compressed(document(part))
    assert "run Dequantize first" in skipped[0]


MODELS = ["khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb", "3d-commerce/Mixer/glTF-Binary/Mixer.glb",
          "khronos/CesiumMan/glTF-Binary/CesiumMan.glb", "khronos/Duck/glTF-Binary/Duck.glb",
          "khronos/WaterBottle/glTF/WaterBottle.gltf"]  # fmt: skip


def tangents(doc: Document) -> list[np.ndarray]:
    """Of each corner of each primitive that has them."""
    parts = [part for mesh in doc.meshes for part in mesh.primitives if "TANGENT" in part.attributes]
    return [part.attributes["TANGENT"].array[triangles(part)] for part in parts]


@pytest.mark.peers
def test_javascript_decoders_read_the_same_triangles(shared_assets: Path, tmp_path: Path) -> None:
    """draco3d, through glTF-Transform, finds every triangle where we say that it is, and that is near where it was."""
    require_node()
    pairs, models = [], []
    for name in MODELS:
        model = Document.read(shared_assets / "models" / name)
        ours = model.copy()
        ours.apply(Compress("draco"))
        path = tmp_path / f"{Path(name).stem}.glb"
        ours.write(path)
        pairs.append((path, tmp_path / f"{path.stem}.plain.glb"))
        models.append(model)
    decoded(pairs)
    for model, (path, plain) in zip(models, pairs, strict=True):
        before, ours, theirs = (
            np.concatenate(world_corners(d)).astype(np.float64)
            for d in (model, Document.read(path), Document.read(plain))
        )
        extent = np.ptp(before.reshape(-1, 3), axis=0).max()
        assert ours.shape == theirs.shape
        assert 0.999 * len(before) <= len(ours) <= len(before)  # Draco leaves out those that its grid makes lines
        assert np.abs(ours - theirs).max() < 1e-6 * extent, path.name
        for one, other in zip(tangents(Document.read(path)), tangents(Document.read(plain)), strict=True):
            np.testing.assert_array_equal(one, other)
        for one, other in ((before, ours), (ours, before)):
            assert Nearest(one).query(other.mean(axis=1))[0].max() < extent / 2**13, path.name
