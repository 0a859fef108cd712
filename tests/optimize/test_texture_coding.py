"""Coding: free channels are used where they save bytes, at a loss that is held."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from forge3d import images
from forge3d.document import Image
from forge3d.images import libwebp
from forge3d.optimize.texture_coding import QUALITY, Coding, losses
from forge3d.optimize.texture_uses import ImageUse

RNG = np.random.default_rng(5)
WAVES = 128 + 60 * np.sin(np.add.outer(np.arange(640) / 7, np.arange(700) / 11))
CODING = Coding(quality=80, data_quality=80, data_loss=255, effort=4)


def use(channels: str) -> ImageUse:
    return ImageUse(Image(b""), data=True, channels=set(channels))


def test_a_channel_of_noise_that_nobody_reads_costs_nothing() -> None:
    pixels = np.stack([RNG.integers(0, 255, WAVES.shape), WAVES, WAVES[::-1]], -1).astype(np.uint8)
    plain = images.encode(pixels, "webp", quality=80, srgb=False)
    free = CODING.encode(pixels, use("gb"), "webp")
    assert len(free) < 0.2 * len(plain)
    lost = [np.linalg.norm(losses(pixels, images.decode(data), [1, 2])) for data in (plain, free)]
    assert lost[1] < 0.7 * lost[0]


@pytest.mark.parametrize(("metallic", "channels"), [(0, "gb"), (255, "gb"), (0, "rgb")])
def test_a_channel_that_is_black_or_white_everywhere_stays_so_and_costs_nothing(metallic: int, channels: str) -> None:
    """Metallic of cloth or of steel, beside roughness and perhaps occlusion."""
    rough = (WAVES + RNG.normal(0, 9, WAVES.shape)).clip(40, 215)
    pixels = np.stack([WAVES[::-1], rough, np.full_like(WAVES, metallic)], -1).astype(np.uint8)
    encoded = CODING.encode(pixels, use(channels), "webp")
    decoded = images.decode(encoded)
    np.testing.assert_array_equal(decoded[..., 2], pixels[..., 2])
    plain = images.encode(pixels, "webp", quality=CODING.quality_of(use(channels)), srgb=False)
    read = use(channels).read
    assert len(encoded) < 1.4 * len(plain)
    assert sum(losses(pixels, decoded, read)) < 0.75 * sum(losses(pixels, images.decode(plain), read))


def test_each_kind_has_its_quality_and_one_that_is_named_wins() -> None:
    plain = replace(CODING, data_quality=None)
    slots = {"normal": "normal_texture", "data": "metallic_roughness_texture", "occlusion": "occlusion_texture"}
    for kind, slot in slots.items():
        held = ImageUse(Image(b""), normal=kind == "normal", data=kind != "normal", slots=[slot])
        assert held.kind == kind
        assert plain.quality_of(held) == 80 + QUALITY[held.kind]
        assert replace(CODING, data_quality=91).quality_of(held) == 91
    both = ImageUse(Image(b""), data=True, slots=[slots["data"], slots["occlusion"]])
    assert both.kind == "packed"
    assert plain.quality_of(ImageUse(Image(b""), color=True, slots=["base_color_texture"])) == 80


def test_where_planes_cannot_be_given_pillow_stores_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.stack([RNG.integers(0, 255, WAVES.shape), WAVES, WAVES[::-1]], -1).astype(np.uint8)
    monkeypatch.setattr(libwebp, "available", lambda: False)
    plain = images.encode(pixels, "webp", quality=80, srgb=False)
    free = CODING.encode(pixels, use("gb"), "webp")
    assert len(free) < 0.2 * len(plain)
    assert CODING.encode(pixels, use("rgb"), "webp") == plain


@pytest.mark.parametrize("effort", [0, 2, 4, 6])
def test_one_channel_is_grey_and_loses_no_more(effort: int) -> None:
    pixels = np.stack([WAVES, WAVES[::-1], WAVES[:, ::-1]], -1).astype(np.uint8)
    coding = replace(CODING, effort=effort)
    plain = images.encode(pixels, "webp", quality=80, effort=effort, srgb=False)
    grey = coding.encode(pixels, use("r"), "webp")
    assert len(grey) < 0.75 * len(plain)
    assert losses(pixels, images.decode(grey), [0])[0] <= losses(pixels, images.decode(plain), [0])[0] * 1.02


@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "avif"])
@pytest.mark.parametrize("channels", ["r", "g", "b", "rg", "gb", "rb", "ra", "ga"])
def test_every_set_of_channels_in_every_format(format: Any, channels: str) -> None:
    small = np.stack([WAVES, WAVES[::-1], WAVES[:, ::-1], WAVES[::-1, ::-1]], -1)[:90, :100].astype(np.uint8)
    if "a" not in channels:
        small = small[..., :3]
    elif format == "jpeg":
        return
    decoded = images.decode(replace(CODING, effort=3).encode(small, use(channels), format))
    read = ["rgb".index(c) for c in channels if c != "a"]
    assert max(losses(small, decoded, read)) <= (0 if format == "png" else 6)
    if "a" in channels:
        np.testing.assert_array_equal(decoded[..., -1], small[..., 3])


def test_a_tiny_picture_of_few_colours_loses_nothing() -> None:
    """Each of its texels is seen: a checker of 8 × 8 as lossy WebP would save thirty bytes."""
    pixels = np.kron(RNG.integers(0, 256, (4, 4, 3)), np.ones((2, 2, 1))).astype(np.uint8)
    assert np.array_equal(images.decode(CODING.encode(pixels, use("rgb"), "webp")), pixels)
