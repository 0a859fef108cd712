"""Buffer views and accessors as they are declared (specification §3.6); what is in them is in `accessor_data`."""

from __future__ import annotations

from typing import Any

from ..gltf.json_access import shown
from .judge import Clean, Judge
from .kinds import ARRAY_LENGTH, ARRAY_TYPE, DEPENDENCY, MULTIPLE, NOTHING, TYPE, Integer, Numbers, whole
from .references import Index
from .rules import ERROR, rule
from .usage import use_view

MATRIX_ALIGNMENT = rule("ACCESSOR_MATRIX_ALIGNMENT", ERROR, "3.6.2.4", "matrices must begin at multiples of 4 bytes")
NORMALIZED = rule("ACCESSOR_NORMALIZED_INVALID", ERROR, "3.6.2.2", "only bytes and shorts can be normalized")
OFFSET_ALIGNMENT = rule(
    "ACCESSOR_OFFSET_ALIGNMENT", ERROR, "3.6.2.4", "byteOffset must be a multiple of the component's size"
)
TOTAL_ALIGNMENT = rule(
    "ACCESSOR_TOTAL_OFFSET_ALIGNMENT", ERROR, "3.6.2.4",
    "byteOffset with the buffer view's must be a multiple of the component's size",
)  # fmt: skip
SPARSE_COUNT = rule("ACCESSOR_SPARSE_COUNT_OUT_OF_RANGE", ERROR, "3.6.2.3", "more elements are replaced than there are")
GL_VALUE = rule("INVALID_GL_VALUE", ERROR, "3.6.2.5", "a bound is out of the component type's range")
SMALL_STRIDE = rule(
    "ACCESSOR_SMALL_BYTESTRIDE", ERROR, "3.6.2.4", "the buffer view's byteStride is less than an element"
)
TOO_LONG = rule("ACCESSOR_TOO_LONG", ERROR, "3.6.2.4", "the accessor does not fit into its buffer view")
STRIDE_INVALID = rule("BUFFER_VIEW_INVALID_BYTE_STRIDE", ERROR, "3.6.2.4", "byteStride is for vertex attributes only")
STRIDE_TOO_BIG = rule(
    "BUFFER_VIEW_TOO_BIG_BYTE_STRIDE", ERROR, "3.6.2.4", "byteStride is more than the buffer view's bytes"
)
VIEW_TOO_LONG = rule("BUFFER_VIEW_TOO_LONG", ERROR, "3.6.1", "the buffer view does not fit into its buffer")

BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
RANGES = {5120: (-128, 127), 5121: (0, 255), 5122: (-32768, 32767), 5123: (0, 65535), 5125: (0, 2**32 - 1)}
COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
FLOAT = 5126
ELEMENT_ARRAY_BUFFER = 34963

OFFSET = Integer(otherwise=-1)


