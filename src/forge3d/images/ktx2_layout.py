"""The parts of a KTX2 file that no decoder needs and every writer must get right (KTX 2.0 §3–5, Data Format 1.3 §5).

Reading here judges nothing: what can be read is given back, and who asks holds it against the specification.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from .ktx2_header import HEADER_BYTES, Ktx2Header


class Sample(NamedTuple):
    """One sample of a data format descriptor: its channel id, first bit, number of bits, and range of values."""

    channel: int
    offset: int
    bits: int
    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A basic data format descriptor block. `total` is the size that the whole descriptor says of itself."""

    total: int
    version: int
    size: int
    premultiplied: bool
    block: tuple[int, ...]
    planes: tuple[int, ...]
    samples: tuple[Sample, ...]


class Section(NamedTuple):
    """`length` bytes of the file from `start`."""

    name: str
    start: int
    length: int

    @property
    def end(self) -> int:
        return self.start + self.length


def read_descriptor(header: Ktx2Header, data: memoryview) -> Descriptor:
    """The descriptor of a header that could be read, whose fixed part is there."""
    at, length = header.descriptor
    total, version, size = struct.unpack_from("<I4x2H", data, at)
    flags = data[at + 15]
    samples = []
    for place in range(at + 28, min(at + 4 + size, at + length, len(data)) - 15, 16):
        offset, bits, channel, _, lower, upper = struct.unpack_from("<HBBIII", data, place)
        samples.append(Sample(channel & 0x0F, offset, bits + 1, lower, upper))
    block, planes = tuple(data[at + 16 : at + 20]), tuple(data[at + 20 : at + 28])
    return Descriptor(total, version, size, bool(flags & 1), block, planes, tuple(samples))


def read_key_values(header: Ktx2Header, data: memoryview) -> tuple[list[tuple[str, bytes]], str | None]:
    """The file's metadata in file order, and what keeps the rest of them from being read, if anything does."""
    at, length = header.key_values
    end = at + length
    found: list[tuple[str, bytes]] = []
    if end > len(data):
        return found, "they end after the file does"
    while at < end:
        if end - at < 4:
            return found, f"{end - at} bytes are left over"
        (size,) = struct.unpack_from("<I", data, at)
        if size < 2 or at + 4 + size > end:
            return found, f"an entry says that it is {size} bytes long"
        key, zero, value = bytes(data[at + 4 : at + 4 + size]).partition(b"\0")
        if not zero:
            return found, "a key has no end"
        try:
            found.append((key.decode(), value))
        except UnicodeDecodeError:
            return found, "a key is no UTF-8"
        at += 4 + size + -size % 4
    return found, None


def sections(header: Ktx2Header) -> list[Section]:
    """Every part of the file, by where it begins."""
    index = HEADER_BYTES + 24 * len(header.levels)
    parts = [
        Section("header", 0, index), Section("descriptor", *header.descriptor),
        Section("key/value data", *header.key_values), Section("global data", *header.global_data),
        *(Section(f"level {number}", level.offset, level.length) for number, level in enumerate(header.levels)),
    ]  # fmt: skip
    return sorted((part for part in parts if part.length), key=lambda part: (part.start, part.end))


class Slices(NamedTuple):
    """Where an ETC1S image's slices are in its level: (first byte, length) each, and its flags."""

    flags: int
    colour: tuple[int, int]
    alpha: tuple[int, int]


class Codebooks(NamedTuple):
    """BasisLZ global data: how many codes, the lengths of its four tables, and the slices of each level."""

    endpoints: int
    selectors: int
    tables: tuple[int, ...]
    slices: tuple[Slices, ...]

    @property
    def length(self) -> int:
        """The bytes that the whole must have."""
        return 20 + 20 * len(self.slices) + sum(self.tables)


def read_codebooks(header: Ktx2Header, data: memoryview) -> Codebooks | None:
    """The head of the global data of a two-dimensional ETC1S texture; None where the file ends inside it."""
    at, length = header.global_data
    images = len(header.levels)
    if length < 20 + 20 * images or at + length > len(data):
        return None
    endpoints, selectors, *tables = struct.unpack_from("<2H4I", data, at)
    slices = []
    for image in range(images):
        flags, *places = struct.unpack_from("<5I", data, at + 20 + 20 * image)
        slices.append(Slices(flags, (places[0], places[1]), (places[2], places[3])))
    return Codebooks(endpoints, selectors, tuple(tables), tuple(slices))
