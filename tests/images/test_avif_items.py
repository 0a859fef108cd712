from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from forge3d.errors import InvalidAsset
from forge3d.images.av1_header import Sequence, read_sequence
from forge3d.images.avif_items import read_items


def encoded(mode: str, **options: object) -> bytes:
    pixels = np.random.default_rng(1).integers(0, 255, (32, 48, len(mode)), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(out, "AVIF", quality=60, **options)
    return out.getvalue()


RGBA = encoded("RGBA")


def test_items_and_what_they_refer_to() -> None:
    items = read_items(memoryview(RGBA))
    assert (items.major, items.primary) == (b"avif", 1)
    assert b"mif1" in items.brands
    picture, alpha = items.items[1], items.alpha()
    assert alpha is items.items[2]
    assert (picture.kind, picture.size, alpha.size) == (b"av01", (48, 32), (48, 32))
    assert picture.length + alpha.length < len(RGBA)
    assert read_items(memoryview(encoded("RGB"))).alpha() is None


@pytest.mark.parametrize(
    ("mode", "subsampling", "profile", "grey"),
    [("RGB", "4:2:0", 0, False), ("RGB", "4:4:4", 1, False), ("L", "4:0:0", 0, True)],
)
def test_sequence_headers(mode: str, subsampling: str, profile: int, grey: bool) -> None:
    data = encoded(mode, subsampling=subsampling)
    ((start, length),) = read_items(memoryview(data)).items[1].extents
    assert read_sequence(data[start : start + length]) == Sequence(profile, 48, 32, 8, grey)


@pytest.mark.parametrize("stream", [b"", b"\xff", b"\x0a", b"\x0a\x7f", b"\x0a\xff" * 8, b"\x0a\x01\x00", b"\x12\x00"])
def test_broken_streams(stream: bytes) -> None:
    with pytest.raises(InvalidAsset):
        read_sequence(stream)
