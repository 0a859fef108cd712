"""16-bit PNGs, which Pillow reads and writes as 8-bit wherever they have more than one channel.

PNG filters work on single bytes at a pixel's distance, so that the high bytes of a 16-bit image alone are a correctly
filtered 8-bit image, and so are the low ones. Decoding splits the filtered stream into these two, lets Pillow undo the
filters natively, and puts the halves together again.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ..errors import InvalidAsset
from .decoding import Pixels, decode
from .headers import UNEXPECTED_END, Bytes, invalid

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
COLOUR_TYPES = {channels: colour for colour, channels in CHANNELS.items()}
WHOLE = ((0, 0, 1, 1),)
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def decode_png16(data: Bytes) -> Pixels:
    """Decode a 16-bit PNG to read-only `(height, width, channels)` uint16. The header was judged before.

    Raises:
        InvalidAsset: damaged or cut off.
    """
    width, height, _, colour, _, _, interlace = struct.unpack_from(">IIBBBBB", data, 16)
    channels = CHANNELS[colour]
    compressed, transparent = _collect(data)
    passes = list(_passes(width, height, ADAM7 if interlace else WHOLE))
    expected = sum(rows * (1 + 2 * channels * columns) for columns, rows in passes)
    raw = np.frombuffer(_inflate(compressed, expected), np.uint8)
    halves: tuple[list[bytes], list[bytes]] = ([], [])
    at = 0
    for columns, rows in passes:
        lines = raw[at : at + rows * (1 + 2 * channels * columns)].reshape(rows, -1)
        at += lines.size
        for half, out in enumerate(halves):
            out.append(np.concatenate([lines[:, :1], lines[:, 1 + half :: 2]], axis=1).tobytes())
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, interlace)
    high, low = (decode(_file(header, zlib.compress(b"".join(out), 0)), max_pixels=width * height) for out in halves)
    pixels: npt.NDArray[np.uint16] = high.astype(np.uint16) * np.uint16(256) + low
    if transparent is not None and len(transparent) == 2 * channels:
        pixels = _with_colour_key(pixels, np.frombuffer(transparent, ">u2"))
    pixels.flags.writeable = False
    return pixels


def encode_png16(pixels: npt.NDArray[np.uint16], *, level: int, tags: dict[bytes, bytes]) -> bytes:
    """`(height, width, channels)` uint16 as a PNG; each row takes the filter whose residuals sum to the least.

    Args:
        level: of zlib, 0 to 9.
        tags: further chunks to write before the pixels.
    """
    height, width, channels = pixels.shape
    lines = pixels.astype(">u2").view(np.uint8).reshape(height, -1)
    left = np.zeros_like(lines)
    left[:, 2 * channels :] = lines[:, : -2 * channels]
    above = np.zeros_like(lines)
    above[1:] = lines[:-1]
    residuals = np.stack([lines, lines - left, lines - above, lines - _average(left, above)])
    costs = np.abs(residuals.view(np.int8).astype(np.int16)).sum(axis=2, dtype=np.int64)
    best = costs.argmin(axis=0).astype(np.uint8)
    filtered = np.concatenate([best[:, None], residuals[best, np.arange(height)]], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 16, COLOUR_TYPES[channels], 0, 0, 0)
    return _file(header, zlib.compress(filtered.tobytes(), level), tags)


def _average(left: npt.NDArray[np.uint8], above: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    return ((left.astype(np.uint16) + above) >> 1).astype(np.uint8)


def _passes(width: int, height: int, pattern: tuple[tuple[int, int, int, int], ...]) -> Iterator[tuple[int, int]]:
    for x, y, step_x, step_y in pattern:
        columns, rows = -(-(width - x) // step_x), -(-(height - y) // step_y)
        if columns > 0 and rows > 0:
            yield columns, rows


def _collect(data: Bytes) -> tuple[bytes, bytes | None]:
    """The joined IDAT chunks, and the tRNS chunk."""
    view, parts, transparent = memoryview(data), [], None
    at = 8
    try:
        while True:
            length, kind = struct.unpack_from(">I4s", view, at)
            if kind == b"IDAT":
                parts.append(view[at + 8 : at + 8 + length])
            elif kind == b"tRNS":
                transparent = bytes(view[at + 8 : at + 8 + length])
            elif kind == b"IEND":
                break
            at += 12 + length
    except struct.error:
        if not parts:
            raise InvalidAsset("the PNG is cut off before its pixels", code=UNEXPECTED_END) from None
    return b"".join(parts), transparent


def _inflate(compressed: bytes, expected: int) -> bytes:
    try:
        raw = zlib.decompressobj().decompress(compressed, expected)
    except zlib.error as error:
        raise invalid(f"the PNG's pixels are damaged: {error}") from error
    if len(raw) < expected:
        raise InvalidAsset(f"the PNG is cut off: {len(raw):,} of {expected:,} bytes are there", code=UNEXPECTED_END)
    return raw


def _with_colour_key(pixels: npt.NDArray[np.uint16], key: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
    """Append alpha: zero where the pixel is the transparent colour, full elsewhere."""
    opaque = (pixels != key).any(axis=-1, keepdims=True)
    return np.concatenate([pixels, np.where(opaque, 65535, 0).astype(np.uint16)], axis=-1)


def _file(header: bytes, compressed: bytes, tags: dict[bytes, bytes] | None = None) -> bytes:
    chunks = [(b"IHDR", header), *(tags or {}).items(), (b"IDAT", compressed), (b"IEND", b"")]
    body = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return SIGNATURE + b"".join(body)
