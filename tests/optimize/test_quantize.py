"""Positions on a grid: everything stands where it stood, whatever places it."""

from __future__ import annotations

from math import pi, sin

import numpy as np
import pytest

from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Camera,
    Channel,
    Context,
    Document,
    Instancing,
    Interpolation,
    Material,
    Mesh,
    Node,
    Perspective,
    Pointer,
    Skin,
    Variant,
    VariantMapping,
)
from forge3d.document.material import Transmission, Volume
from forge3d.optimize import Compress, Quantize

from . import document, placed, primitive, sphere, world_corners

BUMPS = np.array([[3, 1, 2], [4.1, 1, 2], [4, 2.2, 2], [3, 2, 2.7]], np.float32)
TURN = (0.0, sin(pi / 8), 0.0, float(np.cos(pi / 8)))


def mesh(**attributes: object) -> Mesh:
    return Mesh(primitives=[primitive(BUMPS, **attributes)])


def assert_stands_where_it_stood(doc: Document, time: float | None = None, *, steps: Quantize | None = None) -> float:
    """Quantize `doc`; the change's error, which must hold for every corner in the world."""
    before = world_corners(doc, time)
    change = (steps or Quantize(normal=0))(doc, Context())
    after = world_corners(doc, time)
    assert change.error is not None
    moved = max(float(np.linalg.norm(a - b, axis=-1).max()) for a, b in zip(before, after, strict=True))
    assert moved <= change.error + 4e-6  # single precision
    assert change.error < 1e-2
    return change.error


def test_a_plain_node_takes_the_grid() -> None:
    node = Node(mesh=mesh(), translation=(1.0, 2.0, 3.0), rotation=TURN, scale=(1.0, -2.0, 0.5))
    doc = placed(node)
    error = assert_stands_where_it_stood(doc)
    assert 0 < error < 2 * 1.2 / (2**14 - 1)
    position = node.mesh.primitives[0].attributes["POSITION"]  # type: ignore[union-attr]
    assert position.dtype == np.uint16
    assert 2**14 - 8 <= position.array.max() <= 2**14 - 1  # the scale is rounded up to four digits
    assert node.scale[1] / node.scale[0] == pytest.approx(-2.0)
    assert doc.nodes == [node]


def test_a_matrix_takes_the_grid_too() -> None:
    matrix = np.array([[1, 0.5, 0, 3], [0, 2, 0, 0], [0, 0, -1, 1], [0, 0, 0, 1]], np.float64)
    assert_stands_where_it_stood(placed(Node(mesh=mesh(), matrix=matrix)))


def moving(node: Node, path: str, first: object, last: object) -> Animation:
    output = Accessor(np.array([first, last], np.float32))
    sampler = AnimationSampler(input=Accessor(np.array([0, 1], np.float32)), output=output)
    return Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path=path, node=node)])


@pytest.mark.parametrize(
    ("path", "first", "last"),
    [("translation", (0, 0, 0), (5, 0, 0)), ("scale", (1, 1, 1), (1, 0.5, 1)), ("rotation", (0, 0, 0, 1), TURN)],
)
def test_animated_nodes_hand_the_mesh_to_a_child(path: str, first: object, last: object) -> None:
    node = Node(mesh=mesh(), name="door")
    doc = placed(node)
    doc.animations = [moving(node, path, first, last)]
    assert_stands_where_it_stood(doc, 0.5, steps=Quantize(rotation=0))
    assert node.mesh is None
    assert node.scale == (1.0, 1.0, 1.0)
    assert doc.nodes == [node, *node.children]


def test_nodes_that_place_other_things_keep_their_transform() -> None:
    camera = Camera(projection=Perspective(yfov=1.0, znear=0.1))
    below = Node(mesh=mesh(), translation=(0.0, 1.0, 0.0))
    parent = Node(mesh=mesh(), children=[below], scale=(2.0, 2.0, 2.0))
    doc = placed(parent, Node(mesh=mesh(), camera=camera), Node(mesh=mesh(), extensions={"EXT_tag": {}}))
    assert_stands_where_it_stood(doc)
    assert parent.scale == (2.0, 2.0, 2.0)
    assert all(node.mesh is None and node.scale == (1.0, 1.0, 1.0) for node in doc.nodes[1:3])


