"""WebP and AVIF images: the parts of their containers against each other, and what stands in where they are unknown."""

from __future__ import annotations

import struct

from ..errors import Forge3DError, InvalidAsset
from ..images.av1_header import Sequence, read_sequence
from ..images.avif_items import Item, Items, read_items
from ..images.headers import ImageHeader
from ..images.webp_chunks import ALPHA, ANIMATION, FLAGS, Chunks, read_chunks
from .judge import Judge
from .rules import ERROR, WARNING, rule

WEBP, AVIF, BASIS = "EXT_texture_webp", "EXT_texture_avif", "KHR_texture_basisu"
WEBP_LENGTH = rule("FORGE3D_WEBP_LENGTH", ERROR, WEBP, "a chunk, or the whole, says another length than the file has")
WEBP_CANVAS = rule("FORGE3D_WEBP_CANVAS", ERROR, WEBP, "the picture is of another size than its canvas")
WEBP_FLAGS = rule("FORGE3D_WEBP_FLAGS", WARNING, WEBP, "the file announces other chunks than it holds")
WEBP_NO_PICTURE = rule("FORGE3D_WEBP_NO_PICTURE", ERROR, WEBP, "the file holds no picture that can be read")
AVIF_BRAND = rule("FORGE3D_AVIF_BRAND", WARNING, AVIF, "the file does not say that it is an AVIF still")
AVIF_ITEM = rule("FORGE3D_AVIF_ITEM", ERROR, AVIF, "an item of the picture is missing, or its bytes are")
AVIF_CONFIG = rule("FORGE3D_AVIF_CONFIG", ERROR, AVIF, "what the file says of a picture is not what its stream says")
AVIF_ALPHA = rule("FORGE3D_AVIF_ALPHA", ERROR, AVIF, "the alpha picture is of another size, or has colours")
AVIF_GRID = rule("FORGE3D_AVIF_GRID", ERROR, AVIF, "the tiles of a grid do not make the picture")
AVIF_TRANSFORM = rule("FORGE3D_AVIF_TRANSFORM", WARNING, AVIF, "the picture is to be turned, mirrored or cropped")
AVIF_STREAM = rule("FORGE3D_AVIF_DATA_INVALID", ERROR, AVIF, "a picture's AV1 stream cannot be read")
NO_FALLBACK = rule(
    "FORGE3D_TEXTURE_NO_FALLBACK", WARNING, "3.12",
    "a texture has no PNG or JPEG, but the extension for its other source is not required",
)  # fmt: skip

CROP, TURN, MIRROR = b"clap", b"irot", b"imir"
STREAM_BYTES = 1 << 26
"""How much of one item's stream is looked at."""


def check_pictures(judge: Judge, headers: dict[int, ImageHeader]) -> None:
    """Every WebP and AVIF image."""
    for index, header in headers.items():
        if header.format not in ("webp", "avif"):
            continue
        pointer = f"/images/{index}"
        try:
            data = memoryview(judge.source.image_bytes(index))
        except Forge3DError:
            continue  # told of when its header was read
        check = _check_webp if header.format == "webp" else _check_avif
        check(header, data, pointer, judge)


def check_fallbacks(judge: Judge) -> None:
    """A texture without a source of its own is for those who know the extension: the file must require it.

    WebP is left out: the Khronos validator knows its extension, and has nothing to say there.
    """
    for _, texture, pointer in judge.entries("textures"):
        names = [name for name in (BASIS, AVIF) if name in texture.get("extensions", {})]
        if names and "source" not in texture and not set(names) & {*judge.root["extensionsRequired"]}:
            judge.report(NO_FALLBACK, pointer, f"{names[0]} is not in extensionsRequired")


def _check_webp(header: ImageHeader, data: memoryview, pointer: str, judge: Judge) -> None:
    try:
        chunks = read_chunks(data)
    except (InvalidAsset, struct.error, IndexError) as error:
        judge.report(WEBP_NO_PICTURE, pointer, getattr(error, "message", "its stream is cut off"))
        return
    if chunks.overrun is not None or chunks.declared > len(data):
        what = f"chunk {chunks.overrun!r}" if chunks.overrun is not None else "the file"
        judge.report(WEBP_LENGTH, pointer, f"{what} ends after the {len(data):,} bytes that there are")
    if chunks.canvas is not None and chunks.frame is not None and chunks.canvas != chunks.frame:
        sides = " × ".join(map(str, chunks.frame)), " × ".join(map(str, chunks.canvas))
        judge.report(WEBP_CANVAS, pointer, f"{sides[0]} pixels on a canvas of {sides[1]}")
    if chunks.frame is None and not header.animated:
        judge.report(WEBP_NO_PICTURE, pointer)
    if chunks.flags is not None:
        _check_flags(chunks, chunks.flags, pointer, judge)


def _check_flags(chunks: Chunks, flags: int, pointer: str, judge: Judge) -> None:
    for name, flag in FLAGS.items():
        there = name in chunks.names or (flag == ALPHA and (chunks.stream_alpha or flags & ANIMATION))
        if bool(flags & flag) != bool(there):
            message = f"{name.decode().strip()} is {'announced' if flags & flag else 'there, and not announced'}"
            judge.report(WEBP_FLAGS, pointer, message)


