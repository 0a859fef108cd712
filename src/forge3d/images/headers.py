"""What an image file says about itself, read from its first bytes without decoding: pure Python, no dependencies.

Sources: PNG (W3C, 3rd edition), JPEG (ITU-T T.81), WebP (RFC 9649), AVIF (AV1 Image File Format 1.1 over ISO/IEC
14496-12 and 23008-12), KTX 2.0 (Khronos), GIF89a, Windows bitmaps.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..errors import InvalidAsset

Format = Literal["png", "jpeg", "webp", "avif", "ktx2", "gif", "bmp"]
Bytes = bytes | bytearray | memoryview
Colour = Literal["srgb", "linear", "custom"]

MIME_TYPES: dict[Format, str] = {
    "png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "avif": "image/avif", "ktx2": "image/ktx2",
    "gif": "image/gif", "bmp": "image/bmp",
}  # fmt: skip

UNEXPECTED_END = "IMAGE_UNEXPECTED_EOS"
INVALID = "IMAGE_DATA_INVALID"
UNRECOGNIZED = "IMAGE_UNRECOGNIZED_FORMAT"


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """The facts in an image's header.

    Attributes:
        width, height: pixels of the largest level.
        channels: 1 (grey), 2 (grey and alpha; red and green in KTX2), 3 or 4; of what decoding gives, so a PNG palette
            counts as 3, or 4 where it has transparency. A CMYK JPEG counts its four inks.
        bits_per_channel: as stored, so that a palette's is its index's; 8 for Basis Universal.
        has_alpha: an alpha channel, a PNG transparency chunk, or AVIF's alpha item.
        levels: mip levels in the file.
        codec: inside the container: "baseline" or "progressive" (JPEG), "lossy", "lossless" or "extended" (WebP),
            "etc1s", "uastc", "uastc-zstd" or "vkformat-N" (KTX2).
        primaries, transfer: what the container says about its colours; None where it says nothing. "custom" also stands
            for an ICC profile, which is not read.
        animated: more than one frame (APNG, animated WebP, AVIF sequences).
        square: pixels are as wide as they are high; only PNG says otherwise.
    """

    format: Format
    width: int
    height: int
    channels: int
    bits_per_channel: int
    has_alpha: bool
    codec: str | None = None
    primaries: Colour | None = None
    transfer: Colour | None = None
    animated: bool = False
    levels: int = 1
    square: bool = True

    @property
    def srgb(self) -> bool | None:
        """Whether the container says that its colours are sRGB; None where it does not say."""
        return None if self.transfer is None else self.transfer == "srgb" and self.primaries in ("srgb", None)

    @property
    def mime_type(self) -> str:
        return MIME_TYPES[self.format]

    @property
    def pixels(self) -> int:
        """Pixels of the largest level."""
        return self.width * self.height


def recognise(data: Bytes) -> Format | None:
    """The format that the first bytes announce, or None. Looks at 32 bytes at most."""
    head = bytes(data[:32])
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith(b"\xabKTX 20\xbb\r\n\x1a\n"):
        return "ktx2"
    if head[4:8] == b"ftyp" and (b"avif" in head[8:] or b"avis" in head[8:]):
        return "avif"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    return "bmp" if head.startswith(b"BM") and head[6:10] == b"\0\0\0\0" else None


def read_header(data: Bytes) -> ImageHeader:
    """Read the header of a PNG, JPEG, WebP, AVIF, KTX2, GIF or BMP file.

    Only the header is looked at: a file that is cut off later still has one.

    Raises:
        InvalidAsset: not an image that is known here (code IMAGE_UNRECOGNIZED_FORMAT), cut off inside its header
            (IMAGE_UNEXPECTED_EOS), or contradicting its format (IMAGE_DATA_INVALID).
    """
    found = recognise(data)
    if found is None:
        start = bytes(data[:8]).hex(" ") or "nothing"
        raise InvalidAsset(f"not a PNG, JPEG, WebP, AVIF or KTX2 image: it starts with {start}", code=UNRECOGNIZED)
    try:
        header = _READERS[found](memoryview(data).toreadonly())
    except (struct.error, IndexError):
        raise InvalidAsset(
            f"the {found} header is cut off: the file ends after {len(data):,} bytes", code=UNEXPECTED_END
        ) from None
    if header.width < 1 or header.height < 1:
        raise invalid(f"the {found} header says {header.width} × {header.height} pixels")
    return header


def invalid(message: str) -> InvalidAsset:
    """An `InvalidAsset` about an image's bytes, with the Khronos code for it."""
    return InvalidAsset(message, code=INVALID)


SRGB_CHROMATICITIES = struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
_PNG_LENGTHS = {b"IHDR": 13, b"cHRM": 32, b"gAMA": 4, b"sRGB": 1, b"pHYs": 9}
_PNG_CHANNELS = {0: 1, 2: 3, 3: 3, 4: 2, 6: 4}
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}


def _png(data: memoryview) -> ImageHeader:
    said = dict[bytes, bytes]()
    at = 8
    while True:  # every chunk moves `at` by 12 at least, and the end of the data stops it
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IDAT":
            break
        if length != _PNG_LENGTHS.get(kind, length):
            raise invalid(f"the PNG's {kind.decode()} chunk has {length} bytes, not {_PNG_LENGTHS[kind]}")
        said[kind] = bytes(data[at + 8 : at + 8 + min(length, 32)])
        at += 12 + length
    if next(iter(said), None) != b"IHDR":
        raise invalid("a PNG must begin with an IHDR chunk")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", said[b"IHDR"])
    if depth not in _PNG_DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise invalid(f"the PNG's IHDR is not allowed: colour type {colour} with {depth} bits")
    transparent = b"tRNS" in said
    channels = _PNG_CHANNELS[colour] + (transparent and colour in (0, 2, 3))
    alpha = colour in (4, 6) or transparent
    across, down = struct.unpack_from(">II", said.get(b"pHYs", bytes(8)))
    animated, square = b"acTL" in said, across == down
    return ImageHeader("png", width, height, channels, depth, alpha, None, *_png_colour(said), animated, square=square)


