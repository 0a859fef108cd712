"""Topologies as triangle and line lists."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Accessor, Mode, Primitive
from forge3d.document.geometry import lines, triangles, used_vertices

CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 2, 0]], np.float32)


def primitive(mode: Mode, indices: list[int] | None = None) -> Primitive:
    return Primitive(
        attributes={"POSITION": Accessor(CORNERS)},
        indices=None if indices is None else Accessor(np.array(indices, np.uint16)),
        mode=mode,
    )


def test_triangle_list_drops_what_is_left_over() -> None:
    assert triangles(primitive(Mode.TRIANGLES)).tolist() == [[0, 1, 2]]
    assert triangles(primitive(Mode.TRIANGLES, [2, 1, 3, 2, 3, 4])).tolist() == [[2, 1, 3], [2, 3, 4]]


def test_strip_keeps_every_triangle_facing_the_same_way() -> None:
    corners = triangles(primitive(Mode.TRIANGLE_STRIP))
    assert corners.tolist() == [[0, 1, 2], [1, 3, 2], [2, 3, 4]]
    a, b, c = np.swapaxes(CORNERS[corners], 0, 1)
    assert (np.cross(b - a, c - a)[:, 2] > 0).all()


def test_fan_turns_about_the_first_vertex() -> None:
    assert triangles(primitive(Mode.TRIANGLE_FAN, [0, 1, 3, 2])).tolist() == [[1, 3, 0], [3, 2, 0]]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (Mode.LINES, [[0, 1], [2, 3]]),
        (Mode.LINE_STRIP, [[0, 1], [1, 2], [2, 3], [3, 4]]),
        (Mode.LINE_LOOP, [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]]),
        (Mode.POINTS, []),
    ],
)
def test_lines(mode: Mode, expected: list[list[int]]) -> None:
    assert lines(primitive(mode)).tolist() == expected
    assert len(triangles(primitive(mode))) == 0


def test_used_vertices() -> None:
    assert used_vertices(primitive(Mode.TRIANGLES, [0, 1, 4])).tolist() == [True, True, False, False, True]  # type: ignore[union-attr]
    assert used_vertices(primitive(Mode.TRIANGLES)) is None
