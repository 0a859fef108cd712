"""What contradicts an image format in a file's first bytes, written down from the formats once more, for the tests."""

from __future__ import annotations

import struct

PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


def contradicts_format(data: bytes) -> bool:
    """Whether a PNG, JPEG or WebP says in its header what its format forbids; false where the header is cut off."""
    try:
        if data[:3] == b"\xff\xd8\xff":
            return _jpeg(data)
        if data[:8] == b"\x89PNG\r\n\x1a\n":
            return _png(data)
        return data[:4] == b"RIFF" and data[8:12] == b"WEBP" and _webp(data)
    except (struct.error, IndexError):
        return False


def _png(data: bytes) -> bool:
    """PNG §5.6: IHDR comes first. §11.2.1: what it may hold."""
    length, kind, width, height, depth, colour, *methods, interlace = struct.unpack_from(">I4sIIBBBBB", data, 8)
    if kind != b"IHDR" or length != 13:
        return True
    return depth not in PNG_DEPTHS.get(colour, ()) or any(methods) or interlace > 1 or not width or not height


def _jpeg(data: bytes) -> bool:
    """T.81 B.1.1.2: each segment begins with X'FF' and a code. B.2.1: the frame header comes before any scan."""
    at = 2
    while True:
        if data[at] != 0xFF:
            return True
        while data[at] == 0xFF:
            at += 1
        marker = data[at]
        if marker in (0x00, 0x01, 0xD9, 0xDA) or 0xD0 <= marker <= 0xD8:
            return True
        (length,) = struct.unpack_from(">H", data, at + 1)
        if (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)) or marker == 0xDE:
            break
        at += 1 + length
    if length < 8:
        return True
    bits, height, width, components = struct.unpack_from(">BHHB", data, at + 3)
    return bits not in (8, 12, 16) or not height or not width or length != 8 + 3 * components


def _webp(data: bytes) -> bool:
    """RFC 6386 §19.1: a key frame and its start code. RFC 9649 §3.4: the signature, and three bits of version."""
    kind = data[12:16]
    if kind == b"VP8 ":
        start, width, height = struct.unpack_from("<3sHH", data, 23)
        return bool(data[20] & 1) or start != b"\x9d\x01\x2a" or not width & 0x3FFF or not height & 0x3FFF
    if kind == b"VP8L":
        return data[20] != 0x2F or data[24] >> 5 != 0
    return False
