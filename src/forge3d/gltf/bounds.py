"""Faults of buffers, buffer views, accessors, images and compressed payloads (specification §3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import Forge3DError
from .accessors import Layout, check_fit, check_sparse_count, sparse_parts
from .collector import Collector
from .faults import Severity, fault_of
from .json_access import shown
from .references import length
from .resources import is_data

if TYPE_CHECKING:
    from .source import Source


def find_bounds_faults(source: Source, found: Collector) -> None:
    """Add every fault of what holds data. Reads all buffers and decompresses everything, once."""
    bounds = Bounds(source, found)
    for key, check in (
        ("buffers", bounds.buffer),
        ("bufferViews", bounds.view),
        ("accessors", bounds.accessor),
        ("images", bounds.image),
        ("meshes", bounds.mesh),
    ):
        for number in range(length(source.json, key)):
            check(number)


class Bounds:
    """Checks one object at a time. `missing` are the buffers that have no data of their own.

    That is allowed: somebody outside the file fills them. What lies in them is judged by what they declare.
    """

    def __init__(self, source: Source, found: Collector):
        self.source, self.found = source, found
        self.missing = {
            number
            for number in range(length(source.json, "buffers"))
            if "uri" not in self.json("buffers", number) and (number > 0 or source.container == "gltf")
        }

    def json(self, key: str, number: int) -> dict[str, Any]:
        """Object `number` of the list at `key`, empty where there is no such object."""
        entries = self.source.json.get(key)
        value = entries[number] if type(entries) is list and 0 <= number < len(entries) else None
        return value if type(value) is dict else {}

    def is_missing(self, view: int | None) -> bool:
        """Whether a buffer view lies in a buffer without data."""
        buffer = None if view is None else self.json("bufferViews", view).get("buffer")
        return type(buffer) is int and buffer in self.missing

    def buffer(self, number: int) -> None:
        if number in self.missing:
            return
        here = f"/buffers/{number}"
        has_uri = "uri" in self.json("buffers", number)
        with self.found.catching(f"{here}/uri" if has_uri else here):
            declared = len(self.source.buffer(number))
            extra = 0 if has_uri else len(self.source.stored_buffer(number)) - declared
            if extra > 3:
                message = f"the BIN chunk has {extra} bytes more than the buffer declares"
                self.found.add("BUFFER_GLB_CHUNK_TOO_BIG", here, message, Severity.WARNING)

    def view(self, number: int) -> None:
        here = f"/bufferViews/{number}"
        view = self.json("bufferViews", number)
        stride, length = view.get("byteStride"), view.get("byteLength")
        if type(stride) is int:
            if not 4 <= stride <= 252:
                self.found.add(
                    "VALUE_NOT_IN_RANGE", f"{here}/byteStride", f"byteStride {shown(stride)} is not in [4, 252]"
                )
            elif stride % 4:
                self.found.add("VALUE_MULTIPLE_OF", f"{here}/byteStride", f"byteStride {stride} is not a multiple of 4")
            elif type(length) is int and stride > length:
                message = f"byteStride {stride} is more than the view's {length} bytes"
                self.found.add("BUFFER_VIEW_TOO_BIG_BYTE_STRIDE", f"{here}/byteStride", message)
        with self.found.catching(here):
            self.source.place(number)
            if self.source.meshopt(number) is not None or not self.is_missing(number):
                self.source.view(number)

    def accessor(self, number: int) -> None:
        here = f"/accessors/{number}"
        try:
            layout = self.source.layout(number)
        except Forge3DError as error:
            self.found.extend([fault_of(error, here)])
            return
        if layout.normalized and layout.dtype.char in "fIL":
            message = "only bytes and shorts can be normalized"
            self.found.add("ACCESSOR_NORMALIZED_INVALID", f"{here}/normalized", message)
        parts = [(here, layout)]
        with self.found.catching(f"{here}/sparse"):
            parts += self._sparse_parts(layout, here)
        for place, part in parts:
            self._alignment(part, place)
            if part.view is not None and part.view < length(self.source.json, "bufferViews"):
                with self.found.catching(place):
                    where = self.source.place(part.view)
                    check_fit(part, where.length, where.stride, place)
        if any(self.is_missing(part.view) for _, part in parts):
            return
        with self.found.catching(here):
            self.source.array(number)
            sparse = self.source.sparse(number)
            if sparse is not None and (sparse[0].indices[1:] <= sparse[0].indices[:-1]).any():
                message = "the indices do not rise strictly"
                self.found.add("ACCESSOR_SPARSE_INDICES_NON_INCREASING", f"{here}/sparse/indices", message)

    def _sparse_parts(self, layout: Layout, here: str) -> list[tuple[str, Layout]]:
        if layout.sparse is None:
            return []
        indices, values = sparse_parts(layout, here)
        parts = [(f"{here}/sparse/indices", indices), (f"{here}/sparse/values", values)]
        for place, part in parts:
            if part.view is not None and "byteStride" in self.json("bufferViews", part.view):
                message = "only buffer views of vertex attributes can have a byteStride"
                self.found.add("BUFFER_VIEW_INVALID_BYTE_STRIDE", f"{place}/bufferView", message)
        with self.found.catching(here):
            check_sparse_count(layout, indices.count, here)
        return parts

    def _alignment(self, layout: Layout, here: str) -> None:
        size = layout.dtype.itemsize
        if len(layout.element.shape) == 2:
            if layout.offset % 4:
                message = f"matrices begin at multiples of 4, not at {layout.offset}"
                self.found.add("ACCESSOR_MATRIX_ALIGNMENT", f"{here}/byteOffset", message)
            return
        if layout.offset % size:
            message = f"byteOffset {layout.offset} is not a multiple of the component's {size} bytes"
            self.found.add("ACCESSOR_OFFSET_ALIGNMENT", f"{here}/byteOffset", message)
        if layout.view is None:
            return
        start = self.json("bufferViews", layout.view).get("byteOffset", 0)
        if type(start) is int and (start + layout.offset) % size:
            message = f"with the view's byteOffset, {start + layout.offset} is not a multiple of {size}"
            self.found.add("ACCESSOR_TOTAL_OFFSET_ALIGNMENT", here, message)

    def image(self, number: int) -> None:
        image = self.json("images", number)
        here, uri, view = f"/images/{number}", image.get("uri"), image.get("bufferView")
        with self.found.catching(here if uri is None else f"{here}/uri"):
            if type(uri) is str and not is_data(uri):
                if not self.source.locate(uri).is_file():
                    self.found.add("IO_ERROR", f"{here}/uri", f"there is no file {uri!r}")
            elif uri is not None or (type(view) is int and not self.is_missing(view)):
                self.source.image_bytes(number)

    def mesh(self, number: int) -> None:
        primitives = self.json("meshes", number).get("primitives")
        for primitive in range(len(primitives) if type(primitives) is list else 0):
            with self.found.catching(f"/meshes/{number}/primitives/{primitive}"):
                self.source.draco(number, primitive)