def skinned(*positions: np.ndarray) -> tuple[Document, list[Node]]:
    """Meshes bound to two joints, one of them turned; the first mesh also stands somewhere unskinned."""
    tip = Node(translation=(0.0, 1.0, 0.0), rotation=TURN)
    root = Node(children=[tip], translation=(1.0, 0.0, 0.0))
    bind = np.stack([np.eye(4), np.eye(4)]).astype(np.float32)
    bind[1, 1, 3] = -1.0
    skin = Skin(joints=[root, tip], inverse_bind_matrices=Accessor(bind))
    joints = np.tile(np.array([0, 1, 0, 0], np.uint8), (4, 1))
    weights = np.array([[1, 0, 0, 0], [0.5, 0.5, 0, 0], [0.25, 0.75, 0, 0], [0, 1, 0, 0]], np.float32)
    parts = [primitive(p, JOINTS_0=Accessor(joints), WEIGHTS_0=Accessor(weights)) for p in positions]
    bound = [Node(mesh=Mesh(primitives=[part]), skin=skin, translation=(9.0, 9.0, 9.0)) for part in parts]
    return placed(root, *bound, Node(mesh=bound[0].mesh), skins=[skin]), bound


def test_skins_get_bind_matrices_for_each_grid() -> None:
    doc, bound = skinned(BUMPS, BUMPS * 3)
    assert_stands_where_it_stood(doc, steps=Quantize(normal=0, weight=0))
    assert len(doc.skins) == 2
    assert bound[0].skin is doc.skins[0]
    assert bound[1].skin is doc.skins[1]
    assert bound[0].translation == (9.0, 9.0, 9.0)
    for skin in doc.skins:
        assert skin.inverse_bind_matrices is not None
        assert skin.inverse_bind_matrices.array[:, 3].tolist() == [[0, 0, 0, 1]] * 2


@pytest.mark.parametrize(("bits", "fractions"), [(14, True), (16, False)])
def test_skinned_positions_are_fractions_where_15_bits_do(bits: int, fractions: bool) -> None:
    """Nothing undoes the grid in the bounds of their accessor, by which some viewers frame the scene."""
    doc, bound = skinned(BUMPS)
    assert_stands_where_it_stood(doc, steps=Quantize(position=bits, normal=0, weight=0))
    positions = bound[0].mesh.primitives[0].attributes["POSITION"]  # type: ignore[union-attr]
    assert positions.normalized is fractions
    assert positions.dtype == (np.int16 if fractions else np.uint16)


def test_a_mesh_that_keeps_its_floats_keeps_its_skin() -> None:
    doc, bound = skinned(BUMPS, np.full((4, 3), np.nan, np.float32))
    original = doc.skins[0].inverse_bind_matrices
    change = Quantize()(doc, Context())
    assert bound[1].skin is not None
    assert bound[1].skin.inverse_bind_matrices is original
    assert bound[0].skin is not bound[1].skin
    assert [skip.what for skip in change.skipped] == ["mesh 1"]


def test_a_skin_without_bind_matrices_gets_them() -> None:
    doc, bound = skinned(BUMPS)
    doc.skins[0].inverse_bind_matrices = None
    assert_stands_where_it_stood(doc, steps=Quantize(weight=0))
    assert bound[0].skin is doc.skins[0]
    assert bound[0].skin.inverse_bind_matrices is not None


def test_weights_are_within_a_step_and_sum_to_one() -> None:
    doc, bound = skinned(BUMPS)
    Quantize(position=0)(doc, Context())
    part = bound[0].mesh.primitives[0]  # type: ignore[union-attr]
    weights, joints = part.attributes["WEIGHTS_0"], part.attributes["JOINTS_0"]
    assert weights.array.tolist() == [[255, 0, 0, 0], [128, 127, 0, 0], [64, 191, 0, 0], [0, 255, 0, 0]]
    assert weights.normalized
    assert joints.array.tolist() == [[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]]


@pytest.mark.parametrize("given", [{"TRANSLATION"}, {"SCALE"}, {"ROTATION"}, {"TRANSLATION", "ROTATION", "SCALE"}])
def test_instances_take_the_grid(given: set[str]) -> None:
    rng = np.random.default_rng(0)
    turns = rng.normal(size=(5, 4))
    values = {
        "TRANSLATION": rng.normal(size=(5, 3)),
        "ROTATION": turns / np.linalg.norm(turns, axis=1, keepdims=True),
        "SCALE": rng.uniform(0.5, 2, (5, 3)),
    }
    attributes = {name: Accessor(values[name].astype(np.float32)) for name in given}
    attributes["_ID"] = Accessor(np.arange(5, dtype=np.float32))
    node = Node(mesh=mesh(), instancing=Instancing(attributes=dict(attributes)), scale=(2.0, 1.0, 1.0))
    doc = placed(node)
    assert_stands_where_it_stood(doc)
    assert node.scale[0] == 2 * node.scale[1] == 2 * node.scale[2]
    assert node.instancing is not None
    kept = node.instancing.attributes
    assert all(kept.get(name) is attributes.get(name) for name in ("ROTATION", "SCALE", "_ID"))


