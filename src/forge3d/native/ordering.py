"""An order of triangles and vertices that meshopt's codecs store in few bytes."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .library import call, given

Indices = npt.NDArray[np.uint32]


def order(
    parts: Sequence[tuple[npt.ArrayLike, bool]], rows: npt.NDArray[Any], points: npt.ArrayLike
) -> tuple[list[Indices], Indices]:
    """Order the triangles of each part, and number the vertices as the triangles come to name them.

    Each triangle keeps the order of its corners. The same input gives the same order on every machine.

    Args:
        parts: indices `(3 t,)` of triangles, and whether they keep their order; then any number of any indices will do.
        rows: `(n, …)`: the vertices as the codec will see their bytes.
        points: `(n, 3)`: where they are, to go on near by where a surface ends.

    Returns:
        `(ordered, used)`: the parts' indices, which count vertices anew; and the old number of each new one.

    Raises:
        ValueError: an index names no vertex, or a part to order does not consist of triangles.
    """
    indices, address = given(np.concatenate([np.asarray(part, np.uint32) for part, _ in parts]), np.uint32, -1)
    ends, end_address = given(np.cumsum([np.size(part) for part, _ in parts]), np.int64, -1)
    _kept, kept_address = given([keep for _, keep in parts], np.uint8, -1)
    data = np.ascontiguousarray(rows)
    _places, place_address = given(points, np.float64, len(data), 3)
    ordered, used, count = np.empty_like(indices), np.empty(len(data), np.uint32), ctypes.c_int64()
    call(
        "forge3d_order", address, end_address, kept_address, len(ends), data.ctypes.data, len(data),
        data.nbytes // max(1, len(data)), place_address, ordered.ctypes.data, used.ctypes.data, count,
    )  # fmt: skip
    return np.split(ordered, ends[:-1]), used[: count.value].copy()
