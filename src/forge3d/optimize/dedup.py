"""Merge objects that are equal in every respect that can be seen or scripted."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, is_dataclass
from typing import Any, ClassVar
from zlib import crc32

import numpy as np

from ..document import (
    Accessor,
    Change,
    Context,
    Document,
    Fidelity,
    Image,
    Material,
    Node,
    Primitive,
    Sampler,
    Skin,
    Texture,
    Transform,
    Variant,
)
from ..document.copying import field_names
from ..document.payload import MeshoptPayload
from .graph import pinned, pointer_targets, substitute

_PLAIN = frozenset({type(None), str, float, int, bool})
# Objects that stand for themselves inside a key: two materials are equal only when they use the same texture object.
_BY_IDENTITY = (Accessor, Image, Sampler, Texture, Material, Node, Skin, Variant, Primitive)


@dataclass(frozen=True, slots=True)
class Dedup(Transform):
    """Merge accessors, images, samplers, textures, materials, meshes and skins that are equal. Exact.

    Two objects are equal when their content, extras and extensions are. Nothing that KHR_animation_pointer drives is
    merged. Accessors are merged only within one use (vertex data, indices, keyframes, …), as the specification demands
    of buffer views, and geometry that is still compressed only with an equal compressed block.

    Args:
        names: also merge materials, meshes and skins whose names differ; the first one's name stays. Names of
            accessors, images, samplers and textures never keep equal ones apart.
        geometry: merge vertex attributes and indices too. Meshes that come to share one attribute and not the
            others can no longer be welded or reordered, so do this last.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT

    names: bool = False
    geometry: bool = True

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("dedup")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        driven = pointer_targets(document)
        named = ("name", "uri") if self.names else ("uri",)
        steps: list[tuple[str, Callable[[], Iterable[tuple[Any, Hashable]]]]] = [
            ("accessors", lambda: _accessor_keys(document, self.geometry)),
            ("images", lambda: [(image, _image_key(image)) for image in document.images]),
            ("samplers", lambda: [(s, content_key(s, ("name",))) for s in document.samplers]),
            ("textures", lambda: [(t, content_key(t, ("name",))) for t in document.textures]),
            ("materials", lambda: [(m, content_key(m, named)) for m in document.materials]),
            ("meshes", lambda: [(m, (content_key(m, named), _drawn(m.primitives))) for m in document.meshes]),
            ("skins", lambda: [(s, content_key(s, named)) for s in document.skins]),
        ]
        for number, (label, keys) in enumerate(steps):
            context.report(number / len(steps), f"dedup {label}")
            merged = _merge(document, keys(), driven)
            if merged:
                change.notes.append(f"{merged} {label} merged")
        return change


def _merge(document: Document, keyed: Iterable[tuple[Any, Hashable]], driven: set[int]) -> int:
    """Substitute the first object of each key for the others; how many went."""
    first: dict[Hashable, Any] = {}
    replacements: dict[int, Any] = {}
    for item, key in keyed:
        if id(item) not in driven and first.setdefault(key, item) is not item:
            replacements[id(item)] = first[key]
    if replacements:
        substitute(document, replacements)
    return len(replacements)


def _accessor_keys(document: Document, geometry: bool) -> list[tuple[Accessor, Hashable]]:
    """Keys of the accessors in use that agree in use, type and length, where more than one has the same checksum.

    Only those are decoded, and only those of one checksum are compared.
    """
    groups: dict[Hashable, list[Accessor]] = {}
    for accessor, use in _uses(document):
        if not geometry and use in ("vertices", "indices"):
            continue
        kind = (use, accessor.dtype.str, accessor.shape, accessor.normalized, _frozen(accessor.extras))
        groups.setdefault((*kind, _frozen(accessor.extensions), _block(accessor)), []).append(accessor)
    alike: dict[Hashable, list[Accessor]] = {}
    for like, group in groups.items():
        for accessor in group if len(group) > 1 else ():
            alike.setdefault((like, crc32(np.ascontiguousarray(accessor.array).data)), []).append(accessor)
    return [(a, (key, a.array.tobytes())) for key, group in alike.items() if len(group) > 1 for a in group]


def _uses(document: Document) -> list[tuple[Accessor, str]]:
    """Every accessor that something refers to, with what it is used for; Draco geometry is left out."""
    uses: dict[int, tuple[Accessor, set[str]]] = {}

    def note(use: str, *accessors: Accessor | None) -> None:
        for accessor in accessors:
            if accessor is not None:
                uses.setdefault(id(accessor), (accessor, set()))[1].add(use)

    for mesh in document.meshes:
        for primitive in mesh.primitives:
            use = "compressed" if primitive.draco is not None else "vertices"
            note(use, *primitive.attributes.values(), *(a for t in primitive.targets for a in t.values()))
            note("compressed" if primitive.draco is not None else "indices", primitive.indices)
    for animation in document.animations:
        for sampler in animation.samplers:
            note("times", sampler.input)
            note("values", sampler.output)
    for skin in document.skins:
        note("matrices", skin.inverse_bind_matrices)
    for node in document.nodes:
        if node.instancing is not None:
            note("instances", *node.instancing.attributes.values())
    return [(a, "+".join(sorted(use))) for a, use in uses.values() if "compressed" not in use]


def _block(accessor: Accessor) -> Hashable:
    """The compressed block that the accessor is written back from and its place in it, if there is one."""
    payload = accessor.payload
    if not isinstance(payload, MeshoptPayload):
        return None
    block = (payload.data, payload.byte_stride, payload.count, payload.mode, payload.filter)
    return (*block, payload.accessors.get(accessor))


def _image_key(image: Image) -> Hashable:
    data = image.data
    own = (image.mime_type, _frozen(image.extras), _frozen(image.extensions), _frozen(image.xmp))
    return (data, *own) if data else id(image)


def _drawn(primitives: list[Primitive]) -> Hashable:
    return tuple(_primitive_key(primitive) for primitive in primitives)


def _primitive_key(primitive: Primitive) -> Hashable:
    """Geometry by its accessors, or by the Draco block that they come from."""
    if primitive.draco is None:
        return content_key(primitive, ("name",))
    block = (primitive.draco.data, _frozen(primitive.draco.attributes), sorted(primitive.attributes))
    return (_frozen(block), content_key(primitive, ("name", "attributes", "indices", "draco")))


def content_key(item: Any, without: tuple[str, ...]) -> Hashable:
    """A key of a dataclass's fields; objects in `_BY_IDENTITY` below it stand for themselves."""
    names = (name for name in field_names(item.__class__) if name not in without and name != "primitives")
    return (type(item).__name__, *[(name, _frozen(getattr(item, name))) for name in names])


def _frozen(value: Any) -> Hashable:
    kind: Any = type(value)
    if kind in _PLAIN:
        return (kind, value)
    if isinstance(value, _BY_IDENTITY):
        return ("object", id(value))
    if isinstance(value, dict):
        return ("dict", *sorted((key, _frozen(item)) for key, item in value.items()))
    if isinstance(value, (list, tuple)):
        return ("list", *(_frozen(item) for item in value))
    if isinstance(value, np.ndarray):
        return (value.dtype.str, value.shape, value.tobytes())
    if is_dataclass(value) and not isinstance(value, type):
        return content_key(value, ())
    return (kind.__name__, value if isinstance(value, Hashable) else id(value))
