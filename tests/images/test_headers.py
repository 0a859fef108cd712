"""Headers of every format, against pictures that Pillow wrote and bytes written by hand."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from forge3d.errors import InvalidAsset
from forge3d.images.headers import read_header, recognise

DATA = Path(__file__).parent / "data"


def saved(mode: str, kind: str, size: tuple[int, int] = (37, 21), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize(
    ("mode", "kind", "channels", "bits", "alpha"),
    [
        ("1", "PNG", 1, 1, False), ("L", "PNG", 1, 8, False), ("LA", "PNG", 2, 8, True), ("P", "PNG", 3, 1, False),
        ("RGB", "PNG", 3, 8, False), ("RGBA", "PNG", 4, 8, True), ("I;16", "PNG", 1, 16, False),
        ("L", "JPEG", 1, 8, False), ("RGB", "JPEG", 3, 8, False), ("CMYK", "JPEG", 4, 8, False),
        ("RGB", "WEBP", 3, 8, False), ("RGBA", "WEBP", 4, 8, True),
        ("L", "AVIF", 1, 8, False), ("RGB", "AVIF", 3, 8, False), ("RGBA", "AVIF", 4, 8, True),
        ("P", "GIF", 3, 8, False), ("RGB", "BMP", 3, 8, False),
    ],
)  # fmt: skip
def test_what_pillow_wrote(mode: str, kind: str, channels: int, bits: int, alpha: bool) -> None:
    header = read_header(saved(mode, kind))
    assert (header.width, header.height) == (37, 21)
    assert (header.channels, header.bits_per_channel, header.has_alpha) == (channels, bits, alpha)
    assert header.format == kind.lower()
    assert header.mime_type == f"image/{kind.lower()}"


@pytest.mark.parametrize(
    ("options", "codec"),
    [({"lossless": True}, "lossless"), ({"quality": 50}, "lossy"), ({"icc_profile": b"x" * 20}, "extended")],
)
def test_webp_in_its_three_forms(options: dict[str, object], codec: str) -> None:
    header = read_header(saved("RGB", "WEBP", (300, 5), **options))
    assert (header.width, header.height, header.codec) == (300, 5, codec)
    assert header.srgb is (codec != "extended")


def test_progressive_jpeg_with_fill_bytes_and_odd_segments() -> None:
    plain = saved("RGB", "JPEG", progressive=True)
    odd = plain[:2] + b"\xff\xff\xff\xfe\x00\x06note" + b"\xff\xed\x00\x02" + b"\xff\x01" + b"\x00\x00" + plain[2:]
    assert read_header(plain).codec == "progressive"
    assert read_header(odd) == read_header(plain)


def test_png_colour_chunks_and_animation() -> None:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0))
    assert read_header(png(head, chunk(b"IDAT"))).srgb is None
    assert read_header(png(head, chunk(b"sRGB", b"\0"), chunk(b"IDAT"))).srgb is True
    assert read_header(png(head, chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"IDAT"))).srgb is True
    assert read_header(png(head, chunk(b"cICP", b"\x09\x10\0\1"), chunk(b"IDAT"))).srgb is False
    assert read_header(png(head, chunk(b"acTL", bytes(8)), chunk(b"IDAT"))).animated
    transparent = read_header(png(head, chunk(b"tRNS", bytes(6)), chunk(b"IDAT")))
    assert (transparent.channels, transparent.has_alpha) == (4, True)


@pytest.mark.parametrize("depth", [8, 10, 12])
def test_avif_depth_comes_from_its_properties(depth: int) -> None:
    data = bytearray(saved("RGB", "AVIF"))
    at = data.index(b"pixi") + 4
    data[at + 5 : at + 8] = bytes([depth] * 3)
    assert read_header(data).bits_per_channel == depth


@pytest.mark.parametrize(
    ("name", "channels", "codec", "levels"),
    [
        ("rgb-etc1s", 3, "etc1s", 1), ("rgba-etc1s", 4, "etc1s", 1), ("rgb-uastc", 3, "uastc", 1),
        ("rgba-uastc", 4, "uastc", 1), ("rgb-zstd", 3, "uastc-zstd", 5), ("rgba-zstd", 4, "uastc-zstd", 5),
    ],
)  # fmt: skip
def test_ktx2(name: str, channels: int, codec: str, levels: int) -> None:
    header = read_header((DATA / f"{name}.ktx2").read_bytes())
    assert (header.width, header.height, header.channels) == (24, 20, channels)
    assert (header.codec, header.levels, header.srgb, header.has_alpha) == (codec, levels, True, channels == 4)


SAMPLES = [
    saved("RGBA", "PNG"), saved("RGB", "JPEG", progressive=True), saved("RGBA", "WEBP"), saved("RGB", "WEBP"),
    saved("RGB", "WEBP", lossless=True), saved("RGBA", "AVIF"), (DATA / "rgba-etc1s.ktx2").read_bytes(),
    saved("P", "GIF"), saved("RGB", "BMP"),
]  # fmt: skip


@pytest.mark.parametrize("data", SAMPLES, ids=lambda data: recognise(data) or "?")
def test_every_cut_is_a_typed_error_or_the_same_header(data: bytes) -> None:
    whole = read_header(data)
    codes = set()
    for length in range(min(len(data), 1200)):
        try:
            assert read_header(data[:length]) == whole
        except InvalidAsset as error:
            codes.add(error.code)
    assert codes == {"IMAGE_UNRECOGNIZED_FORMAT", "IMAGE_UNEXPECTED_EOS"}


@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6))
def test_damaged_headers_are_read_or_refused(data: bytes, changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(data)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    try:
        header = read_header(damaged)
    except InvalidAsset:
        return
    assert header.width > 0
    assert header.height > 0


@pytest.mark.parametrize(
    "data",
    [
        png(chunk(b"IHDR", struct.pack(">IIBBBBB", 0, 4, 8, 2, 0, 0, 0)), chunk(b"IDAT")),
        png(chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 3, 2, 0, 0, 0)), chunk(b"IDAT")),
        png(chunk(b"IDAT"), bytes(30)),
        b"\xff\xd8\xff\xe0\x00\x01" + bytes(20),
        b"\xff\xd8\xff\xd9" + bytes(20),
        b"RIFF\x20\0\0\0WEBPVP8 \x10\0\0\0" + bytes(20),
        b"RIFF\x20\0\0\0WEBPICCP\x10\0\0\0" + bytes(20),
    ],
)
def test_contradictions_are_invalid(data: bytes) -> None:
    with pytest.raises(InvalidAsset) as raised:
        read_header(data)
    assert raised.value.code == "IMAGE_DATA_INVALID"


def test_memoryviews_and_arrays_of_bytes_are_taken() -> None:
    data = saved("RGB", "PNG")
    assert read_header(memoryview(data)) == read_header(bytearray(data)) == read_header(data)
    assert read_header(memoryview(np.frombuffer(data, np.uint8))) == read_header(data)


def test_reading_headers_imports_neither_pillow_nor_numpy() -> None:
    script = (
        "import sys; from forge3d.images.headers import read_header; from forge3d import images; images.read_header"
    )
    check = f"{script}; sys.exit(any(name in sys.modules for name in ('PIL', 'numpy')))"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
