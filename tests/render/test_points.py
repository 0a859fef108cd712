"""Named points in pictures."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Document, Node
from forge3d.errors import RecipeError
from forge3d.render import NamedPoint, Orbit, Renderer, named_points

from .shapes import node, placed, quad, sphere, unlit

FACING = Orbit(distance=4.0, target=(0, 0, 0), fov=2 * np.degrees(np.arctan(0.5)))
"""Sees two metres each way at four metres, from the front."""


def scene() -> Document:
    """A ball about the origin with points before, behind and in the middle of it; a knob that hangs on it."""
    ball = node(sphere(unlit((1, 0, 0, 1)), rings=24), name="Ball")
    front, back = Node(name="Front", translation=(0, 0, 1)), Node(name="Back", translation=(0, 0, -1))
    knob = node(quad(unlit((0, 0, 1, 1)), size=0.2), name="Knob", translation=(1.5, 1, 0))
    ball.children = [knob]
    document = placed(ball, front, back, Node(name="Aside", translation=(9, 0, 0)))
    document.nodes.append(knob)
    return document


def test_where_points_are_and_whether_they_show(renderer: Renderer) -> None:
    document = scene()
    frame = renderer.render(document, camera=FACING, size=(64, 64))
    found = {point.name: point for point in frame.locate(named_points(document))}
    assert list(found) == ["Aside", "Back", "Ball", "Front", "Knob"]
    assert (found["Front"].x, found["Front"].y) == pytest.approx((32, 32))
    assert (found["Front"].depth, found["Back"].depth) == pytest.approx((3, 5))
    assert (found["Knob"].x, found["Knob"].y) == pytest.approx((32 + 1.5 * 16, 32 - 16))
    assert frame.pixels[int(found["Knob"].y), int(found["Knob"].x), 2] > 200
    shown = {name: (point.inside, point.visible) for name, point in found.items()}
    assert shown == {
        "Front": (True, True), "Back": (True, False), "Knob": (True, True), "Aside": (False, False),
        "Ball": (True, True),  # its own surface does not hide it
    }  # fmt: skip


def test_on_a_turntable_they_turn_along(renderer: Renderer) -> None:
    document = scene()
    points = [NamedPoint("nose", (0, 0, 1))]
    frames = renderer.turntable(document, frames=4, camera=Orbit(distance=6, target=(0, 0, 0)), size=(64, 64))
    found = [frame.locate(points)[0] for frame in frames]
    assert [point.visible for point in found[::2]] == [True, False]
    assert found[1].x > 36 > 28 > found[3].x


def test_behind_the_camera_is_outside(renderer: Renderer) -> None:
    frame = renderer.render(scene(), camera=FACING, size=(16, 16))
    (point,) = frame.locate([NamedPoint("back of the room", (0, 0, 9))])
    assert (point.inside, point.visible) == (False, False)
    assert point.depth == pytest.approx(-5)
    assert frame.locate([]) == []


def test_names() -> None:
    document = scene()
    assert named_points(document, ["Knob"])[0].position == (1.5, 1, 0)
    assert named_points(document, ["Ball"])[0].objects == {1, 5}
    with pytest.raises(RecipeError, match=r"no node is called 'Lid'.*Aside, Back"):
        named_points(document, ["Lid"])
