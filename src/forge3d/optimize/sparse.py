"""Store vertex data that are mostly zero by what is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..document import Accessor, Change, Context, Document, Fidelity, Skip, Transform
from ..document.encoding import Encoding
from ..document.layout import Role, element_stride, packed
from ..document.payload import SparsePayload, ZeroPayload
from .graph import pinned
from .vertices import COMPRESSED, payload_kept, primitives, with_array

_PLACES_JSON = 110  # bytes of JSON that say where the indices and values of one accessor are
_VIEWS_JSON = 160  # of the two buffer views that all of them share


@dataclass(frozen=True, slots=True)
class Sparse(Transform):
    """Store vertex data that are mostly zero as their other elements only, where the file gets smaller. Exact.

    Morph targets above all: most move few vertices. What is zero throughout takes no bytes at all. Where the document
    is to be compressed, compressed sizes are compared, and meshoptimizer's codecs leave little of zeros. Run it as the
    last step, because others store what they change in full; a Compress after it weighs anew what it did.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("sparse")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        made: dict[Accessor, Accessor] = {}
        saved = 0
        compressed: set[Accessor] = set()
        for label, primitive in primitives(document):
            streams = [primitive.attributes, *primitive.targets]
            if payload_kept(primitive):
                change.skipped.append(Skip(label, COMPRESSED))
                compressed.update(accessor for stream in streams for accessor in stream.values())
        for _, primitive in primitives(document):
            for accessor in (a for s in (primitive.attributes, *primitive.targets) for a in s.values()):
                if accessor not in made and accessor not in compressed and accessor.payload is None:
                    made[accessor], less = _thinned(accessor, document.encoding)
                    saved += less
        if saved <= _VIEWS_JSON:
            return change
        for _, primitive in primitives(document):
            primitive.attributes = {name: made.get(a, a) for name, a in primitive.attributes.items()}
            primitive.targets = [{name: made.get(a, a) for name, a in t.items()} for t in primitive.targets]
        change.notes.append(f"{sum(new is not old for old, new in made.items())} accessors became sparse")
        return change


def weigh(document: Document) -> int:
    """Store sparse vertex data in full where the document's encoding makes that smaller; how many became so."""
    made: dict[Accessor, Accessor] = {}
    if document.encoding is None:
        return 0
    for _, primitive in primitives(document):
        for accessor in (a for s in (primitive.attributes, *primitive.targets) for a in s.values()):
            if isinstance(accessor.payload, SparsePayload) and accessor not in made:
                whole = with_array(accessor, accessor.array, keep_bounds=True)
                whole.view = accessor.view
                made[accessor] = whole if _thinned(whole, document.encoding)[0] is whole else accessor
        primitive.attributes = {name: made.get(a, a) for name, a in primitive.attributes.items()}
        primitive.targets = [{name: made.get(a, a) for name, a in t.items()} for t in primitive.targets]
    return sum(new is not old for old, new in made.items())


def _thinned(accessor: Accessor, encoding: Encoding | None) -> tuple[Accessor, int]:
    """The accessor, sparse where that is smaller, and the bytes that are saved."""
    bits = np.ascontiguousarray(accessor.array).reshape(len(accessor), -1).view(np.uint8)
    rows = np.flatnonzero(bits.any(axis=1))  # to the bit: -0.0 is not what is left out
    if 2 * len(rows) > len(accessor):
        return accessor, 0
    sparse = with_array(accessor, accessor.array, keep_bounds=True)
    sparse.view = accessor.view
    size = _stored(accessor, Role.VERTEX, encoding)
    if not len(rows):
        sparse.payload = ZeroPayload()
        return sparse, size
    indices = Accessor(rows.astype(np.min_scalar_type(int(rows[-1]))))
    values = Accessor(accessor.array[rows])
    sparse.payload = SparsePayload(indices, values)
    parts = sum(_stored(part, Role.OTHER, encoding) for part in (indices, values))
    saved = size - parts - _PLACES_JSON
    return (sparse, saved) if saved > 0 else (accessor, 0)


def _stored(accessor: Accessor, role: Role, encoding: Encoding | None) -> int:
    """Bytes of the elements in the file."""
    stride = element_stride(accessor, role)
    data = bytes(packed(accessor.array, stride))
    small = encoding.encoded(data, stride, "ATTRIBUTES") if encoding is not None else None
    return len(data if small is None else small)
