"""Rows that are equal to the bit, and things that hang together."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from .library import call, given

Numbers = npt.NDArray[np.int32]


def distinct_rows(rows: npt.NDArray[Any]) -> tuple[Numbers, Numbers]:
    """Number the distinct rows of an array `(n, …)` in the order that they first appear. Linear time.

    Returns:
        `(numbers, first)`: of each row its number `(n,)`, and of each number the first row that has it.

    Raises:
        ValueError: more than 2³¹ − 1 rows.
    """
    if len(rows) > np.iinfo(np.int32).max:
        raise ValueError(f"{len(rows):,} rows are too many")
    data = np.ascontiguousarray(rows)
    numbers, first, found = np.zeros(len(data), np.int32), np.zeros(len(data), np.int32), ctypes.c_int64()
    if data.nbytes:
        width = data.nbytes // len(data)
        call("forge3d_distinct", data.ctypes.data, len(data), width, numbers.ctypes.data, first.ctypes.data, found)
        return numbers, first[: found.value].copy()
    return numbers, first[: min(1, len(data))]


def components(corners: npt.ArrayLike, items: int) -> Numbers:
    """The connected component of each of `items` things `(items,)`, where those in a triangle `(n, 3)` hang together.

    Raises:
        ValueError: a corner is no item.
    """
    array, address = given(corners, np.int32, -1, 3)
    numbers = np.zeros(items, np.int32)
    call("forge3d_components", address, len(array), items, numbers.ctypes.data)
    return numbers
