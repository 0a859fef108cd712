"""Nodes move up; what they hold stands where it stood."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Camera,
    Channel,
    Context,
    Light,
    Mesh,
    Node,
    Perspective,
    Scene,
    Skin,
)
from forge3d.optimize import Flatten

from . import placed, primitive, world_corners

TURN = (0.0, sin(pi / 8), 0.0, cos(pi / 8))


def shown(**options: object) -> Node:
    return Node(mesh=Mesh(primitives=[primitive()]), **options)  # type: ignore[arg-type]


def moves(node: Node, path: str = "translation") -> Animation:
    values = {"translation": (1.0, 2.0, 3.0), "rotation": TURN}[path]
    output = Accessor(np.float32([values, values]))
    sampler = AnimationSampler(input=Accessor(np.float32([0, 1])), output=output)
    return Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path=path, node=node)])


def test_hierarchies_become_flat_and_nothing_moves() -> None:
    leaf = shown(translation=(0.0, 2.0, 0.0), scale=(-1.0, 1.0, 1.0))
    second = shown(matrix=np.diag([2.0, 2.0, 2.0, 1.0]))
    lamp = Node(light=Light(type="point"), translation=(0.0, 0.0, 1.0))
    group = Node(children=[leaf, second], rotation=TURN)
    top = Node(children=[group, lamp], translation=(5.0, 0.0, 0.0), scale=(2.0, 2.0, 2.0))
    doc = placed(top)
    before = world_corners(doc)
    Flatten()(doc, Context())
    assert doc.scenes[0].nodes == [leaf, second, lamp]
    assert set(doc.nodes) == {leaf, second, lamp}
    assert leaf.matrix is None
    assert lamp.translation == (5.0, 0.0, 2.0)
    np.testing.assert_allclose(world_corners(doc), before, atol=1e-6)


def test_under_identities_transforms_stay_equal_to_the_bit() -> None:
    leaf = shown(translation=(0.1, 0.2, 0.3), rotation=TURN)
    doc = placed(Node(children=[Node(children=[leaf])]))
    Flatten()(doc, Context())
    assert doc.nodes == [leaf]
    assert (leaf.translation, leaf.rotation, leaf.scale) == ((0.1, 0.2, 0.3), TURN, (1.0, 1.0, 1.0))


def test_what_an_animated_node_carries_goes_on_moving_with_it() -> None:
    wheel = shown(translation=(0.0, 1.0, 0.0))
    axle = Node(children=[wheel], translation=(1.0, 0.0, 0.0))
    driven = Node(children=[axle])
    car = Node(children=[driven], translation=(3.0, 0.0, 0.0))
    doc = placed(car)
    doc.animations = [moves(driven, "rotation")]
    before = world_corners(doc, 0.5)
    Flatten()(doc, Context())
    assert driven.children == [wheel]
    assert car.children == [driven]  # an animated node cannot take its parent's transform
    assert axle not in doc.nodes
    np.testing.assert_allclose(world_corners(doc, 0.5), before, atol=1e-6)


def test_joints_levels_and_hidden_groups_keep_their_ancestors() -> None:
    bone = Node(translation=(0.0, 1.0, 0.0))
    armature = Node(children=[bone], scale=(2.0, 2.0, 2.0))
    skinned = shown(skin=Skin(joints=[bone]))
    lower = shown()
    levels = shown(extensions={"MSFT_lod": {"ids": [lower]}})
    hidden = Node(children=[shown()], visible=False)
    doc = placed(Node(children=[armature]), skinned, Node(children=[levels]), Node(children=[hidden]))
    assert skinned.skin is not None
    doc.skins = [skinned.skin]
    doc.nodes.append(lower)
    tree = [(node, list(node.children)) for node in doc.nodes]
    Flatten()(doc, Context())
    assert [(node, node.children) for node in doc.nodes if node.children] == [(n, c) for n, c in tree if c]
    assert lower not in doc.scenes[0].nodes


def test_skinned_nodes_take_no_transform_that_means_nothing() -> None:
    bone = Node()
    skinned = shown(skin=Skin(joints=[bone]))
    doc = placed(bone, Node(children=[skinned], translation=(1.0, 2.0, 3.0)))
    assert skinned.skin is not None
    doc.skins = [skinned.skin]
    Flatten()(doc, Context())
    assert doc.scenes[0].nodes == [bone, skinned]
    assert skinned.translation == (0.0, 0.0, 0.0)


def test_shear_stays_in_the_hierarchy() -> None:
    leaf = shown(rotation=TURN)
    doc = placed(Node(children=[leaf], scale=(1.0, 1.0, 4.0)))
    change = Flatten()(doc, Context())
    assert doc.nodes[0].children == [leaf]
    assert "sheared" in change.skipped[0].why


def test_extras_stay_and_names_when_told() -> None:
    told, named = Node(children=[shown()], extras={"sku": 1}), Node(children=[shown()], name="Drawer")
    doc = placed(told, named)
    Flatten()(doc.copy(), Context())
    Flatten(keep_names=True)(doc, Context())
    assert told in doc.nodes
    assert named in doc.nodes
    Flatten()(doc, Context())
    assert told in doc.nodes
    assert doc.scenes[0].nodes[0] is told


def test_a_node_moves_up_in_every_scene_that_shows_it() -> None:
    leaf, other = shown(), Node(camera=Camera(projection=Perspective(yfov=1.0, znear=0.1)))
    group = Node(children=[leaf])
    doc = placed(group, other)
    doc.scenes.append(Scene(nodes=[other, group]))
    Flatten()(doc, Context())
    assert [scene.nodes for scene in doc.scenes] == [[leaf, other], [other, leaf]]


def test_libraries_keep_their_roots() -> None:
    leaf = shown()
    group = Node(children=[Node(children=[leaf])])
    doc = placed(group)
    doc.scene, doc.scenes = None, []
    Flatten()(doc, Context())
    assert doc.nodes == [group, leaf]
    assert group.children == [leaf]


@given(st.lists(st.tuples(st.integers(0, 10), st.floats(-2, 2), st.sampled_from([-2.0, 0.5, 1.0])), max_size=8))
def test_any_tree_stands_where_it_stood(rows: list[tuple[int, float, float]]) -> None:
    nodes = [shown(translation=(0.5, 0.0, 1.0))]
    for parent, place, scale in rows:
        node = shown(translation=(place, 1.0, 0.0), rotation=TURN, scale=(scale, 1.0, abs(scale)))
        nodes[parent % len(nodes)].children.append(node)
        nodes.append(node)
    doc = placed(nodes[0])
    before = dict(zip(doc.meshes, world_corners(doc), strict=True))
    Flatten()(doc, Context())
    after = dict(zip(doc.meshes, world_corners(doc), strict=True))
    for mesh, corners in before.items():
        assert after[mesh] == pytest.approx(corners, abs=1e-3)
    once = [node.children for node in doc.nodes]
    Flatten()(doc, Context())
    assert [node.children for node in doc.nodes] == once
