from __future__ import annotations

import numpy as np
import pytest

from forge3d.audit.gutter import narrowest
from forge3d.audit.layout import Layout
from forge3d.audit.subject import Subject

from .build import SQUARE, SQUARE_FACES, document, flat


def squares(*places: tuple[float, float], side: float = 0.2) -> Layout:
    uvs = np.concatenate([np.array(SQUARE) * side + place for place in places])
    faces = np.concatenate([np.array(SQUARE_FACES) + 4 * number for number in range(len(places))])
    (layout,) = Subject(document(flat(uvs, faces))).layouts
    return layout


@pytest.mark.parametrize("gap", [0.0, 0.001, 0.007, 0.0119])
def test_the_gap_between_two_squares(gap: float) -> None:
    found = narrowest(squares((0.1, 0.1), (0.3 + gap, 0.15)), 0.012)
    assert found is not None
    assert found[0] == pytest.approx(gap, abs=0.012 * 0.02)
    assert found[1] == pytest.approx([0.3 + gap / 2, 0.25], abs=0.15)


def test_a_gap_of_the_width_is_none() -> None:
    assert narrowest(squares((0.1, 0.1), (0.3125, 0.1)), 0.0124) is None


def test_across_a_corner() -> None:
    found = narrowest(squares((0.1, 0.1), (0.303, 0.304)), 0.012)
    assert found is not None
    assert found[0] == pytest.approx(0.005, abs=0.012 * 0.1)


def test_one_island_keeps_no_distance_from_itself() -> None:
    assert narrowest(squares((0.1, 0.1)), 0.5) is None


def test_islands_that_meet_in_a_point_are_one() -> None:
    uvs = [[0.1, 0.1], [0.1, 0.3], [0.3, 0.3], [0.5, 0.5], [0.5, 0.3]]
    (layout,) = Subject(document(flat(uvs, [[0, 1, 2], [2, 3, 4]]))).layouts
    assert narrowest(layout, 0.1) is None


def test_many_islands() -> None:
    grid = [(x / 10 + 0.001 * (x == 5), y / 10) for x in range(10) for y in range(10)]
    found = narrowest(squares(*grid, side=0.092), 0.0081)
    assert found is not None
    assert found[0] == pytest.approx(0.007, abs=0.0003)  # the sixth column stands nearer to the seventh


def test_a_layout_beyond_measure_is_said() -> None:
    with pytest.raises(OverflowError):
        narrowest(squares((0, 0), (1e7, 0), side=1e6), 1e-4)
