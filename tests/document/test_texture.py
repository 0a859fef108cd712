"""Images hold their encoded bytes, and decode once."""

from __future__ import annotations

import pytest

from forge3d.document import Image, Texture, TextureInfo, TextureTransform
from forge3d.errors import InvalidAsset

from .build import PIXEL


def test_data_are_loaded_once_and_late() -> None:
    calls: list[int] = []

    def load() -> bytes:
        calls.append(1)
        return PIXEL

    image = Image(load=load)
    assert calls == []
    assert image.data == image.data == PIXEL
    assert calls == [1]
    assert not image.replaced


def test_the_header_needs_the_first_bytes_only() -> None:
    def load() -> bytes:
        raise AssertionError("not needed")

    image = Image(load=load, head=lambda: PIXEL[:50])
    assert image.header.width == 1
    late = Image(load=lambda: PIXEL, head=lambda: PIXEL[:20])  # cut off inside the header: all is read
    assert late.header.width == 1


@pytest.mark.parametrize(
    ("start", "mime"),
    [
        (PIXEL, "image/png"), (b"\xff\xd8\xff\xe0", "image/jpeg"), (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"\xabKTX 20\xbb\r\n\x1a\n", "image/ktx2"), (b"\0\0\0\x1cftypavif", "image/avif"), (b"GIF89a", None),
        (b"", None),
    ],
)  # fmt: skip
def test_the_type_is_recognised_where_it_is_not_declared(start: bytes, mime: str | None) -> None:
    assert Image(start).mime_type == mime
    assert Image(start, mime_type="image/x").mime_type == "image/x"


def test_pixels_are_decoded_once_until_the_data_change() -> None:
    image = Image(PIXEL)
    first = image.pixels
    assert first.shape[:2] == (1, 1)
    assert not first.flags.writeable
    assert image.pixels is first
    assert (image.header.width, image.header.height) == (1, 1)
    image.data = b"no picture"
    assert image.replaced
    with pytest.raises(InvalidAsset):
        _ = image.pixels
    with pytest.raises(InvalidAsset):
        _ = image.header
    image.data = PIXEL
    assert image.pixels is not first
    image.forget_pixels()
    assert image.pixels.shape == first.shape


def test_the_transform_may_choose_another_set_of_coordinates() -> None:
    info = TextureInfo(texture=Texture(), tex_coord=1)
    assert info.uv_set == 1
    info.transform = TextureTransform()
    assert info.uv_set == 1
    info.transform.tex_coord = 4
    assert info.uv_set == 4
