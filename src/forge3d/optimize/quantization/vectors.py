"""Normals, tangents, colours and skin weights as normalized integers."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ...document import Accessor

Floats = npt.NDArray[np.floating[Any]]


def unit_vectors(values: Floats, bits: int) -> npt.NDArray[np.signedinteger[Any]]:
    """Values in [−1, 1] as signed normalized integers of `bits` precision, in 8 bits where they fit, else in 16.

    With fewer bits than the type has, steps are spread over the whole type, so that 1 stays 1 exactly.
    """
    kind: Any = np.int8 if bits <= 8 else np.int16
    steps = 2 ** (bits - 1) - 1
    stepped = np.rint(np.clip(values, -1.0, 1.0) * steps)
    stored: npt.NDArray[Any] = np.rint(stepped * (np.iinfo(kind).max / steps)).astype(kind)
    return stored


def fractions(values: Floats, bits: int) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Values in [0, 1] as unsigned normalized integers of `bits` precision, in 8 bits where they fit, else in 16."""
    kind: Any = np.uint8 if bits <= 8 else np.uint16
    steps = 2**bits - 1
    stepped = np.rint(np.clip(values, 0.0, 1.0) * steps)
    stored: npt.NDArray[Any] = np.rint(stepped * (np.iinfo(kind).max / steps)).astype(kind)
    return stored


def within(accessors: list[Accessor], low: float, high: float) -> bool:
    """Whether every element is a number in [low, high]; a little rounding beyond is allowed."""
    margin = 1e-4
    arrays = [accessor.floats for accessor in accessors if len(accessor)]
    return all(bool((array >= low - margin).all() and (array <= high + margin).all()) for array in arrays)


def weights(sets: list[Floats], bits: int) -> list[npt.NDArray[np.unsignedinteger[Any]]]:
    """Skin weights of all sets `(n, 4)` together, as integers that sum to one exactly in each vertex.

    Weights are scaled to sum to one first. The largest remainders are rounded up until the sum is right, so no weight
    moves by a whole step. Vertices without any weight keep none.
    """
    kind: Any = np.uint8 if bits <= 8 else np.uint16
    top = int(np.iinfo(kind).max)
    together = np.maximum(np.concatenate(sets, axis=1).astype(np.float64), 0.0)
    total = together.sum(axis=1, keepdims=True)
    exact = np.divide(together * top, total, out=np.zeros_like(together), where=total > 0)
    floor = np.floor(exact)
    missing = np.where(total[:, 0] > 0, top - floor.sum(axis=1), 0)
    rank = np.argsort(np.argsort(floor - exact, axis=1, kind="stable"), axis=1, kind="stable")
    rounded = (floor + (rank < missing[:, None])).astype(kind)
    return np.split(rounded, np.cumsum([part.shape[1] for part in sets])[:-1], axis=1)


def joints(indices: npt.NDArray[Any], shares: npt.NDArray[Any]) -> npt.NDArray[np.unsignedinteger[Any]]:
    """Joint numbers in 8 bits where they fit; where a weight is zero the joint is 0, as the specification advises."""
    kept = np.where(shares > 0, indices, 0)
    return kept.astype(np.uint8 if kept.max(initial=0) < 256 else np.uint16)
