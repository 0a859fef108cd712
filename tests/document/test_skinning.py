"""Where skinned vertices are, also where weights are at fault."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Accessor, Primitive
from forge3d.document.skinning import vertex_matrices

# Two joints: one stays, one moves by 10 along x.
MOVED = np.stack([np.eye(4), np.eye(4)])
MOVED[1, 0, 3] = 10


def skinned(*weights: list[float], joints: tuple[int, ...] = (0, 1, 0, 0)) -> Primitive:
    """One vertex at the origin with a set of joints for each list of weights."""
    attributes = {"POSITION": Accessor(np.zeros((1, 3), np.float32))}
    for number, share in enumerate(weights):
        attributes[f"JOINTS_{number}"] = Accessor(np.array([joints], np.uint8))
        attributes[f"WEIGHTS_{number}"] = Accessor(np.array([share], np.float32))
    return Primitive(attributes=attributes)


@pytest.mark.parametrize(
    ("weights", "x"),
    [
        ([[0.75, 0.25, 0, 0]], 2.5),
        ([[0.3, 0.1, 0, 0]], 2.5),
        ([[0.5, 0.5, 0, 0], [0.0, 1.0, 0, 0]], 7.5),
    ],
)
def test_weights_count_as_shares_of_their_sum(weights: list[list[float]], x: float) -> None:
    matrices = vertex_matrices(skinned(*weights), MOVED)
    assert matrices is not None
    np.testing.assert_allclose(matrices[0] @ [0, 0, 0, 1], [x, 0, 0, 1], atol=1e-6)


def test_a_vertex_without_weights_follows_its_first_joint() -> None:
    matrices = vertex_matrices(skinned([0, 0, 0, 0], joints=(1, 0, 0, 0)), MOVED)
    np.testing.assert_array_equal(matrices, MOVED[1:])


def test_a_joint_past_the_skin_counts_as_its_last() -> None:
    matrices = vertex_matrices(skinned([1, 0, 0, 0], joints=(200, 0, 0, 0)), MOVED)
    np.testing.assert_array_equal(matrices, MOVED[1:])


def test_an_unskinned_primitive_has_none() -> None:
    assert vertex_matrices(skinned(), MOVED) is None
