"""GLB containers of every layout, images of every format with every fault of their headers, URIs of every kind."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator
from itertools import product
from typing import Any

from .complete import Json, data_uri, png, png_chunk

JSON, BIN, OTHER = b"JSON", b"BIN\0", b"XXXX"
ASSET: Json = {"asset": {"version": "2.0"}}


def chunk(kind: bytes, data: bytes, length: int | None = None) -> bytes:
    return struct.pack("<I", len(data) if length is None else length) + kind + data


def glb(*chunks: bytes, length: int | None = None, version: int = 2) -> bytes:
    body = b"".join(chunks)
    return b"glTF" + struct.pack("<II", version, 12 + len(body) if length is None else length) + body


def containers() -> Iterator[tuple[str, bytes]]:
    """JSON texts with chunks after them, as they are, lengthened, cut off, misdeclared and reordered."""
    buffers: dict[str, Any] = {
        "none": None,
        "four": [{"byteLength": 4}],
        "three": [{"byteLength": 3}],
        "beside": [{"byteLength": 4, "uri": "none.bin"}],
        "inside": [{"byteLength": 4, "uri": data_uri(bytes(4))}],
        "second": [{"byteLength": 4}, {"byteLength": 4}],
        "null": [{"byteLength": 4, "uri": None}],
        "retyped": [{"byteLength": 4, "uri": 1}],
        "endless": [{}],
        "stranger": [1],
    }
    data = [bytes(4), bytes(3), bytes(7), bytes(8)]
    tails = {
        "nothing": (),
        **{f"{len(part)} bytes": (chunk(BIN, part),) for part in data},
        "two": (chunk(BIN, bytes(4)), chunk(BIN, bytes(4))),
        "other": (chunk(OTHER, bytes(4)),),
        "other first": (chunk(OTHER, bytes(5)), chunk(BIN, bytes(4))),
        "other last": (chunk(BIN, bytes(4)), chunk(OTHER, bytes(4))),
        "empty first": (chunk(BIN, b""), chunk(BIN, bytes(4))),
        "JSON again": (chunk(BIN, bytes(4)), chunk(JSON, b"{}  ")),
        "too big": (chunk(BIN, bytes(4), 8),),
    }
    for (text_name, entries), (tail_name, tail) in product(buffers.items(), tails.items()):
        document = ASSET if entries is None else {**ASSET, "buffers": entries}
        text = json.dumps(document).encode()
        text += b" " * (-len(text) % 4)
        name, first = f"{text_name}, {tail_name}", chunk(JSON, text)
        whole = glb(first, *tail)
        yield name, whole
        yield f"{name}, more", whole + b"more"
        if text_name not in ("none", "four") or tail_name == "empty first":
            continue
        for cut in (1, 4, 5, 8, 9, 12):
            yield f"{name}, cut by {cut}", whole[:-cut]
        for length in (0, 4, 11, 12, 20, len(whole) - 4, len(whole) + 4, 2**32 - 1):
            yield f"{name}, declared as {length}", glb(first, *tail, length=length)
        for version in (1, 3):
            yield f"{name}, version {version}", glb(first, *tail, version=version)
        yield f"{name}, JSON last", glb(*tail, first)
        yield f"{name}, no JSON", glb(*tail)
        yield f"{name}, empty JSON", glb(chunk(JSON, b""), *tail)
        for more in (-4, 1, 4, 2**31):
            yield f"{name}, JSON longer by {more}", glb(chunk(JSON, text, len(text) + more), *tail)
        yield f"{name}, unaligned JSON", glb(chunk(JSON, text + b" "), *tail)
    whole = glb(chunk(JSON, json.dumps(ASSET).encode()))
    yield from ((f"the first {end} bytes", whole[:end]) for end in range(4, len(whole)))


def jpeg(width: int = 4, height: int = 4, *, components: int = 3, frame: int = 0xC0, bits: int = 8) -> bytes:
    start = struct.pack(">HBHHB", 8 + 3 * components, bits, height, width, components)
    return b"\xff\xd8\xff" + bytes([frame]) + start + bytes(3 * components) + b"\xff\xda" + bytes(20)


def webp(kind: bytes, payload: bytes) -> bytes:
    body = b"WEBP" + kind + struct.pack("<I", len(payload)) + payload
    return b"RIFF" + struct.pack("<I", len(body)) + body


def extended_webp(flags: int, width: int, height: int) -> bytes:
    sides = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return webp(b"VP8X", bytes([flags, 0, 0, 0]) + sides + bytes(20))


SRGB_GAMMA = png_chunk(b"gAMA", struct.pack(">I", 45455))
SRGB_COLOURS = png_chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000))
OTHER_COLOURS = png_chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 7000))
PALETTE = png_chunk(b"PLTE", bytes(3))
IMAGES = {
    "PNG": png(), "PNG of 3 × 5": png(3, 5), "PNG of 16 bits": png(depth=16), "grey PNG": png(colour=0),
    "grey PNG of 1 bit": png(colour=0, depth=1), "PNG with a palette": png(colour=3, chunks=PALETTE),
    "transparent palette": png(colour=3, depth=4, chunks=PALETTE + png_chunk(b"tRNS", bytes(1))),
    "PNG with grey and alpha": png(colour=4), "PNG with alpha": png(colour=6),
    "PNG with a transparent colour": png(chunks=png_chunk(b"tRNS", bytes(6))),
    "PNG that says sRGB": png(chunks=png_chunk(b"sRGB", b"\0")), "PNG with sRGB's gamma": png(chunks=SRGB_GAMMA),
    "linear PNG": png(chunks=png_chunk(b"gAMA", struct.pack(">I", 100000))),
    "PNG with a gamma": png(chunks=png_chunk(b"gAMA", struct.pack(">I", 50000))),
    "PNG with sRGB's colours": png(chunks=SRGB_COLOURS), "PNG with colours": png(chunks=OTHER_COLOURS),
    "PNG with gamma and colours": png(chunks=SRGB_GAMMA + SRGB_COLOURS),
    "PNG with a profile": png(chunks=png_chunk(b"iCCP", b"x\0\0" + zlib.compress(b"abc"))),
    "animated PNG": png(chunks=png_chunk(b"acTL", bytes(8))),
    **{f"PNG cut at {end}": png()[:end] for end in (4, 8, 20, 30, 33)},
    "JPEG": jpeg(), "grey JPEG": jpeg(components=1), "JPEG of four inks": jpeg(components=4),
    "progressive JPEG": jpeg(frame=0xC2), "JPEG of 12 bits": jpeg(bits=12, frame=0xC1),
    "lossless JPEG": jpeg(frame=0xC3), "JPEG of 5 × 4": jpeg(5), "JPEG cut off": jpeg()[:10],
    "WebP": webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a\x10\0\x10\0" + bytes(10)),
    "lossless WebP": webp(b"VP8L", b"\x2f" + struct.pack("<I", 15 | 15 << 14) + bytes(10)),
    "lossless WebP with alpha": webp(b"VP8L", b"\x2f" + struct.pack("<I", 15 | 15 << 14 | 1 << 28) + bytes(10)),
    **{f"extended WebP {flags}": extended_webp(flags, 16, 16) for flags in (0, 2, 16, 32)},
    "WebP of 3 × 5": extended_webp(16, 3, 5), "WebP of no kind": webp(b"ABCD", bytes(20)),
    "WebP cut off": webp(b"VP8 ", bytes(20))[:22],
    "GIF": b"GIF89a" + bytes(20), "BMP": b"BM" + bytes(60), "KTX2": b"\xabKTX 20\xbb\r\n\x1a\n" + bytes(100),
    "DDS": b"DDS " + bytes(130), "nothing": b"", "zeros": bytes(64), "text": b"neither a picture nor a texture",
}  # fmt: skip


def images() -> Iterator[tuple[str, Json]]:
    """Every image as every type, in a buffer view and in data URIs, with and without EXT_texture_webp."""
    types = (None, "image/png", "image/jpeg", "image/webp", "image/gif")
    for (name, data), kind, extended in product(IMAGES.items(), types, (False, True)):
        textures: list[Json] = [{"source": 0}]
        more: Json = {}
        if extended:
            more["extensionsUsed"] = ["EXT_texture_webp"]
            textures.append({"extensions": {"EXT_texture_webp": {"source": 0}}})
        declared = {} if kind is None else {"mimeType": kind}
        stored = data or b"\0"
        view = {"buffer": 0, "byteLength": len(stored)}
        buffer = {"byteLength": len(stored), "uri": data_uri(stored)}
        said = f"{name} as {kind}{', extended' * extended}"
        places: dict[str, Json] = {
            "view": {"images": [{"bufferView": 0, **declared}], "bufferViews": [view], "buffers": [buffer]},
            "data URI": {"images": [{"uri": data_uri(data, kind or "")}]},
            "data URI of PNG": {"images": [{"uri": data_uri(data, "image/png"), **declared}]},
        }
        for place, parts in places.items():
            yield f"{said} in a {place}", {**ASSET, **more, **parts, "textures": textures}


HEADS = (
    "data:application/octet-stream;base64,", "data:application/gltf-buffer;base64,", "data:application/octet-stream,",
    "data:;base64,", "data:base64,", "data:text/plain;base64,", "data:application/octet-stream;charset=utf-8;base64,",
    "DATA:APPLICATION/OCTET-STREAM;base64,", "data:application/octet-stream", "data:application;base64,",
)  # fmt: skip
BODIES = ("AAAA", "", "A", "AA", "AA==", "AA=", "AA%3D%3D", "AAA A", "AAA*", "A-_A", "====", "AAAA=", "AAAAAA")
URIS = (
    "", "#", "?", "a", "a%20b", "%", "a%2", "/a", "//a/b", "http:", "http://a", "file:///a", "a:b", "1:b", ":b",
    "a/b:c", "C:\\a", "a?b", "a#b", "a//b", "mailto:x@y", "urn:x", "datax:", "http://a:b/", "a_b:c",
)  # fmt: skip


def uris() -> Iterator[tuple[str, Json]]:
    """Every URI as that of a buffer and of an image."""
    for uri in (*URIS, *map("".join, product(HEADS, BODIES))):
        yield repr(uri), {**ASSET, "buffers": [{"byteLength": 3, "uri": uri}], "images": [{"uri": uri}]}
