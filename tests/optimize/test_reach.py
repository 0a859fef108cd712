"""Levers: how far a turn, a shift or a morph moves what is seen."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Accessor, Animation, AnimationSampler, Channel, Document, Mesh, Node, Skin
from forge3d.optimize.reach import reach

from . import QUAD, placed, primitive


def quad(**attributes: object) -> Mesh:
    """From (0, 0, 0) to (1, 1, 0)."""
    return Mesh(primitives=[primitive(**attributes)])


def animated(doc: Document, node: Node, path: str, *values: tuple[float, ...]) -> Document:
    times = Accessor(np.arange(len(values), dtype=np.float32))
    sampler = AnimationSampler(input=times, output=Accessor(np.float32(values)))
    doc.animations = [Animation(samplers=[sampler], channels=[Channel(sampler=sampler, node=node, path=path)])]
    return doc


def test_a_lever_goes_through_the_nodes_below() -> None:
    leaf = Node(mesh=quad(), translation=(10.0, 0, 0), scale=(2.0, 2.0, 2.0))
    root = Node(children=[leaf], scale=(3.0, 3.0, 3.0))
    found = reach(placed(root))
    assert found is not None
    assert found.levers[leaf] == pytest.approx(2**0.5)
    assert found.levers[root] == pytest.approx(10 + 2 * 2**0.5)
    assert found.above[leaf] == 3
    assert found.size == pytest.approx(6)  # the quad is 1 · 2 · 3 wide
    assert found.tolerance(leaf, "translation", 0.01) == pytest.approx(0.06 / 3)
    assert found.tolerance(leaf, "rotation", 0.01) == pytest.approx(0.06 / (3 * 2**0.5))
    assert found.tolerance(root, "rotation", 0.01) == pytest.approx(0.06 / (10 + 8**0.5))
    assert found.tolerance(leaf, "weights", 0.01) is None


def test_poses_of_animations_count() -> None:
    """What is hidden at rest by a scale of zero, or stands nearer, is not taken for small."""
    leaf = Node(mesh=quad(), scale=(0.0, 0.0, 0.0))
    root = Node(children=[leaf, Node(mesh=quad())])
    found = reach(animated(placed(root), leaf, "scale", (0, 0, 0), (5, 1, 1)))
    assert found is not None
    assert found.levers[root] == pytest.approx(5 * 2**0.5)
    leaf.scale = (1.0, 1.0, 1.0)
    found = reach(animated(placed(root), leaf, "translation", (0, 0, 0), (0, 7, 0)))
    assert found is not None
    assert found.levers[root] == pytest.approx(7 + 2**0.5)


def test_joints_have_the_lever_of_their_vertices() -> None:
    """In the joint's units, through its bind matrix; small weights count in part."""
    joints = np.tile(np.uint8([0, 1, 0, 0]), (4, 1))
    weights = np.float32([[1, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0.95, 0.05, 0, 0]])
    first, second = Node(), Node(translation=(1.0, 1, 0))
    binds = np.tile(np.eye(4, dtype=np.float32), (2, 1, 1))
    binds[1, :3, 3] = -0.5, -1, 0
    skin = Skin(joints=[first, second], inverse_bind_matrices=Accessor(binds))
    body = Node(mesh=quad(JOINTS_0=joints, WEIGHTS_0=weights), skin=skin)
    first.children = [second]
    doc = placed(body, first)
    doc.skins = [skin]
    found = reach(doc)
    assert found is not None
    assert found.levers[second] == pytest.approx(0.5)
    assert found.levers[first] == pytest.approx(2**0.5 + 0.5)
    assert found.tolerance(body, "rotation", 0.01) is None  # a skinned mesh does not follow its own node


def test_morphs_have_the_longest_delta() -> None:
    mesh = quad()
    mesh.primitives[0].targets = [{"POSITION": Accessor(QUAD * 0.5)}]
    node = Node(mesh=mesh, scale=(4.0, 4.0, 4.0))
    found = reach(placed(node))
    assert found is not None
    assert found.morphs[node] == pytest.approx(0.5 * 2**0.5 * 4)
    assert found.tolerance(node, "weights", 0.01) == pytest.approx(0.01 * found.size / found.morphs[node])


def test_short_levers_count_as_a_sixteenth_of_the_model() -> None:
    """Viewers hang things on joints that carry little themselves."""
    tiny, large = Node(mesh=Mesh(primitives=[primitive(QUAD * 1e-6)])), Node(mesh=quad())
    found = reach(placed(tiny, large))
    assert found is not None
    assert found.tolerance(tiny, "rotation", 0.01) == pytest.approx(0.16)


def test_nothing_to_see_has_no_reach() -> None:
    assert reach(placed(Node())) is None
    assert reach(placed(Node(mesh=Mesh(primitives=[primitive(QUAD * 0)])))) is None