def _check_avif(header: ImageHeader, data: memoryview, pointer: str, judge: Judge) -> None:
    try:
        items = read_items(data)
    except (InvalidAsset, struct.error, IndexError, KeyError):
        judge.report(AVIF_ITEM, pointer, "the list of its items is damaged")
        return
    if b"avif" not in (items.major, *items.brands) or items.major == b"avis":
        judge.report(AVIF_BRAND, pointer, f"its brand is {items.major!r}")
    primary = items.items.get(items.primary, Item())
    _check_picture(primary, items, "the picture", data, pointer, judge)
    for kind in (CROP, TURN, MIRROR):
        if kind in primary.properties:
            judge.report(AVIF_TRANSFORM, pointer, f"it has a {kind.decode()} property, which not every reader heeds")
    alpha = items.alpha()
    if alpha is None:
        return
    if alpha.size != primary.size:
        judge.report(AVIF_ALPHA, pointer, f"alpha of {alpha.size} pixels for a picture of {primary.size}")
    stream = _check_picture(alpha, items, "its alpha", data, pointer, judge)
    if stream is not None and not stream.grey:
        judge.report(AVIF_ALPHA, pointer, "the alpha picture has colours")


def _check_picture(
    item: Item, items: Items, name: str, data: memoryview, pointer: str, judge: Judge
) -> Sequence | None:
    """One item with its stream; what the stream says of itself, where there is one that can be read."""
    if item.kind == b"grid":
        _check_grid(item, items, name, data, pointer, judge)
        return None
    if item.kind != b"av01" or not item.length:
        judge.report(AVIF_ITEM, pointer, f"{name} is {item.kind!r} with {item.length} bytes")
        return None
    stream = _bytes_of(item, data)
    if stream is None:
        judge.report(AVIF_ITEM, pointer, f"the bytes of {name} are not in the file of {len(data):,}")
        return None
    try:
        sequence = read_sequence(stream)
    except InvalidAsset as error:
        judge.report(AVIF_STREAM, pointer, error.message)
        return None
    for message in _contradictions(item, sequence):
        judge.report(AVIF_CONFIG, pointer, f"{name}: {message}")
    return sequence


def _bytes_of(item: Item, data: memoryview) -> bytes | None:
    """The bytes of an item; None where some of them are not in the file, or they are too many to be one picture's."""
    if item.length > min(STREAM_BYTES, len(data)):
        return None
    if any(start + length > len(data) or not length for start, length in item.extents):
        return None
    return b"".join(data[start : start + length] for start, length in item.extents)


def _contradictions(item: Item, sequence: Sequence) -> list[str]:
    found = []
    if item.size != (sequence.width, sequence.height):
        found.append(f"{item.size} pixels are declared, the stream has {sequence.width} × {sequence.height}")
    config = bytes(item.properties.get(b"av1C", b""))
    if len(config) < 4 or config[0] != 0x81:
        return [*found, "there is no configuration (av1C) of version 1"]
    bits = (12 if config[2] & 0x20 else 10) if config[2] & 0x40 else 8
    said = config[1] >> 5, bits, bool(config[2] & 0x10)
    if said != (sequence.profile, sequence.bits, sequence.grey):
        found.append(f"profile, bits and grey are declared as {said}, and are {sequence[0], *sequence[3:]}")
    depths = bytes(item.properties.get(b"pixi", b""))[4:]
    if depths and (depths[0] != len(depths) - 1 or any(depth != sequence.bits for depth in depths[1:])):
        found.append(f"{', '.join(map(str, depths[1:]))} bits are declared (pixi), the stream has {sequence.bits}")
    return found


def _check_grid(item: Item, items: Items, name: str, data: memoryview, pointer: str, judge: Judge) -> None:
    """A picture of tiles, row by row, all of one size; those at the right and lower edge may reach over it."""
    number = next((number for number, entry in items.items.items() if entry is item), -1)
    tiles = [items.items.get(to, Item()) for kind, source, targets in items.references
             if kind == b"dimg" and source == number for to in targets]  # fmt: skip
    head = _bytes_of(item, data)
    if head is None or len(head) < (12 if head[:2][-1:] == b"\1" else 8):
        judge.report(AVIF_ITEM, pointer, f"the grid of {name} is not in the file")
        return
    rows, columns = head[2] + 1, head[3] + 1
    width, height = struct.unpack_from(">2I" if head[1] & 1 else ">2H", head, 4)
    sizes = {tile.size for tile in tiles}
    if len(tiles) != rows * columns or len(sizes) != 1 or None in sizes:
        judge.report(AVIF_GRID, pointer, f"{len(tiles)} tiles of sizes {sizes} for {rows} × {columns}")
        return
    size = sizes.pop() or (0, 0)
    if size[0] * columns < width or size[1] * rows < height or item.size != (width, height):
        judge.report(AVIF_GRID, pointer, f"{columns} × {rows} tiles of {size} for {width} × {height} pixels")
    for place, tile in {id(tile): (place, tile) for place, tile in enumerate(tiles)}.values():
        if tile.kind == b"grid":
            judge.report(AVIF_GRID, pointer, f"tile {place} is a grid itself")
        else:
            _check_picture(tile, items, f"tile {place} of {name}", data, pointer, judge)
