"""Buffers and buffer views (specification §3.6.1): their bytes, decompressed where an extension says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from ..errors import InvalidAsset
from .accessors import Span
from .codecs import meshopt
from .json_access import MAX_FLOAT, broken, index, integer, mapping, string
from .resources import Resolver
from .root import Root


@dataclass(slots=True, eq=False)
class CompressedView:
    """A buffer view of EXT_ or KHR_meshopt_compression: `count` elements of `stride` bytes, in `data`."""

    extension: str
    data: memoryview
    count: int
    stride: int
    mode: str
    filter: str
    pointer: str


class Place(NamedTuple):
    """Where a buffer view is: `length` bytes of a buffer from `start`, elements `stride` apart (0: packed)."""

    buffer: int
    start: int
    length: int
    stride: int


class Views:
    """Reads each buffer, and decompresses each view, once. `known` holds the views that were asked for so far."""

    def __init__(self, root: Root, resolver: Resolver, glb_bin: memoryview | None):
        self._root, self._resolver, self._glb_bin = root, resolver, glb_bin
        self._buffers: dict[int, memoryview] = {}
        self._resources: dict[str, memoryview] = {}
        self.known: dict[int, Span] = {}

    def buffer(self, number: int) -> memoryview:
        """The declared bytes of a buffer."""
        known = self._buffers.get(number)
        if known is None:
            known = self._buffers[number] = self._read_buffer(number)
        return known

    def stored(self, number: int) -> memoryview:
        """All bytes that there are for a buffer, whatever length it declares."""
        buffer, here = self._root.entry("buffers", number)
        uri = string(buffer, "uri", here, None)
        if uri is not None:
            known = self._resources.get(uri)  # a file that many buffers name is in memory once
            if known is not None:
                return known
            try:
                return self._resources.setdefault(uri, self._resolver.read(uri))
            except InvalidAsset as error:
                error.pointer = f"{here}/uri"
                raise
        if number != 0 or self._glb_bin is None:
            broken("the buffer has neither a URI nor a GLB binary chunk", here, "BUFFER_MISSING_GLB_DATA")
        return self._glb_bin

    def _read_buffer(self, number: int) -> memoryview:
        buffer, here = self._root.entry("buffers", number)
        length = integer(buffer, "byteLength", here, minimum=1, maximum=MAX_FLOAT)
        data = self.stored(number)
        if len(data) < length:
            broken(f"{len(data)} bytes where {length} are declared", here, "BUFFER_BYTE_LENGTH_MISMATCH")
        return data[:length]

    def span(self, number: int) -> Span:
        """Where the bytes of a buffer view are, decompressed."""
        known = self.known.get(number)
        if known is None:
            known = self.known[number] = self._find_span(number)
        return known

    def _find_span(self, number: int) -> Span:
        view, here = self._root.entry("bufferViews", number)
        compressed = self.compressed(number)
        if compressed is None:
            return self._stored(view, here)
        length = integer(view, "byteLength", here, minimum=1)
        stride = integer(view, "byteStride", here, 0, maximum=256)
        data = self._decompressed(compressed)
        if len(data) < length:
            broken(f"{len(data)} decoded bytes where {length} are declared", here, "BUFFER_VIEW_TOO_LONG")
        return Span(data, 0, length, stride)

    def _stored(self, view: dict[str, Any], here: str) -> Span:
        place = self._place(view, here)
        return Span(self.buffer(place.buffer), place.start, place.length, place.stride)

    def place(self, number: int) -> Place:
        """Where a buffer view says that it is, checked against the length that its buffer declares. Reads no buffer."""
        return self._place(*self._root.entry("bufferViews", number))

    def _place(self, view: dict[str, Any], here: str) -> Place:
        length = integer(view, "byteLength", here, minimum=1)
        start = integer(view, "byteOffset", here, 0)
        stride = integer(view, "byteStride", here, 0, maximum=256)
        number = index(view, "buffer", here, self._root.length("buffers"))
        declared = integer(self._root.entry("buffers", number)[0], "byteLength", f"/buffers/{number}", minimum=1)
        if start + length > declared:
            key = "byteOffset" if start >= declared else "byteLength"
            message = f"bytes {start} to {start + length} are not in a buffer of {declared}"
            broken(message, f"{here}/{key}", "BUFFER_VIEW_TOO_LONG")
        return Place(number, start, length, stride)

    def compressed(self, number: int) -> CompressedView | None:
        """How a buffer view is compressed, with its payload; None when it is not."""
        view, here = self._root.entry("bufferViews", number)
        if "extensions" not in view:
            return None
        extensions = mapping(view, "extensions", here)
        name = next((name for name in meshopt.EXTENSIONS if name in extensions), None)
        if name is None:
            return None
        value, here = mapping(extensions, name, f"{here}/extensions"), f"{here}/extensions/{name}"
        data, start, length, _ = self._stored({**value, "byteStride": 0}, here)
        return CompressedView(
            name,
            data[start : start + length],
            integer(value, "count", here, minimum=1),
            integer(value, "byteStride", here, minimum=1),
            string(value, "mode", here),
            string(value, "filter", here, "NONE"),
            here,
        )

    def _decompressed(self, view: CompressedView) -> memoryview:
        version = 1 if view.extension == meshopt.KHR else 0
        arguments = (view.data, view.count, view.stride, view.mode, view.filter)
        try:
            meshopt.check(*arguments, version)
            self._root.budget.spend_bytes(view.count * view.stride, "decompressing the geometry")
            return meshopt.decode(*arguments, version=version).data
        except InvalidAsset as error:
            error.pointer = error.pointer or view.pointer
            raise
