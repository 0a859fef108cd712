"""Rays against triangles: what they meet first, at which distance, in any number."""

from __future__ import annotations

import numpy as np

from forge3d.surface.rays import RayCaster

STACK = np.array([[[0, 0, z], [1, 0, z], [0, 1, z]] for z in (0, -1, -2)], np.float32)


def test_the_nearest_triangle_is_met_from_both_sides() -> None:
    origins = np.array([[0.2, 0.2, 1], [0.2, 0.2, -3], [0.9, 0.9, 1], [0.2, 0.2, -0.5]])
    directions = np.array([[0, 0, -1], [0, 0, 1], [0, 0, -1], [0, 0, -2]])
    caster = RayCaster(STACK)
    hits = caster.nearest(origins, directions)
    assert hits.triangle.tolist() == [0, 2, -1, 1]
    assert hits.distance.tolist() == [1, 1, float("inf"), 0.25]
    assert caster.blocked(origins, directions).tolist() == [True, True, False, True]


def test_many_rays_are_answered_in_order() -> None:
    count = 400_000  # more than one call's worth
    origins = np.tile([0.2, 0.2, 1.0], (count, 1))
    origins[::3, 0] = 5
    down = np.tile([0.0, 0.0, -1.0], (count, 1))
    missed = np.arange(count) % 3 == 0
    assert (RayCaster(STACK).blocked(origins, down) == ~missed).all()
    assert (RayCaster(STACK).nearest(origins, down).triangle == np.where(missed, -1, 0)).all()


def test_what_is_not_finite_meets_nothing() -> None:
    broken = STACK.copy()
    broken[0, 1, 2] = np.nan
    down = np.array([[0.0, 0.0, -1.0]])
    assert RayCaster(broken).nearest(np.array([[0.2, 0.2, 2.0]]), down).triangle.tolist() == [1]


def test_no_triangles_and_no_rays() -> None:
    down, none = np.array([[0.0, 0.0, -1.0]]), np.empty((0, 3))
    for empty in (RayCaster(np.empty((0, 3, 3))), RayCaster(np.full((1, 3, 3), np.nan))):
        assert empty.blocked(down, down).tolist() == [False]
        assert empty.nearest(down, down).triangle.tolist() == [-1]
    assert RayCaster(STACK).blocked(none, none).shape == (0,)
    assert RayCaster(STACK).nearest(none, none).distance.shape == (0,)
