"""Decoding: exact pixels, natural form, limits held before codecs run."""

from __future__ import annotations

import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from forge3d import images
from forge3d.errors import Forge3DError, InvalidAsset, LimitExceeded

RNG = np.random.default_rng(7)
RGBA = RNG.integers(0, 256, (13, 17, 4), dtype=np.uint8)


def saved(pixels: np.ndarray, kind: str = "PNG", mode: str | None = None, **options: object) -> bytes:
    out = io.BytesIO()
    image = Image.fromarray(pixels)
    (image.convert(mode) if mode else image).save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_lossless_files_give_their_exact_pixels_in_natural_form(channels: int, kind: str) -> None:
    pixels = RGBA[..., :channels]
    data = saved(pixels[..., 0] if channels == 1 else pixels, kind, lossless=True, exact=True)
    decoded = images.decode(data)
    expected = pixels
    if kind == "WEBP" and channels < 3:
        expected = pixels[..., [0, 0, 0, 1][: 3 if channels == 1 else 4]]
    np.testing.assert_array_equal(decoded, expected)
    assert decoded.dtype == np.uint8
    assert not decoded.flags.writeable


def test_palettes_become_colour_and_keep_their_transparency() -> None:
    plain = Image.fromarray(RGBA[..., :3]).quantize(8)
    expected = np.asarray(plain.convert("RGB"))
    out = io.BytesIO()
    plain.save(out, "PNG")
    np.testing.assert_array_equal(images.decode(out.getvalue()), expected)
    out = io.BytesIO()
    plain.save(out, "PNG", transparency=3)
    decoded = images.decode(out.getvalue())
    np.testing.assert_array_equal(decoded[..., 3], np.where(np.asarray(plain) == 3, 0, 255))
    np.testing.assert_array_equal(decoded[decoded[..., 3] > 0][:, :3], expected[decoded[..., 3] > 0])


def test_bilevel_grey_and_transparent_colours() -> None:
    assert set(np.unique(images.decode(saved(RGBA[..., 0], mode="1")))) == {0, 255}
    keyed = images.decode(saved(np.array([[[1, 2, 3], [4, 5, 6]]], np.uint8), transparency=(4, 5, 6)))
    assert keyed.tolist() == [[[1, 2, 3, 255], [4, 5, 6, 0]]]


def test_cmyk_jpeg_becomes_rgb() -> None:
    red = np.zeros((8, 8, 3), np.uint8)
    red[..., 0] = 255
    decoded = images.decode(saved(red, "JPEG", mode="CMYK", quality=100))
    assert decoded.shape == (8, 8, 3)
    np.testing.assert_allclose(decoded, red, atol=3)


@pytest.mark.parametrize("kind", ["JPEG", "AVIF"])
def test_lossy_files_come_close(kind: str) -> None:
    ramp = np.linspace(0, 255, 64 * 64 * 3).reshape(64, 64, 3).astype(np.uint8)
    np.testing.assert_allclose(images.decode(saved(ramp, kind, quality=95)).astype(int), ramp, atol=12)


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    zeros = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zeros) + chunk(b"IEND", b"")


def test_20000_pixel_images_are_refused_before_decoding() -> None:
    started = time.process_time()
    with pytest.raises(LimitExceeded, match=r"20,000 × 20,000 png") as raised:
        images.decode(bomb(20_000, 20_000))
    assert raised.value.limit == "max_image_pixels"
    assert time.process_time() - started < 0.5
    with pytest.raises(InvalidAsset):
        images.decode(bomb(2_000, 2_000))
    with pytest.raises(LimitExceeded):
        images.decode(bomb(2_000, 2_000), max_pixels=1_000_000)


def test_jpegs_of_endless_scans_are_refused() -> None:
    data = saved(RGBA[..., :3], "JPEG", progressive=True)
    images.decode(data, max_pixels=500)
    with pytest.raises(LimitExceeded, match="scans"):
        images.decode(data + b"\xff\xda" * 1000, max_pixels=500)


@pytest.mark.parametrize(("kind", "options"), [
    ("PNG", {}), ("JPEG", {}), ("JPEG", {"progressive": True}), ("WEBP", {}), ("WEBP", {"lossless": True}),
    ("AVIF", {}), ("GIF", {}), ("BMP", {}),
])  # fmt: skip
def test_cut_and_damaged_files_are_decoded_or_refused(kind: str, options: dict[str, object]) -> None:
    data = saved(RGBA[..., :3], kind, **options)
    with pytest.raises(InvalidAsset):
        images.decode(data[: len(data) // 2])
    for _ in range(60):
        damaged = np.frombuffer(data, np.uint8).copy()
        damaged[RNG.integers(8, len(data), 3)] = RNG.integers(0, 256, 3)
        try:
            assert images.decode(damaged.tobytes(), max_pixels=10_000).ndim == 3
        except Forge3DError:
            continue  # refused in a typed way: the other outcome that is right


def test_many_at_once_keep_their_order_and_their_faults() -> None:
    files = [saved(np.full((n, n, 3), n, np.uint8)) for n in range(1, 9)]
    for threads in (1, 3):
        assert [image[0, 0, 0] for image in images.decode_many(files, threads=threads)] == list(range(1, 9))
    assert images.decode_many([]) == []
    with pytest.raises(InvalidAsset):
        images.decode_many([*files, files[-1][:45]], threads=2)
    with pytest.raises(LimitExceeded, match="together"):
        images.decode_many(files, max_total_pixels=100)
