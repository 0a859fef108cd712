"""KTX2 textures to pixels: Basis Universal (ETC1S, UASTC, zstd) as KHR_texture_basisu has it, and plain pixels."""

from __future__ import annotations

import zlib
from importlib import import_module

import numpy as np

from ..errors import DependencyMissing, InvalidAsset, UnsupportedFeature
from .basis import transcode
from .decoding import Pixels
from .headers import UNEXPECTED_END, Bytes, ImageHeader, invalid
from .ktx2_header import HEADER_BYTES, ZSTD, Ktx2Header, Level
from .ktx2_layout import read_codebooks

BLOCK_BYTES = 16  # of a 4 × 4 UASTC block
ZLIB = 3
PLAIN_FORMATS = {9: 1, 15: 1, 16: 2, 22: 2, 23: 3, 29: 3, 37: 4, 43: 4}  # VkFormat R8 … R8G8B8A8 → channels


def decode_level(data: Bytes, level: int = 0) -> Pixels:
    """Decode one mip level of a two-dimensional KTX2 texture.

    Every length in the file is held against its size and against what the format demands before native code runs.

    Returns:
        Read-only `(height, width, channels)` uint8; see `forge3d.images.decode`.

    Raises:
        InvalidAsset: damaged, cut off, or lengths that cannot be true.
        UnsupportedFeature: cube maps, arrays, volumes, video, GPU block formats.
        DependencyMissing: plain pixels compressed with Zstandard, without a package that reads it.
    """
    header = Ktx2Header.parse(memoryview(data))
    if header.faces != 1 or header.depth or header.layers or not header.height:
        raise UnsupportedFeature("KTX2", "only single two-dimensional textures can be decoded, as glTF has them")
    chosen = _checked_level(header, data, level)
    if header.vk_format in PLAIN_FORMATS:
        pixels = _plain(header, data, level, chosen)
    elif header.is_basis:
        pixels = _basis(header.summary(), data, level)
    else:
        raise UnsupportedFeature(
            "KTX2", f"{header.codec} with supercompression {header.scheme} is not a Basis Universal payload"
        )
    pixels.flags.writeable = False
    return pixels


def _checked_level(header: Ktx2Header, data: Bytes, level: int) -> Level:
    if not 0 <= level < len(header.levels):
        raise IndexError(f"level {level} of a texture with {len(header.levels)}")
    for index, stored in enumerate(header.levels):
        if stored.offset + stored.length > len(data) or stored.offset < HEADER_BYTES:
            raise InvalidAsset(f"level {index} of the KTX2 file lies past its end", code=UNEXPECTED_END)
        if header.codec.startswith("uastc"):
            blocks = _blocks(header.width >> index) * _blocks(header.height >> index)
            if stored.uncompressed != blocks * BLOCK_BYTES or (
                header.scheme == 0 and stored.length != stored.uncompressed
            ):
                raise invalid(
                    f"level {index} of the KTX2 file says {stored.uncompressed:,} bytes for {blocks:,} blocks"
                )
    if header.codec == "etc1s":
        _check_codebooks(header, data)
    return header.levels[level]


def _blocks(size: int) -> int:
    return (max(size, 1) + 3) // 4


def _check_codebooks(header: Ktx2Header, data: Bytes) -> None:
    """BasisLZ global data: lengths that fill it exactly, and slices inside their levels."""
    books = read_codebooks(header, memoryview(data))
    if books is None:
        raise InvalidAsset("the codebooks of the KTX2 file lie past its end", code=UNEXPECTED_END)
    if books.length != header.global_data[1] or not books.endpoints or not books.selectors:
        raise invalid("the lengths of the KTX2 file's codebooks contradict each other")
    for index, (level, image) in enumerate(zip(header.levels, books.slices, strict=True)):
        if sum(image.colour) > level.length or sum(image.alpha) > level.length:
            raise invalid(f"level {index} of the KTX2 file is shorter than its slices")


def _basis(summary: ImageHeader, data: Bytes, level: int) -> Pixels:
    rgba = transcode(data, level, "rgba8")
    pixels: Pixels = np.asarray(rgba)
    if summary.channels == 4:
        return pixels
    if summary.channels == 2:  # red is spread over RGB, green lies in alpha
        return np.stack([pixels[..., 0], pixels[..., 3], np.zeros_like(pixels[..., 0])], axis=-1)
    return np.ascontiguousarray(pixels[..., : summary.channels])


def _plain(header: Ktx2Header, data: Bytes, level: int, stored: Level) -> Pixels:
    channels = PLAIN_FORMATS[header.vk_format]
    width, height = max(header.width >> level, 1), max(header.height >> level, 1)
    expected = width * height * channels
    packed = memoryview(data)[stored.offset : stored.offset + stored.length]
    raw = _inflate(packed, header.scheme, expected) if header.scheme else bytes(packed)
    if len(raw) != expected:
        raise invalid(f"level {level} of the KTX2 file holds {len(raw):,} bytes where {expected:,} are needed")
    pixels = np.frombuffer(raw, np.uint8).reshape(height, width, channels)
    return np.concatenate([pixels, np.zeros_like(pixels[..., :1])], axis=-1) if channels == 2 else pixels.view()


def _inflate(packed: memoryview, scheme: int, expected: int) -> bytes:
    """Undo the supercompression; never makes more than `expected` + 1 bytes."""
    if scheme == ZLIB:
        try:
            return zlib.decompressobj().decompress(packed, expected + 1)
        except zlib.error as error:
            raise invalid(f"the KTX2 level's zlib data are damaged: {error}") from error
    if scheme != ZSTD:
        raise UnsupportedFeature("KTX2", f"supercompression scheme {scheme} on plain pixels")
    try:
        zstandard = import_module("zstandard")
    except ImportError:
        raise DependencyMissing(
            "this KTX2 file holds plain pixels under Zstandard: pip install zstandard, or convert it to Basis Universal"
        ) from None
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(packed) as reader:
            return bytes(reader.read(expected + 1))
    except zstandard.ZstdError as error:
        raise invalid(f"the KTX2 level's Zstandard data are damaged: {error}") from error
