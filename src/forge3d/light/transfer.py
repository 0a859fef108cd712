"""What points of a surface see of the sky, direction by direction, and what they see in its place.

Worked out once, it tells how each point is lit under every sky, however that is turned: precomputed radiance transfer
(Sloan et al. 2002), with cells of the sky in place of spherical harmonics: they do not ring, and suns keep their sides.
"""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ..native.library import call, given, library
from .tracing import Stage

Floats = npt.NDArray[np.float32]

CELLS = 128
"""Parts of the sky, of equal size."""

MOST_SITES = (1 << 19) - 1

PARTS = 63
"""Steps in which an entry tells how much of a cell is blocked."""


@dataclass(frozen=True, slots=True, eq=False)
class Transfer:
    """What the sites see. Sites are sides of points: the fronts of all, then the backs of those that have two sides.

    Attributes:
        starts: `(sites + 1,)`, where each site's entries begin.
        entries: `(n,)` uint32: a cell | how many of its `PARTS` are blocked << 7 | the site that is seen there << 13;
            `MOST_SITES` in place of a site: no light comes from there.
        looks: `(sites, 8)`: reflectance 3, perceptual roughness, emitted radiance 3, and the part of the site's rays
            that met backs of what has one side.
    """

    starts: npt.NDArray[np.int64]
    entries: npt.NDArray[np.uint32]
    looks: Floats

    def openness(self, points: int) -> Floats:
        """How much of the cells above each point's front nothing blocks `(points,)`, 0 to 1.

        Args:
            points: so many of the sites, the first ones.
        """
        of = np.repeat(np.arange(points), np.diff(self.starts[: points + 1]))
        blocked = (self.entries[: self.starts[points]] >> 7 & PARTS) / PARTS
        return np.maximum(1 - np.bincount(of, blocked, points) / (CELLS / 2), 0).astype(np.float32)


def spread(count: int) -> npt.NDArray[np.float64]:
    """So many directions, evenly spread, `(count, 3)` (a spherical Fibonacci lattice)."""
    index = np.arange(count) + 0.5
    height, angle = 1 - 2 * index / count, np.pi * (1 + 5**0.5) * index
    flat = np.sqrt(1 - height**2)
    return np.stack([flat * np.cos(angle), height, flat * np.sin(angle)], 1)


@cache
def cells() -> npt.NDArray[np.float64]:
    """The middles of the cells, `(CELLS, 3)`."""
    return spread(CELLS)


def transfer(
    stage: Stage, point_of: npt.ArrayLike, points: int, two_sided: int, *, rays: int = 1, threads: int | None = None
) -> Transfer:
    """Cast the rays.

    Args:
        point_of: `(vertices,)`, the point that each of the stage's vertices is; -1: none.
        two_sided: so many of the points, the first ones, have a back too.
        rays: cast into each cell.
        threads: default: one for each processor.

    Raises:
        ValueError: a number is out of its bounds.
    """
    toward = spread(CELLS * rays)
    numbers, at_numbers = given(point_of, np.int32, -1)
    directions, at_directions = given(toward, np.float32, -1, 3)
    _which, at_which = given((toward @ cells().T).argmax(1), np.int32, -1)
    handle, count = ctypes.c_void_p(), ctypes.c_int64()
    if len(numbers) != stage.vertex_count:
        raise ValueError(f"{len(numbers)} numbers of points for {stage.vertex_count} vertices")
    call(
        "forge3d_transfer", stage.handle, at_numbers, points, two_sided, at_directions, at_which, len(directions),
        CELLS, threads or _processors(), handle, count,
    )  # fmt: skip
    try:
        sites = points + two_sided
        made = Transfer(
            np.zeros(sites + 1, np.int64), np.zeros(count.value, np.uint32), np.zeros((sites, 8), np.float32)
        )
        arrays: list[Any] = [made.starts, made.entries, made.looks]
        library().forge3d_transfer_arrays(handle, *(array.ctypes.data for array in arrays))
    finally:
        library().forge3d_transfer_free(handle)
    return made


def gathered(readers: npt.ArrayLike, places: npt.ArrayLike, reach: float, otherwise: npt.ArrayLike) -> Any:
    """For each reader the up to four places near by that face the same way.

    Args:
        readers, places: `(n, 6)`: position and unit normal.
        reach: how far off a place still counts.
        otherwise: `(readers,)`, the place of a reader that has none.

    Returns:
        `(readers, 4)` uint32: a place << 8 | its weight; weights add up to 255.
    """
    found = alone(otherwise)
    at, at_readers = given(readers, np.float32, -1, 6)
    kept, at_places = given(places, np.float32, -1, 6)
    call("forge3d_gather", at_readers, len(at), at_places, len(kept), reach, _processors(), found.ctypes.data)
    return found


def alone(places: npt.ArrayLike) -> npt.NDArray[np.uint32]:
    """`gathered` where each reader reads one place, `(readers,)`."""
    found = np.zeros((np.size(places), 4), np.uint32)
    found[:, 0] = np.asarray(places, np.uint32) << 8 | 255
    return found


def kept(stage: Stage, places: npt.ArrayLike, directions: npt.ArrayLike, *, jitter: float = 0.0) -> Floats:
    """How much of white light from each direction the stage keeps from each place, `(places, directions)`, 0 to 1.

    Args:
        places, directions: `(n, 3)`; directions are unit.
        jitter: radians; each place has the directions turned about +y by a part of it.
    """
    at, at_places = given(places, np.float32, -1, 3)
    toward, at_directions = given(directions, np.float32, -1, 3)
    found = np.zeros((len(at), len(toward)), np.float32)
    call(
        "forge3d_kept", stage.handle, at_places, len(at), at_directions, len(toward), jitter, _processors(),
        found.ctypes.data,
    )  # fmt: skip
    return found


def _processors() -> int:
    return len(os.sched_getaffinity(0))
