"""A piece of the jacket, and how it follows the cloth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..modelling.surface import Surface
from .shell import Shell

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Piece:
    """What one finish covers.

    Attributes:
        look: key of the finish.
        surface: in the bind pose.
        along: the cloth's vertices that a cord runs along; each of its points follows the nearest one. None: every
            point follows the three nearest of all.
        stiff: it follows the cloth as one, so that it keeps its shape.
    """

    look: str
    surface: Surface
    along: Indices | None = None
    stiff: bool = False

    def shares(self, shell: Shell) -> Array:
        """Of each joint in the surface's vertices, `(n, joints)`."""
        points = self.surface.positions
        if self.stiff:
            return np.repeat(_nearest(points.mean(axis=0, keepdims=True), shell, shell.cloth, 3), len(points), axis=0)
        if self.along is not None:
            return _nearest(points, shell, self.along, 1)
        return _nearest(points, shell, shell.cloth, 3)


def _nearest(points: Array, shell: Shell, among: Indices, count: int) -> Array:
    """The cloth's weights at the `count` nearest of some of its vertices, by the inverse of their distances."""
    places = shell.points[among]
    result = np.empty((len(points), shell.weights.shape[1]))
    for start in range(0, len(points), 2000):
        part = points[start : start + 2000]
        square = (part**2).sum(axis=1)[:, None] - 2 * part @ places.T + (places**2).sum(axis=1)
        near = np.argpartition(square, count, axis=1)[:, :count]
        share = 1 / np.maximum(np.linalg.norm(part[:, None] - places[near], axis=2), 1e-7)
        share /= share.sum(axis=1, keepdims=True)
        result[start : start + 2000] = np.einsum("ij,ijk->ik", share, shell.weights[among[near]])
    return result
