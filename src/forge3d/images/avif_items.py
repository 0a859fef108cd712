"""The items of an AVIF file: what each is, where its bytes are, and what it refers to (ISO/IEC 14496-12 §8.11)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from .isobmff import boxes, primary_item, read_properties

MAX_ITEMS = 4096


@dataclass(slots=True)
class Item:
    """An image item. `extents` are (first byte, length) in the file; `properties` bodies by type."""

    kind: bytes = b""
    extents: list[tuple[int, int]] = field(default_factory=list)
    properties: dict[bytes, memoryview] = field(default_factory=dict)

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in its `ispe`."""
        body = self.properties.get(b"ispe", b"")
        return struct.unpack_from(">2I", body, 4) if len(body) >= 12 else None

    @property
    def length(self) -> int:
        return sum(length for _, length in self.extents)


@dataclass(slots=True)
class Items:
    """`references`: (type, from, to) such as (b"auxl", 2, (1,)), where item 2 is the alpha of item 1."""

    major: bytes
    brands: frozenset[bytes]
    primary: int
    items: dict[int, Item]
    references: list[tuple[bytes, int, tuple[int, ...]]]

    def alpha(self) -> Item | None:
        """The item that holds the primary one's alpha."""
        for kind, source, targets in self.references:
            if kind == b"auxl" and self.primary in targets and source in self.items:
                return self.items[source]
        return None


def read_items(data: memoryview) -> Items:
    """The items of a file whose header could be read.

    Raises:
        InvalidAsset: a box contradicts itself.
        struct.error, IndexError: one ends too early.
    """
    parts = [(kind, body) for kind, body in boxes(data) if kind in (b"ftyp", b"meta")]
    found = dict(reversed(parts))  # the first of each
    meta = dict(boxes(found[b"meta"][4:]))
    brands = bytes(found[b"ftyp"])
    items = {number: Item(kind) for number, kind in _infos(meta.get(b"iinf", memoryview(b"")))}
    inside = _start_of(data, meta[b"idat"]) if b"idat" in meta else None
    for number, extents in _locations(meta.get(b"iloc", memoryview(b"")), inside):
        items.setdefault(number, Item()).extents = extents
    properties, associations = read_properties(meta[b"iprp"])
    for number, places in associations.items():
        mine = [properties[place - 1] for place in places if 0 < place <= len(properties)]
        items.setdefault(number, Item()).properties = dict(mine)
    return Items(
        brands[:4], frozenset(brands[at : at + 4] for at in range(8, len(brands) - 3, 4)), primary_item(meta[b"pitm"]),
        items, list(_references(meta.get(b"iref", memoryview(b"")))),
    )  # fmt: skip


def _start_of(data: memoryview, part: memoryview) -> int:
    """Where in `data` a slice of it begins."""
    whole, piece = bytes(data), bytes(part)
    return whole.find(piece) if piece else 0


def _infos(body: memoryview) -> Iterator[tuple[int, bytes]]:
    if not len(body):
        return
    for number, (kind, entry) in enumerate(boxes(body[6 if body[0] == 0 else 8 :])):
        if kind == b"infe" and entry[0] in (2, 3) and number < MAX_ITEMS:
            wide = entry[0] == 3
            (item,) = struct.unpack_from(">I" if wide else ">H", entry, 4)
            at = 10 if wide else 8
            yield item, bytes(entry[at : at + 4])


def _locations(body: memoryview, inside: int | None) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """(item, extents); `inside` is where the idat box's bytes begin."""
    if not len(body):
        return
    version = body[0]
    sizes = body[4] >> 4, body[4] & 15, body[5] >> 4, body[5] & 15 if version else 0
    at = 6
    count, at = _number(body, at, 2 if version < 2 else 4)
    for _ in range(min(count, MAX_ITEMS)):
        item, at = _number(body, at, 2 if version < 2 else 4)
        method, at = _number(body, at, 2) if version else (0, at)
        _, at = _number(body, at, 2)  # the data reference: this file
        base, at = _number(body, at, sizes[2])
        many, at = _number(body, at, 2)
        extents = []
        for _ in range(min(many, MAX_ITEMS)):
            _, at = _number(body, at, sizes[3])
            offset, at = _number(body, at, sizes[0])
            length, at = _number(body, at, sizes[1])
            start = base + offset + ((inside or 0) if method & 15 == 1 else 0)
            extents.append((start, length))
        yield item, extents


def _number(body: memoryview, at: int, size: int) -> tuple[int, int]:
    if at + size > len(body):
        raise IndexError
    return int.from_bytes(body[at : at + size], "big"), at + size


def _references(body: memoryview) -> Iterator[tuple[bytes, int, tuple[int, ...]]]:
    if not len(body):
        return
    form = "H" if body[0] == 0 else "I"
    for kind, entry in boxes(body[4:]):
        source, count = struct.unpack_from(f">{form}H", entry)
        targets = struct.unpack_from(f">{count}{form}", entry, struct.calcsize(f">{form}H"))
        yield kind, source, targets
