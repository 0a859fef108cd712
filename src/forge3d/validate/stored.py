"""Data from the bytes that are there, in files that are broken around them; sparse indices (specification §3.6.2.3)."""

from __future__ import annotations

import numpy as np

from ..errors import Forge3DError
from .accessors import BYTES, COMPONENTS, element_bytes
from .judge import Clean, Judge
from .rows import Array
from .rules import ERROR, rule

SPARSE_ORDER = rule("ACCESSOR_SPARSE_INDICES_NON_INCREASING", ERROR, "3.6.2.3", "sparse indices must increase")
SPARSE_BOUNDS = rule("ACCESSOR_SPARSE_INDEX_OOB", ERROR, "3.6.2.3", "a sparse index is not below the count")

DTYPES = {5120: np.int8, 5121: np.uint8, 5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}


def stored_array(judge: Judge, accessor: Clean) -> Array | None:
    """The array of an accessor, sparse values applied as far as their indices rise and are below its count.

    None where bytes are missing, for padded matrices, and where more elements are replaced than there are. Memory is
    that of `Source.array`, which is asked first.
    """
    base = _plain_array(judge, accessor)
    sparse = accessor.get("sparse")
    if sparse is None or (base is None and "bufferView" in accessor):
        return base
    if sparse["count"] > accessor["count"]:
        return None
    kind = {key: accessor[key] for key in ("componentType", "type")}
    part = {**kind, **sparse["values"], "count": sparse["count"]}
    indices, values = _sparse_indices(judge, sparse), _plain_array(judge, part)
    if indices is None or values is None:
        return None
    if base is None:
        base = np.zeros((accessor["count"], *values.shape[1:]), values.dtype)
    places = indices.astype(np.int64)
    good = np.diff(places, prepend=-1) > 0
    good &= places < accessor["count"]
    usable = len(good) if good.all() else int(np.argmin(good))
    result = np.array(base)
    result[places[:usable]] = values[:usable]
    return result


def _plain_array(judge: Judge, accessor: Clean, *, in_view: bool = True) -> Array | None:
    """The elements in a buffer; `in_view`: where they do not go on past the buffer view."""
    view = judge.get("bufferViews", accessor.get("bufferView"))
    if view is None or "buffer" not in view or view.get("extensions"):
        return None
    component, count, kind = accessor["componentType"], accessor["count"], accessor["type"]
    size, last = element_bytes(component, kind)
    if size != COMPONENTS[kind] * BYTES[component]:
        return None  # a matrix whose columns are padded
    stride, offset, begin = view.get("byteStride", size), accessor.get("byteOffset", 0), view.get("byteOffset", 0)
    needed = stride * (count - 1) + last
    stored = judge.source.stored_buffer(view["buffer"])
    if (
        min(offset, begin) < 0
        or stride < last
        or (in_view and offset + needed > view.get("byteLength", -1))
        or begin + offset + needed > len(stored)
    ):
        return None
    width = COMPONENTS[kind]
    dtype = np.dtype(DTYPES[component]).newbyteorder("<")
    array: Array = np.ndarray((count, width), dtype, stored, begin + offset, (stride, dtype.itemsize))
    if kind.startswith("MAT"):
        return array.reshape(count, int(kind[3]), -1).transpose(0, 2, 1)  # columns come first
    return array[:, 0] if width == 1 else array


def _sparse_indices(judge: Judge, sparse: Clean, *, in_view: bool = True) -> Array | None:
    part = {**sparse["indices"], "type": "SCALAR", "count": sparse["count"]}
    return _plain_array(judge, part, in_view=in_view) if "componentType" in part else None


def check_sparse(judge: Judge, accessor: Clean, index: int, pointer: str, loaded: set[int]) -> bool:
    """Whether sparse indices increase and are below the count, whatever else keeps the accessor from being read.

    Args:
        loaded: buffers whose bytes are there.
    """
    view = judge.get("bufferViews", accessor["sparse"]["indices"].get("bufferView"))
    if view is not None and view.get("buffer") not in loaded and not view.get("extensions"):
        return True
    try:
        indices = _sparse_indices(judge, accessor["sparse"], in_view=False)
        if indices is None:
            parts = judge.source.sparse(index)
            if parts is None:
                return True
            indices = parts[0].indices
    except Forge3DError:
        return True  # told of where the bytes are missing
    here, count = f"{pointer}/sparse", accessor["count"]
    falls = bool((np.diff(indices.astype(np.int64)) <= 0).any())
    beyond = int(np.count_nonzero(indices >= count))
    if falls:
        judge.report(SPARSE_ORDER, here)
    if beyond:
        judge.report(SPARSE_BOUNDS, here, f"{beyond} are not below {count}", beyond)
    return not falls and not beyond
