"""What is in accessors, whatever they are used for: finite numbers, within declared bounds (specification §3.6.2)."""

from __future__ import annotations

from math import isfinite

import numpy as np

from ..errors import Forge3DError
from .accessors import COMPONENTS, is_placed
from .judge import Clean, Judge
from .meshes import primitives
from .resources import BROKEN_PLACES, LIMIT, note
from .rows import Array, extremes, extremes_of_many, pieces, tally
from .rules import ERROR, rule
from .stored import SPARSE_BOUNDS, check_sparse, stored_array

INVALID_FLOAT = rule("ACCESSOR_INVALID_FLOAT", ERROR, "3.6.2.2", "a number is NaN or infinite")
MIN_MISMATCH = rule("ACCESSOR_MIN_MISMATCH", ERROR, "3.6.2.5", "the declared minimum is not the data's")
MAX_MISMATCH = rule("ACCESSOR_MAX_MISMATCH", ERROR, "3.6.2.5", "the declared maximum is not the data's")
BELOW = rule("ACCESSOR_ELEMENT_OUT_OF_MIN_BOUND", ERROR, "3.6.2.5", "numbers are below the declared minimum")
ABOVE = rule("ACCESSOR_ELEMENT_OUT_OF_MAX_BOUND", ERROR, "3.6.2.5", "numbers are above the declared maximum")
READ_SHARE = 4
"""How many times `max_decoded_bytes` may be read from accessors, which may all show the same bytes."""

DRACO_TOLERANCE = 2.0**-8
"""How far Draco's data, and meshopt's filtered ones, may lie outside their declared bounds, as a share of their extent:
quantization moves them by this at eight bits, and encoders widen the bounds or keep those from before. Indices may be
numbered anew."""


def load_arrays(judge: Judge, loaded: set[int], compressed: set[int]) -> dict[int, Array]:
    """The arrays of all accessors that can be decoded; what keeps one from that is reported.

    Args:
        loaded: buffers whose bytes are there.
        compressed: accessors that Draco payloads hold; see `draco_users`.
    """
    arrays: dict[int, Array] = {}
    spent, allowed = 0, READ_SHARE * judge.source.limits.max_decoded_bytes
    for index, accessor, pointer in judge.entries("accessors"):
        if not {"componentType", "type", "count"} <= accessor.keys():
            continue
        in_order = "sparse" not in accessor or check_sparse(judge, accessor, index, pointer, loaded)
        if accessor["type"] not in COMPONENTS:
            continue
        if not ("bufferView" in accessor or "sparse" in accessor or index in compressed):
            continue
        if not _has_data(judge, accessor, loaded) or not is_placed(judge, accessor):
            continue
        try:
            array = judge.source.array(index)
            stored = None if in_order else stored_array(judge, accessor)
            array = array if stored is None else stored
        except Forge3DError as error:
            if getattr(error, "code", None) not in (*BROKEN_PLACES, SPARSE_BOUNDS.code):
                note(error, pointer, judge)
                continue
            stored = stored_array(judge, accessor)
            if stored is None:
                continue
            array = stored
        spent += array.nbytes
        if spent > allowed:
            judge.report(LIMIT, pointer, f"accessors with more than {allowed:,} bytes together are not read")
            break
        arrays[index] = array
    return arrays


def draco_users(judge: Judge) -> set[int]:
    """Accessors whose data a Draco payload holds, and nothing else."""
    users: set[int] = set()
    for _, _, primitive, _ in primitives(judge):
        extension = primitive.get("extensions", {}).get("KHR_draco_mesh_compression")
        if extension is not None:
            names = extension.get("attributes", {})
            users.update(index for name, index in (primitive.get("attributes") or {}).items() if name in names)
            users.add(primitive.get("indices", -1))
    stored = {index for index, entry, _ in judge.entries("accessors") if "bufferView" in entry or "sparse" in entry}
    return users - {-1, None} - stored


def _has_data(judge: Judge, accessor: Clean, loaded: set[int]) -> bool:
    """Whether the bytes behind an accessor's buffer views are there."""
    sparse = accessor.get("sparse", {})
    owners = [accessor, *(sparse.get(key, {}) for key in ("indices", "values"))]
    for owner in owners:
        view = judge.get("bufferViews", owner.get("bufferView"))
        if view is None:
            continue
        extensions = view.get("extensions", {})
        compressed = extensions.get("EXT_meshopt_compression", extensions.get("KHR_meshopt_compression"))
        if (compressed or view).get("buffer") not in loaded:
            return False
    return True


