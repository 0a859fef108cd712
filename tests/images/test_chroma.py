"""Free channels: what is read stays to the bit, and a hue difference vanishes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forge3d import images
from forge3d.images.chroma import CHROMA, cancel_chroma, whiten

RNG = np.random.default_rng(3)
NOISE = RNG.integers(0, 256, (32, 48, 3), dtype=np.uint8)


def test_the_matrix_is_that_of_bt_601() -> None:
    np.testing.assert_allclose(CHROMA.sum(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(CHROMA[:, [2, 0]].diagonal(), 0.5)
    luma = np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(CHROMA[0], (np.array([0, 0, 1]) - luma) / 1.772, atol=1e-5)
    np.testing.assert_allclose(CHROMA[1], (np.array([1, 0, 0]) - luma) / 1.402, atol=1e-5)


@pytest.mark.parametrize(("read", "row"), [([1, 2], 1), ([0, 1], 0), ([0, 2], 1)])
def test_two_channels_leave_one_difference(read: list[int], row: int) -> None:
    free = cancel_chroma(NOISE, read)
    np.testing.assert_array_equal(free[..., read], NOISE[..., read])
    (chosen,) = {0, 1, 2} - set(read)
    inside = (free[..., chosen] > 0) & (free[..., chosen] < 255)
    assert inside.mean() > 0.5
    assert np.abs(free[inside] @ CHROMA[row]).max() <= 0.26  # half a step, by its weight


@pytest.mark.parametrize("channel", [0, 1, 2])
@pytest.mark.parametrize("choose", [cancel_chroma, whiten])
def test_one_channel_is_a_grey_picture(channel: int, choose: Any) -> None:
    np.testing.assert_array_equal(choose(NOISE, [channel]), NOISE[..., [channel]])
    alpha = np.dstack([NOISE, NOISE[..., :1]])
    np.testing.assert_array_equal(choose(alpha, [channel]), alpha[..., [channel, 3]])


@pytest.mark.parametrize("choose", [cancel_chroma, whiten])
def test_what_is_all_read_or_grey_stays(choose: Any) -> None:
    assert choose(NOISE, [0, 1, 2]) is NOISE
    grey = NOISE[..., :1]
    assert choose(grey, [0]) is grey
    assert (choose(np.dstack([NOISE, NOISE[..., 0]]), [])[..., 0] == 255).all()  # alpha alone is read


def test_without_loss_a_constant_is_smallest() -> None:
    white = whiten(NOISE, [1, 2])
    assert (white[..., 0] == 255).all()
    np.testing.assert_array_equal(white[..., 1:], NOISE[..., 1:])
    assert len(images.encode(white, "png")) < 0.85 * len(images.encode(NOISE, "png"))


@pytest.mark.parametrize("format", ["webp", "jpeg", "avif"])
def test_every_codec_of_hue_pays_less_and_loses_less(format: Any) -> None:
    smooth = np.add.outer(np.arange(128), np.arange(160)).astype(np.float64) / 2
    waves = np.stack([RNG.integers(0, 255, smooth.shape), smooth, 60 + 50 * np.sin(smooth / 9)], -1).astype(np.uint8)
    free = cancel_chroma(waves, [1, 2])
    sizes, errors = [], []
    for pixels in (waves, free):
        data = images.encode(pixels, format, quality=80, chroma="444", srgb=False)
        sizes.append(len(data))
        errors.append(np.square(images.decode(data)[..., 1:].astype(float) - waves[..., 1:]).mean())
    assert sizes[1] < 0.5 * sizes[0]
    assert errors[1] < errors[0]
