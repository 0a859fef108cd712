"""Rays against triangles, many at once, through Embree."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

_AT_ONCE = 1 << 17  # rays in one call: enough to make the call itself cheap, and memory stays small


@dataclass(frozen=True, slots=True)
class Hits:
    """What rays meet first.

    Attributes:
        triangle: `(n,)` int32, -1 where a ray meets nothing.
        distance: `(n,)` float32, in lengths of the ray's direction; infinite where it meets nothing.
    """

    triangle: npt.NDArray[np.int32]
    distance: Floats


class RayCaster:
    """Triangles that rays can be cast against. Triangles have two sides here; corners that are not finite meet nothing.

    Embree works in float32: about one ray in 100,000 slips between two triangles that share an edge.

    Args:
        corners: `(triangles, 3, 3)`; may be empty.
    """

    def __init__(self, corners: Vectors):
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        solid = np.asarray(np.isfinite(corners).all(axis=(1, 2)))
        self._empty = not solid.any()
        self._scene = EmbreeScene()
        if not self._empty:
            clean = np.where(solid[:, None, None], corners, 0.0).astype(np.float32)
            self._mesh = TriangleMesh(self._scene, clean)  # kept, as the scene refers to it
            self._scene.run(np.zeros((1, 3), np.float32), np.ones((1, 3), np.float32))  # builds its tree

    def blocked(self, origins: Vectors, directions: Vectors) -> npt.NDArray[np.bool_]:
        """Whether each of `(n, 3)` rays meets any triangle, `(n,)`. Quicker than `nearest`."""
        if self._empty:
            return np.zeros(len(origins), np.bool_)
        found = self._cast(origins, directions, lambda o, d: self._scene.run(o, d, query="OCCLUDED"))
        return np.concatenate(found or [np.empty(0)]) >= 0

    def nearest(self, origins: Vectors, directions: Vectors) -> Hits:
        """The first triangle that each of `(n, 3)` rays meets."""
        if self._empty or len(origins) == 0:
            return Hits(np.full(len(origins), -1, np.int32), np.full(len(origins), np.inf, np.float32))
        found = self._cast(origins, directions, lambda o, d: self._scene.run(o, d, output=1))
        triangle = np.concatenate([part["primID"] for part in found])
        distance = np.concatenate([part["tfar"] for part in found])
        return Hits(triangle, np.where(triangle < 0, np.float32(np.inf), distance))

    def _cast(self, origins: Vectors, directions: Vectors, cast: Callable[[Floats, Floats], Any]) -> list[Any]:
        """Results of slices of the rays, in order. Embree runs without the interpreter's lock."""
        starts = range(0, len(origins), _AT_ONCE)

        def part(start: int) -> Any:
            rows = slice(start, start + _AT_ONCE)
            return cast(*(np.ascontiguousarray(rays[rows], np.float32) for rays in (origins, directions)))

        if len(starts) < 2:
            return [part(start) for start in starts]
        with ThreadPoolExecutor(min(len(starts), len(os.sched_getaffinity(0)))) as threads:
            return list(threads.map(part, starts))
