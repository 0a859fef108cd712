"""Distances to triangles, against a plain loop over known cases and the package that is exact but slow."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.optimize.deviation import Surface, deviation
from forge3d.optimize.nearest import TriangleTree

from . import grid, sphere

CORNER = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]], np.float64)


def test_inside_edge_and_corner_of_one_triangle() -> None:
    points = np.array([[0.25, 0.25, 2], [0.5, -3, 0], [-3, -4, 0], [1, 1, 0], [0.2, 0.2, 0]], np.float64)
    assert np.allclose(TriangleTree(CORNER).distances(points), [2, 3, 5, np.sqrt(0.5), 0], atol=1e-15)


def test_triangles_without_area_are_segments_and_points() -> None:
    flat = np.array([[[0, 0, 0], [1, 0, 0], [2, 0, 0]], [[5, 5, 5]] * 3], np.float64)
    points = np.array([[1.5, 1, 0], [5, 5, 7], [-1, 0, 0]], np.float64)
    assert np.allclose(TriangleTree(flat).distances(points), [1, 2, 1])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(0, 2**32 - 1), st.sampled_from([0.01, 1.0, 100.0]))
def test_agrees_with_the_exact_distance(count: int, seed: int, size: float) -> None:
    from opengl_decimate.certify import distance_to_mesh

    rng = np.random.default_rng(seed)
    corners = rng.normal(size=(count, 1, 3)) + rng.normal(size=(count, 3, 3)) * size
    points = np.concatenate([rng.normal(size=(40, 3)) * 2, corners[0]])
    found = TriangleTree(corners).distances(points)
    wanted = distance_to_mesh(points, corners.reshape(-1, 3), np.arange(3 * count))
    assert np.abs(found - wanted).max() <= 1e-9 * (1 + size)


def surface(part: object) -> Surface:
    return Surface(part.attributes["POSITION"].array, part.indices.array.reshape(-1, 3).astype(np.uint32))  # type: ignore[attr-defined]


def test_deviation_of_known_surfaces() -> None:
    flat, raised = surface(grid(4)), surface(grid(9, height=lambda x, y: x * 0 + 0.25))
    assert deviation(flat, flat) == 0
    assert deviation(flat, raised) == deviation(raised, flat) == 0.25
    half = Surface(flat.positions, flat.triangles[: len(flat.triangles) // 2])
    assert abs(deviation(flat, half) - 0.5) < 1e-6  # the missing half is seen
    assert deviation(flat, Surface(flat.positions, flat.triangles[:0])) == float("inf")


def test_deviation_finds_the_one_vertex_that_is_off_however_few_samples() -> None:
    smooth = surface(sphere(24))
    positions = smooth.positions.copy()
    positions[100] *= 1.5
    assert abs(deviation(smooth, Surface(positions, smooth.triangles)) - 0.5) < 0.02
