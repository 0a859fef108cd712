"""The sRGB curve: known values, exact round trips, the table's rounding."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.images.colour import decode_values, encode_values, linear_to_srgb, srgb_to_linear


def test_known_values() -> None:
    np.testing.assert_allclose(srgb_to_linear([0, 0.04045, 0.5, 1]), [0, 0.0031308, 0.21404114, 1], rtol=1e-5)
    np.testing.assert_allclose(linear_to_srgb([0, 0.0031308, 0.21404114, 1]), [0, 0.04045, 0.5, 1], rtol=1e-5)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("srgb", [True, False])
def test_every_code_survives_decoding_and_encoding(dtype: type, srgb: bool) -> None:
    codes = np.arange(np.iinfo(dtype).max + 1).astype(dtype)
    np.testing.assert_array_equal(encode_values(decode_values(codes, srgb=srgb), dtype, srgb=srgb), codes)


def test_the_table_rounds_to_the_nearest_code() -> None:
    linear = np.random.default_rng(0).random(100_000, dtype=np.float32)
    exact = 255 * linear_to_srgb(linear).astype(np.float64)
    assert np.abs(encode_values(linear, np.uint8, srgb=True) - exact).max() < 0.526


def test_values_outside_are_clamped() -> None:
    assert encode_values(np.array([-1, 2], np.float32), np.uint8, srgb=True).tolist() == [0, 255]
    assert encode_values(np.array([-1, 2], np.float32), np.uint16, srgb=False).tolist() == [0, 65535]
