"""The header, level index and data format descriptor of KTX 2.0 files (Khronos KTX 2.0 §3, Data Format 1.3 §5)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from .headers import Colour, ImageHeader, invalid

HEADER_BYTES = 80
ETC1S, UASTC = 163, 166  # colour models of the data format descriptor
BASIS_LZ, ZSTD = 1, 2  # supercompression schemes
TRANSFER_LINEAR, TRANSFER_SRGB = 1, 2
MAX_LAYERS = 4096

# What each set of channel ids in the descriptor's samples means: (channels, has alpha).
ETC1S_CHANNELS: dict[tuple[int, ...], tuple[int, bool]] = {
    (0,): (3, False),
    (3,): (1, False),
    (0, 15): (4, True),
    (3, 4): (2, False),
}
UASTC_CHANNELS: dict[tuple[int, ...], tuple[int, bool]] = {
    (0,): (3, False), (3,): (4, True), (4,): (1, False), (5,): (2, False), (6,): (2, False),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Level:
    """One mip level: where its bytes lie, and how many they are after the supercompression is undone (0: unknown)."""

    offset: int
    length: int
    uncompressed: int


@dataclass(frozen=True, slots=True)
class Ktx2Header:
    """A KTX2 header.

    `height`, `depth`, `layers` are as stored, where 0 means "not such a texture"; so is `level_count`, where 0 means
    one level, and that a reader may make the others. `descriptor`, `key_values` and `global_data` say where sections
    are: first byte and length.
    """

    vk_format: int
    type_size: int
    width: int
    height: int
    depth: int
    layers: int
    faces: int
    scheme: int
    levels: tuple[Level, ...]
    global_data: tuple[int, int]
    model: int
    primaries: int
    transfer: int
    samples: tuple[int, ...]
    level_count: int
    descriptor: tuple[int, int]
    key_values: tuple[int, int]

    @classmethod
    def parse(cls, data: memoryview) -> Ktx2Header:
        """Read and judge everything before the pixels; sizes that cannot be true are refused.

        Raises:
            InvalidAsset: the header contradicts itself.
            IndexError, struct.error: the data end inside it.
        """
        vk_format, type_size, width, height, depth, layers, faces, count, scheme = struct.unpack_from("<9I", data, 12)
        dfd_offset, dfd_length, kvd_offset, kvd_length = struct.unpack_from("<4I", data, 48)
        global_offset, global_length = struct.unpack_from("<2Q", data, 64)
        if faces not in (1, 6) or layers > MAX_LAYERS:
            raise invalid(f"the KTX2 header says {faces} faces and {layers} layers")
        if count > max(width, height, depth, 1).bit_length():
            raise invalid(f"the KTX2 header says {count} levels of a {width} × {height} texture")
        levels = tuple(Level(*struct.unpack_from("<3Q", data, HEADER_BYTES + 24 * i)) for i in range(max(count, 1)))
        model, primaries, transfer, samples = _descriptor(data, dfd_offset, dfd_length)
        return cls(
            vk_format, type_size, width, height, depth, layers, faces, scheme, levels, (global_offset, global_length),
            model, primaries, transfer, samples, count, (dfd_offset, dfd_length), (kvd_offset, kvd_length),
        )  # fmt: skip

    @property
    def codec(self) -> str:
        """ "etc1s", "uastc", "uastc-zstd", or "vkformat-N" for what Basis Universal did not write."""
        if self.vk_format == 0 and self.model == ETC1S and self.scheme == BASIS_LZ:
            return "etc1s"
        if self.vk_format == 0 and self.model == UASTC and self.scheme in (0, ZSTD):
            return "uastc-zstd" if self.scheme == ZSTD else "uastc"
        return f"vkformat-{self.vk_format}"

    @property
    def is_basis(self) -> bool:
        return not self.codec.startswith("vkformat")

    def summary(self) -> ImageHeader:
        """The facts that every format has."""
        table = ETC1S_CHANNELS if self.model == ETC1S else UASTC_CHANNELS if self.model == UASTC else {}
        channels, alpha = table.get(self.samples, (min(max(len(self.samples), 1), 4), 15 in self.samples))
        transfers: dict[int, Colour] = {TRANSFER_LINEAR: "linear", TRANSFER_SRGB: "srgb"}
        primaries: dict[int, Colour | None] = {0: None, 1: "srgb"}
        return ImageHeader(
            "ktx2", self.width, max(self.height, 1), channels, 8, alpha,
            self.codec,
            primaries.get(self.primaries, "custom"), transfers.get(self.transfer), levels=len(self.levels),
        )  # fmt: skip


def _descriptor(data: memoryview, offset: int, length: int) -> tuple[int, int, int, tuple[int, ...]]:
    """Colour model, primaries, transfer function and the samples' channel ids of the basic descriptor block."""
    if length < 28 or offset < HEADER_BYTES:
        raise invalid("the KTX2 file has no data format descriptor")
    kind, size, model, primaries, transfer = struct.unpack_from("<I2xHBBB", data, offset + 4)
    if kind != 0 or size < 24 or size + 4 > length:
        raise invalid("the KTX2 data format descriptor is not a basic one")
    channels = (data[offset + 28 + 16 * i + 3] & 0x0F for i in range(min((size - 24) // 16, 16)))
    return model, primaries, transfer, tuple(channels)
