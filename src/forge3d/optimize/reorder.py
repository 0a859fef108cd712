"""Put triangles and vertices in the order that GPUs and codecs like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ..document import Change, Context, Document, Fidelity, Primitive, Skip, Transform
from ..document.geometry import Indices, flat_indices
from .materials import is_blended
from .options import one_of
from .vertices import VertexStream, index_accessor, is_triangle_list, streams


@dataclass(frozen=True, slots=True)
class Reorder(Transform):
    """Order triangles for the vertex cache, and vertices by first use. Exact: the same triangles, in another order.

    Triangles of materials with alpha mode BLEND keep their order, because it decides what is seen through what. Run
    Weld first: only shared vertices can be reused.

    Args:
        target: size orders triangles for the smallest compressed file, performance for the fewest vertex
            shader runs.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT

    target: Literal["size", "performance"] = "size"

    def __post_init__(self) -> None:
        one_of(self, "target")

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("reorder")
        ready, change.skipped = streams(document)
        for number, stream in enumerate(ready):
            context.report(number / len(ready), "reorder")
            if any(primitive.indices is None for primitive in stream.primitives):
                change.skipped.append(Skip(stream.label, "has no indices, so no vertex is used twice"))
                continue
            if any(is_blended(primitive) for primitive in stream.primitives):
                change.skipped.append(Skip(stream.label, "is blended: the order of its triangles shows"))
            _reorder(stream, self.target == "size")
        return change


def _reorder(stream: VertexStream, for_size: bool) -> None:
    """Triangles first, each primitive by itself; then the vertices of all of them by first use."""
    parts = [_cache_order(primitive, flat_indices(primitive), for_size) for primitive in stream.primitives]
    order = first_use(np.concatenate(parts))
    place = np.zeros(stream.vertex_count, dtype=np.uint32)
    place[order] = np.arange(len(order), dtype=np.uint32)
    stream.gather(order, all_values=len(order) == stream.vertex_count)
    for primitive, part in zip(stream.primitives, parts, strict=True):
        primitive.indices = index_accessor(place[part], primitive.indices)


def _cache_order(primitive: Primitive, indices: Indices, for_size: bool) -> Indices:
    whole = len(indices) % 3 == 0 and len(indices) > 0
    if not is_triangle_list(primitive) or not whole or is_blended(primitive):
        return indices
    import meshopt

    # Dense numbers first: the package sizes its tables by the largest index.
    used, local = np.unique(indices, return_inverse=True)
    ordered, remap, _ = meshopt.reorder_mesh(local.astype(np.uint32), True, for_size)
    back = np.empty(len(used), dtype=np.uint32)
    back[remap[: len(used)]] = used
    result: Indices = back[ordered]
    return result


def first_use(indices: Indices) -> Indices:
    """The distinct indices in the order of their first appearance."""
    values, first = np.unique(indices, return_index=True)
    ordered: Indices = values[np.argsort(first)].astype(np.uint32, copy=False)
    return ordered
