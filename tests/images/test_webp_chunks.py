from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from forge3d.images.webp_chunks import ALPHA, read_chunks


def encoded(mode: str, **options: object) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 255, (32, 48, len(mode)), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "WEBP", **options)
    return out.getvalue()


@pytest.mark.parametrize(
    ("mode", "lossless", "names", "flags", "alpha"),
    [
        ("RGB", False, (b"VP8 ",), None, False),
        ("RGB", True, (b"VP8L",), None, False),
        ("RGBA", True, (b"VP8L",), None, True),
        ("RGBA", False, (b"VP8X", b"ALPH", b"VP8 "), ALPHA, False),
    ],
)
def test_chunks(mode: str, lossless: bool, names: tuple[bytes, ...], flags: int | None, alpha: bool) -> None:
    data = encoded(mode, lossless=lossless)
    chunks = read_chunks(memoryview(data))
    assert (chunks.names, chunks.flags, chunks.stream_alpha) == (names, flags, alpha)
    assert chunks.canvas == (None if flags is None else (48, 32))
    assert (chunks.frame, chunks.declared, chunks.overrun) == ((48, 32), len(data), None)
    assert read_chunks(memoryview(data[:-20])).overrun == names[-1]
