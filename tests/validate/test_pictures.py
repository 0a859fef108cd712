from __future__ import annotations

import struct

import pytest

from .payloads import changed, ours, picture, textured

WEBP_ALPHA, AVIF, AVIF_ALPHA = picture("RGBA", "webp"), picture("RGB", "avif"), picture("RGBA", "avif")


def codes(data: bytes, kind: str) -> set[str]:
    return {code for code, at in ours(textured(data, kind)) if at == "/images/0"}


@pytest.mark.parametrize("kind", ["webp", "avif"])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("lossless", [False, True])
def test_good_pictures(kind: str, mode: str, lossless: bool) -> None:
    options = {} if not lossless else {"quality": 100, "lossless": True} if kind == "webp" else {"quality": 100}
    assert ours(textured(picture(mode, kind, **options), kind)) == []


@pytest.mark.parametrize(
    ("offset", "form", "value", "code"),
    [
        (4, "<I", 10**6, "WEBP_LENGTH"),
        (20, "<B", 0, "WEBP_FLAGS"),
        (20, "<B", 0x30, "WEBP_FLAGS"),
        (24, "<B", 63, "WEBP_CANVAS"),
        (30, "<4s", 0, "WEBP_NO_PICTURE"),
    ],
)
def test_webp(offset: int, form: str, value: int, code: str) -> None:
    data = changed(WEBP_ALPHA, offset, form, value) if form != "<4s" else WEBP_ALPHA[:30]
    assert code in codes(data, "webp")


def at(data: bytes, kind: bytes, place: int, number: int = 0) -> int:
    """A byte in the body of the box `kind`, the first of them or a later one."""
    start = -1
    for _ in range(number + 1):
        start = data.index(kind, start + 1)
    return start + 4 + place


@pytest.mark.parametrize(
    ("box", "place", "value", "code"),
    [
        (b"ispe", 7, 64, "AVIF_CONFIG"),
        (b"av1C", 0, 1, "AVIF_CONFIG"),
        (b"av1C", 1, 0x40, "AVIF_CONFIG"),
        (b"av1C", 2, 0x5C, "AVIF_CONFIG"),
        (b"pixi", 5, 10, "AVIF_CONFIG"),
        (b"mdat", 0, 0xFF, "AVIF_DATA_INVALID"),
        (b"ftyp", 3, ord("s"), "AVIF_BRAND"),
        (b"infe", 8, ord("h"), "AVIF_ITEM"),
    ],
)
def test_avif(box: bytes, place: int, value: int, code: str) -> None:
    assert code in codes(changed(AVIF, at(AVIF, box, place), "<B", value), "avif")


def test_avif_items_lie_in_the_file() -> None:
    assert codes(AVIF[:-10], "avif") == {"AVIF_ITEM"}
    start = len(AVIF) - AVIF[::-1].index(b"tadm")
    assert codes(AVIF[:start], "avif") == {"AVIF_ITEM"}


def test_avif_alpha_is_of_the_pictures_size() -> None:
    places = [at(AVIF_ALPHA, b"ispe", 7, number) for number in range(AVIF_ALPHA.count(b"ispe"))]
    widths = {struct.unpack_from("B", AVIF_ALPHA, place)[0] for place in places}
    assert widths == {48}
    assert "AVIF_CONFIG" in codes(changed(AVIF_ALPHA, places[0], "<B", 50), "avif")


def test_turned_pictures() -> None:
    turned = AVIF.replace(b"colrnclx", b"irotnclx")
    assert "AVIF_TRANSFORM" in codes(turned, "avif")


def test_textures_without_a_fallback_require_their_extension() -> None:
    document = textured(AVIF, "avif")
    del document["extensionsRequired"]
    assert ours(document) == [("TEXTURE_NO_FALLBACK", "/textures/0")]
    document["textures"][0]["source"] = 0
    assert ours(document) == []
