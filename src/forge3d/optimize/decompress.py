"""Forget the compressed form of geometry, so that other transforms may change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..document import Accessor, Change, Context, Document, Fidelity, Transform
from ..document.payload import MeshoptPayload
from .graph import pinned, reachable, substitute
from .vertices import payload_kept, primitives, with_array


@dataclass(frozen=True, slots=True)
class Decompress(Transform):
    """Decode Draco and meshopt geometry for good. Exact: the decoded values are the ones that every viewer sees.

    Other transforms leave compressed geometry as it is, because plain arrays would be larger; put this before them
    when a compression follows, as the presets do. What Draco or quantization lost before stays lost, and compressing
    again may lose a little more: the change's notes say so.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT

    def __call__(self, document: Document, context: Context) -> Change:
        if held := pinned(document):
            return Change("decompress", skipped=[held])
        compressed = [primitive for _, primitive in primitives(document) if payload_kept(primitive)]
        packed: list[Accessor] = []
        for primitive in compressed:
            if primitive.draco is not None:
                packed += primitive.draco.decoded.values()
                primitive.draco = None
        accessors = (item for item in reachable([document]).values() if isinstance(item, Accessor))
        packed += (accessor for accessor in accessors if isinstance(accessor.payload, MeshoptPayload))
        # Declared bounds are those of the data before a lossy compression: the decoded values may lie outside.
        if packed:
            substitute(document, {id(accessor): with_array(accessor, accessor.array) for accessor in packed})
        document.encoding = None
        change = Change("decompress")
        if compressed:
            change.notes.append(
                f"{len(compressed)} primitives were compressed before; compressing them again may lose a little more"
            )
            context.warn(change.notes[-1])
        return change
