"""Animation values at a moment, against the specification's formulas worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Accessor, Animation, AnimationSampler, Channel, Document, Interpolation, Material, Node
from forge3d.document.animation import Pointer
from forge3d.document.sampling import duration, pose_at, sample, slerp
from forge3d.document.traversal import local_matrix, walk


def sampler(values: object, kind: Interpolation = Interpolation.LINEAR) -> AnimationSampler:
    times = np.array([1.0, 3.0], np.float32)
    return AnimationSampler(input=Accessor(times), output=Accessor(np.array(values, np.float32)), interpolation=kind)


def test_linear_step_and_holding() -> None:
    line = sampler([[0, 0, 0], [4, 8, 0]])
    assert sample(line, 1.5).tolist() == [1, 2, 0]
    assert sample(line, 0.0).tolist() == [0, 0, 0]
    assert sample(line, 9.0).tolist() == [4, 8, 0]
    step = sampler([[0, 0, 0], [4, 8, 0]], Interpolation.STEP)
    assert sample(step, 2.9).tolist() == [0, 0, 0]
    assert sample(step, 3.0).tolist() == [4, 8, 0]


def test_cubic_spline() -> None:
    # in-tangent, value, out-tangent of two keys two seconds apart; halfway: ½(0 + 4) + 2·⅛·(1 − 3)
    spline = sampler([9, 0, 1, 3, 4, 9], Interpolation.CUBICSPLINE)
    assert sample(spline, 2.0).tolist() == [1.5]
    assert sample(spline, 3.0).tolist() == [4]


def test_quaternions_take_the_short_way_and_stay_unit() -> None:
    quarter = np.array([0, 0, np.sqrt(0.5), np.sqrt(0.5)])
    identity = np.array([0.0, 0, 0, 1])
    eighth = [0, 0, np.sin(np.pi / 8), np.cos(np.pi / 8)]
    assert np.allclose(slerp(identity, quarter, 0.5), eighth)
    assert np.allclose(np.abs(slerp(identity, -quarter, 0.5)), eighth)
    assert np.linalg.norm(sample(sampler([[0, 0, 0, 1], [0, 0, 1, 1]]), 2.0, quaternion=True)) == pytest.approx(1)


def test_morph_weights_keep_their_number() -> None:
    assert sample(sampler([0, 1, 1, 0]), 2.0).tolist() == [0.5, 0.5]


def test_pose_holds_nodes_and_pointers() -> None:
    node, material = Node(), Material()
    animation = Animation(
        channels=[
            Channel(sampler=sampler([[0, 0, 0], [2, 0, 0]]), path="translation", node=node),
            Channel(sampler=sampler([1, 2]), path="pointer", pointer=Pointer(target=node, path="scale")),
            Channel(sampler=sampler([0, 1.5]), path="pointer", pointer=Pointer(target=material, path="alphaCutoff")),
        ]
    )
    animation.samplers = [channel.sampler for channel in animation.channels]
    pose = pose_at(Document(animations=[animation]), 2.0)
    assert pose.nodes[node]["translation"].tolist() == [1, 0, 0]
    assert pose.nodes[node]["scale"].tolist() == [1.5]
    assert (material.alpha_cutoff, pose.of(material).alpha_cutoff) == (0.5, 0.75)
    assert duration(animation) == 3


def test_pointers_turn_on_the_sphere_and_hide_nodes() -> None:
    node = Node()
    hide = AnimationSampler(
        input=Accessor(np.array([0, 1], np.float32)),
        output=Accessor(np.array([1, 0], np.uint8)),
        interpolation=Interpolation.STEP,
    )
    turn = sampler([[0, 0, 0, 1], [0, 0, np.sqrt(0.5), np.sqrt(0.5)]])
    visible = Pointer(target=node, path="extensions/KHR_node_visibility/visible")
    animation = Animation(
        channels=[
            Channel(sampler=turn, path="pointer", pointer=Pointer(target=node, path="rotation")),
            Channel(sampler=hide, path="pointer", pointer=visible),
        ]
    )
    made = Document(animations=[animation], nodes=[node])
    pose = pose_at(made, 2.0)
    assert np.allclose(pose.nodes[node]["rotation"], [0, 0, np.sin(np.pi / 8), np.cos(np.pi / 8)])
    assert pose.nodes[node]["visible"] is False
    assert list(walk(made, pose=pose, hidden=False)) == []
    assert len(list(walk(made, pose=pose_at(made, 0.5), hidden=False))) == 1


def test_weights_leave_a_matrix_alone() -> None:
    matrix = np.diag([2.0, 2, 2, 1])
    node = Node(matrix=matrix)
    animation = Animation(channels=[Channel(sampler=sampler([0, 1]), path="weights", node=node)])
    pose = pose_at(Document(animations=[animation], nodes=[node]), 1.0)
    assert np.array_equal(local_matrix(node, pose), matrix)
