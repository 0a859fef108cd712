"""Encoding: the same bytes every time, alpha exact, tags present, wrong options refused."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from forge3d import images
from forge3d.errors import RecipeError
from forge3d.images.icc import srgb_profile

RNG = np.random.default_rng(2)
SMOOTH = np.stack([*np.mgrid[:64, :96][::-1] * 2, np.full((64, 96), 90), np.full((64, 96), 200)], -1).astype(np.uint8)
SMOOTH[:20, :20, 3] = 0
SMOOTH[..., 3] += RNG.integers(0, 50, (64, 96), dtype=np.uint8) * (SMOOTH[..., 3] > 0)


@pytest.mark.parametrize("effort", [0, 6])
@pytest.mark.parametrize("format", ["png", "jpeg", "webp", "avif"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_bytes_are_the_same_every_time_and_decode_close(format: Any, channels: int, effort: int) -> None:
    if format == "jpeg" and channels in (2, 4):
        return
    pixels = SMOOTH[..., [0, 3]] if channels == 2 else SMOOTH[..., :channels]
    first = images.encode(pixels, format, effort=effort, quality=95)
    assert images.encode(pixels.copy(), format, effort=effort, quality=95) == first
    decoded = images.decode(first)
    if channels == 2 and decoded.shape[2] == 4:
        decoded = decoded[..., [0, 3]]
    difference = np.abs(decoded[..., :channels].astype(int) - pixels)
    assert difference[20:].max() <= (0 if format == "png" else 16)


@pytest.mark.parametrize("format", ["png", "webp", "avif"])
def test_alpha_is_always_exact(format: Any) -> None:
    decoded = images.decode(images.encode(SMOOTH, format, quality=20))
    np.testing.assert_array_equal(decoded[..., 3], SMOOTH[..., 3])


def test_lossless_webp_keeps_every_bit_even_under_transparency() -> None:
    noise = RNG.integers(0, 256, (20, 20, 4), dtype=np.uint8)
    noise[:10, :, 3] = 0
    np.testing.assert_array_equal(images.decode(images.encode(noise, "webp", lossless=True)), noise)
    loose = images.encode(noise, "webp", lossless=True, exact=False)
    assert len(loose) < len(images.encode(noise, "webp", lossless=True))


def test_higher_effort_gives_smaller_files() -> None:
    textured = (SMOOTH[..., :3].astype(int) + RNG.integers(-9, 9, (64, 96, 3))).clip(0, 255).astype(np.uint8)
    for format in ("png", "jpeg", "webp"):
        sizes = [len(images.encode(textured, format, effort=effort)) for effort in (0, 6)]  # type: ignore[arg-type]
        assert sizes[1] < sizes[0], format


def test_chroma_444_keeps_what_420_mixes() -> None:
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2, 0] = 255
    stripes[:, 1::2, 2] = 255
    for format in ("jpeg", "avif"):
        errors = [
            np.abs(
                images.decode(images.encode(stripes, format, chroma=chroma, quality=90)).astype(int) - stripes
            ).mean()
            for chroma in ("444", "420")
        ]  # type: ignore[misc]
        assert errors[0] < 15 < 60 < errors[1], format


def test_colour_pictures_say_that_they_are_srgb() -> None:
    for format in ("png", "webp", "avif"):
        assert images.read_header(images.encode(SMOOTH, format)).srgb is True  # type: ignore[arg-type]
    assert images.read_header(images.encode(SMOOTH, "png", srgb=False)).srgb is None
    tagged = images.encode(SMOOTH[..., :3], "jpeg")
    assert Image.open(io.BytesIO(tagged)).info["icc_profile"] == srgb_profile()
    assert len(images.encode(SMOOTH[..., :3], "jpeg", srgb=False)) < len(tagged) - 450


def test_the_profile_is_srgb_for_a_colour_engine() -> None:
    ours = ImageCms.ImageCmsProfile(io.BytesIO(srgb_profile()))
    to_srgb = ImageCms.buildTransform(ours, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    colours = RNG.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    same = np.asarray(ImageCms.applyTransform(Image.fromarray(colours), to_srgb))
    assert np.abs(same.astype(int) - colours).max() <= 1
    assert ImageCms.getProfileDescription(ours).strip() == "sRGB"


@pytest.mark.parametrize(
    ("pixels", "format", "options"),
    [
        (SMOOTH, "jpeg", {}), (SMOOTH, "tiff", {}), (SMOOTH[..., :3], "jpeg", {"lossless": True}),
        (SMOOTH, "webp", {"effort": 7}), (SMOOTH, "webp", {"quality": 101}), (SMOOTH.astype(np.float32), "png", {}),
        (SMOOTH.astype(np.uint16), "webp", {}), (np.zeros((1, 16384, 3), np.uint8), "webp", {}),
        (np.zeros((0, 4, 3), np.uint8), "png", {}), (np.zeros((4, 4, 5), np.uint8), "png", {}),
    ],
)  # fmt: skip
def test_what_a_format_cannot_hold_is_refused(pixels: np.ndarray, format: Any, options: dict[str, Any]) -> None:
    with pytest.raises(RecipeError):
        images.encode(pixels, format, **options)
