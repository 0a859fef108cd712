"""Store vertex attributes and keys as floats again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..document import Accessor, Change, Context, Document, Fidelity, Skip, Transform
from ..document.payload import MeshoptPayload
from .graph import pinned
from .quantization.folding import as_floats, fold_positions, fold_texcoords
from .vertices import COMPRESSED, payload_kept, primitives

_KEPT = ("JOINTS_", "_")  # numbers that count, and an application's own


@dataclass(frozen=True, slots=True)
class Dequantize(Transform):
    """Store vertex attributes and rotation keys as floats: the opposite of Quantize, for programs without
    KHR_mesh_quantization. Invisible, and larger.

    What was lost stays lost. Scales that quantization put into nodes, instances, inverse bind matrices and texture
    transforms go back into the data where they are even and the same for all who use them, and nodes that it added go;
    the origin that a mesh had before is not known, so it may stay at a corner of its box.

    Args:
        fold: take scales and texture transforms back into the data; otherwise only the number format changes.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.INVISIBLE

    fold: bool = True

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("dequantize")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        if self.fold:
            fold_positions(document)
            fold_texcoords(document)
        made: dict[Accessor, Accessor] = {}

        def of(name: str, accessor: Accessor) -> Accessor:
            if accessor.dtype.kind == "f" or name.startswith(_KEPT):
                return accessor
            if accessor not in made:
                made[accessor] = as_floats(accessor)
            return made[accessor]

        for label, primitive in primitives(document):
            if payload_kept(primitive):
                change.skipped.append(Skip(label, COMPRESSED))
                continue
            primitive.attributes = {name: of(name, a) for name, a in primitive.attributes.items()}
            primitive.targets = [{name: of(name, a) for name, a in t.items()} for t in primitive.targets]
        for sampler in (sampler for animation in document.animations for sampler in animation.samplers):
            if sampler.output.normalized and not isinstance(sampler.output.payload, MeshoptPayload):
                sampler.output = of("output", sampler.output)
        return change
