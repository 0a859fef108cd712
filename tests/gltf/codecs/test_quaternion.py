"""Rotations in the bits of the quaternion filter."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.gltf.codecs import meshopt, quaternion

RANDOM = np.random.default_rng(7).normal(size=(4000, 4))
RANDOM /= np.linalg.norm(RANDOM, axis=1, keepdims=True)


@pytest.mark.parametrize("bits", [8, 11, 16])
def test_rounded_is_what_the_decoder_gives(bits: int) -> None:
    codes = meshopt.filter_quaternion(RANDOM, bits=bits)
    data = meshopt.encode_attributes(codes)
    read = meshopt.decode(data, len(codes), 8, "ATTRIBUTES", "QUATERNION").view(np.int16).reshape(-1, 4)
    assert np.abs(quaternion.rounded(RANDOM, bits).astype(int) - read).max() <= 1


@pytest.mark.parametrize("bits", [8, 10, 12, 14])
def test_no_rotation_turns_by_more_than_the_angle(bits: int) -> None:
    made = quaternion.rounded(RANDOM, bits) / 32767
    off = np.minimum(np.linalg.norm(made - RANDOM, axis=1), np.linalg.norm(made + RANDOM, axis=1))
    turned = 4 * np.arcsin(off / 2)
    assert 0.3 * quaternion.angle(bits) < turned.max() <= quaternion.angle(bits) + 1e-4


@pytest.mark.parametrize("bits", [8, 11, 13])
def test_the_bits_of_rounded_rotations_are_found_again(bits: int) -> None:
    assert quaternion.bits_of(quaternion.rounded(RANDOM, bits), 16) == bits
    assert quaternion.bits_of(quaternion.rounded(RANDOM, bits), bits - 1) == bits - 1


def test_other_rotations_take_what_they_may() -> None:
    assert quaternion.bits_of(np.rint(RANDOM * 32767).astype(np.int16), 12) == 12
    assert quaternion.bits_of(np.int16([[0, 0, 0, 32767]]), 16) == 8