def test_what_draws_no_instances_shows_the_mesh_where_it_stood() -> None:
    many = Node(mesh=mesh(), instancing=Instancing(attributes={"TRANSLATION": Accessor(BUMPS)}), translation=(5, 0, 0))
    one = Node(mesh=many.mesh, translation=(5, 0, 0))
    Quantize()(placed(many, one), Context())
    np.testing.assert_allclose(many.translation, one.translation)
    assert many.scale == one.scale


def test_an_instance_that_overflows_is_no_trouble_for_the_others() -> None:
    scale = Accessor(np.array([[1, 1, 1], [np.inf, 1, 1], [np.nan, 1, 1]], np.float32))
    doc = placed(Node(mesh=mesh(), instancing=Instancing(attributes={"SCALE": scale})))
    (change,) = doc.apply(Quantize(position=14))
    assert change.error is not None
    assert 0 < change.error < 1e-3


def test_one_mesh_placed_in_every_way_at_once() -> None:
    shared = mesh()
    animated, instanced = Node(mesh=shared), Node(mesh=shared)
    instanced.instancing = Instancing(attributes={"TRANSLATION": Accessor(np.ones((2, 3), np.float32))})
    doc = placed(Node(mesh=shared, translation=(5.0, 0.0, 0.0)), animated, instanced)
    doc.animations = [moving(animated, "translation", (0, 0, 0), (1, 1, 1))]
    assert_stands_where_it_stood(doc, 0.25)
    assert doc.meshes == [shared]


def morphing(scale: float) -> tuple[Document, Node]:
    part = primitive(BUMPS)
    delta = Accessor((np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1], [-1, 0, 0]]) * scale).astype(np.float32))
    part.targets = [{"POSITION": delta}, {"POSITION": delta}]
    node = Node(mesh=Mesh(primitives=[part]))
    doc = placed(node)
    doc.animations = [moving(node, "weights", 0, 1)]
    doc.animations[0].samplers[0].output = Accessor(np.array([0, 0, 1, 0.5], np.float32))
    return doc, node


@pytest.mark.parametrize("scale", [0.1, 1.0, 40.0])
def test_morph_deltas_have_no_offset_and_may_be_longer_than_the_box(scale: float) -> None:
    doc, node = morphing(scale)
    assert_stands_where_it_stood(doc, 1.0)
    assert node.mesh is not None  # weights alone do not move a node
    first, second = node.mesh.primitives[0].targets
    assert first["POSITION"].dtype == np.int16
    assert first["POSITION"] is second["POSITION"]


def test_weights_follow_the_mesh_to_its_child() -> None:
    doc, node = morphing(1.0)
    node.weights = [0.25, 0.5]
    node.children = [Node()]
    doc.nodes += node.children
    sampler = doc.animations[0].samplers[0]
    pointer = Channel(sampler=sampler, path="pointer", pointer=Pointer(target=node, path="weights"))
    doc.animations.append(Animation(samplers=[sampler], channels=[pointer]))
    assert_stands_where_it_stood(doc, 0.5)
    child = node.children[1]
    assert child.weights == [0.25, 0.5]
    assert doc.animations[0].channels[0].node is child
    assert pointer.pointer is not None
    assert pointer.pointer.target is child


def glass(thickness: float) -> Material:
    return Material(volume=Volume(thickness_factor=thickness), transmission=Transmission(factor=1.0))


def thickness(node: Node) -> float:
    """Of the node's material in world units, by the scale that a viewer applies."""
    owner = node if node.mesh is not None else node.children[0]
    assert owner.mesh is not None
    material = owner.mesh.primitives[0].material
    assert material is not None
    assert material.volume is not None
    return material.volume.thickness_factor * owner.scale[0]


def test_volume_thickness_is_in_mesh_units() -> None:
    nodes = [Node(mesh=Mesh(primitives=[primitive(BUMPS * size)])) for size in (1.0, 3.0)]
    material = glass(0.5)
    for node in nodes:
        assert node.mesh is not None
        node.mesh.primitives[0].material = material
    doc = placed(*nodes, materials=[material])
    assert_stands_where_it_stood(doc)
    assert [thickness(node) for node in nodes] == pytest.approx([0.5, 0.5])
    assert len(doc.materials) == 2


