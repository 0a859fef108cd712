"""Floats that the exponential filter holds to the bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forge3d.gltf.codecs import exponential, meshopt


def decoded(codes: np.ndarray) -> np.ndarray:
    rows = codes.reshape(len(codes), -1)
    data = meshopt.encode_attributes(rows)
    return meshopt.decode(data, len(rows), rows.shape[1] * 4, "ATTRIBUTES", "EXPONENTIAL").view(np.float32)


def test_numbers_go_to_the_nearest_multiple_of_a_power_of_two() -> None:
    made = exponential.rounded(np.float32([0.3, -0.3, 1.0, 0.01]), 0.13)
    assert made.tolist() == [0.25, -0.25, 1.0, 0.0]
    assert made.dtype == np.float32
    assert not np.signbit(exponential.rounded(np.float32([-0.001]), 0.5)).any()
    assert exponential.rounded(np.float32([0.3]), 0.0).tolist() == np.float32([0.3]).tolist()


def test_what_needs_a_longer_mantissa_stays() -> None:
    far = np.float32([1e9, 0.3])
    assert exponential.rounded(far, 0.1) is far
    assert exponential.encode(far) is None
    assert exponential.encode(np.float32([np.inf])) is None
    assert exponential.encode(np.float32([-0.0])) is None


def test_codes_have_the_coarsest_exponent() -> None:
    codes = exponential.encode(np.float32([3.0, -0.5, 0.0]))
    assert codes is not None
    assert codes.tolist() == [0xFF000006, 0xFFFFFFFF, 0xFF000000]  # halves: 6, -1 and 0 times 2⁻¹


@given(
    seed=st.integers(0, 2**32 - 1), error=st.sampled_from([1e-6, 1e-3, 0.2, 7.0]), scale=st.sampled_from([1e-3, 1, 99])
)
def test_rounded_numbers_come_back_to_the_bit(seed: int, error: float, scale: float) -> None:
    values = (np.random.default_rng(seed).normal(size=(17, 3)) * scale).astype(np.float32)
    made = exponential.rounded(values, error)
    assert np.abs(made - values).max() <= error * 1.001
    codes = exponential.encode(made)
    if made is not values:
        assert codes is not None
        np.testing.assert_array_equal(decoded(codes).reshape(17, 3), made)
