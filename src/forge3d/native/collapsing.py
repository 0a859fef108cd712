"""A mesh and the record of its collapse, held by the library."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .library import Progress, call, given, library

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class NativeLevel:
    """A mesh after some collapses.

    Attributes:
        triangles: `(n,)` numbers of the input's triangles that are left, rising; `corners` `(n, 3)` their wedges now.
        point_of: `(wedges,)` the point that each wedge stands at now.
        settled: `(wedges,)` whether a wedge has moved to `places` `(wedges, 3)` with `values` `(wedges, kinds)`.
    """

    triangles: Numbers
    corners: Numbers
    point_of: Numbers
    settled: npt.NDArray[np.bool_]
    places: Floats
    values: Floats


class Collapsing:
    """Collapse the edges of a mesh, cheapest first, as long as any can; `mesh.h` and `collapse.cpp` say what is what.

    Args:
        points: `(points, 3)`.
        point_of, chart_of, group_of: `(wedges,)` of each wedge.
        values: `(wedges, kinds)`: attributes, weighed so that a difference of 1 is worth moving the surface by 1.
        normals: `(wedges, 3)`, zero where there are none.
        corners: `(triangles, 3)` wedges, of three different points.
        locked: `(points,)` those that stay.
        report: called now and then with the part done, 0 to 1; what it raises ends the work.

    Attributes:
        cost: `(collapses,)` the squared distance, summed over the area, that each brings about; more where it
            strays far.
        distance: `(collapses,)` the root of its mean.
        removed: `(collapses,)` how many triangles each takes away.

    Raises:
        ValueError: shapes do not fit, an index is out of range, a number not finite, a triangle has a point twice.
    """

    def __init__(
        self,
        points: npt.ArrayLike,
        point_of: npt.ArrayLike,
        chart_of: npt.ArrayLike,
        group_of: npt.ArrayLike,
        values: npt.ArrayLike,
        normals: npt.ArrayLike,
        corners: npt.ArrayLike,
        locked: npt.ArrayLike,
        report: Callable[[float], None] | None = None,
    ):
        self._handle = ctypes.c_void_p()
        place, place_at = given(points, np.float64, -1, 3)
        owner, owner_at = given(point_of, np.int32, -1)
        chart, chart_at = given(chart_of, np.int32, len(owner))
        group, group_at = given(group_of, np.int32, len(owner))
        value, value_at = given(values, np.float64, len(owner), -1)
        normal, normal_at = given(normals, np.float64, len(owner), 3)
        corner, corner_at = given(corners, np.int32, -1, 3)
        held, held_at = given(locked, np.uint8, len(place))
        count = ctypes.c_int64()
        self._shape = value.shape
        groups = int(group.max(initial=-1)) + 1
        with Progress(report) as progress:
            try:
                call(
                    "forge3d_collapse", place_at, len(place), owner_at, chart_at, group_at, value_at, normal_at,
                    len(owner), value.shape[1], groups, corner_at, len(corner), held_at, progress.function,
                    self._handle, count,
                )  # fmt: skip
            except KeyboardInterrupt:
                if progress.error is None:
                    raise
        self.cost, self.distance = np.empty(count.value), np.empty(count.value)
        self.removed = np.empty(count.value, np.int32)
        del chart, normal, held
        library().forge3d_record(
            self._handle, self.cost.ctypes.data, self.distance.ctypes.data, self.removed.ctypes.data
        )

    def level(self, collapses: int, settle: bool = True) -> NativeLevel:
        """The mesh after so many collapses; settled: points inside charts moved to where the error is least."""
        if not 0 <= collapses <= len(self.cost):
            raise ValueError(f"{collapses} collapses of {len(self.cost)}")
        count = ctypes.c_int64()
        call("forge3d_level", self._handle, collapses, int(settle), count)
        wedges, kinds = self._shape
        made = NativeLevel(
            np.empty(count.value, np.int32), np.empty((count.value, 3), np.int32), np.empty(wedges, np.int32),
            np.empty(wedges, np.bool_), np.empty((wedges, 3)), np.empty((wedges, kinds)),
        )  # fmt: skip
        arrays: list[npt.NDArray[Any]] = [
            made.triangles, made.corners, made.point_of, made.settled, made.places, made.values
        ]  # fmt: skip
        library().forge3d_level_arrays(self._handle, *(array.ctypes.data for array in arrays))
        return made

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library().forge3d_collapse_free(self._handle)
