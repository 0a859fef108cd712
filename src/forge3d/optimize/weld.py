"""Merge vertices that are equal to the bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from ..document import Change, Context, Document, Fidelity, Mode, Primitive, Transform
from ..document.geometry import flat_indices
from ..native.rows import distinct_rows
from .vertices import VertexStream, index_accessor, streams


@dataclass(frozen=True, slots=True)
class Weld(Transform):
    """Merge vertices whose every attribute and morph target is equal to the bit, and drop unused ones. Exact.

    Primitives without indices get them where that merges vertices. Triangles stay as many and in their order,
    degenerate ones too: a triangle without area may carry meaning for an application. Vertices that differ in the sign
    of zero or in any attribute stay apart, so hard edges and texture seams stay. Indices that are wider than their
    values need are stored in 16 bits.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT
    version: ClassVar[int] = 2

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("weld")
        ready, change.skipped = streams(document)
        for number, stream in enumerate(ready):
            context.report(number / len(ready), "weld")
            if all(primitive.mode == Mode.POINTS for primitive in stream.primitives):
                continue  # points that lie on each other are drawn each; indices would only add bytes
            weld_stream(stream)
        return change


def weld_stream(stream: VertexStream) -> None:
    """Weld one stream in place."""
    count = stream.vertex_count
    indices = [flat_indices(primitive) for primitive in stream.primitives]
    used = np.zeros(count, dtype=bool)
    for part in indices:
        used[part] = True
    kept, place = unique_rows([accessor.array for accessor in stream.accessors], used)
    if len(kept) == count:
        for primitive in stream.primitives:
            _narrow(primitive)
        return
    stream.gather(kept, all_values=bool(used.all()))
    for primitive, part in zip(stream.primitives, indices, strict=True):
        primitive.indices = index_accessor(place[part], primitive.indices)


def _narrow(primitive: Primitive) -> None:
    """Store the same indices in fewer bytes, where they fit."""
    if primitive.indices is not None:
        narrow = index_accessor(primitive.indices.array, primitive.indices)
        if narrow.dtype.itemsize < primitive.indices.dtype.itemsize:
            primitive.indices = narrow


def unique_rows(
    columns: list[npt.NDArray[Any]], used: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """The first of each set of rows that are equal to the bit across all columns, among the used rows.

    Returns:
        `(kept, place)`: row numbers to keep, rising; and for every row its place among them (of used rows only).
    """
    rows = np.flatnonzero(used)
    whole = len(rows) == len(used)
    numbers, first = distinct_rows(_as_words([column if whole else column[rows] for column in columns]))
    place = np.zeros(len(used), dtype=np.uint32)
    place[rows] = numbers
    return rows[first], place


def _as_words(columns: list[npt.NDArray[Any]]) -> npt.NDArray[np.uint64]:
    """All columns side by side as `(n, words)` 64-bit words, padded with zeros."""
    count = len(columns[0])
    parts = [np.ascontiguousarray(column).reshape(count, -1).view(np.uint8) for column in columns]
    width = sum(part.shape[1] for part in parts)
    block = np.zeros((count, -(-width // 8) * 8), dtype=np.uint8)
    at = 0
    for part in parts:
        block[:, at : at + part.shape[1]] = part
        at += part.shape[1]
    return block.view(np.uint64)
