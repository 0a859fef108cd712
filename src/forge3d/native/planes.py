"""Channels to the luma and chroma planes of lossy WebP."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .library import call, given

CELL = 8
"""Pixels along and down of the cells that offsets are means over."""

Plane = npt.NDArray[np.uint8]


def split_planes(
    pixels: npt.NDArray[np.uint8], rule: Sequence[float], offsets: npt.NDArray[np.float32] | None = None
) -> tuple[Plane, Plane, Plane]:
    """Luma `(h, w)` and chroma `(⌈h/2⌉, ⌈w/2⌉)` of pixels `(h, w, 3)`.

    Args:
        rule: eleven numbers, `PlaneRule` in planes.h.
        offsets: `(⌈h/8⌉, ⌈w/8⌉, 3)` float32, added to the channels, linear between the cells' centres.
    """
    source, address = given(pixels, np.uint8, -1, -1, 3)
    numbers, rule_address = given(rule, np.float32, 11)
    height, width = source.shape[:2]
    rows, columns = -(-height // CELL), -(-width // CELL)
    means, means_address = (None, None) if offsets is None else given(offsets, np.float32, rows, columns, 3)
    y = np.empty((height, width), np.uint8)
    u, v = (np.empty(((height + 1) // 2, (width + 1) // 2), np.uint8) for _ in range(2))
    call("forge3d_planes", address, width, height, rule_address, means_address, rows, columns, CELL, y.ctypes.data,
         u.ctypes.data, v.ctypes.data)  # fmt: skip
    del numbers, means  # alive until here
    return y, u, v


def lacking_means(wanted: npt.NDArray[np.uint8], shown: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """What `shown` lacks of `wanted`, both `(h, w, 3)`: means over cells, `(⌈h/8⌉, ⌈w/8⌉, 3)`.

    `wanted` is contiguous, and so are the rows of `shown`, whose pixels may have a gap after their three channels.
    """
    height, width = wanted.shape[:2]
    step = shown.strides[1]
    if shown.shape != wanted.shape or shown.strides != (step * width, step, 1) or not wanted.flags.c_contiguous:
        raise ValueError(f"pixels of {wanted.shape} beside others of {shown.shape} with strides {shown.strides}")
    means = np.empty((-(-height // CELL), -(-width // CELL), 3), np.float32)
    call("forge3d_lacking", wanted.ctypes.data, shown.ctypes.data, step, width, height, CELL, means.ctypes.data)
    return means
