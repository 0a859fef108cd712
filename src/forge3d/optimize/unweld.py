"""Give every corner a vertex of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..document import Accessor, Change, Context, Document, Fidelity, Skip, Transform
from ..document.accessor import Array
from .graph import pinned
from .vertices import COMPRESSED, numbered_vertices, payload_kept, primitives, with_array


@dataclass(frozen=True, slots=True)
class Unweld(Transform):
    """Give every corner a vertex of its own, and remove the indices. Exact, and larger: the opposite of Weld.

    For programs that want unindexed triangles, and before steps that set attributes by face. Strips and fans stay what
    they are. Primitives that share vertices no longer do.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("unweld")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        numbered = numbered_vertices(document)
        made: dict[tuple[Accessor, Accessor], Accessor] = {}
        for label, primitive in primitives(document):
            indices = primitive.indices
            if indices is None:
                continue
            why = COMPRESSED if payload_kept(primitive) else numbered.get(id(primitive))
            if why:
                change.skipped.append(Skip(label, why))
                continue
            order: Array = indices.array

            def corners(accessor: Accessor, order: Array = order, used: Accessor = indices) -> Accessor:
                if (accessor, used) not in made:
                    made[accessor, used] = with_array(accessor, accessor.array[order])
                return made[accessor, used]

            primitive.attributes = {name: corners(a) for name, a in primitive.attributes.items()}
            primitive.targets = [{name: corners(a) for name, a in t.items()} for t in primitive.targets]
            primitive.indices = None
        return change
