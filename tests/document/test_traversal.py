"""World matrices, instances and visibility."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge3d.document import Accessor, Document, Instancing, Mesh, Node, Scene
from forge3d.document.traversal import local_matrix, mesh_instances, roots, walk, world_matrices
from forge3d.errors import InvalidAsset

HALF = float(np.sqrt(0.5))


def test_local_matrix_is_translation_after_rotation_after_scale() -> None:
    node = Node(translation=(1, 2, 3), rotation=(0, 0, HALF, HALF), scale=(2, 3, 4))
    # x is scaled by 2, then turned to y.
    assert np.allclose(local_matrix(node) @ [1, 0, 0, 1], [1, 4, 3, 1])
    assert np.allclose(local_matrix(node) @ [0, 1, 0, 1], [-2, 2, 3, 1])


@given(st.lists(st.floats(-1, 1), min_size=4, max_size=4).filter(lambda q: np.linalg.norm(q) > 1e-3))
def test_rotations_are_rotations(quaternion: list[float]) -> None:
    turn = local_matrix(Node(rotation=tuple(quaternion)))[:3, :3]  # type: ignore[arg-type]
    assert np.allclose(turn @ turn.T, np.eye(3))
    assert np.linalg.det(turn) == pytest.approx(1)


def test_children_stand_in_their_parents() -> None:
    leaf = Node(translation=(0, 1, 0))
    root = Node(translation=(1, 0, 0), rotation=(0, 0, HALF, HALF), children=[leaf])
    document = Document(nodes=[root, leaf], scenes=[Scene(nodes=[root])])
    assert np.allclose(world_matrices(document)[leaf][:3, 3], [0, 0, 0])
    assert [node for node, _ in walk(document)] == [root, leaf]


def test_roots_without_scenes() -> None:
    leaf = Node()
    root = Node(children=[leaf])
    assert roots(Document(nodes=[leaf, root])) == [root]


def test_instances_are_expanded_and_hidden_nodes_are_left_out() -> None:
    offsets = Accessor(np.array([[0, 0, 0], [0, 0, 5]], np.float32))
    many = Node(mesh=Mesh(), translation=(1, 0, 0), instancing=Instancing(attributes={"TRANSLATION": offsets}))
    hidden = Node(visible=False, children=[Node(mesh=Mesh())])
    document = Document(nodes=[many, hidden, *hidden.children], scenes=[Scene(nodes=[many, hidden])])
    found = list(mesh_instances(document))
    assert [instance.world[:3, 3].tolist() for instance in found] == [[1, 0, 0], [1, 0, 5]]
    assert len(list(mesh_instances(document, hidden=True))) == 3


def test_deep_trees_do_not_recurse() -> None:
    root = node = Node()
    for _ in range(20_000):
        child = Node()
        node.children.append(child)
        node = child
    assert sum(1 for _ in walk(Document(nodes=[root], scenes=[Scene(nodes=[root])]))) == 20_001


def test_a_loop_ends() -> None:
    """Files with one are refused as they are read; a document in memory may be given one."""
    first = Node(name="arm")
    second = Node(children=[first])
    first.children = [second]
    document = Document(nodes=[first, second], scenes=[Scene(nodes=[first])])
    with pytest.raises(InvalidAsset, match="the node arm is below itself"):
        list(walk(document))
    with pytest.raises(InvalidAsset, match="/nodes/0: the node is below itself"):
        document.to_bytes()
