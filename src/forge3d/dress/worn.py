"""What is worn, when it is on: vertices in the body's space that the body's joints move."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Accessor, Primitive
from ..document.geometry import triangles
from ..document.opacity import sides_and_opacity
from ..document.scene import Matrix
from .body import Points, bent
from .weights import Influences


@dataclass(slots=True, eq=False)
class Piece:
    """A primitive's vertices in the body's space `(n, 3)`, and the matrices `(n, 3, 3)` that took directions there."""

    primitive: Primitive
    points: Points
    turns: npt.NDArray[np.float64]
    influences: Influences


@dataclass(slots=True, eq=False)
class Worn:
    """Every piece of a product."""

    pieces: list[Piece] = field(default_factory=list)

    @property
    def points(self) -> Points:
        return np.concatenate([piece.points for piece in self.pieces])

    @property
    def influences(self) -> Influences:
        return stacked([piece.influences for piece in self.pieces])

    @property
    def corners(self) -> Points:
        """Corners `(t, 3, 3)` of what is opaque."""
        opaque = [piece for piece in self.pieces if sides_and_opacity(piece.primitive)[1]]
        return np.concatenate([np.empty((0, 3, 3)), *(p.points[triangles(p.primitive)] for p in opaque)])

    def posed(self, matrices: Matrix) -> Points:
        """Where its vertices are, `(n, 3)`; see `Body.posed`."""
        return bent(self.points, self.influences, matrices)

    def move(self, points: Points) -> None:
        """Put all vertices elsewhere, `(n, 3)` in the order of the pieces."""
        start = 0
        for piece in self.pieces:
            piece.points = points[start : start + len(piece.points)]
            start += len(piece.points)


def stacked(parts: list[Influences]) -> Influences:
    """Rows of several under each other."""
    width = max(part.joints.shape[1] for part in parts)

    def wide(rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.pad(rows, ((0, 0), (0, width - rows.shape[1])))

    return Influences(
        np.concatenate([wide(part.joints) for part in parts]), np.concatenate([wide(part.weights) for part in parts])
    )


def directed(accessor: Accessor, turns: npt.NDArray[np.float64], *, normals: bool) -> Accessor:
    """Normals or tangents `(n, 3 or 4)` turned; normals go by the inverse transpose. Lengths become 1."""
    values = accessor.floats.astype(np.float64)
    made = np.einsum("nij,nj->ni", _of(turns, normals), values[:, :3])
    length = np.linalg.norm(made, axis=1, keepdims=True)
    made = np.where(length > 0, made / np.where(length > 0, length, 1), values[:, :3])
    return Accessor(np.concatenate([made, values[:, 3:]], 1).astype(np.float32))


def turned_delta(accessor: Accessor, turns: npt.NDArray[np.float64], *, normals: bool) -> Accessor:
    """A morph target's deltas `(n, 3)` turned; other attributes' as they are."""
    if accessor.shape[1:] != (3,):
        return accessor
    return Accessor(np.einsum("nij,nj->ni", _of(turns, normals), accessor.floats).astype(np.float32))


def _of(turns: npt.NDArray[np.float64], normals: bool) -> npt.NDArray[np.float64]:
    return np.asarray(np.linalg.inv(turns).swapaxes(1, 2)) if normals else turns
