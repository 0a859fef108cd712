"""Decoding of a file's data on first use, after the document has been built.

A `Decoder` refers to the file only, and to nothing of the document: a document that nobody needs goes at once.
"""

from __future__ import annotations

import numpy as np

from ..errors import InvalidAsset
from ..gltf import Source
from ..gltf.accessors import Layout, Span, dense
from ..gltf.json_access import as_index
from .accessor import Array
from .layout import Json


class Decoder:
    """Gives arrays and bytes of one file, and checks indices against the meshes that they index."""

    def __init__(self, source: Source, views: list[Json]):
        self._source, self._views = source, views
        self._spans: dict[int, Span] = {}
        self._buffers: dict[int, memoryview] = {}
        self._vertices: dict[int, int] = {}  # accessor of indices → vertices of the smallest mesh that it indexes

    def accessor(self, number: int, layout: Layout) -> Array:
        if layout.view is None or layout.sparse is not None:
            array = self._source.array(number)
        else:
            try:
                span = self._spans.get(layout.view) or self._span(layout.view, number)
                array = dense(layout, span, "")
            except InvalidAsset as error:
                error.file, error.pointer = error.file or self._source.name, error.pointer or f"/accessors/{number}"
                raise
        vertices = self._vertices.get(number)
        if vertices is not None:
            self._check_indices(number, array, vertices)
        return array

    def _span(self, view: int, number: int) -> Span:
        """The bytes of buffer view `view`, found once for all accessors in it."""
        if view >= len(self._views):
            as_index(view, f"/accessors/{number}/bufferView", len(self._views))
        json = self._views[view]
        span = None if "extensions" in json else self._plain_span(json)
        if span is None:
            data = self._source.view(view)  # decompresses, or says what is wrong
            span = Span(data, 0, len(data), json.get("byteStride", 0))
        self._spans[view] = span
        return span

    def _plain_span(self, json: Json) -> Span | None:
        """A view that is as it should be, in a tenth of the time that the source takes to judge one: small files have
        as many views as accessors. None for all others."""
        get = json.get
        buffer, start, length, stride = get("buffer"), get("byteOffset", 0), get("byteLength"), get("byteStride", 0)
        if not (type(buffer) is type(start) is type(length) is type(stride) is int):
            return None
        data = self._buffers.get(buffer)
        if data is None:
            data = self._buffers[buffer] = self._source.buffer(buffer)
        within = start >= 0 and length >= 1 and start + length <= len(data) and 0 <= stride <= 256
        return Span(data, start, length, stride) if within else None

    def _check_indices(self, number: int, array: Array, vertices: int) -> None:
        largest = int(np.maximum.reduce(array))
        if largest >= vertices:
            message = f"index {largest} points to no vertex: there are {vertices}"
            raise InvalidAsset(
                message, file=self._source.name, pointer=f"/accessors/{number}", code="ACCESSOR_INDEX_OOB"
            )

    def index_vertices(self, number: int, vertices: int) -> None:
        """Hold the values of accessor `number` against the mesh that they index, when they are decoded."""
        self._vertices[number] = min(vertices, self._vertices.get(number, vertices))

    def draco(self, mesh: int, primitive: int, semantic: str, number: int) -> Array:
        """An attribute that a Draco primitive decodes to, or its indices (semantic ""), for accessor `number`."""
        decoded = self._source.draco(mesh, primitive)
        assert decoded is not None
        if semantic:
            return decoded.attributes[semantic]
        if number in self._vertices:
            self._check_indices(number, decoded.indices, self._vertices[number])
        return decoded.indices

    def sparse(self, number: int, part: int) -> Array:
        """A sparse accessor's indices (part 0), values (1) or the array in which they replace elements (2)."""
        sparse = self._source.sparse(number)
        assert sparse is not None
        array = (*sparse[0], sparse[1])[part]
        assert array is not None
        return array

    def view(self, number: int) -> bytes:
        """The bytes of a buffer view."""
        return bytes(self._source.view(number))

    def uncompressed(self, number: int) -> bytes:
        """The bytes that stand in the file beside those of a compressed buffer view."""
        place = self._source.place(number)
        return bytes(self._source.buffer(place.buffer)[place.start : place.start + place.length])
