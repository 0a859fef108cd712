"""Meshes get an origin of their own, and stand where they stood."""

from __future__ import annotations

import numpy as np

from forge3d.document import Accessor, Animation, AnimationSampler, Channel, Context, Instancing, Mesh, Node, Skin
from forge3d.optimize import Pivot

from . import QUAD, placed, primitive, world_corners

FAR = QUAD + np.float32([10, 20, 30])


def mesh() -> Mesh:
    return Mesh(primitives=[primitive(FAR)])


def test_the_middle_becomes_the_origin_and_nothing_moves() -> None:
    shared = mesh()
    nodes = [Node(mesh=shared, scale=(2.0, -1.0, 1.0)), Node(mesh=shared, matrix=np.diag([3.0, 3.0, 3.0, 1.0]))]
    doc = placed(*nodes)
    before = world_corners(doc)
    Pivot()(doc, Context())
    assert shared.primitives[0].attributes["POSITION"].array.min(axis=0).tolist() == [-0.5, -0.5, 0]
    assert nodes[0].translation == (21.0, -20.5, 30.0)
    np.testing.assert_allclose(world_corners(doc), before, atol=1e-5)
    once = doc.to_bytes()
    Pivot()(doc, Context())
    assert doc.to_bytes() == once


def test_animated_nodes_keep_their_own_origin() -> None:
    node = Node(mesh=mesh())
    doc = placed(node)
    turn = Accessor(np.float32([(0, 0, 0, 1), (0, 0.6, 0, 0.8)]))
    sampler = AnimationSampler(input=Accessor(np.float32([0, 1])), output=turn)
    doc.animations = [Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="rotation", node=node)])]
    before = world_corners(doc, 0.5)
    Pivot(at="bottom")(doc, Context())
    assert node.children[0].translation == (10.5, 20.0, 30.0)
    np.testing.assert_allclose(world_corners(doc, 0.5), before, atol=1e-5)


def test_instances_take_it_and_skinned_meshes_stay() -> None:
    places = Accessor(np.float32([[0, 0, 0], [1, 0, 0]]))
    many = Node(mesh=mesh(), instancing=Instancing(attributes={"TRANSLATION": places}))
    bone = Node()
    skinned = Node(mesh=mesh(), skin=Skin(joints=[bone]))
    doc = placed(many, bone, skinned)
    before = world_corners(doc)
    change = Pivot()(doc, Context())
    np.testing.assert_allclose(world_corners(doc), before, atol=1e-5)
    assert [skip.why for skip in change.skipped] == ["is skinned: its joints place it"]
    assert many.instancing is not None
    assert tuple(many.translation) == (10.5, 20.5, 30.0)


def test_meshes_that_share_positions_share_an_origin() -> None:
    first, second = mesh(), mesh()
    second.primitives[0].attributes = dict(first.primitives[0].attributes)
    doc = placed(Node(mesh=first), Node(mesh=second))
    before = world_corners(doc)
    Pivot()(doc, Context())
    assert first.primitives[0].attributes["POSITION"] is second.primitives[0].attributes["POSITION"]
    np.testing.assert_allclose(world_corners(doc), before, atol=1e-5)
