"""Store vertex attributes in fewer bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ..document import Accessor, Change, Context, Document, Fidelity, Interpolation, Primitive, Skip, Transform
from ..document.accessor import Array
from ..gltf.codecs import octahedral
from .graph import pinned
from .options import between, one_of
from .quantization.digits import shorten
from .quantization.positions import quantize_positions
from .quantization.texcoords import quantize_texcoords, with_normalized
from .quantization.vectors import fractions, joints, unit_vectors, weights, within
from .vertices import payload_kept, primitives, with_array

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
        position: bits along the longest side of a mesh, 8 to 16; none gives 13 to the largest and fewer to small parts,
            11 at least, so that all are as fine as a step of 1/8192 of the model.
        normal: bits of each coordinate of normals and tangents, 6 to 16.
        octahedral: take the nearest vectors that meshopt's octahedral filter holds, for a Compress that follows: 8 bits
            are then within 0.74° instead of 0.37°, and two bytes instead of three.
        texcoord: bits of texture coordinates, 8 to 16; none takes for each set what keeps it within an eighth of a
            texel of its largest texture (half, where that only holds occlusion), but more than 12 only where it would
            move by more than two.
        texture_transform: use KHR_texture_transform, to move coordinates outside [0, 1] into it, and to stretch short
            integers, which compress best. Without it the former stay as they are.
        color: bits of vertex colours, 8 to 16.
        weight: bits of skin weights, 8 or 16; they sum to one afterwards.
        digits: write the numbers of nodes, materials and texture transforms with the digits that tell single precision
            apart, which is what viewers draw with; false keeps all digits.
        rotation: bits of keys of rotations and of morph weights in [0, 1]: 16, which core glTF allows. Keys with spline
            tangents stay, and so do rotations with half a turn from one key to the next, where rounding would decide
            which way it goes.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY
    version: ClassVar[int] = 4

    position: int | None = 14
    normal: int = 8
    octahedral: bool = False
    texcoord: int | None = None
    texture_transform: bool = True
    color: int = 8
    weight: Literal[0, 8, 16] = 8
    rotation: Literal[0, 16] = 16
    digits: bool = True

    def __post_init__(self) -> None:
        for name, least in (("position", 8), ("normal", 6), ("texcoord", 8), ("color", 8)):
            if getattr(self, name) != 0:
                between(self, name, least, 16)
        one_of(self, "weight", "rotation")

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("quantize")
        if held := pinned(document):
            change.skipped.append(held)
            return change
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
            _quantize_keys(document)
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


def _quantize_keys(document: Document) -> None:
    """Rotation keys, and keys of morph weights in [0, 1], as normalized 16-bit integers.

    A step is 3e-5 of a turn's quaternion, or less than a hundredth of a degree, and 1.5e-5 of a weight.
    """
    uses: dict[int, tuple[Accessor, set[str]]] = {}
    samplers = [sampler for animation in document.animations for sampler in animation.samplers]
    for channel in (channel for animation in document.animations for channel in animation.channels):
        splines = channel.sampler.interpolation == Interpolation.CUBICSPLINE
        output = channel.sampler.output
        uses.setdefault(id(output), (output, set()))[1].add("splines" if splines else channel.path)
    stored: dict[int, Accessor] = {}
    for i, (output, paths) in uses.items():
        if output.dtype != np.float32:
            continue
        if paths == {"rotation"} and output.shape[1:] == (4,) and within([output], -1, 1):
            if not _has_half_turns(output.array):
                stored[i] = with_normalized(output, unit_vectors(output.array, 16))
        elif paths == {"weights"} and within([output], 0, 1):
            stored[i] = with_normalized(output, fractions(output.array, 16))
    for sampler in samplers:
        sampler.output = stored.get(id(sampler.output), sampler.output)


def _has_half_turns(keys: Array) -> bool:
    """Whether two neighbouring quaternions `(n, 4)` are about 180° of rotation apart: their product is near zero."""
    products = np.einsum("ij,ij->i", keys[1:], keys[:-1])
    return bool((np.abs(products) < 1e-3).any())
