"""Accessors (specification §3.6.2): from their JSON and a buffer view's bytes to arrays, without copying."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from .json_access import boolean, broken, integer, mapping, shown, string

Array = npt.NDArray[Any]

DTYPES: dict[int, np.dtype[Any]] = {
    5120: np.dtype("<i1"),
    5121: np.dtype("<u1"),
    5122: np.dtype("<i2"),
    5123: np.dtype("<u2"),
    5125: np.dtype("<u4"),
    5126: np.dtype("<f4"),
}
SHAPES: dict[str, tuple[int, ...]] = {
    "SCALAR": (), "VEC2": (2,), "VEC3": (3,), "VEC4": (4,), "MAT2": (2, 2), "MAT3": (3, 3), "MAT4": (4, 4),
}  # fmt: skip


class Element(NamedTuple):
    """How one element lies in memory: `stride` when packed, `bytes` from its first to its last used byte.

    Columns of matrices begin at multiples of 4 (§3.6.2.4), so that MAT2 of bytes takes 8 with 6 used.
    """

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    stride: int
    bytes: int
    inner: tuple[int, ...]


@dataclass(slots=True)  # not frozen: that makes the constructor three times as slow
class Layout:
    """What an accessor's JSON says, checked in itself: types and ranges, not yet against its buffer view.

    `shape` is the whole array's natural shape, `view` the buffer view's index or None, `sparse` its JSON or None.
    """

    count: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    normalized: bool
    view: int | None
    offset: int
    element: Element
    sparse: dict[str, Any] | None

    @property
    def nbytes(self) -> int:
        """Bytes of the array without padding."""
        return prod(self.shape) * self.dtype.itemsize


class Span(NamedTuple):
    """The bytes of a buffer view: `length` of them from `start` in `data`; `stride` 0 means packed."""

    data: memoryview
    start: int
    length: int
    stride: int


def _element(component_type: int, kind: str) -> Element:
    dtype, shape = DTYPES[component_type], SHAPES[kind]
    size = dtype.itemsize
    if len(shape) < 2:
        packed = size * prod(shape)
        return Element(dtype, shape, packed, packed, (size,) * len(shape))
    rows = shape[0]
    column = -(-rows * size // 4) * 4
    # natural shape is [row, column], the file goes column by column
    return Element(dtype, shape, column * rows, column * (rows - 1) + rows * size, (size, column))


ELEMENTS: dict[tuple[Any, Any], Element] = {(c, kind): _element(c, kind) for c in DTYPES for kind in SHAPES}


def layout_of(accessor: dict[str, Any], pointer: str) -> Layout:
    """Read an accessor's own properties.

    Raises:
        InvalidAsset: where one is missing, of the wrong type, or out of range.
    """
    get = accessor.get
    count, view, offset, normalized = get("count"), get("bufferView"), get("byteOffset", 0), get("normalized", False)
    try:
        element = ELEMENTS[get("componentType"), get("type")]
    except (KeyError, TypeError):
        return _strict(accessor, pointer)
    if (
        type(count) is not int
        or not 0 < count <= 2**53
        or type(offset) is not int
        or offset < 0
        or type(normalized) is not bool
        or (view is None and "bufferView" in accessor)
        or (view is not None and (type(view) is not int or view < 0))
    ):
        return _strict(accessor, pointer)
    sparse = mapping(accessor, "sparse", pointer) if "sparse" in accessor else None
    return Layout(count, element.dtype, (count, *element.shape), normalized, view, offset, element, sparse)


def _strict(accessor: dict[str, Any], pointer: str) -> Layout:
    """The slow way, for what is wrong, or written unusually (`3.0`)."""
    component_type = integer(accessor, "componentType", pointer)
    if component_type not in DTYPES:
        message = f"{shown(component_type)} is not one of {list(DTYPES)}"
        broken(message, f"{pointer}/componentType", "VALUE_NOT_IN_LIST")
    kind = string(accessor, "type", pointer)
    if kind not in SHAPES:
        broken(f"{shown(kind)} is not one of {list(SHAPES)}", f"{pointer}/type", "VALUE_NOT_IN_LIST")
    element = ELEMENTS[component_type, kind]
    count = integer(accessor, "count", pointer, minimum=1)
    return Layout(
        count,
        element.dtype,
        (count, *element.shape),
        boolean(accessor, "normalized", pointer, False),
        integer(accessor, "bufferView", pointer, None),
        integer(accessor, "byteOffset", pointer, 0),
        element,
        mapping(accessor, "sparse", pointer, None),
    )


def dense(layout: Layout, span: Span, pointer: str) -> Array:
    """The elements in a buffer view, as a read-only view of its bytes in natural shape.

    Raises:
        InvalidAsset: see `check_fit`.
    """
    stride = check_fit(layout, span.length, span.stride, pointer)
    return np.ndarray(
        layout.shape, layout.dtype, span.data, span.start + layout.offset, (stride, *layout.element.inner)
    )


def check_fit(layout: Layout, length: int, stride: int, pointer: str) -> int:
    """Hold an accessor against its buffer view's byteLength and byteStride (0: packed); the stride in effect.

    Raises:
        InvalidAsset: ACCESSOR_TOO_LONG, ACCESSOR_SMALL_BYTESTRIDE.
    """
    element, offset = layout.element, layout.offset
    stride = stride or element.stride
    if stride < element.bytes:
        message = f"the buffer view's byteStride {stride} is less than an element's {element.bytes} bytes"
        broken(message, pointer, "ACCESSOR_SMALL_BYTESTRIDE")
    needed = offset + stride * (layout.count - 1) + element.bytes
    if needed > length:
        message = f"needs {needed} bytes where buffer view {layout.view} has {length}"
        broken(message, f"{pointer}/byteOffset" if offset > length else pointer, "ACCESSOR_TOO_LONG")
    return stride


class Sparse(NamedTuple):
    """What a sparse accessor replaces: `values[k]` at `indices[k]`."""

    indices: Array
    values: Array


def sparse_parts(layout: Layout, pointer: str) -> tuple[Layout, Layout]:
    """The layouts of `sparse.indices` and `sparse.values`; raises `InvalidAsset` where the JSON is wrong."""
    assert layout.sparse is not None
    here = f"{pointer}/sparse"
    count = integer(layout.sparse, "count", here, minimum=1)
    indices = mapping(layout.sparse, "indices", here)
    component_type = integer(indices, "componentType", f"{here}/indices")
    if component_type not in (5121, 5123, 5125):
        message = f"{component_type} is not one of 5121, 5123, 5125"
        broken(message, f"{here}/indices/componentType", "VALUE_NOT_IN_LIST")
    values = mapping(layout.sparse, "values", here)
    return (
        _part(indices, ELEMENTS[component_type, "SCALAR"], count, f"{here}/indices"),
        _part(values, layout.element, count, f"{here}/values"),
    )


def _part(part: dict[str, Any], element: Element, count: int, pointer: str) -> Layout:
    view = integer(part, "bufferView", pointer)
    offset = integer(part, "byteOffset", pointer, 0)
    return Layout(count, element.dtype, (count, *element.shape), False, view, offset, element, None)


def check_sparse_count(layout: Layout, count: int, pointer: str) -> None:
    """Raise `InvalidAsset` when more elements are replaced than there are."""
    if count > layout.count:
        message = f"{count} elements are replaced where there are {layout.count}"
        broken(message, f"{pointer}/sparse/count", "ACCESSOR_SPARSE_COUNT_OUT_OF_RANGE")


def check_sparse_indices(layout: Layout, indices: Array, pointer: str) -> None:
    """Raise `InvalidAsset` when an element is replaced that does not exist."""
    largest = int(indices.max())
    if largest >= layout.count:
        message = f"index {largest} replaces nothing: there are {layout.count} elements"
        broken(message, f"{pointer}/sparse/indices", "ACCESSOR_SPARSE_INDEX_OOB")


def replaced(base: Array | None, layout: Layout, sparse: Sparse) -> Array:
    """A copy of `base` (None: zeros) with the sparse values in place, read-only."""
    data = np.zeros(layout.shape, layout.dtype) if base is None else np.array(base, order="C")
    data[sparse.indices] = sparse.values
    data.flags.writeable = False
    return data