def check_buffer_view(view: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    stride = view.get("byteStride")
    if stride is None:
        return
    if "byteLength" in view and stride > view["byteLength"]:
        judge.report(STRIDE_TOO_BIG, f"{pointer}/byteStride")
    if stride % 4:
        judge.report(MULTIPLE, f"{pointer}/byteStride", f"{stride} is not a multiple of 4")
    if view.get("target") == ELEMENT_ARRAY_BUFFER:
        judge.report(STRIDE_INVALID, f"{pointer}/byteStride")


def check_accessor(accessor: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    component, kind = accessor.get("componentType"), accessor.get("type")
    if accessor.get("normalized") and component in (5125, FLOAT):
        judge.report(NORMALIZED, f"{pointer}/normalized")
    offset = accessor.pop("byteOffset", NOTHING)
    if offset is not NOTHING and "bufferView" not in accessor:
        judge.report(DEPENDENCY, f"{pointer}/byteOffset", "byteOffset means nothing without bufferView")
    elif offset is not NOTHING and (offset := OFFSET.read(offset, f"{pointer}/byteOffset", judge)) is not NOTHING:
        accessor["byteOffset"] = offset
    start = accessor.get("byteOffset", 0)
    if kind in ("MAT2", "MAT3", "MAT4") and start % 4 and start > 0:
        judge.report(MATRIX_ALIGNMENT, f"{pointer}/byteOffset")
    for key in ("min", "max"):
        if key in accessor and not _is_bound(accessor[key], component, kind, f"{pointer}/{key}", judge):
            del accessor[key]
    sparse = accessor.get("sparse", {})
    if not {"count", "indices", "values"} <= sparse.keys():
        accessor.pop("sparse", None)
    if component is None or kind is None or "count" not in accessor:
        return
    _resolve_view(accessor, pointer, judge)
    if "sparse" not in accessor:
        return
    if sparse["count"] > accessor["count"]:
        message = f"{sparse['count']} elements are replaced where there are {accessor['count']}"
        judge.report(SPARSE_COUNT, f"{pointer}/sparse/count", message)
    for key in ("indices", "values"):
        _resolve_view(sparse[key], f"{pointer}/sparse/{key}", judge)


def _resolve_view(owner: Clean, pointer: str, judge: Judge) -> None:
    if "bufferView" in owner:
        resolved = Index("bufferViews").resolve(owner["bufferView"], f"{pointer}/bufferView", judge)
        if resolved is NOTHING:
            del owner["bufferView"]


def _is_bound(value: Any, component: int | None, kind: str | None, pointer: str, judge: Judge) -> bool:
    """Whether `min` or `max` fits the accessor's type; says so when not."""
    if component is None or kind not in COMPONENTS:
        return False
    if component == FLOAT:
        return Numbers((COMPONENTS[kind],)).read(value, pointer, judge) is not NOTHING
    if type(value) is not list:
        judge.report(TYPE, pointer, f"{shown(value)} is not an array")
        return False
    if len(value) != COMPONENTS[kind]:
        message = f"{len(value)} numbers where {COMPONENTS[kind]} are expected"
        judge.report(ARRAY_LENGTH, pointer, message)
        return False
    low, high = RANGES[component]
    wrong = [entry for entry in value if whole(entry) is None]
    beyond = [entry for entry in value if whole(entry) is not None and not low <= entry <= high]
    for entry in wrong[:1]:
        judge.report(ARRAY_TYPE, pointer, f"{shown(entry)} is not an integer")
    for entry in beyond[:1]:
        judge.report(GL_VALUE, pointer, f"{shown(entry)} is out of the component type's range")
    return not wrong and not beyond


def element_bytes(component: int, kind: str) -> tuple[int, int]:
    """Bytes from one packed element to the next, and of the last one; matrices' columns begin at multiples of 4."""
    size = BYTES[component]
    if not kind.startswith("MAT") or kind not in COMPONENTS:
        return size * COMPONENTS.get(kind, 0), size * COMPONENTS.get(kind, 0)
    rows = int(kind[3])
    column = -(-rows * size // 4) * 4
    return column * rows, column * (rows - 1) + rows * size


def check_layout(judge: Judge) -> None:
    """Hold buffer views against their buffers, and accessors against their buffer views."""
    for _, view, pointer in judge.entries("bufferViews"):
        buffer = judge.get("buffers", view.get("buffer"))
        if buffer is None or "byteLength" not in buffer:
            continue
        start, length, available = view.get("byteOffset", 0), view.get("byteLength", -1), buffer["byteLength"]
        if start >= available or start + length > available:
            place = "byteOffset" if start >= available else "byteLength"
            message = f"bytes {start} to {start + length} are not in a buffer of {available}"
            judge.report(VIEW_TOO_LONG, f"{pointer}/{place}", message)
    for _, accessor, pointer in judge.entries("accessors"):
        component, kind, count = (accessor.get(key) for key in ("componentType", "type", "count"))
        if component is None or kind is None or count is None:
            continue
        if "bufferView" in accessor:
            _check_place(accessor, component, element_bytes(component, kind), count, pointer, True, judge)
        sparse = accessor.get("sparse", {})
        indices, values, replaced = (sparse.get(key) for key in ("indices", "values", "count"))
        for key in ("indices", "values"):
            part = judge.get("bufferViews", sparse.get(key, {}).get("bufferView"))
            if part is not None:
                use_view(judge, sparse[key], "data", f"{pointer}/sparse/{key}/bufferView")
                if "byteStride" in part:
                    judge.report(STRIDE_INVALID, f"{pointer}/sparse/{key}/bufferView")
        if indices and "componentType" in indices and replaced:
            size = (BYTES[indices["componentType"]],) * 2
            _check_place(indices, indices["componentType"], size, replaced, f"{pointer}/sparse/indices", False, judge)
        if values and replaced:
            size = element_bytes(component, kind)
            _check_place(values, component, size, replaced, f"{pointer}/sparse/values", False, judge)


def _check_place(
    owner: Clean, component: int, size: tuple[int, int], count: int, pointer: str, strided: bool, judge: Judge
) -> None:
    """Alignment and extent of `count` elements of `size` bytes in the owner's buffer view."""
    view = judge.get("bufferViews", owner.get("bufferView"))
    if view is None:
        return
    offset, begin = owner.get("byteOffset", 0), view.get("byteOffset", 0)
    stride = view.get("byteStride", size[0]) if strided else size[0]
    if stride < size[1]:
        judge.report(SMALL_STRIDE, pointer, f"byteStride {stride} is less than an element's {size[1]} bytes")
    if offset < 0:
        return
    if offset % BYTES[component]:
        judge.report(OFFSET_ALIGNMENT, f"{pointer}/byteOffset", f"{offset} is not a multiple of {BYTES[component]}")
    if begin < 0:
        return
    start = begin + offset
    if start % BYTES[component]:
        judge.report(TOTAL_ALIGNMENT, pointer, f"it begins at byte {start}, not at a multiple of {BYTES[component]}")
    length = view.get("byteLength", -1)
    needed = offset + stride * (count - 1) + size[1]
    if offset > length:
        judge.report(TOO_LONG, f"{pointer}/byteOffset", f"{offset} is past the buffer view's {length} bytes")
    elif needed > length:
        judge.report(TOO_LONG, pointer, f"it needs {needed} bytes where its buffer view has {length}")


def is_placed(judge: Judge, accessor: Clean) -> bool:
    """Whether an accessor's data, its sparse ones too, are aligned in their buffer views."""
    sparse = accessor.get("sparse", {})
    component = accessor["componentType"]
    indices, values = sparse.get("indices", {}), sparse.get("values", {})
    for owner, kind in ((accessor, component), (indices, indices.get("componentType")), (values, component)):
        view = judge.get("bufferViews", owner.get("bufferView"))
        if view is None:
            continue
        if kind is None:
            return False
        size = BYTES[kind]
        offset = owner.get("byteOffset", 0)
        if offset < 0 or offset % size or (view.get("byteOffset", 0) + offset) % size:
            return False
    return True
