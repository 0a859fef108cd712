"""Nearest points on a triangle mesh."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import numpy.typing as npt

from .library import call, given, library


class Nearest:
    """Boxes within boxes around triangles, to ask for nearest points.

    Args:
        corners: `(triangles, 3, 3)`, at least one triangle.

    Raises:
        ValueError: another shape, no triangle, or a number that is not finite.
    """

    def __init__(self, corners: npt.ArrayLike):
        self._handle = ctypes.c_void_p()
        array, address = given(corners, np.float64, -1, 3, 3)
        call("forge3d_nearest", address, len(array), self._handle)

    def query(
        self, points: npt.ArrayLike
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int32], npt.NDArray[np.float64]]:
        """The nearest point of the surface to each of `(n, 3)` points; quickest where points are in a spatial order.

        Returns:
            distances `(n,)`, triangles `(n,)`, and barycentric coordinates there `(n, 3)`.
        """
        array, address = given(points, np.float64, -1, 3)
        distances, triangles = np.empty(len(array)), np.empty(len(array), np.int32)
        weights: npt.NDArray[Any] = np.empty((len(array), 3))
        call(
            "forge3d_nearest_query", self._handle, address, len(array),
            distances.ctypes.data, triangles.ctypes.data, weights.ctypes.data,
        )  # fmt: skip
        return distances, triangles, weights

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library().forge3d_nearest_free(self._handle)
