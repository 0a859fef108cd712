"""Recompress: fewer bytes, equal texels, whatever kind of picture."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture

from forge3d import images
from forge3d.document import Context, Document, Image
from forge3d.optimize import Recompress
from forge3d.optimize.recompress import plainest

from . import document, primitive

RNG = np.random.default_rng(6)
WAVES = (128 + 90 * np.sin(np.add.outer(np.arange(61) / 5, np.arange(83) / 3))[..., None] * [1, 0.6, -0.8, 0.3]).astype(
    np.uint8
)
OPAQUE = np.dstack([WAVES[..., :3], np.full(WAVES.shape[:2], 255, np.uint8)])
GREY = WAVES[..., [0, 0, 0, 3]]


def stored(pixels: np.ndarray, form: str = "PNG", **options: Any) -> Image:
    out = io.BytesIO()
    Picture.fromarray(pixels).save(out, form, **options)
    return Image(out.getvalue(), uri=f"a.{form.lower()}")


def of(*pictures: Image) -> Document:
    return document(primitive(), images=list(pictures))


def rgba(pixels: np.ndarray) -> np.ndarray:
    """As a viewer reads it: grey in all colours, opaque where there is no alpha."""
    colors = pixels[..., : 1 if pixels.shape[2] < 3 else 3]
    top = np.iinfo(pixels.dtype).max
    alpha = pixels[..., -1:] if pixels.shape[2] in (2, 4) else np.full_like(pixels[..., :1], top)
    return np.concatenate([np.broadcast_to(colors, (*pixels.shape[:2], 3)), alpha], axis=-1)


@pytest.mark.parametrize(("image", "channels"), [
    (stored(WAVES, compress_level=1), 4), (stored(OPAQUE, compress_level=1), 3), (stored(GREY, compress_level=1), 2),
    (stored(GREY[..., :3], compress_level=1), 1), (stored(WAVES[..., 0], compress_level=0), 1),
    (stored(OPAQUE[..., :3], "JPEG"), 3),
    (Image(images.encode(WAVES.astype(np.uint16) * 257 + 3, "png", effort=0)), 4),
], ids=["rgba", "opaque", "grey and alpha", "grey", "one channel", "jpeg", "16 bits"])  # fmt: skip
def test_texels_stay(image: Image, channels: int) -> None:
    before, size, mime = image.pixels, len(image.data), image.mime_type
    assert Recompress()(of(image), Context()).skipped == []
    assert len(image.data) < size
    assert (image.header.channels, image.mime_type) == (channels, mime)
    np.testing.assert_array_equal(rgba(image.pixels), rgba(before))


def test_what_cannot_be_smaller_stays_and_is_named() -> None:
    small = stored(WAVES)
    Recompress(effort=6)(of(small), Context())
    palette = io.BytesIO()
    Picture.fromarray(RNG.integers(0, 255, (61, 83, 3), np.uint8)).quantize(16).save(palette, "PNG", optimize=True)
    pictures = [small, Image(palette.getvalue()), stored(WAVES, "WEBP"), Image(b"no picture"), Image(b"")]
    data = [picture.data for picture in pictures]
    skipped = Recompress()(of(*pictures), Context()).skipped
    assert [picture.data for picture in pictures] == data
    assert [skip.why.split(":")[0] for skip in skipped] == [
        "would not get smaller", "would not get smaller", "is webp, which cannot be made smaller without loss",
        "stays as it is",
    ]  # fmt: skip


def test_plainest_keeps_what_says_something() -> None:
    for pixels, channels in ((WAVES, 4), (OPAQUE, 3), (GREY, 2), (GREY[..., :3], 1), (GREY[..., [0, 3]], 2)):
        assert plainest(pixels).shape[2] == channels
    almost = OPAQUE.copy()
    almost[-1, -1, 3] = 254
    assert plainest(almost).shape[2] == 4
