"""Quadric error of surfaces with attributes, after Garland & Heckbert 1997 and Hoppe 1999 ("New quadric metric for
simplifying meshes with appearance attributes").

A point carries the squared distances to the planes of the triangles around it. A wedge (a point with one set of
attributes) carries, for each attribute, the squared difference to the linear function that the attribute is on each of
those triangles. Everything is weighted by area, so that dividing by the sum of weights gives a mean squared distance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

# The six entries of a symmetric 3 × 3 matrix, and how often each stands in the full one.
_ROWS, _COLUMNS = np.array([0, 1, 2, 0, 0, 1]), np.array([0, 1, 2, 1, 2, 2])
_TWICE = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])


@dataclass(slots=True)
class Quadrics:
    """`n` sums of `weight · (normal · x + offset)²`: matrix `(n, 6)`, vector `(n, 3)`, constant `(n,)`."""

    matrix: Floats
    vector: Floats
    constant: Floats

    @classmethod
    def zeros(cls, count: int) -> Quadrics:
        return cls(np.zeros((count, 6)), np.zeros((count, 3)), np.zeros(count))

    def add_planes(self, owners: Numbers, normals: Floats, offsets: Floats, weights: Floats) -> None:
        """Add a plane to each of `owners` `(m,)`, which may repeat."""
        scaled = normals * weights[:, None]
        _add(self.matrix, owners, scaled[:, _ROWS] * normals[:, _COLUMNS])
        _add(self.vector, owners, scaled * offsets[:, None])
        _add(self.constant, owners, weights * offsets * offsets)

    def merge(self, into: Numbers, gone: Numbers) -> None:
        """Add the quadrics `gone` to those they merge `into`."""
        for values in (self.matrix, self.vector, self.constant):
            np.add.at(values, into, values[gone])

    def at(self, owners: Numbers, points: Floats) -> Floats:
        """The sums of `owners` at `points` `(m, 3)`."""
        square = np.einsum("mk,mk,k->m", self.matrix[owners], points[:, _ROWS] * points[:, _COLUMNS], _TWICE)
        linear: Floats = square + 2 * np.einsum("mk,mk->m", self.vector[owners], points) + self.constant[owners]
        return linear


@dataclass(slots=True)
class AttributeQuadrics:
    """`n` sums, over triangles and attributes, of `weight · (gradient · x + offset − value)²`.

    `square` holds what does not depend on the values; `gradients` `(n, k, 3)`, `offsets` `(n, k)` and `weights` `(n,)`
    the rest.
    """

    square: Quadrics
    gradients: Floats
    offsets: Floats
    weights: Floats

    @classmethod
    def of(cls, values: Floats, corners: Numbers, points: Floats, areas: Floats) -> AttributeQuadrics:
        """Of wedges with `values` `(n, k)` in triangles `corners` `(t, 3)` at `points` `(t, 3, 3)`."""
        count, kinds = values.shape
        made = cls(Quadrics.zeros(count), np.zeros((count, kinds, 3)), np.zeros((count, kinds)), np.zeros(count))
        gradients, offsets, weights = _linear(values[corners], points, areas)
        for corner in range(3):
            owners = corners[:, corner]
            for kind in range(kinds):
                made.square.add_planes(owners, gradients[:, kind], offsets[:, kind], weights)
                _add(made.gradients[:, kind], owners, gradients[:, kind] * weights[:, None])
            _add(made.offsets, owners, offsets * weights[:, None])
            _add(made.weights, owners, weights)
        return made

    def merge(self, into: Numbers, gone: Numbers) -> None:
        """Add the quadrics `gone` to those they merge `into`."""
        self.square.merge(into, gone)
        for values in (self.gradients, self.offsets, self.weights):
            np.add.at(values, into, values[gone])

    def at(self, owners: Numbers, points: Floats, values: Floats) -> Floats:
        """The sums of `owners` at `points` `(m, 3)` with attribute `values` `(m, k)`."""
        expected = np.einsum("mkc,mc->mk", self.gradients[owners], points) + self.offsets[owners]
        mixed = np.einsum("mk,mk->m", values, self.weights[owners, None] * values - 2 * expected)
        total: Floats = self.square.at(owners, points) + mixed
        return total


def _linear(values: Floats, points: Floats, areas: Floats) -> tuple[Floats, Floats, Floats]:
    """Each attribute as a linear function on each triangle: gradients `(t, k, 3)`, offsets `(t, k)`, and weights.

    Triangles too thin to tell a gradient weigh nothing.
    """
    first, second = points[:, 1] - points[:, 0], points[:, 2] - points[:, 0]
    a, b, c = (np.einsum("tc,tc->t", u, v) for u, v in ((first, first), (first, second), (second, second)))
    area = a * c - b * b
    thin = area <= 1e-9 * np.maximum(a, c) ** 2
    inverse = np.where(thin, 0.0, 1.0 / np.where(thin, 1.0, area))[:, None]
    along, across = values[:, 1] - values[:, 0], values[:, 2] - values[:, 0]
    u = (c[:, None] * along - b[:, None] * across) * inverse
    v = (a[:, None] * across - b[:, None] * along) * inverse
    gradients = u[..., None] * first[:, None] + v[..., None] * second[:, None]
    offsets = values[:, 0] - np.einsum("tkc,tc->tk", gradients, points[:, 0])
    return gradients, offsets, np.where(thin, 0.0, areas)


def _add(totals: Floats, owners: Numbers, values: Floats) -> None:
    """`totals[owners] += values`, where owners repeat; columns one by one, which is much quicker than `np.add.at`."""
    if totals.ndim == 1:
        totals += np.bincount(owners, values, len(totals))
        return
    for column in range(totals.shape[1]):
        totals[:, column] += np.bincount(owners, values[:, column], len(totals))
