"""The chunks of a WebP file (RFC 9649 §2)."""

from __future__ import annotations

import struct
from typing import NamedTuple

from .headers import read_header

ICC, ALPHA, EXIF, XMP, ANIMATION = 0x20, 0x10, 0x08, 0x04, 0x02
FLAGS = {b"ICCP": ICC, b"ALPH": ALPHA, b"EXIF": EXIF, b"XMP ": XMP, b"ANIM": ANIMATION}


class Chunks(NamedTuple):
    """What a file declares and what it holds.

    Attributes:
        declared: bytes of the file by its own first chunk.
        names: of the chunks, in file order; those inside animation frames are left out.
        overrun: a chunk that ends after the file does.
        flags: of VP8X; None without it.
        canvas: VP8X's size.
        frame: size of the still picture's own stream.
        stream_alpha: that stream has alpha itself (VP8L).
    """

    declared: int
    names: tuple[bytes, ...]
    overrun: bytes | None
    flags: int | None
    canvas: tuple[int, int] | None
    frame: tuple[int, int] | None
    stream_alpha: bool


def read_chunks(data: memoryview) -> Chunks:
    """Walk the file's chunks.

    Raises:
        InvalidAsset, struct.error, IndexError: the still picture's own header is damaged.
    """
    (size,) = struct.unpack_from("<I", data, 4)
    end = min(8 + size, len(data))
    names: list[bytes] = []
    overrun, flags, canvas, frame, alpha = None, None, None, None, False
    at = 12
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, at)
        names.append(kind)
        if at + 8 + length > end:
            overrun = kind
        if kind == b"VP8X" and length >= 10:
            flags = data[at + 8]
            canvas = tuple(1 + int.from_bytes(data[at + 12 + 3 * i : at + 15 + 3 * i], "little") for i in range(2))
        elif kind in (b"VP8 ", b"VP8L") and frame is None:
            stream = read_header(bytes(data[:12]) + bytes(data[at : at + 64]))
            frame, alpha = (stream.width, stream.height), stream.has_alpha
        at += 8 + length + length % 2
    return Chunks(8 + size, tuple(names), overrun, flags, canvas, frame, alpha)  # type: ignore[arg-type]