def test_thickness_under_variants_and_beside_meshes_without_a_grid() -> None:
    material, look = glass(0.5), Variant(name="glass")
    part, other = primitive(BUMPS), primitive(np.full((4, 3), np.nan))
    part.variants = [VariantMapping(material=material, variants=[look])]
    other.material = material
    node = Node(mesh=Mesh(primitives=[part]))
    doc = placed(node, Node(mesh=Mesh(primitives=[other])), materials=[material], variants=[look])
    Quantize()(doc, Context())
    assert other.material is not None
    assert other.material.volume is not None
    assert other.material.volume.thickness_factor == 0.5
    mapped = part.variants[0].material
    assert mapped.volume is not None
    assert mapped.volume.thickness_factor * node.scale[0] == pytest.approx(0.5)


def test_volumes_that_cannot_be_rescaled_keep_their_floats() -> None:
    part = primitive(BUMPS)
    part.material = glass(0.5)
    node = Node(mesh=Mesh(primitives=[part]))
    node.instancing = Instancing(attributes={"TRANSLATION": Accessor(np.ones((2, 3), np.float32))})
    assert "instances" in Quantize()(placed(node, materials=[part.material]), Context()).skipped[0].why
    node.instancing = None
    doc = placed(node, materials=[part.material])
    sampler = moving(node, "translation", (0, 0, 0), (1, 1, 1)).samplers[0]
    pointer = Pointer(target=part.material, path="extensions/KHR_materials_volume/thicknessFactor")
    doc.animations = [Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="p", pointer=pointer)])]
    assert "animated" in Quantize()(doc, Context()).skipped[0].why
    assert part.attributes["POSITION"].dtype == np.float32


def test_meshes_that_share_positions_share_a_grid() -> None:
    first, second = primitive(BUMPS), primitive(BUMPS * 5)
    third = primitive(BUMPS, NORMAL=np.zeros((4, 3), np.float32))
    third.attributes["POSITION"] = first.attributes["POSITION"]
    nodes = [Node(mesh=Mesh(primitives=[part])) for part in (first, second, third)]
    doc = placed(*nodes)
    assert_stands_where_it_stood(doc)
    assert first.attributes["POSITION"] is third.attributes["POSITION"]
    assert nodes[0].scale == nodes[2].scale != nodes[1].scale


def test_primitives_of_one_mesh_stay_closed() -> None:
    left, right = primitive(BUMPS), primitive(BUMPS[[1, 2, 0, 3]] + np.float32([0, 0, 0]))
    doc = document(left, right)
    Quantize(position=8)(doc, Context())
    stored = [part.attributes["POSITION"].array for part in (left, right)]
    assert np.array_equal(stored[0][[1, 2, 0, 3]], stored[1])


def test_integers_small_boxes_and_unused_meshes() -> None:
    flat = primitive(np.tile(BUMPS[:1], (4, 1)))
    doc = document(flat)
    assert_stands_where_it_stood(doc)
    again = Quantize()(doc, Context())
    assert [skip.why for skip in again.skipped] == ["positions: they are integers already"]
    unused = Document(meshes=[mesh()])
    assert [skip.why for skip in Quantize()(unused, Context()).skipped] == ["positions: the mesh is placed by no node"]


def test_normals_tangents_and_colours() -> None:
    normals = np.array([[0, 0, 1], [0, 0, -1], [0.6, 0.8, 0], [0, 0, 0]], np.float32)
    tangents = np.array([[1, 0, 0, 1], [1, 0, 0, -1], [0.8, -0.6, 0, 1], [1, 0, 0, 1]], np.float32)
    colors = np.array([[0, 0.5, 1], [1, 1, 1], [0.2, 0.2, 0.2], [0, 0, 0]], np.float32)
    bright = np.full((4, 4), 2.0, np.float32)
    part = primitive(NORMAL=normals, TANGENT=tangents, COLOR_0=colors, COLOR_1=bright)
    change = Quantize(position=0)(document(part), Context())
    assert part.attributes["NORMAL"].array.tolist() == [[0, 0, 127], [0, 0, -127], [76, 102, 0], [0, 0, 0]]
    assert part.attributes["TANGENT"].array[:, 3].tolist() == [127, -127, 127, 127]
    assert part.attributes["COLOR_0"].array.tolist() == [[0, 128, 255], [255] * 3, [51] * 3, [0] * 3]
    assert all(part.attributes[name].normalized for name in ("NORMAL", "TANGENT", "COLOR_0"))
    assert part.attributes["COLOR_1"].dtype == np.float32
    assert [skip.why for skip in change.skipped] == ["COLOR_1 or its morph deltas lie outside [0, 1]"]


