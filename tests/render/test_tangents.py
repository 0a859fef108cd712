from __future__ import annotations

import numpy as np

from forge3d.render.tangents import tangents

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
