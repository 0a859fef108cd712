"""The boxes of an AVIF file that describe its picture (ISO/IEC 14496-12, 23008-12; AVIF 1.1)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from ..errors import InvalidAsset
from .headers import UNEXPECTED_END, Colour, ImageHeader, invalid

ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")
MAX_BOXES = 4096


def read_avif(data: memoryview) -> ImageHeader:
    """The header of an AVIF still, or of the still that a sequence carries.

    Size comes from `ispe`, depth from `pixi` or else `av1C`, grey from `av1C`, alpha from an `auxC` property.
    """
    animated = bytes(data[8:12]) == b"avis"
    meta = next((body for kind, body in boxes(data) if kind == b"meta"), None)
    if meta is None:
        raise InvalidAsset("the AVIF file ends before its meta box", code=UNEXPECTED_END)
    parts = dict(boxes(meta[4:]))
    if b"iprp" not in parts or b"pitm" not in parts:
        raise invalid("the AVIF file does not describe its primary image")
    primary = primary_item(parts[b"pitm"])
    properties, associations = read_properties(parts[b"iprp"])
    mine = {properties[i - 1][0]: properties[i - 1][1] for i in associations.get(primary, ()) if i <= len(properties)}
    if b"ispe" not in mine:
        raise invalid("the AVIF file does not say how large its image is (no ispe property)")
    width, height = struct.unpack_from(">II", mine[b"ispe"], 4)
    alpha = any(kind == b"auxC" and bytes(body[4:]).startswith(ALPHA) for kind, body in properties)
    bits, grey = _depth(mine)
    channels = (1 if grey else 3) + alpha
    return ImageHeader("avif", width, height, channels, bits, alpha, None, *_colour(mine), animated)


def boxes(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    for _ in range(MAX_BOXES):
        if at >= len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, start)
            start += 8
        end = at + size if size else len(data)
        if end < start:
            raise invalid(f"the AVIF's {kind!r} box says that it is {size} bytes long")
        if end > len(data) and kind != b"mdat":  # a file cut off inside its pixels still has a header
            raise IndexError
        yield kind, data[start:end]
        at = end


def primary_item(body: memoryview) -> int:
    item: int = struct.unpack_from(">H" if body[0] == 0 else ">I", body, 4)[0]
    return item


def read_properties(iprp: memoryview) -> tuple[list[tuple[bytes, memoryview]], dict[int, list[int]]]:
    """The list in `ipco`, and from `ipma` for each item id the 1-based places in it."""
    properties: list[tuple[bytes, memoryview]] = []
    associations: dict[int, list[int]] = {}
    for kind, body in boxes(iprp):
        if kind == b"ipco":
            properties = list(boxes(body))
        elif kind == b"ipma":
            associations.update(_associations(body))
    return properties, associations


def _associations(body: memoryview) -> dict[int, list[int]]:
    wide_items, wide_places = body[0] >= 1, body[3] & 1
    (count,) = struct.unpack_from(">I", body, 4)
    at, result = 8, {}
    for _ in range(min(count, len(body))):
        (item,) = struct.unpack_from(">I" if wide_items else ">H", body, at)
        at += 4 if wide_items else 2
        places = body[at]
        at += 1
        if wide_places:
            result[item] = [place & 0x7FFF for place in struct.unpack_from(f">{places}H", body, at)]
        else:
            result[item] = [place & 0x7F for place in struct.unpack_from(f">{places}B", body, at)]
        at += places * (2 if wide_places else 1)
    return result


def _depth(properties: dict[bytes, memoryview]) -> tuple[int, bool]:
    config = properties.get(b"av1C")
    flags = config[2] if config is not None else 0
    grey = bool(flags & 0x10)
    if b"pixi" in properties and properties[b"pixi"][4]:
        return properties[b"pixi"][5], grey or properties[b"pixi"][4] == 1
    return (12 if flags & 0x20 else 10) if flags & 0x40 else 8, grey


def _colour(properties: dict[bytes, memoryview]) -> tuple[Colour | None, Colour | None]:
    """Primaries and transfer function from `colr` (ITU-T H.273)."""
    colour = properties.get(b"colr")
    if colour is None:
        return None, None
    if bytes(colour[:4]) != b"nclx":
        return "custom", "custom"
    primaries, transfer = struct.unpack_from(">HH", colour, 4)
    known: dict[int, Colour] = {13: "srgb", 8: "linear"}
    return "srgb" if primaries == 1 else "custom", known.get(transfer, "custom")
