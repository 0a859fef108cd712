"""Resizing: light adds up, alpha weighs, data stay data, normals stay unit, borders wrap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d import images


def checker(a: int, b: int, size: int = 64) -> np.ndarray:
    y, x = np.mgrid[:size, :size]
    return np.where((x + y) % 2, a, b).astype(np.uint8)[..., None]


def test_black_and_white_mix_to_half_the_light() -> None:
    assert set(np.unique(images.resize(checker(0, 255), (8, 8), srgb=True)[2:-2, 2:-2])) == {188}  # sRGB of 0.5
    assert set(np.unique(images.resize(checker(0, 255), (8, 8), srgb=False)[2:-2, 2:-2])) <= {127, 128}


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 255), st.integers(1, 40), st.integers(1, 40), st.booleans(), st.integers(1, 4))
def test_flat_colours_stay(value: int, width: int, height: int, srgb: bool, channels: int) -> None:
    flat = np.full((16, 24, channels), value, np.uint8)
    resized = images.resize(flat, (width, height), srgb=srgb)
    assert resized.shape == (height, width, channels)
    assert (resized == value).all()


def test_hidden_colours_do_not_bleed_into_visible_ones() -> None:
    pixels = np.zeros((32, 32, 4), np.uint8)
    pixels[:, :16] = (255, 0, 0, 255)  # opaque red beside transparent green
    pixels[:, 16:] = (0, 255, 0, 0)
    small = images.resize(pixels, (8, 8), srgb=True)
    visible = small[small[..., 3] > 8]
    assert (visible[:, 0] > 250).all()
    assert (visible[:, 1] < 5).all()
    assert (small[:, -1] == (0, 255, 0, 0)).all()  # what stays hidden keeps its own colour
    mixed = images.resize(pixels, (8, 8), srgb=True, alpha="none")
    assert mixed[4, 4, 1] > 50


def test_normals_are_averaged_as_vectors_and_stay_unit() -> None:
    up, slanted = np.array([0, 0, 1.0]), np.array([0.6, 0, 0.8])
    y, x = np.mgrid[:32, :32]
    normals = np.where(((x + y) % 2)[..., None], up, slanted)
    pixels = np.round((normals * 0.5 + 0.5) * 255).astype(np.uint8)
    small = images.resize(pixels, (4, 4), srgb=False, normal_map=True)[1:-1, 1:-1] / 255 * 2 - 1
    np.testing.assert_allclose(np.linalg.norm(small, axis=-1), 1, atol=0.01)
    mean = (up + slanted) / np.linalg.norm(up + slanted)
    np.testing.assert_allclose(small, np.broadcast_to(mean, small.shape), atol=0.01)


def test_opposite_normals_become_straight_up() -> None:
    pixels = np.zeros((2, 2, 3), np.uint8)
    pixels[:, 0], pixels[:, 1] = (255, 128, 128), (0, 128, 128)
    small = images.resize(pixels, (1, 1), srgb=False, normal_map=True)
    np.testing.assert_allclose(np.linalg.norm(small / 255 * 2 - 1, axis=-1), 1, atol=0.01)


def test_a_repeating_texture_is_the_same_wherever_it_is_cut() -> None:
    noise = np.random.default_rng(5).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    rolled = np.roll(noise, (16, 32), (0, 1))
    small, small_rolled = (images.resize(p, (16, 12), srgb=True, wrap=(True, True)) for p in (noise, rolled))
    np.testing.assert_array_equal(np.roll(small, (4, 8), (0, 1)), small_rolled)
    assert (images.resize(noise, (16, 12), srgb=True) != small).any()


def test_16_bits_stay_16_bits_and_equal_sizes_stay_the_same_object() -> None:
    ramp = np.linspace(0, 65535, 64 * 64).reshape(64, 64, 1).astype(np.uint16)
    small = images.resize(ramp, (32, 32), srgb=False)
    assert small.dtype == np.uint16
    np.testing.assert_allclose(small[4:-4, 4:-4, 0], ramp.reshape(32, 2, 32, 2).mean((1, 3))[4:-4, 4:-4], atol=2)
    assert images.resize(ramp, (64, 64), srgb=True) is ramp


@pytest.mark.parametrize("size", [(5, 7), (100, 3), (1, 1)])
def test_any_size(size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (20, 30, 4), dtype=np.uint8)
    assert images.resize(pixels, size, srgb=True, wrap=(True, False)).shape == (size[1], size[0], 4)
