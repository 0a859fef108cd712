"""Store vertex attributes in fewer bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ..document import Accessor, Change, Context, Document, Fidelity, Primitive, Skip, Transform
from ..native import octahedral
from .graph import pinned
from .options import between, one_of
from .quantization.digits import shorten
from .quantization.keys import quantize_binds, quantize_keys
from .quantization.positions import quantize_positions
from .quantization.texcoords import quantize_texcoords, with_normalized
from .quantization.vectors import fractions, joints, unit_vectors, weights, within
from .reach import reach
from .vertices import payload_kept, primitives, with_array

_BINDS = 1 / 16384  # of the model's size: as fine as positions, because it shows at rest too

Stored = Callable[[Accessor, bool], Accessor]


@dataclass(frozen=True, slots=True)
class Quantize(Transform):
    """Store vertex attributes as small integers (KHR_mesh_quantization). Lossy.

    The change's error is the largest move of a vertex in metres, in the rest pose with morphs at full weight. Each
    mesh has a grid of its own, which node transforms, inverse bind matrices, instances and volume thickness undo;
    where a node is animated, or places more than the mesh, the mesh moves to a new child. Primitives of one mesh stay
    closed against each other; meshes that touch may part by twice the error. Attributes that are integers already are
    left alone, so running it again changes nothing. For any option, 0 leaves that attribute as it is.

    Args:
        position: bits along the longest side of a mesh, 8 to 16; none gives 13¼ to the largest and fewer to small
            parts, 11 at least, so that all are as fine as a step of 1/9700 of the model.
        normal: bits of each coordinate of normals and tangents, 6 to 16.
        octahedral: take the nearest vectors that meshopt's octahedral filter holds, for a Compress that follows: 8 bits
            are then within 0.74° instead of 0.37°, and two bytes instead of three.
        texcoord: bits of texture coordinates, 8 to 16; none takes for each set what keeps it within a sixteenth of a
            texel of its largest texture (a quarter, where that only holds occlusion), but no finer than a 4095th of
            where it reaches, or a 5120th of the texture. Repeats of a pattern move by two texels at most.
        texture_transform: use KHR_texture_transform, to move coordinates outside [0, 1] into it, and to stretch short
            integers, which compress best. Without it the former stay as they are.
        color: bits of vertex colours, 8 to 16.
        weight: bits of skin weights, 8 or 16; they sum to one afterwards.
        digits: write the numbers of nodes, materials and texture transforms with the digits that tell single precision
            apart, which is what viewers draw with; false keeps all digits.
        rotation: bits of keys of rotations and of morph weights in [0, 1]: 16, which core glTF allows. Keys with spline
            tangents stay, and so do rotations with half a turn from one key to the next, where rounding would decide
            which way it goes.
        pose: for a Compress that follows: store rotations in as few bits as its filter needs for no vertex to be moved
            by more than this share of the model's size, each track by itself, and so for translations, scales and
            weights; inverse bind matrices to 1/16384 of the size. 0 gives every key the bits above.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY
    version: ClassVar[int] = 6

    position: int | None = 14
    normal: int = 8
    octahedral: bool = False
    texcoord: int | None = None
    texture_transform: bool = True
    color: int = 8
    weight: Literal[0, 8, 16] = 8
    rotation: Literal[0, 16] = 16
    pose: float = 0.0
    digits: bool = True

    def __post_init__(self) -> None:
        for name, least in (("position", 8), ("normal", 6), ("texcoord", 8), ("color", 8)):
            if getattr(self, name) != 0:
                between(self, name, least, 16)
        one_of(self, "weight", "rotation")
        between(self, "pose", 0.0, 0.1)

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("quantize")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        levers = reach(document) if self.pose and (document.animations or document.skins) else None
        if self.position != 0:
            context.report(0.0, "quantize positions")
            result = quantize_positions(document, self.position)
            change.error = result.error
            change.skipped += result.skipped
        if self.texcoord != 0:
            context.report(0.4, "quantize texture coordinates")
            change.skipped += quantize_texcoords(document, self.texcoord, self.texture_transform)
        context.report(0.6, "quantize other attributes")
        self._attributes(document, change)
        if self.rotation:
            quantize_keys(document, levers, self.pose)
        if levers is not None:
            quantize_binds(document, levers, min(self.pose, _BINDS))
        if self.digits:
            shorten(document)
        return change

    def _attributes(self, document: Document, change: Change) -> None:
        done: dict[int, Accessor] = {}
        skins: dict[tuple[int, ...], dict[str, Accessor]] = {}
        for label, primitive in primitives(document):
            if payload_kept(primitive):
                change.skipped.append(
                    Skip(label, "is compressed and stays as it is; run Decompress first to change it")
                )
                continue
            if self.normal:
                for name in ("NORMAL", "TANGENT"):
                    why = _convert(primitive, name, done, self._unit, -1.0)
                    change.skipped += [Skip(label, why)] if why else []
            if self.color:
                for name in [name for name in primitive.attributes if name.startswith("COLOR_")]:
                    why = _convert(primitive, name, done, lambda a, _: _share(a, self.color), 0.0)
                    change.skipped += [Skip(label, why)] if why else []
            if self.weight:
                _convert_skin(primitive, skins, self.weight)

    def _unit(self, accessor: Accessor, is_delta: bool) -> Accessor:
        if self.octahedral and not is_delta and accessor.array.shape[1] in (3, 4):
            return with_normalized(accessor, octahedral.rounded(accessor.array, bits=8 if self.normal <= 8 else 16))
        return with_normalized(accessor, unit_vectors(accessor.array, self.normal))


def _convert(primitive: Primitive, name: str, done: dict[int, Accessor], store: Stored, low: float) -> str | None:
    """Store one attribute and its morph deltas, if they all lie in [low, 1]; or why not."""
    base = primitive.attributes.get(name)
    if base is None or base.dtype != np.float32:
        return None
    deltas = [target[name] for target in primitive.targets if name in target]
    if not within([base, *deltas], low, 1.0):
        return f"{name} or its morph deltas lie outside [{low:g}, 1]"
    for number, accessor in enumerate((base, *deltas)):
        if id(accessor) not in done:
            done[id(accessor)] = store(accessor, number > 0) if accessor.dtype == np.float32 else accessor
    primitive.attributes = {**primitive.attributes, name: done[id(base)]}
    primitive.targets = [{**t, name: done[id(t[name])]} if name in t else t for t in primitive.targets]
    return None


def _share(accessor: Accessor, bits: int) -> Accessor:
    return with_normalized(accessor, fractions(accessor.array, bits))


def _convert_skin(primitive: Primitive, done: dict[tuple[int, ...], dict[str, Accessor]], bits: int) -> None:
    """All weight sets of a primitive together, so that each vertex sums to one; joints in 8 bits where they fit."""
    attributes = primitive.attributes
    count = sum(1 for name in attributes if name.startswith("WEIGHTS_"))
    pairs = [(f"JOINTS_{n}", f"WEIGHTS_{n}") for n in range(count)]
    if not pairs or any(j not in attributes or attributes[w].dtype != np.float32 for j, w in pairs):
        return
    key = tuple(id(attributes[name]) for pair in pairs for name in pair)
    if key not in done:
        stored = weights([attributes[name].array for _, name in pairs], bits)
        done[key] = {}
        for (joint, weight), values in zip(pairs, stored, strict=True):
            done[key][weight] = with_normalized(attributes[weight], values)
            done[key][joint] = with_array(attributes[joint], joints(attributes[joint].array, values))
    primitive.attributes = {**attributes, **done[key]}
