"""The grid that a mesh's positions are rounded to: one uniform scale and an offset for each mesh."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, floor, log10
from typing import Any

import numpy as np
import numpy.typing as npt

from ...document import Accessor, Mesh
from ...document.accessor import extremes
from ..vertices import with_array

Vector = npt.NDArray[np.float64]
_FRACTION = 32767  # the integer that stands for 1


@dataclass(frozen=True, slots=True)
class Grid:
    """Position = offset + scale · stored integer, in mesh space.

    The scale is the same on all axes, because it goes into node transforms, where an uneven one would bend normals.

    Attributes:
        fractions: the integers are normalized. Nodes cannot undo the grid of a skinned mesh, and viewers that frame a
            scene by the bounds in its accessors take them as they are: fractions are nearer to metres than thousands.
            The Khronos sample renderer leaves morph targets out that are integers otherwise.
    """

    offset: Vector
    scale: float
    fractions: bool = False

    @property
    def unit(self) -> float:
        """What 1 stands for in mesh space, once a reader has made fractions of integers that are normalized."""
        return self.scale * _FRACTION if self.fractions else self.scale

    @property
    def matrix(self) -> npt.NDArray[np.float64]:
        """`(4, 4)`: from stored positions, as read, to mesh space."""
        matrix = np.diag([self.unit, self.unit, self.unit, 1.0])
        matrix[:3, 3] = self.offset
        return matrix

    def stored(self, accessor: Accessor) -> Accessor:
        """Base positions as 16-bit integers: unsigned ones, or fractions, which have 15 bits."""
        rounded = np.rint((accessor.floats.astype(np.float64) - self.offset) / self.scale)
        if self.fractions:
            return self._marked(with_array(accessor, np.clip(rounded, 0, _FRACTION).astype(np.int16)))
        return with_array(accessor, np.clip(rounded, 0, 65535).astype(np.uint16))

    def stored_delta(self, accessor: Accessor) -> Accessor:
        """Morph deltas, which have no offset and a sign, as 16-bit integers."""
        rounded = np.rint(accessor.floats.astype(np.float64) / self.scale)
        return self._marked(with_array(accessor, np.clip(rounded, -_FRACTION, _FRACTION).astype(np.int16)))

    def _marked(self, accessor: Accessor) -> Accessor:
        accessor.normalized = self.fractions
        return accessor

    def error(self, before: Accessor, after: Accessor, *, delta: bool = False) -> float:
        """Largest distance that a position (or morph delta) moved, in mesh units."""
        offset: Any = 0.0 if delta else self.offset
        moved = after.array.astype(np.float64) * self.scale + offset - before.floats
        return float(np.sqrt((moved * moved).sum(axis=1).max())) if len(moved) else 0.0


def grid_for(meshes: list[Mesh], bits: float, *, skinned: bool = False) -> Grid | None:
    """The grid of meshes that share positions, or None where a position is not finite.

    `bits` spread over the longest side of the box. Morph deltas can be longer than the box, and have 15 bits and a
    sign: the grid widens until they fit. Skinned and morphed meshes are stored as fractions, which have 15 bits.
    """
    bases = [p.attributes["POSITION"] for mesh in meshes for p in mesh.primitives if "POSITION" in p.attributes]
    deltas = [t["POSITION"] for m in meshes for p in m.primitives for t in p.targets if "POSITION" in t]
    filled = [accessor.floats for accessor in bases if len(accessor)]
    if not filled:
        return None
    lows, highs = zip(*map(extremes, filled), strict=True)
    low, high = np.min(lows, axis=0).astype(np.float64), np.max(highs, axis=0).astype(np.float64)
    reach = max((float(np.abs(accessor.floats).max()) for accessor in deltas if len(accessor)), default=0.0)
    if not (np.isfinite(low).all() and np.isfinite(high).all() and np.isfinite(reach)):
        return None
    scale = max(float((high - low).max()) / (2**bits - 2), reach / _FRACTION)
    fractions = bits < 16 and (skinned or bool(deltas))
    return replace(_short(low, scale) if scale > 0 else Grid(low, 1.0), fractions=fractions)


def _short(low: Vector, scale: float) -> Grid:
    """A grid that reaches as far, in numbers of few digits: every node writes them as JSON.

    The scale is rounded up to four digits. Each offset is rounded down to a decimal finer than a step, for which the
    caller leaves room.
    """
    digits = -floor(log10(scale))
    if not -15 < digits < 15:
        return Grid(low, scale)
    rounded = ceil(scale * 10.0 ** (digits + 3)) / 10.0 ** (digits + 3)
    return Grid(np.array([floor(x * 10.0**digits) / 10.0**digits for x in low.tolist()]), rounded)
