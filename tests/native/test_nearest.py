"""Nearest points, against known cases and the package that is exact but slow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.native.nearest import Nearest

CORNER = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], np.float64)


def test_inside_edge_and_corner_of_one_triangle() -> None:
    points = np.array([[0.25, 0.25, 2], [0.5, -3, 0], [-3, -4, 0], [1, 1, 0], [0.2, 0.2, 0]], np.float64)
    distances, triangles, weights = Nearest(CORNER).query(points)
    assert np.allclose(distances, [2, 3, 5, np.sqrt(0.5), 0], atol=1e-15)
    assert triangles.tolist() == [0] * 5
    assert np.allclose(weights, [[0.5, 0.25, 0.25], [0.5, 0.5, 0], [1, 0, 0], [0, 0.5, 0.5], [0.6, 0.2, 0.2]])


def test_triangles_without_area_are_segments_and_points() -> None:
    flat = np.array([[[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[5, 5, 5]] * 3], np.float64)
    points = np.array([[1.5, 1, 0], [5, 5, 7], [-1, 0, 0]], np.float64)
    assert np.allclose(Nearest(flat).query(points)[0], [1, 2, 1])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(0, 2**32 - 1), st.sampled_from([0.01, 1.0, 100.0]))
def test_agrees_with_the_exact_distance(count: int, seed: int, size: float) -> None:
    from opengl_decimate.certify import distance_to_mesh

    rng = np.random.default_rng(seed)
    corners = rng.normal(size=(count, 1, 3)) + rng.normal(size=(count, 3, 3)) * size
    points = np.concatenate([rng.normal(size=(40, 3)) * 2, corners[0]])
    found, triangles, weights = Nearest(corners).query(points)
    wanted = distance_to_mesh(points, corners.reshape(-1, 3), np.arange(3 * count))
    assert np.abs(found - wanted).max() <= 1e-9 * (1 + size)
    there = np.einsum("nk,nkc->nc", weights, corners[triangles])
    assert np.abs(np.linalg.norm(there - points, axis=1) - found).max() <= 1e-9 * (1 + size)
    assert weights.min() >= 0


@pytest.mark.parametrize(
    ("corners", "points", "message"),
    [
        (np.zeros((0, 3, 3)), np.zeros((1, 3)), "no triangle"),
        (np.full((1, 3, 3), np.nan), np.zeros((1, 3)), "not a finite"),
        (CORNER, np.full((1, 3), np.inf), "finite"),
        (np.zeros((1, 3, 2)), np.zeros((1, 3)), "shape"),
        (CORNER, np.zeros((3,)), "shape"),
    ],
)
def test_what_is_refused(corners: np.ndarray, points: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Nearest(corners).query(points)


def test_no_points_have_no_distances() -> None:
    assert [len(part) for part in Nearest(CORNER).query(np.empty((0, 3)))] == [0, 0, 0]
