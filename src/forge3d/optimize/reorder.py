"""Put triangles and vertices in the order that GPUs and codecs like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from ..document import Change, Context, Document, Fidelity, Skip, Transform
from ..document.encoding import Encoding
from ..document.geometry import Indices, flat_indices
from ..native import octahedral
from ..native.ordering import order
from ..native.threads import each
from .materials import is_blended
from .options import one_of
from .vertices import VertexStream, index_accessor, is_triangle_list, streams

_ROW_BYTES = 128  # of a vertex that are looked at: many morph targets would take long, and go with their positions


@dataclass(frozen=True, slots=True)
class Reorder(Transform):
    """Order triangles and vertices for codecs or GPUs. Exact: the same triangles, in another order.

    Most of a compressed file are differences from each vertex to the one before. The index codec of meshopt takes one
    byte for a triangle that continues any of the last fifteen edges, so it leaves a choice at every step: `size` takes
    triangles without a new vertex first, and then the new vertex whose bytes cost least after the last one, as the
    vertex codec stores them. That is a twentieth off the file beside strips, which cost as much in indices. It runs on
    the numbers that are stored, so Quantize goes first, and so does Weld: only shared vertices can be reused.

    Triangles of materials with alpha mode BLEND keep their order, because it decides what is seen through what.

    Args:
        target: size makes the smallest compressed file, performance the fewest vertex shader runs.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT
    version: ClassVar[int] = 3

    target: Literal["size", "performance"] = "size"

    def __post_init__(self) -> None:
        one_of(self, "target")

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("reorder")
        ready, change.skipped = streams(document)
        chosen: list[VertexStream] = []
        for stream in ready:
            if any(primitive.indices is None for primitive in stream.primitives):
                change.skipped.append(Skip(stream.label, "has no indices, so no vertex is used twice"))
                continue
            if any(is_blended(primitive) for primitive in stream.primitives):
                change.skipped.append(Skip(stream.label, "is blended: the order of its triangles shows"))
            for accessor in (*stream.accessors, *(p.indices for p in stream.primitives if p.indices is not None)):
                _ = accessor.array  # decoded here, where nothing else is at it
            chosen.append(stream)
        orders = each(
            lambda stream: _order(stream, self.target == "size"),
            chosen,
            before=lambda number: context.report(number / len(chosen), "reorder"),
        )
        for stream, (ordered, used) in zip(chosen, orders, strict=True):
            stream.gather(used, all_values=len(used) == stream.vertex_count)
            for primitive, part in zip(stream.primitives, ordered, strict=True):
                primitive.indices = index_accessor(part, primitive.indices)
        return change


def _order(stream: VertexStream, for_size: bool) -> tuple[list[Indices], Indices]:
    """Triangles first, each primitive by itself; the vertices of all of them as the triangles come to name them."""
    parts: list[tuple[Indices, bool]] = []
    for primitive in stream.primitives:
        indices = flat_indices(primitive)
        fixed = not is_triangle_list(primitive) or len(indices) % 3 != 0 or is_blended(primitive)
        parts.append((indices if fixed or for_size else _cache_order(indices), fixed or not for_size))
    places = stream.primitives[0].attributes["POSITION"].floats
    return order(parts, _rows(stream) if for_size else np.empty((len(places), 0)), places)


def _rows(stream: VertexStream) -> npt.NDArray[np.uint8]:
    """`(n, bytes)`: about what the codec will see of the vertices, filtered if they are quantized."""
    encoding = Encoding(filters=True)
    filters = {id(a): encoding.filter_of(a, name) for name, a in stream.primitives[0].attributes.items()}
    columns: list[npt.NDArray[np.uint8]] = []
    for accessor in stream.accessors:
        array: npt.NDArray[Any] = np.ascontiguousarray(accessor.array)
        if filters.get(id(accessor)) == "OCTAHEDRAL" and array.dtype == np.int8:
            array = np.concatenate([octahedral.sketched(array[:, :3]), array[:, 3:]], axis=1)
        columns.append(array.reshape(stream.vertex_count, -1).view(np.uint8))
        if sum(column.shape[1] for column in columns) >= _ROW_BYTES:
            break
    return np.concatenate(columns, axis=1)[:, :_ROW_BYTES]


def _cache_order(indices: Indices) -> Indices:
    """Triangles for the vertex cache alone."""
    import meshopt

    if not len(indices):
        return indices
    # Dense numbers first: the package sizes its tables by the largest index.
    used, local = np.unique(indices, return_inverse=True)
    ordered, remap, _ = meshopt.reorder_mesh(local.astype(np.uint32), True, False)
    back = np.empty(len(used), dtype=np.uint32)
    back[remap[: len(used)]] = used
    result: Indices = back[ordered]
    return result