def _png_colour(said: dict[bytes, bytes]) -> tuple[Colour | None, Colour | None]:
    """Primaries and transfer function; the chunks outrank each other in this order."""
    if b"cICP" in said:
        primaries, transfer = said[b"cICP"][:2].ljust(2, b"\0")
        return "srgb" if primaries == 1 else "custom", {13: "srgb", 8: "linear"}.get(transfer, "custom")  # type: ignore[return-value]
    if b"iCCP" in said:
        return "custom", "custom"
    if b"sRGB" in said:
        return "srgb", "srgb"
    primaries_said: Colour | None = None
    if b"cHRM" in said:
        primaries_said = "srgb" if said[b"cHRM"] == SRGB_CHROMATICITIES else "custom"
    gamma = int.from_bytes(said[b"gAMA"][:4], "big") if b"gAMA" in said else None
    known: dict[int, Colour] = {45455: "srgb", 100000: "linear"}
    return primaries_said, None if gamma is None else known.get(gamma, "custom")


_JPEG_FRAMES = frozenset({*range(0xC0, 0xD0), 0xDE} - {0xC4, 0xC8, 0xCC})


def _jpeg(data: memoryview) -> ImageHeader:
    at = 2
    while True:
        while data[at] != 0xFF:  # libjpeg skips stray bytes between segments as well
            at += 1
        while data[at] == 0xFF:  # a marker may be preceded by any number of fill bytes (T.81 B.1.1.2)
            at += 1
        marker = data[at]
        at += 1
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # TEM, RSTn, SOI: no segment follows
            continue
        if marker == 0x00:
            raise invalid("the JPEG has image data where a segment should be")
        if marker in (0xD9, 0xDA):
            raise invalid("the JPEG has no frame header before its image data")
        (length,) = struct.unpack_from(">H", data, at)
        if length < 2:
            raise invalid(f"a JPEG segment says that it is {length} bytes long, which is too short")
        if marker in _JPEG_FRAMES:
            break
        at += length
    if at + length > len(data):
        raise IndexError
    if length < 8:
        raise invalid(f"the JPEG's frame header is {length} bytes long, which is too short")
    bits, height, width, components = struct.unpack_from(">BHHB", data, at + 2)
    if components not in (1, 3, 4) or bits not in (8, 12, 16) or length != 8 + 3 * components:
        raise invalid(f"the JPEG's frame header is not allowed: {components} components of {bits} bits")
    codec = {0xC0: "baseline", 0xC1: "baseline", 0xC2: "progressive"}.get(marker, f"sof-{marker - 0xC0}")
    return ImageHeader("jpeg", width, height, components, bits, False, codec=codec)


def _webp(data: memoryview) -> ImageHeader:
    kind = bytes(data[12:16])
    if len(data) < (25 if kind.endswith(b"L") else 30):
        raise IndexError
    if kind == b"VP8X":
        flags, a, b, c, d, e, f = struct.unpack_from("<B3x6B", data, 20)
        width, height, alpha = 1 + (a | b << 8 | c << 16), 1 + (d | e << 8 | f << 16), bool(flags & 0x10)
        colour: Colour = "custom" if flags & 0x20 else "srgb"
        animated = bool(flags & 0x02)
        return ImageHeader("webp", width, height, 3 + alpha, 8, alpha, "extended", colour, colour, animated)
    if kind == b"VP8L":
        signature, bits = struct.unpack_from("<BI", data, 20)
        if signature != 0x2F or bits >> 29:
            raise invalid("the WebP's lossless stream has no signature")
        alpha = bool(bits >> 28 & 1)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        return ImageHeader("webp", width, height, 3 + alpha, 8, alpha, "lossless", "srgb", "srgb")
    if kind == b"VP8 ":
        tag, start, width, height = struct.unpack_from("<B2x3sHH", data, 20)
        if tag & 1 or start != b"\x9d\x01\x2a":
            raise invalid("the WebP's lossy stream does not begin with a key frame")
        return ImageHeader("webp", width & 0x3FFF, height & 0x3FFF, 3, 8, False, "lossy", "srgb", "srgb")
    raise invalid(f"the WebP begins with a {kind!r} chunk, not VP8, VP8L or VP8X")


def _gif(data: memoryview) -> ImageHeader:
    width, height = struct.unpack_from("<HH", data, 6)
    return ImageHeader("gif", width, height, 3, 8, False)


def _bmp(data: memoryview) -> ImageHeader:
    size, width, height, _, bits = struct.unpack_from("<IiiHH", data, 14)
    if size < 40:
        raise invalid("only Windows bitmaps (40-byte header or longer) are known")
    return ImageHeader("bmp", width, abs(height), 4 if bits == 32 else 3, 8, bits == 32)


def _avif(data: memoryview) -> ImageHeader:
    from .isobmff import read_avif

    return read_avif(data)


def _ktx2(data: memoryview) -> ImageHeader:
    from .ktx2_header import Ktx2Header

    return Ktx2Header.parse(data).summary()


_READERS: dict[Format, Callable[[memoryview], ImageHeader]] = {
    "png": _png, "jpeg": _jpeg, "webp": _webp, "avif": _avif, "ktx2": _ktx2, "gif": _gif, "bmp": _bmp,
}  # fmt: skip
