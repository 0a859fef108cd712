"""The model comes to the origin, whole."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Channel,
    Context,
    Document,
    Light,
    Mesh,
    Node,
    Skin,
)
from forge3d.document.bounds import bounds
from forge3d.optimize import Center
from forge3d.optimize.options import parse

from . import QUAD, placed, primitive, world_corners

TALL = QUAD * np.float32([2, 4, 1]) + np.float32([5, 1, 3])


def shown(**options: object) -> Node:
    return Node(mesh=Mesh(primitives=[primitive(TALL)]), **options)  # type: ignore[arg-type]


def box(doc: Document, time: float | None = None) -> list[list[float]]:
    found = bounds(doc, time=time)
    assert found is not None
    return [found.min.tolist(), found.max.tolist()]


@pytest.mark.parametrize(
    ("step", "low"),
    [("center", [-1, 0, 0]), ("center:at=center", [-1, -2, 0]), ("center:at=top,x=1,y=2,z=-1", [0, -2, -1])],
)
def test_the_point_that_is_named_comes_to_the_origin(step: str, low: list[float]) -> None:
    transform = parse(step, {"center": Center})
    doc = placed(shown(), Node(light=Light(type="point"), matrix=np.eye(4)))
    doc.apply(transform)
    assert box(doc)[0] == low
    moved = doc.nodes[1].matrix
    assert moved is not None
    assert moved[:3, 3].tolist() == list(doc.nodes[0].translation)
    once = doc.to_bytes()
    doc.apply(transform)
    assert doc.to_bytes() == once


def test_animated_roots_move_as_before_elsewhere() -> None:
    root = shown()
    doc = placed(root)
    sampler = AnimationSampler(input=Accessor(np.float32([0, 1])), output=Accessor(np.float32([(0, 0, 0), (0, 6, 0)])))
    doc.animations = [Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="translation", node=root)])]
    Center()(doc, Context())
    assert box(doc, 0.5) == [[-1, 3, 0], [1, 7, 0]]
    assert doc.scenes[0].nodes[0].children == [root]


def test_skins_move_with_their_joints_and_levels_with_their_first() -> None:
    bone = Node()
    bound = {"JOINTS_0": np.zeros((4, 4), np.uint8), "WEIGHTS_0": np.tile(np.float32([1, 0, 0, 0]), (4, 1))}
    skinned = Node(mesh=Mesh(primitives=[primitive(TALL, **bound)]), skin=Skin(joints=[bone]))
    lower = shown()
    first = shown(extensions={"MSFT_lod": {"ids": [lower]}})
    doc = placed(bone, skinned, first)
    doc.nodes.append(lower)
    Center()(doc, Context())
    assert all(corners.reshape(-1, 3).min(axis=0).tolist() == [-1, 0, 0] for corners in world_corners(doc))
    assert skinned.translation == (0.0, 0.0, 0.0)  # its joints have moved, and place it
    assert lower.translation == first.translation == (-6.0, -1.0, -3.0)


def test_below_a_skinned_root_the_joints_move() -> None:
    bone = Node()
    bound = {"JOINTS_0": np.zeros((4, 4), np.uint8), "WEIGHTS_0": np.tile(np.float32([1, 0, 0, 0]), (4, 1))}
    mesh = Mesh(primitives=[primitive(TALL, **bound)])
    root = Node(mesh=mesh, skin=Skin(joints=[bone]), children=[bone], scale=(2.0, 2.0, 2.0))
    doc = placed(root)
    Center()(doc, Context())
    assert box(doc) == [[-2, 0, 0], [2, 8, 0]]
    assert root.translation == (0.0, 0.0, 0.0)


def test_nothing_to_see_is_left_alone() -> None:
    assert "nothing" in Center()(Document(), Context()).skipped[0].why