def test_more_bits_use_sixteen_and_long_deltas_stay_floats() -> None:
    normals = np.tile(np.array([0, 0, 1], np.float32), (4, 1))
    part = primitive(NORMAL=normals)
    Quantize(position=0, normal=10)(document(part), Context())
    assert part.attributes["NORMAL"].array[0].tolist() == [0, 0, 32767]
    turned = primitive(NORMAL=normals)
    turned.targets = [{"NORMAL": Accessor(-2 * normals)}]
    assert Quantize(position=0)(document(turned), Context()).skipped
    assert turned.attributes["NORMAL"].dtype == turned.targets[0]["NORMAL"].dtype == np.float32


def test_rotation_keys_are_stored_in_sixteen_bits_but_splines_are_not() -> None:
    doc = document()
    doc.animations = [moving(doc.nodes[0], "rotation", (0, 0, 0, 1), TURN) for _ in range(2)]
    smooth = doc.animations[1].samplers[0]
    smooth.interpolation = Interpolation.CUBICSPLINE
    smooth.output = Accessor(np.zeros((6, 4), np.float32))
    Quantize()(doc, Context())
    keys = doc.animations[0].samplers[0].output
    assert keys.dtype == np.int16
    assert np.abs(keys.floats - np.array([[0, 0, 0, 1], TURN])).max() < 2e-5
    assert smooth.output.dtype == np.float32


def test_half_turns_keep_their_way() -> None:
    doc = document()
    keys = np.array([[0, 0, 0, 1], [0, 1, 0, -4.371139e-08], [0, 8.742278e-08, 0, 1]], np.float32)  # as Blender writes
    doc.animations = [moving(doc.nodes[0], "rotation", keys[0], keys[1])]
    doc.animations[0].samplers[0].output = Accessor(keys)
    Quantize()(doc, Context())
    np.testing.assert_array_equal(doc.animations[0].samplers[0].output.array, keys)


def test_small_parts_take_fewer_bits() -> None:
    large, small = mesh(), mesh()
    for part in small.primitives:
        part.attributes["POSITION"] = Accessor(part.attributes["POSITION"].array / np.float32(3))
    doc = placed(Node(mesh=large), Node(mesh=small))
    assert_stands_where_it_stood(doc, steps=Quantize(position=None, normal=0))
    tops = [int(m.primitives[0].attributes["POSITION"].array.max()) for m in (large, small)]
    assert 3000 < tops[0] < 2**13.25
    assert 2**10 - 8 < tops[1] < tops[0] - 8


def test_a_tiny_part_of_a_large_scene_keeps_its_shape() -> None:
    """On one grid for the whole scene, of 2 km in 16 bits, a ball of two metres would be a cube."""
    large, tiny = sphere(16), sphere(16)
    large.attributes["POSITION"] = Accessor(large.attributes["POSITION"].array * np.float32(1000))
    doc = placed(Node(mesh=Mesh(primitives=[large])), Node(mesh=Mesh(primitives=[tiny])))
    before = world_corners(doc)[1]
    Quantize()(doc, Context())
    assert np.abs(world_corners(doc)[1] - before).max() < 2 / 2**12


def test_filters_leave_morphed_normals_as_they_are() -> None:
    """They are differences, of any length; the filter for normals would make unit vectors of them."""
    part = sphere(32)
    at = part.attributes["POSITION"].array
    part.targets = [{"POSITION": Accessor(at / 2), "NORMAL": Accessor(at * at / np.float32(3))}]
    doc = document(part)
    Quantize()(doc, Context())
    stored = part.targets[0]["NORMAL"].array.copy()
    assert stored.dtype == np.int8
    Compress("meshopt", extension="EXT")(doc, Context())
    again = Document.read(doc.to_bytes())
    assert "EXT_meshopt_compression" in again.extensions_required
    np.testing.assert_array_equal(again.meshes[0].primitives[0].targets[0]["NORMAL"].array, stored)


def test_normals_take_what_the_filter_holds() -> None:
    vectors = np.random.default_rng(5).normal(size=(500, 3))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    part = primitive(POSITION=vectors, NORMAL=vectors)
    part.indices = None
    doc = document(part)
    Quantize(octahedral=True)(doc, Context())
    stored = part.attributes["NORMAL"].array
    Compress("meshopt", extension="EXT")(doc, Context())
    again = Document.read(doc.to_bytes()).meshes[0].primitives[0].attributes["NORMAL"].array
    assert np.abs(again.astype(int) - stored).max() <= 1  # halves may be rounded either way
    again = again.astype(np.float64)
    cosines = (again * vectors).sum(axis=1) / np.linalg.norm(again, axis=1)
    assert np.degrees(np.arccos(cosines.min())) < 0.75