def check_arrays(judge: Judge, arrays: dict[int, Array], compressed: set[int]) -> None:
    """Hold every array against what its accessor declares; `compressed` are those whose encoding moved the values."""
    ranges = _ranges(judge, arrays)
    for index, accessor, pointer in judge.entries("accessors"):
        if index in ranges:
            _check_range(*ranges[index], accessor, pointer, judge, index in compressed)


def _ranges(judge: Judge, arrays: dict[int, Array]) -> dict[int, tuple[Array, Array, Array]]:
    """By accessor that has rules: its rows, their minimum and maximum."""
    rows: dict[int, Array] = {}
    for index, accessor, _ in judge.entries("accessors"):
        array = arrays.get(index)
        if array is None or not len(array):
            continue
        if array.dtype.kind == "f" or "min" in accessor or "max" in accessor:
            rows[index] = _rows(array)
    found = zip(rows.items(), extremes_of_many(rows.values()), strict=True)
    return {index: (flat, *pair) for (index, flat), pair in found}


def _rows(array: Array) -> Array:
    """Elements as rows, in the file's (column-major) order."""
    return (array.transpose(0, 2, 1) if array.ndim == 3 else array).reshape(len(array), -1)


def check_values(array: Array, accessor: Clean, pointer: str, judge: Judge, *, compressed: bool) -> None:
    """Hold an array, not empty, against what an accessor declares of its own."""
    flat = _rows(array)
    _check_range(flat, *extremes(flat), accessor, pointer, judge, compressed)


def _check_range(
    flat: Array, low: Array, high: Array, accessor: Clean, pointer: str, judge: Judge, compressed: bool
) -> None:
    """Finite numbers and declared bounds, column by column."""
    is_float = flat.dtype.kind == "f"
    lows, highs = low.tolist(), high.tolist()
    if is_float and not all(map(isfinite, (*lows, *highs))):
        _, first = tally(lambda piece: (~np.isfinite(piece)).any(axis=1), flat)
        count = sum(int(np.count_nonzero(~np.isfinite(flat[piece]))) for piece in pieces(len(flat)))
        judge.report(INVALID_FLOAT, pointer, f"{count} numbers, the first in element {first}", count)
        quiet = np.where(np.isnan(flat), np.float32(np.nan), flat)  # fmin and fmax let signalling NaNs through
        low, high = np.fmin.reduce(quiet, axis=0), np.fmax.reduce(quiet, axis=0)
        low[np.isnan(flat[0])] = high[np.isnan(flat[0])] = np.nan  # a range that begins with nothing has no bounds
        lows, highs = low.tolist(), high.tolist()
    if compressed and not is_float:
        return
    for key, actual, plain in (("min", low, lows), ("max", high, highs)):
        declared = accessor.get(key)
        if declared is not None and declared != plain:
            with np.errstate(invalid="ignore"):  # a range without end leaves no bound to hold
                slack = DRACO_TOLERANCE * float(np.subtract(high, low, dtype=np.float64).max()) if compressed else None
            _check_bound(key, declared, actual, flat, f"{pointer}/{key}", judge, slack)


def _check_bound(
    key: str, declared: list[float], actual: Array, flat: Array, pointer: str, judge: Judge, slack: float | None
) -> None:
    """One of the declared bounds against the data's."""
    mismatch, beyond = (MIN_MISMATCH, BELOW) if key == "min" else (MAX_MISMATCH, ABOVE)
    with np.errstate(over="ignore"):
        bound = np.asarray(declared, np.float64).astype(np.float32 if flat.dtype.kind == "f" else np.float64)
    for place in np.flatnonzero(bound != actual):
        here = f"{pointer}/{place}"
        if slack is None:
            judge.report(mismatch, here, f"{declared[place]} is declared, {actual[place]} is the data's")
        column, limit = flat[:, place], bound[place]
        outside = column < limit - (slack or 0) if key == "min" else column > limit + (slack or 0)
        count = int(np.count_nonzero(outside))
        if count:
            judge.report(beyond, here, f"{count} elements lie outside", count)
