from __future__ import annotations

import numpy as np

from forge3d.surface.tangents import tangents

FLAT = np.tile(np.float32([0, 0, 1]), (2, 3, 1))
QUAD = np.array([[[0, 0, 0], [1, 0, 0], [1, 1, 0]], [[0, 0, 0], [1, 1, 0], [0, 1, 0]]], np.float32)
UPRIGHT = np.array([[[0, 1], [1, 1], [1, 0]], [[0, 1], [1, 0], [0, 0]]], np.float32)


def test_an_upright_image_has_its_tangent_to_the_right() -> None:
    made = tangents(QUAD, FLAT, UPRIGHT)
    np.testing.assert_allclose(made, np.broadcast_to([1, 0, 0, 1], (2, 3, 4)), atol=1e-6)


def test_a_mirrored_image_turns_tangent_and_handedness() -> None:
    mirrored = UPRIGHT * [-1, 1] + [1, 0]
    made = tangents(QUAD, FLAT, mirrored.astype(np.float32))
    np.testing.assert_allclose(made, np.broadcast_to([-1, 0, 0, -1], (2, 3, 4)), atol=1e-6)


def test_an_image_turned_by_a_quarter_turns_its_tangent() -> None:
    turned = UPRIGHT[..., ::-1] * [1, -1] + [0, 1]  # (u, v) → (v, 1 − u)
    made = tangents(QUAD, FLAT, turned.astype(np.float32))
    np.testing.assert_allclose(made, np.broadcast_to([0, -1, 0, 1], (2, 3, 4)), atol=1e-6)


def test_shared_corners_take_the_mean_weighted_by_angle() -> None:
    """A ridge: two faces at 90°, flat UVs. The corner on the ridge sees both at 90° and 45°… by its own angles."""
    roof = np.array([[[0, 0, 0], [0, 1, 0], [-1, 0, -1]], [[0, 0, 0], [1, 0, -1], [0, 1, 0]]], np.float32)
    normals = np.tile(np.float32([0, 0, 1]), (2, 3, 1))
    uvs = np.array([[[0, 0], [0, -1], [-1, 0]], [[0, 0], [1, 0], [0, -1]]], np.float32)
    made = tangents(roof, normals, uvs)
    np.testing.assert_allclose(made[0, 0], [1, 0, 0, 1], atol=1e-6)
    np.testing.assert_array_equal(made[0, 0], made[1, 0])


def test_degenerate_uvs_get_some_unit_tangent_in_the_plane() -> None:
    made = tangents(QUAD, FLAT, np.zeros_like(UPRIGHT))
    np.testing.assert_allclose(np.linalg.norm(made[..., :3], axis=-1), 1, atol=1e-6)
    np.testing.assert_allclose(made[..., 2], 0, atol=1e-6)


def test_fans_that_meet_in_a_point_only_have_tangents_of_their_own() -> None:
    """MikkTSpace's groups hang together by edges: equal corners alone do not make one."""
    fans = np.array([[[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 0, 0], [-1, 0, 0], [0, -1, 0]]], np.float32)
    uvs = np.array([[[0, 0], [1, 0], [0, -1]], [[0, 0], [0, 1], [-1, 0]]], np.float32)
    made = tangents(fans, FLAT, uvs)
    np.testing.assert_allclose(made[0, 0], [1, 0, 0, 1], atol=1e-6)
    np.testing.assert_allclose(made[1, 0, :3], [0, 1, 0], atol=1e-6)


def test_triangles_without_an_image_take_the_tangents_around() -> None:
    uvs = UPRIGHT.copy()
    uvs[1] = [[0, 1], [1, 0], [0.5, 0.5]]  # on a line, and its edge to the first is the same
    made = tangents(QUAD, FLAT, uvs * [-1, 1])
    np.testing.assert_allclose(made[1, :2], [[-1, 0, 0, -1]] * 2, atol=1e-6)
    assert made[1, 2, 3] == -1


def test_triangles_without_area_take_the_tangents_of_their_corners() -> None:
    folded = np.concatenate([QUAD, [[QUAD[0, 1], QUAD[0, 1], QUAD[0, 2]]]]).astype(np.float32)
    uvs = np.concatenate([UPRIGHT, [[UPRIGHT[0, 1], UPRIGHT[0, 1], UPRIGHT[0, 2]]]]).astype(np.float32)
    made = tangents(folded, np.tile(np.float32([0, 0, 1]), (3, 3, 1)), uvs)
    np.testing.assert_array_equal(made[2], made[0, [1, 1, 2]])


def test_nothing_has_no_tangents() -> None:
    none = np.zeros((0, 3, 3), np.float32)
    assert tangents(none, none, none[..., :2]).shape == (0, 3, 4)
