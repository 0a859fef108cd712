"""Boxes, with skins, morphs and what is not drawn."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Accessor, Document, Instancing, Mesh, Node, Primitive, Scene, Skin
from forge3d.document.bounds import bounds

TRIANGLE = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [50, 50, 50]], np.float32)


def document(node: Node, *others: Node) -> Document:
    return Document(nodes=[node, *others], scenes=[Scene(nodes=[node, *others])])


def triangle() -> Primitive:
    return Primitive(attributes={"POSITION": Accessor(TRIANGLE)}, indices=Accessor(np.array([0, 1, 2], np.uint8)))


def test_vertices_that_are_not_drawn_do_not_count() -> None:
    box = bounds(document(Node(mesh=Mesh(primitives=[triangle()]), translation=(0, 0, 2))))
    assert box is not None
    assert (box.min.tolist(), box.max.tolist()) == ([0, 0, 2], [1, 1, 2])


def test_nothing_has_no_box() -> None:
    assert bounds(Document()) is None
    assert bounds(document(Node(mesh=Mesh(primitives=[triangle()]), visible=False))) is None


def test_declared_bounds_are_enough_when_not_exact() -> None:
    primitive = triangle()
    primitive.attributes["POSITION"].bounds = ([0, 0, 0], [1, 1, 0])
    box = bounds(document(Node(mesh=Mesh(primitives=[primitive]), scale=(-2, 1, 1))), exact=False)
    assert box is not None
    assert (box.min.tolist(), box.max.tolist()) == ([-2, 0, 0], [0, 1, 0])


def test_morph_weights_of_the_node_move_the_box() -> None:
    primitive = triangle()
    primitive.targets = [{"POSITION": Accessor(np.full((4, 3), 2, np.float32))}]
    box = bounds(document(Node(mesh=Mesh(primitives=[primitive], weights=[0.0]), weights=[0.5])))
    assert box is not None
    assert (box.min.tolist(), box.max.tolist()) == ([1, 1, 1], [2, 2, 1])


def test_a_skin_ignores_its_nodes_own_place() -> None:
    primitive = triangle()
    joints, weights = np.zeros((4, 4), np.uint8), np.tile(np.array([1, 0, 0, 0], np.float32), (4, 1))
    primitive.attributes |= {"JOINTS_0": Accessor(joints), "WEIGHTS_0": Accessor(weights)}
    joint = Node(translation=(0, 10, 0))
    bind = np.eye(4, dtype=np.float32)[None].copy()
    bind[0, :3, 3] = (5, 0, 0)
    node = Node(
        mesh=Mesh(primitives=[primitive]),
        translation=(99, 99, 99),
        skin=Skin(joints=[joint], inverse_bind_matrices=Accessor(bind)),
    )
    box = bounds(document(node, joint))
    assert box is not None
    assert (box.min.tolist(), box.max.tolist()) == ([5, 10, 0], [6, 11, 0])


def test_instances_stand_in_the_box_one_by_one_or_as_boxes(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = np.array([[0, 0, 0, 1], [0, 0, np.sqrt(0.5), np.sqrt(0.5)]], np.float32)
    moved = np.array([[0, 0, 5], [10, 0, 0]], np.float32)
    node = Node(
        mesh=Mesh(primitives=[triangle()]),
        instancing=Instancing(attributes={"TRANSLATION": Accessor(moved), "ROTATION": Accessor(turned)}),
        scale=(2, 1, 1),
    )
    for most in (1 << 28, 0):
        monkeypatch.setattr("forge3d.document.bounds._MOST_PLACED", most)
        box = bounds(document(node))
        assert box is not None
        np.testing.assert_allclose([box.min, box.max], [[0, 0, 0], [20, 1, 5]], atol=1e-6)
