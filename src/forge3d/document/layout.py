"""Where bytes go: buffer views grouped by what they hold, so that the JSON stays small.

Vertex attributes of one stride share one buffer view, indices of one size another, everything else of one element size
a third. Inside a view accessors stand back to back; every view begins at a multiple of four.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import lcm
from typing import Any

import numpy as np

from ..errors import InvalidAsset
from .accessor import Accessor, Array, extremes

Json = dict[str, Any]
Bytes = bytes | memoryview


class Role(StrEnum):
    """What an accessor is for; it decides the buffer view's target and stride."""

    INDEX = "index"
    VERTEX = "vertex"
    OTHER = "other"


TARGETS = {Role.VERTEX: 34962, Role.INDEX: 34963}


class Binary:
    """The bytes of one buffer, as they grow."""

    def __init__(self, start: Bytes = b""):
        self._parts: list[Bytes] = [start] if start else []
        self.length = len(start)

    def append(self, data: Bytes, alignment: int = 4) -> int:
        """Add `data` at the next multiple of `alignment`; returns its byte offset."""
        padding = -self.length % alignment
        if padding:
            self._parts.append(bytes(padding))
        offset = self.length + padding
        self._parts.append(data)
        self.length = offset + len(data)
        return offset

    def bytes(self) -> bytes:
        return b"".join(self._parts)


@dataclass(slots=True)
class Group:
    """Accessors that share one buffer view of equally long elements, and its meshopt mode if it is compressed.

    Each accessor begins at a multiple of `stride`.
    """

    role: Role
    stride: int
    mode: str = "ATTRIBUTES"
    filter: str = "NONE"
    view: Json | None = None
    index: int = -1
    chunks: list[Bytes] = field(default_factory=list)
    accessors: list[Accessor] = field(default_factory=list)  # of each chunk
    length: int = 0
    # The same memory is stored once: (address, strides, shape, type) → offset. The accessors keep the memory alive.
    _placed: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def place(self, accessor: Accessor) -> int:
        """Add the elements of an accessor; returns their offset in the view."""
        array = accessor.array
        if not len(array):
            raise InvalidAsset("an accessor is empty, where glTF wants at least one element: remove what uses it")
        memory = array.__array_interface__
        key = (memory["data"][0], array.strides, array.shape, array.dtype)
        offset = self._placed.get(key)
        if offset is None:
            offset = self._placed[key] = self.length
            self.chunks.append(self.stored(accessor, array))
            self.accessors.append(accessor)
            self.length += len(self.chunks[-1])
        return offset

    def stored(self, accessor: Accessor, array: Array) -> Bytes:
        """Elements of the accessor as the view holds them, up to the next multiple of its stride."""
        data = packed(array, element_stride(accessor, self.role))
        padding = -len(data) % self.stride
        return bytes(data) + bytes(padding) if padding else data


def element_stride(accessor: Accessor, role: Role) -> int:
    """Bytes from one element to the next (§3.6.2.4): matrix columns and vertex attributes align to four bytes."""
    size = accessor.dtype.itemsize
    element = accessor.shape[1:]
    natural = size * (element[0] if element else 1)
    if len(element) == 2:
        natural = (natural + 3 & ~3) * element[1]
    return natural + 3 & ~3 if role is Role.VERTEX else natural


def row_stride(stride: int, row: int) -> int:
    """Bytes in which meshopt's codec takes elements of `stride` bytes: rows of so many, if they fit, in fours."""
    whole = lcm(stride * row, 4)
    return whole if whole <= 256 else lcm(stride, 4)


def packed(array: Array, stride: int) -> memoryview:
    """The elements as glTF stores them: matrices column by column, each element padded to `stride` bytes."""
    count = len(array)
    if array.ndim == 3:
        array = array.transpose(0, 2, 1)
        column = array.shape[2] * array.itemsize
        if column % 4:
            columns = np.zeros((count, array.shape[1], column + 3 & ~3), np.uint8)
            columns[:, :, :column] = np.ascontiguousarray(array).view(np.uint8)
            array = columns
    array = np.ascontiguousarray(array)
    width = array.nbytes // count
    if width == stride:
        return array.reshape(-1).view(np.uint8).data
    rows = np.zeros((count, stride), np.uint8)
    rows[:, :width] = array.reshape(count, -1).view(np.uint8)
    return rows.reshape(-1).data


def bounds_of(array: Array) -> tuple[list[float], list[float]]:
    """Component-wise `(min, max)` in the stored type, as JSON numbers that read back exactly.

    Raises:
        InvalidAsset: a component is NaN or infinite.
    """
    rows = array.reshape(len(array), -1) if array.ndim < 3 else array.transpose(0, 2, 1).reshape(len(array), -1)
    low, high = extremes(rows)
    if array.dtype.kind == "f" and not (np.isfinite(low).all() and np.isfinite(high).all()):
        raise InvalidAsset("an accessor that needs bounds holds NaN or infinity", code="ACCESSOR_INVALID_FLOAT")
    return low.tolist(), high.tolist()
