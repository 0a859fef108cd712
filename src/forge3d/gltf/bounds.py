"""Faults of buffers, buffer views, accessors, images and compressed payloads (specification §3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import Forge3DError
from .accessors import Layout, check_fit, check_sparse_count, sparse_parts
from .collector import Collector
from .faults import Severity, fault_of
from .references import length
from .resources import is_data

if TYPE_CHECKING:
    from .source import Source


def find_bounds_faults(source: Source, found: Collector) -> None:
    """Add every fault of what holds data. Reads all buffers and decompresses everything, once."""
    missing = _placeholders(source)
    for number in range(length(source.json, "buffers")):
        if number not in missing:
            _buffer(source, number, found)
    for number in range(length(source.json, "bufferViews")):
        _view(source, number, missing, found)
    for number in range(length(source.json, "accessors")):
        _accessor(source, number, missing, found)
    for number in range(length(source.json, "images")):
        _image(source, number, missing, found)
    for mesh in range(length(source.json, "meshes")):
        primitives = _object(source.json["meshes"][mesh]).get("primitives")
        for primitive in range(len(primitives) if type(primitives) is list else 0):
            with found.catching(f"/meshes/{mesh}/primitives/{primitive}"):
                source.draco(mesh, primitive)


def _object(value: Any) -> dict[str, Any]:
    return value if type(value) is dict else {}


def _placeholders(source: Source) -> set[int]:
    """Buffers that have no data of their own, which is allowed: somebody outside the file fills them."""
    buffers = source.json.get("buffers")
    return {
        number
        for number, buffer in enumerate(buffers if type(buffers) is list else ())
        if "uri" not in _object(buffer) and (number > 0 or source.container == "gltf")
    }


def _is_placeholder(view: dict[str, Any], missing: set[int]) -> bool:
    buffer = view.get("buffer")
    return type(buffer) is int and buffer in missing


def _buffer(source: Source, number: int, found: Collector) -> None:
    here = f"/buffers/{number}"
    has_uri = "uri" in _object(source.json["buffers"][number])
    with found.catching(f"{here}/uri" if has_uri else here):
        declared = len(source.buffer(number))
        extra = 0 if has_uri else len(source.stored_buffer(number)) - declared
        if extra > 3:
            message = f"the BIN chunk has {extra} bytes more than the buffer declares"
            found.add("BUFFER_GLB_CHUNK_TOO_BIG", here, message, Severity.WARNING)


def _view(source: Source, number: int, missing: set[int], found: Collector) -> None:
    here = f"/bufferViews/{number}"
    view = _object(source.json["bufferViews"][number])
    stride, length = view.get("byteStride"), view.get("byteLength")
    if type(stride) is int:
        if not 4 <= stride <= 252:
            found.add("VALUE_NOT_IN_RANGE", f"{here}/byteStride", f"byteStride {stride} is not in [4, 252]")
        elif stride % 4:
            found.add("VALUE_MULTIPLE_OF", f"{here}/byteStride", f"byteStride {stride} is not a multiple of 4")
        elif type(length) is int and stride > length:
            message = f"byteStride {stride} is more than the view's {length} bytes"
            found.add("BUFFER_VIEW_TOO_BIG_BYTE_STRIDE", f"{here}/byteStride", message)
    with found.catching(here):
        source.place(number)
        if source.meshopt(number) is not None or not _is_placeholder(view, missing):
            source.view(number)


def _accessor(source: Source, number: int, missing: set[int], found: Collector) -> None:
    here = f"/accessors/{number}"
    try:
        layout = source.layout(number)
    except Forge3DError as error:
        found.extend([fault_of(error, here)])
        return
    if layout.normalized and layout.dtype.char in "fIL":
        message = "only bytes and shorts can be normalized"
        found.add("ACCESSOR_NORMALIZED_INVALID", f"{here}/normalized", message)
    parts = [(here, layout)]
    with found.catching(f"{here}/sparse"):
        parts += _sparse_parts(source, layout, here, found)
    for place, part in parts:
        _alignment(source, part, place, found)
        if part.view is not None and part.view < length(source.json, "bufferViews"):
            with found.catching(place):
                where = source.place(part.view)
                check_fit(part, where.length, where.stride, place)
    if any(part.view is not None and _is_placeholder(_view_json(source, part.view), missing) for _, part in parts):
        return
    with found.catching(here):
        source.array(number)
        sparse = source.sparse(number)
        if sparse is not None and (sparse[0].indices[1:] <= sparse[0].indices[:-1]).any():
            message = "the indices do not rise strictly"
            found.add("ACCESSOR_SPARSE_INDICES_NON_INCREASING", f"{here}/sparse/indices", message)


def _sparse_parts(source: Source, layout: Layout, here: str, found: Collector) -> list[tuple[str, Layout]]:
    if layout.sparse is None:
        return []
    indices, values = sparse_parts(layout, here)
    parts = [(f"{here}/sparse/indices", indices), (f"{here}/sparse/values", values)]
    for place, part in parts:
        if part.view is not None and "byteStride" in _view_json(source, part.view):
            message = "only buffer views of vertex attributes can have a byteStride"
            found.add("BUFFER_VIEW_INVALID_BYTE_STRIDE", f"{place}/bufferView", message)
    with found.catching(here):
        check_sparse_count(layout, indices.count, here)
    return parts


def _view_json(source: Source, number: int) -> dict[str, Any]:
    views = source.json.get("bufferViews")
    return _object(views[number]) if type(views) is list and 0 <= number < len(views) else {}


def _alignment(source: Source, layout: Layout, here: str, found: Collector) -> None:
    size = layout.dtype.itemsize
    if len(layout.element.shape) == 2:
        if layout.offset % 4:
            message = f"matrices begin at multiples of 4, not at {layout.offset}"
            found.add("ACCESSOR_MATRIX_ALIGNMENT", f"{here}/byteOffset", message)
        return
    if layout.offset % size:
        message = f"byteOffset {layout.offset} is not a multiple of the component's {size} bytes"
        found.add("ACCESSOR_OFFSET_ALIGNMENT", f"{here}/byteOffset", message)
    if layout.view is None:
        return
    start = _view_json(source, layout.view).get("byteOffset", 0)
    if type(start) is int and (start + layout.offset) % size:
        message = f"with the view's byteOffset, {start + layout.offset} is not a multiple of {size}"
        found.add("ACCESSOR_TOTAL_OFFSET_ALIGNMENT", here, message)


def _image(source: Source, number: int, missing: set[int], found: Collector) -> None:
    image = _object(source.json["images"][number])
    here, uri, view = f"/images/{number}", image.get("uri"), image.get("bufferView")
    with found.catching(here if uri is None else f"{here}/uri"):
        if type(uri) is str and not is_data(uri):
            if not source.locate(uri).is_file():
                found.add("IO_ERROR", f"{here}/uri", f"there is no file {uri!r}")
        elif uri is not None or (type(view) is int and not _is_placeholder(_view_json(source, view), missing)):
            source.image_bytes(number)
