"""How far surfaces are from each other."""

from __future__ import annotations

import numpy as np
from tests.optimize import grid, sphere

from forge3d.surface.deviation import Deviation, Reference, Surface, deviation, spread


def surface(part: object) -> Surface:
    return Surface(part.attributes["POSITION"].array, part.indices.array.reshape(-1, 3).astype(np.uint32))  # type: ignore[attr-defined]


def test_deviation_of_known_surfaces() -> None:
    flat, raised = surface(grid(4)), surface(grid(9, height=lambda x, y: x * 0 + 0.25))
    assert deviation(flat, flat).largest < 1e-15
    assert deviation(flat, raised) == deviation(raised, flat) == Deviation(0.25, 0.25)
    half = Surface(flat.positions, flat.triangles[: len(flat.triangles) // 2])
    assert abs(deviation(flat, half).largest - 0.5) < 1e-6  # the missing half is seen
    assert deviation(flat, Surface(flat.positions, flat.triangles[:0])) == Deviation(float("inf"), float("inf"))
    assert Reference(Surface(flat.positions, flat.triangles[:0])).deviation(flat).largest == float("inf")


def test_deviation_finds_the_one_vertex_that_is_off_however_few_samples() -> None:
    smooth = surface(sphere(24))
    positions = smooth.positions.copy()
    positions[100] *= 1.5
    assert abs(deviation(smooth, Surface(positions, smooth.triangles)).largest - 0.5) < 0.02


def test_points_are_spread_by_area() -> None:
    corners = np.array(
        [[[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[5, 0, 0], [8, 0, 0], [5, 1, 0]], [[9, 9, 9]] * 3], np.float64
    )
    points, chosen, weights = spread(corners, 400)
    assert np.bincount(chosen, minlength=3).tolist() == [100, 300, 0]
    assert np.allclose(np.einsum("nk,nkc->nc", weights, corners[chosen]), points)
    assert np.allclose(points[chosen == 0].mean(axis=0), [1 / 3, 1 / 3, 0], atol=0.02)
    assert len(spread(corners[2:], 10)[0]) == 0
