from __future__ import annotations

import numpy as np

from forge3d.audit.edges import EdgeCounts, edge_counts, weld

from .build import CUBE, CUBE_FACES

POINTS = np.array(CUBE, np.float32)
FACES = np.array(CUBE_FACES, np.uint32)


def test_a_cube_has_twelve_hard_edges_of_eighteen() -> None:
    assert edge_counts([(POINTS, FACES)]) == EdgeCounts(edges=18, non_manifold=0, hard=12, open=0)


def test_vertices_apart_in_the_file_are_one_where_they_stand_together() -> None:
    loose = POINTS[FACES].reshape(-1, 3)
    assert edge_counts([(loose, np.arange(36, dtype=np.uint32).reshape(-1, 3))]).hard == 12


def test_edges_between_two_primitives_count() -> None:
    assert edge_counts([(POINTS, FACES[:6]), (POINTS, FACES[6:])]) == edge_counts([(POINTS, FACES)])


def test_a_fin_is_not_manifold() -> None:
    points = np.concatenate([POINTS, [[-1, -1, 0.5]]]).astype(np.float32)
    fin = np.concatenate([FACES, [[0, 1, 8]]]).astype(np.uint32)
    counts = edge_counts([(points, fin)])
    assert (counts.non_manifold, counts.open) == (1, 2)


def test_an_angle_below_ninety_degrees_is_not_hard() -> None:
    points = np.array([[0, 0, 0], [0, 0, 1], [1, 0, 0], [-0.1, 1, 0]], np.float32)
    roof = np.array([[0, 1, 2], [1, 0, 3]], np.uint32)
    assert edge_counts([(points, roof)]).hard == 0
    points[3, 0] = 0.1
    assert edge_counts([(points, roof)]).hard == 1


def test_triangles_without_area_are_no_hard_edges() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [2, 0, 0], [0, 1, 0]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3], [1, 1, 3]], np.uint32)
    assert edge_counts([(points, faces)]) == EdgeCounts(edges=5, non_manifold=0, hard=0, open=4)


def test_nothing_has_no_edges() -> None:
    assert edge_counts([(POINTS, np.zeros((0, 3), np.uint32))]).edges == 0


def test_weld_numbers_equal_rows_alike_and_ignores_the_sign_of_zero() -> None:
    rows = np.array([[1, 0], [0, 0], [1, -0.0], [0, 1]], np.float32)
    numbers = weld(rows)
    assert numbers[0] == numbers[2]
    assert sorted(set(numbers.tolist())) == [0, 1, 2]
