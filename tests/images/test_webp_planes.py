"""Lossy WebP from planes: means are kept, free and constant channels cost nothing, libwebp takes what it is given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d import images
from forge3d.images import libwebp
from forge3d.images.libwebp import Planes, encode_planes
from forge3d.images.webp_planes import LUMA, OF_CHROMA, encode_webp, solve
from forge3d.native.planes import split_planes

RNG = np.random.default_rng(3)
EVEN = (1.0, 1.0, 1.0)
ROWS, COLUMNS = np.mgrid[0:96, 0:128]
HILLS = np.stack([110 + 50 * np.sin(ROWS / 9), 120 + 60 * np.cos(COLUMNS / 11), 100 + 0.4 * COLUMNS], -1)
CLOTH = (HILLS + RNG.normal(0, 9, HILLS.shape)).clip(0, 255).astype(np.uint8)

pytestmark = pytest.mark.skipif(not libwebp.available(), reason="Pillow has its own libwebp inside it")


def decoded(data: bytes) -> np.ndarray:
    return images.decode(data).astype(float)


def means(pixels: np.ndarray, side: int = 16) -> np.ndarray:
    height, width = pixels.shape[:2]
    return pixels.reshape(height // side, side, width // side, side, -1).mean((1, 3))


def test_planes_come_back_as_they_were_given() -> None:
    """At quality 100 luma is off by a step at most where chroma is constant."""
    y = np.clip(ROWS + COLUMNS, 16, 235).astype(np.uint8)
    u, v = (np.full((48, 64), value, np.uint8) for value in (120, 140))
    alpha = RNG.integers(0, 256, y.shape, np.uint8)
    pixels = decoded(encode_planes(Planes(y, u, v, alpha), quality=100, method=4))
    expected = LUMA * (y - 16.0)[..., None] + OF_CHROMA @ [-8, 12]
    assert np.abs(pixels[..., :3] - expected.clip(0, 255)).max() < 3
    np.testing.assert_array_equal(pixels[..., 3], alpha)


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (5, 1), (17, 33)])
def test_every_size(shape: tuple[int, int]) -> None:
    pixels = np.full((*shape, 3), (200, 90, 40), np.uint8)
    for channels in (1, 2, 3):
        data = encode_webp(pixels[..., :channels], [0, 1, 2], EVEN, quality=90, effort=4, rounds=1)
        assert images.read_header(data).width == shape[1]
        assert np.abs(decoded(data)[..., 0] - 200).max() < 4


def test_planes_that_do_not_fit_are_refused() -> None:
    y, small = np.zeros((8, 8), np.uint8), np.zeros((3, 4), np.uint8)
    with pytest.raises(ValueError, match="no WebP picture"):
        encode_planes(Planes(y, small, small), quality=80, method=4)
    wide = np.zeros((1, 8192), np.uint8)
    with pytest.raises(ValueError, match="no WebP picture"):
        encode_planes(Planes(np.zeros((1, 16384), np.uint8), wide, wide), quality=80, method=4)


def test_version_is_that_of_the_library_that_encodes() -> None:
    from PIL import features

    assert libwebp.version() == features.version("webp")


def test_data_keep_their_means_where_pillow_shifts_them() -> None:
    """Saturated hues beside one another: an average in the encoder's gamma is not that of the numbers."""
    checked = np.where(((ROWS // 2 + COLUMNS) % 2)[..., None] == 1, (250, 60, 200), (20, 190, 70)).astype(np.uint8)
    plain = images.encode(checked, "webp", quality=90, srgb=False)
    solved = encode_webp(checked, [0, 1, 2], EVEN, quality=90, effort=4)
    off = [np.abs(means(decoded(data)) - means(checked)).mean() for data in (plain, solved)]
    assert off[1] < 0.5 * off[0]


def test_corrections_bring_the_means_of_colour_nearer() -> None:
    rows, columns = np.mgrid[0:256, 0:256]
    weave = 30 * (np.sin(rows / 2.1) * np.sin(columns / 1.7))[..., None] + RNG.normal(0, 3, (256, 256, 3))
    wool = np.clip(weave + np.array([90.3, 120.6, 140.2]), 0, 255).astype(np.uint8)
    apart = []
    for rounds in (0, 4):
        data = encode_webp(wool, [0, 1, 2], (0.3, 0.59, 0.11), quality=80, effort=6, rounds=rounds)
        apart.append(np.abs(decoded(data).mean((0, 1)) - wool.mean((0, 1))).sum())
    assert apart[1] < 0.7 * apart[0]


def test_a_colour_that_fills_an_area_is_the_nearest_that_can_be_stored() -> None:
    """Pillow rounds each plane by itself: of yellow plastic it loses a step of red, all over the product."""
    weights = np.array([0.3, 0.59, 0.11])
    colours = [(255, 216, 0), (255, 0, 0), (0, 0, 255), *np.random.default_rng(3).integers(0, 256, (40, 3)).tolist()]
    off = []
    for colour in colours:
        pixels = np.full((32, 32, 3), colour, np.uint8)
        made = (
            encode_webp(pixels, [0, 1, 2], weights.tolist(), quality=95, effort=4),
            images.encode(pixels, "webp", quality=95, effort=4, srgb=True),
        )
        off.append([((images.decode(data)[16, 16, :3].astype(int) - colour) ** 2 @ weights) for data in made])
    ours, theirs = np.array(off).T
    assert (ours <= theirs).mean() > 0.9  # quality below 100 moves some
    assert ours[0] == 0
    assert ours.mean() < 0.8 * theirs.mean()


def test_flat_colours_are_not_made_worse_by_corrections() -> None:
    flat = np.kron(RNG.integers(20, 230, (4, 4, 3)), np.ones((32, 32, 1))).astype(np.uint8)
    apart = [
        np.abs(decoded(encode_webp(flat, [0, 1, 2], EVEN, quality=80, effort=4, rounds=rounds)) - flat).mean()
        for rounds in (0, 3)
    ]
    assert apart[1] < 1.05 * apart[0]


channel = st.tuples(st.integers(0, 255), st.integers(0, 255)).map(sorted)


@settings(max_examples=60, deadline=None)
@given(
    ends=st.tuples(channel, channel, channel),
    read=st.sampled_from([[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]]),
    fixed=st.sampled_from([None, 0, 255]),
    which=st.integers(0, 2),
)
def test_every_channel_that_is_read_is_within_reach(
    ends: tuple[list[int], ...], read: list[int], fixed: int | None, which: int
) -> None:
    """Whatever lies between the ends: planes made of 2 × 2 blocks give it back but for rounding to whole steps."""
    bounds = [list(pair) for pair in ends]
    if fixed is not None:
        bounds[which] = [fixed, fixed]
    low, high = zip(*bounds, strict=True)
    blocks = np.stack([np.random.default_rng(1).integers(a, b + 1, (4, 4)) for a, b in bounds], -1)
    blocks[0, 0], blocks[-1, -1] = low, high
    pixels = np.kron(blocks, np.ones((16, 16, 1))).astype(np.uint8)
    rule = solve(low, high, read, EVEN)
    y, u, v = (plane.astype(float) for plane in split_planes(pixels, rule.numbers()))
    middle = np.s_[7::16, 7::16]  # of each block, far from where chroma is magnified across its border
    chroma = np.stack([u, v], -1)[3::8, 3::8] - 128
    shown = LUMA * (y[middle] - 16)[..., None] + chroma @ OF_CHROMA.T
    assert np.abs(shown.clip(0, 255) - blocks)[..., read].max() < 3.5


def test_a_constant_white_or_black_channel_is_exact() -> None:
    for value in (0, 255):
        pixels = CLOTH.copy()
        pixels[..., 2] = value
        data = encode_webp(pixels, [1, 2], EVEN, quality=60, effort=4)
        np.testing.assert_array_equal(decoded(data)[..., 2], value)
