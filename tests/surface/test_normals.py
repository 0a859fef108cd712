from __future__ import annotations

import numpy as np

from forge3d.surface.normals import flat_normals, smooth_normals

ROOF = np.float32([[[0, 0, 0], [0, 1, 0], [-1, 0, -1]], [[0, 1, 0], [0, 0, 0], [1, 0, -1]]])
S = np.float32(np.sqrt(0.5))


def test_counter_clockwise_faces_look_at_the_viewer() -> None:
    assert flat_normals(np.float32([[[0, 0, 0], [1, 0, 0], [0, 1, 0]]])).tolist() == [[0, 0, 1]]
    np.testing.assert_allclose(flat_normals(ROOF), [[-S, 0, S], [S, 0, S]], atol=1e-6)


def test_faces_without_area_or_number_look_along_z() -> None:
    nothing = np.zeros((1, 3, 3), np.float32)
    assert flat_normals(nothing).tolist() == [[0, 0, 1]]
    assert flat_normals(np.full((1, 3, 3), np.nan, np.float32)).tolist() == [[0, 0, 1]]
    assert smooth_normals(nothing, 1.0).tolist() == [[[0, 0, 1]] * 3]


def test_faces_as_small_as_floats_can_tell_have_normals() -> None:
    tiny = np.float32([[[0, 0, 0], [0, 1e-20, 0], [0, 0, 1e-20]]])
    assert flat_normals(tiny).tolist() == [[1, 0, 0]]


def test_a_soft_ridge_shares_its_normal_and_a_sharp_one_does_not() -> None:
    soft = smooth_normals(ROOF, np.radians(91))
    np.testing.assert_allclose(soft[0, 0], [0, 0, 1], atol=1e-6)
    np.testing.assert_array_equal(soft[0, :2], soft[1, 1::-1])
    np.testing.assert_allclose(soft[0, 2], [-S, 0, S], atol=1e-6)
    sharp = smooth_normals(ROOF, np.radians(89))
    np.testing.assert_array_equal(sharp, np.repeat(flat_normals(ROOF)[:, None], 3, 1))


def test_normals_are_weighted_by_angle_so_that_the_cut_of_a_face_does_not_count() -> None:
    """A cube's corner: a face that is cut into two triangles counts no more than one."""
    corner = np.float32([
        [[0, 0, 0], [1, 0, 0], [1, 1, 0]], [[0, 0, 0], [1, 1, 0], [0, 1, 0]],
        [[0, 0, 0], [0, 1, 0], [0, 0, 1]], [[0, 0, 0], [0, 0, 1], [1, 0, 0]],
    ])  # fmt: skip
    made = smooth_normals(corner, np.pi)
    np.testing.assert_allclose(made[:, 0], np.full((4, 3), 1 / np.sqrt(3)), atol=1e-6)


def test_parts_that_touch_at_a_point_only_stay_apart() -> None:
    two = np.float32([[[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 0, 0], [0, -1, 0], [0, 0, 1]]])
    np.testing.assert_array_equal(smooth_normals(two, np.pi), np.repeat(flat_normals(two)[:, None], 3, 1))
