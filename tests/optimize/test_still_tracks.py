"""Tracks that hold a node where it stands go, unless something would change with them."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Accessor, Animation, AnimationSampler, Channel, Context, Document, Node
from forge3d.optimize import Resample

from . import placed

TIMES = Accessor(np.array([0, 1, 2], np.float32))
LONG = Accessor(np.array([0, 3], np.float32))


def track(node: Node, path: str, values: object, times: Accessor = TIMES) -> Channel:
    return Channel(node=node, path=path, sampler=AnimationSampler(input=times, output=Accessor(np.float32(values))))


def animated(*groups: list[Channel]) -> Document:
    nodes = list({id(c.node): c.node for group in groups for c in group if c.node is not None}.values())
    animations = [Animation(channels=group, samplers=[c.sampler for c in group]) for group in groups]
    return placed(*nodes, animations=animations)


def left(doc: Document, **options: object) -> list[list[str]]:
    Resample(still=True, **options)(doc, Context())  # type: ignore[arg-type]
    assert all(len(a.samplers) == len(a.channels) for a in doc.animations)
    return [[channel.path for channel in animation.channels] for animation in doc.animations]


def moving(node: Node, **options: object) -> Channel:
    return track(node, "translation", [[0, 0, 0], [1, 0, 0], [5, 5, 0]], **options)  # type: ignore[arg-type]


def test_what_says_what_the_node_says_goes() -> None:
    node = Node(scale=(2.0, 2.0, 2.0))
    assert left(animated([moving(node), track(node, "scale", [[2, 2, 2]] * 3)])) == [["translation"]]


@pytest.mark.parametrize(("tolerance", "kept"), [(0.0, 2), (1e-3, 1)])
def test_nearly_is_enough_only_with_a_tolerance(tolerance: float, kept: int) -> None:
    node = Node()
    doc = animated([moving(node), track(node, "scale", [[1.0001, 1, 1]] * 3)])
    assert len(left(doc, tolerance=tolerance)[0]) == kept


def test_another_pose_than_the_nodes_stays() -> None:
    node = Node()
    assert left(animated([moving(node), track(node, "scale", [[2, 2, 2]] * 3)])) == [["translation", "scale"]]


def test_what_another_animation_moves_is_held() -> None:
    node = Node()
    doc = animated(
        [moving(node), track(node, "scale", [[1, 1, 1]] * 3)], [track(node, "scale", [[1, 1, 1], [2, 2, 2], [3, 3, 3]])]
    )
    assert left(doc) == [["translation", "scale"], ["scale"]]


def test_an_animation_lasts_as_long_as_before() -> None:
    node = Node()
    assert left(animated([moving(node), track(node, "scale", [[1, 1, 1]] * 2, LONG)])) == [["translation", "scale"]]


def test_an_animation_of_nothing_else_keeps_a_track() -> None:
    node = Node()
    assert left(animated([track(node, "scale", [[1, 1, 1]] * 3), track(node, "translation", [[0, 0, 0]] * 3)])) == [
        ["scale"]
    ]
