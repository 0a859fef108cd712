"""16-bit PNGs keep all their bits, in every channel count, interlaced or not."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from forge3d import images
from forge3d.errors import InvalidAsset
from forge3d.images.png16 import ADAM7, encode_png16

RNG = np.random.default_rng(3)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("shape", [(1, 1), (9, 14)])
def test_round_trip(channels: int, shape: tuple[int, int]) -> None:
    pixels = RNG.integers(0, 65536, (*shape, channels), dtype=np.uint16)
    data = images.encode(pixels, "png")
    np.testing.assert_array_equal(images.decode(data), pixels)
    assert images.read_header(data).bits_per_channel == 16


def test_smooth_pixels_use_every_filter_and_pillow_agrees_on_the_high_bytes() -> None:
    y, x = np.mgrid[:40, :60]
    pixels = np.stack([x * 1000, y * 1500, (x + y) * 600], -1).astype(np.uint16)
    data = encode_png16(pixels, level=9, tags={})
    assert len(data) < pixels.nbytes / 8
    np.testing.assert_array_equal(images.decode(data), pixels)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(data))), pixels >> 8)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def interlaced(pixels: np.ndarray, extra: bytes = b"") -> bytes:
    """An Adam7 PNG without filters."""
    height, width, channels = pixels.shape
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    raw = b""
    for x, y, step_x, step_y in ADAM7:
        part = pixels[y::step_y, x::step_x].astype(">u2")
        if part.size:
            raw += b"".join(b"\0" + row.tobytes() for row in part)
    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 1)
    body = chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (9, 14), (16, 16)])
def test_interlaced(shape: tuple[int, int]) -> None:
    pixels = RNG.integers(0, 65536, (*shape, 3), dtype=np.uint16)
    np.testing.assert_array_equal(images.decode(interlaced(pixels)), pixels)


def test_the_transparent_colour_is_compared_with_all_bits() -> None:
    pixels = np.array([[[256, 1, 2], [257, 1, 2]]], np.uint16)
    decoded = images.decode(interlaced(pixels, chunk(b"tRNS", struct.pack(">3H", 257, 1, 2))))
    assert decoded.tolist() == [[[256, 1, 2, 65535], [257, 1, 2, 0]]]


def test_cut_and_damaged_files_are_refused() -> None:
    data = images.encode(RNG.integers(0, 65536, (9, 14, 3), dtype=np.uint16), "png")
    for damaged in (data[:-30], data[:60], data[:120] + bytes(40) + data[160:]):
        with pytest.raises(InvalidAsset):
            images.decode(damaged)
