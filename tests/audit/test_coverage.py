from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.audit.coverage import grid_side, overlapping

HALVES = np.array([[[0, 0], [0, 1], [1, 1]], [[0, 0], [1, 1], [1, 0]]], float)


def test_neighbours_share_no_cell() -> None:
    marked, part = overlapping(HALVES, 64)
    assert not marked.any()
    assert part == 0


@pytest.mark.parametrize("turn", range(24))
def test_a_fan_in_any_direction_shares_no_cell(turn: int) -> None:
    angles = np.linspace(0, 2 * np.pi, 38)[:-1] + turn / 7
    rim = np.stack([np.cos(angles), np.sin(angles)], axis=1) * 0.5 + 0.5
    fan = np.stack([np.full_like(rim, 0.5), rim, np.roll(rim, -1, axis=0)], axis=1)
    assert not overlapping(fan, 1000)[0].any()


def test_a_vertex_on_a_neighbours_edge_is_no_overlap() -> None:
    low, high = np.array([0.1, 0.13]), np.array([0.93, 0.71])
    middle = (low + (high - low) * 0.377).astype(np.float32).astype(float)
    above, below = np.array([0.2, 0.9]), np.array([0.8, 0.1])
    corners = np.array([[low, high, below], [low, middle, above], [middle, high, above]])
    assert not overlapping(corners, 2048)[0].any()


def test_stacked_triangles_are_named() -> None:
    apart = HALVES[:1] + np.array([2, 0])
    marked, part = overlapping(np.concatenate([HALVES, HALVES[:1], apart]), 1024)
    assert marked.tolist() == [True, False, True, False]
    assert part == pytest.approx(1 / 3, abs=0.01)


def test_triangles_without_area_cover_nothing() -> None:
    line = np.array([[[0, 0], [1, 1], [0.5, 0.5]]], float)
    point = np.full((1, 3, 2), 0.5)
    assert not overlapping(np.concatenate([HALVES, line, point]), 256)[0].any()
    assert overlapping(point, 256) == (np.array([False]), 0.0)


def test_the_grid_grows_with_the_triangles_and_shrinks_for_stacks() -> None:
    assert grid_side(HALVES) == 1024
    small = np.tile(HALVES[:1] / 1000, (200_000, 1, 1)) + np.random.default_rng(1).random((200_000, 1, 2))
    assert grid_side(small) == 2048
    assert grid_side(np.tile(HALVES, (100_000, 1, 1))) < 128


def inside(corners: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Which points lie in each triangle, and how deep: `(triangles, points)`, least distance to an edge, signed."""
    depths = []
    for a, b, c in corners:
        area = np.cross([*(b - a), 0], [*(c - a), 0])[2]
        if abs(area) < 1e-9:
            depths.append(np.full(len(points), -np.inf))
            continue
        ends = [(a, b), (b, c), (c, a)]
        sides = [np.cross(q - p, points - p) * np.sign(area) / max(np.linalg.norm(q - p), 1e-12) for p, q in ends]
        depths.append(np.min(sides, axis=0))
    return np.array(depths)


triangle = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.lists(triangle, min_size=2, max_size=6))
@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors")
def test_marks_what_shares_a_cell_and_nothing_else(triangles: list[list[tuple[int, int]]]) -> None:
    corners = np.array(triangles, float)
    side = 80
    extent = np.ptp(corners.reshape(-1, 2), axis=0).max() or 1.0
    cell = extent / side
    centres = (np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2) + 0.5) * cell
    depth = inside(corners, centres + corners.min(axis=(0, 1)))
    marked = overlapping(corners, side)[0]
    for number in range(len(corners)):
        others = np.delete(depth, number, axis=0).max(axis=0)
        both = np.minimum(depth[number], others)
        assert not (both.max() > cell / 16 and not marked[number]), "a shared cell was missed"
        assert not (both.max() < -1e-6 and marked[number]), "nothing is shared"
