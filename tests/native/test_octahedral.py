"""Unit vectors on the octahedron: the nearest of those that the filter's decoder gives."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.gltf.codecs import meshopt
from forge3d.native import octahedral


def decoded(stored: np.ndarray) -> np.ndarray:
    data = meshopt.encode_attributes(stored)
    size = stored.itemsize * 4
    flat = meshopt.decode(data, len(stored), size, "ATTRIBUTES", "OCTAHEDRAL", version=0)
    return flat.view(stored.dtype).reshape(-1, 4)


@pytest.mark.parametrize(("bits", "plain_worst", "worst"), [(8, 1.2, 0.75), (10, 0.23, 0.17)])
def test_it_is_nearer_than_rounding(bits: int, plain_worst: float, worst: float) -> None:
    vectors = np.random.default_rng(1).normal(size=(20_000, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    def angles(stored: np.ndarray) -> np.ndarray:
        got = decoded(stored)[:, :3].astype(np.float64)
        return np.degrees(np.arccos(np.clip((got * vectors).sum(axis=1) / np.linalg.norm(got, axis=1), -1, 1)))

    near, plain = angles(octahedral.encode(vectors, bits=bits)), angles(meshopt.filter_octahedral(vectors, bits=bits))
    assert near.max() < worst
    assert worst < plain.max() < plain_worst
    assert near.mean() < 0.95 * plain.mean()


@pytest.mark.parametrize("bits", [6, 8, 12, 16])
def test_rounded_is_what_a_decoder_gives_and_encodes_to_itself(bits: int) -> None:
    vectors = np.random.default_rng(2).normal(size=(500, 4)).astype(np.float32)
    vectors[:, :3] /= np.linalg.norm(vectors[:, :3], axis=1, keepdims=True)
    vectors[:, 3] = np.sign(vectors[:, 3])
    rounded = octahedral.rounded(vectors, bits=bits)
    got = decoded(octahedral.encode(vectors, bits=bits)).astype(int)
    assert np.abs(got - rounded).max() <= 1  # halves may be rounded either way
    if bits == 8:
        again = octahedral.rounded(rounded / np.float32(127), bits=bits)
        np.testing.assert_array_equal(again, rounded)


def test_axes_and_nothing() -> None:
    stored = octahedral.encode([[0, 0, 0], [0, 0, 1], [0, -1, 0], [0, 0, -1]])
    np.testing.assert_array_equal(decoded(stored)[:, :3], [[0, 0, 127], [0, 0, 127], [0, -127, 0], [0, 0, -127]])
