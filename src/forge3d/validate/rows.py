"""Going over the rows of arrays: long ones in pieces that stay in the processor's cache from one step to the next, many
short ones together.

So the cost of a row is the same in long arrays, memory is bounded by the piece, and a file of hundreds of small
accessors does not pay NumPy's cost of a call for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
T = TypeVar("T")

PIECE = 1 << 15
"""Rows in a piece: measured with two and three floats a row, half and twice as many take as long."""

FOLD = 512


def pieces(count: int) -> Iterator[slice]:
    """Slices of at most `PIECE` that cover `count` rows."""
    for start in range(0, count, PIECE):
        yield slice(start, min(start + PIECE, count))


def tally(broken: Callable[..., npt.NDArray[np.bool_]], *arrays: Array) -> tuple[int, int]:
    """How many rows are broken, and the first that is (0 when none).

    Args:
        broken: given a piece of each array, a mask over its rows.
    """
    count = first = 0
    for piece in pieces(len(arrays[0])):
        mask = broken(*(array[piece] for array in arrays))
        here = int(np.count_nonzero(mask))
        if here and not count:
            first = piece.start + int(mask.argmax())
        count += here
    return count, first


def extremes(flat: Array) -> tuple[Array, Array]:
    """Minimum and maximum of each column of `(n, k)`; NaN where a column holds one."""
    lows, highs = zip(*(_extremes(flat[piece]) for piece in pieces(len(flat))), strict=True)
    return np.min(lows, axis=0), np.max(highs, axis=0)


def _extremes(flat: Array) -> tuple[Array, Array]:
    """NumPy takes narrow rows one by one; here many of them make one wide row, which is ten times as quick."""
    count, columns = flat.shape
    wide = count // FOLD if flat.flags.c_contiguous else 0
    if not wide:
        return flat.min(axis=0), flat.max(axis=0)
    folded, rest = flat[: wide * FOLD].reshape(wide, -1), flat[wide * FOLD :]
    low, high = (part.reshape(FOLD, columns) for part in (folded.min(axis=0), folded.max(axis=0)))
    return np.concatenate([low, rest]).min(axis=0), np.concatenate([high, rest]).max(axis=0)


def extremes_of_many(arrays: Iterable[Array]) -> list[tuple[Array, Array]]:
    """`extremes` of each `(n, k)`, none of them empty; short ones of a type are taken together."""
    given = list(arrays)
    result: list[tuple[Array, Array] | None] = [None] * len(given)
    alike: dict[tuple[Any, int], list[int]] = {}
    for place, flat in enumerate(given):
        if len(flat) > PIECE:
            result[place] = extremes(flat)
        else:
            alike.setdefault((flat.dtype, flat.shape[1]), []).append(place)
    for places in alike.values():
        for batch in batches(places, lambda place: len(given[place])):
            columns = np.concatenate([given[place] for place in batch]).T.copy()
            starts = np.cumsum([0, *(len(given[place]) for place in batch[:-1])])
            lows, highs = (extreme.reduceat(columns, starts, axis=1) for extreme in (np.minimum, np.maximum))
            for number, place in enumerate(batch):
                result[place] = lows[:, number], highs[:, number]
    return [pair for pair in result if pair is not None]


def batches(entries: Iterable[T], rows: Callable[[T], int]) -> Iterator[list[T]]:
    """`entries` in order, in lists whose rows together are about a piece."""
    batch: list[T] = []
    size = 0
    for entry in entries:
        if batch and size + rows(entry) > PIECE:
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += rows(entry)
    if batch:
        yield batch
