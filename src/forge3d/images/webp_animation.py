"""Still WebP pictures to an animated one (RFC 9649 §2.7), without decoding them."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from ..errors import RecipeError
from .headers import read_header
from .webp_chunks import ALPHA, ANIMATION

_REPLACE = 0x02  # a frame takes the place of the one before it, and is not blended over it
_LONGEST = (1 << 24) - 1  # milliseconds


def webp_animation(stills: Sequence[bytes], durations: Sequence[int]) -> bytes:
    """An animation that loops for ever.

    Frames stay as they are encoded: no frame is told as the difference to the one before, which gains nothing where a
    product turns.

    Args:
        stills: WebP files of one size, lossy or lossless; their metadata is left out.
        durations: of each, milliseconds.

    Raises:
        RecipeError: none, or of several sizes.
    """
    headers = [read_header(still) for still in stills]
    sizes = {(header.width, header.height) for header in headers}
    if len(sizes) != 1:
        raise RecipeError(f"an animation takes at least one frame, and all of one size, not {sorted(sizes)}")
    size = _short(headers[0].width - 1) + _short(headers[0].height - 1)
    flags = ANIMATION | (ALPHA if any(header.has_alpha for header in headers) else 0)
    parts = [_chunk(b"VP8X", struct.pack("<I", flags) + size), _chunk(b"ANIM", struct.pack("<IH", 0, 0))]
    for still, duration in zip(stills, durations, strict=True):
        head = bytes(6) + size + _short(min(max(duration, 0), _LONGEST)) + bytes([_REPLACE])
        parts.append(_chunk(b"ANMF", head + b"".join(_picture(still))))
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _picture(still: bytes) -> Iterator[bytes]:
    """The chunks that hold the picture itself."""
    at = 12
    while at + 8 <= len(still):
        kind, length = struct.unpack_from("<4sI", still, at)
        if kind in (b"ALPH", b"VP8 ", b"VP8L"):
            yield _chunk(kind, still[at + 8 : at + 8 + length])
        at += 8 + length + length % 2


def _chunk(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)


def _short(number: int) -> bytes:
    return number.to_bytes(3, "little")
