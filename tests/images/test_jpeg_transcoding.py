"""Recompressed JPEG: fewer bytes, equal pixels; damaged ones end in an error, not in the end of the process."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from forge3d import images
from forge3d.document import Document
from forge3d.errors import InvalidAsset
from forge3d.images import jpeg_transcoding

WAVES = (128 + 90 * np.sin(np.add.outer(np.arange(61) / 5, np.arange(83) / 3))[..., None] * [1, 0.6, -0.8]).astype(
    np.uint8
)


def jpeg(pixels: np.ndarray = WAVES, mode: str | None = None, **options: Any) -> bytes:
    out = io.BytesIO()
    picture = Image.fromarray(pixels) if mode is None else Image.frombytes(mode, pixels.shape[1::-1], pixels.tobytes())
    picture.save(out, "JPEG", **options)
    return out.getvalue()


@pytest.mark.parametrize("data", [
    jpeg(), jpeg(subsampling=0), jpeg(keep_rgb=True), jpeg(progressive=True), jpeg(WAVES[..., 0]),
    jpeg(quality=98, restart_marker_blocks=2), jpeg(WAVES[..., [0, 1, 2, 0]], "CMYK"),
], ids=["420", "444", "rgb", "progressive", "grey", "restart", "cmyk"])  # fmt: skip
def test_every_kind_keeps_every_pixel(data: bytes) -> None:
    smaller = images.recompress_jpeg(data)
    assert len(smaller) < len(data)
    np.testing.assert_array_equal(images.decode(smaller), images.decode(data))
    assert images.recompress_jpeg(smaller) is smaller


def test_metadata_go_and_the_result_is_always_the_same() -> None:
    data = jpeg(comment=b"x" * 4000)
    smaller = images.recompress_jpeg(data)
    assert len(smaller) < len(data) - 4000
    assert images.recompress_jpeg(data) == smaller


def test_coefficients_out_of_range_are_an_error() -> None:
    """MozJPEG's encoder ends its process on them, although the picture decodes."""
    damaged = bytearray(jpeg(quality=98))
    table = damaged.index(b"\x10", damaged.index(b"\xff\xc4", damaged.index(b"\xff\xc4") + 2))  # AC, luma
    damaged[table + 17] = 0x0F  # its first code now says 15 bits, which no coefficient of 8-bit pixels has
    assert images.decode(bytes(damaged)).shape == WAVES.shape
    with pytest.raises(InvalidAsset, match="cannot be recompressed: DCT coefficient"):
        images.recompress_jpeg(bytes(damaged))


def test_a_long_run_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg_transcoding, "_DEADLINE", 0.2)
    monkeypatch.setattr(jpeg_transcoding, "_WORK", "import time; time.sleep(20)")
    with pytest.raises(InvalidAsset, match="could not be recompressed in"):
        images.recompress_jpeg(jpeg())


def test_what_is_no_jpeg_is_refused() -> None:
    with pytest.raises(InvalidAsset):
        images.recompress_jpeg(b"no picture")


@pytest.mark.slow
def test_real_textures(shared_assets: Path) -> None:
    document = Document.read(shared_assets / "models/khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb")
    before = sum(len(image.data) for image in document.images)
    after = sum(len(images.recompress_jpeg(image.data)) for image in document.images)
    assert after < 0.95 * before
