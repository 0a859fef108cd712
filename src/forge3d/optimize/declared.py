"""Bounds that files declare for accessors, and that nobody asks for."""

from __future__ import annotations

from copy import copy

from ..document import Accessor, Document
from .graph import reachable, substitute


def drop_bounds(document: Document) -> int:
    """Forget declared `min` and `max`, but for positions and keys' times, which need them (§3.6.2.5); of how many.

    Accessors that are still compressed are left as they are.
    """
    asked = {id(a) for mesh in document.meshes for p in mesh.primitives for a in _positions(p.attributes, *p.targets)}
    for primitive in (p for mesh in document.meshes for p in mesh.primitives if p.draco is not None):
        asked |= {id(accessor) for accessor in (*primitive.attributes.values(), primitive.indices)}
    asked |= {id(sampler.input) for animation in document.animations for sampler in animation.samplers}
    bare: dict[int, Accessor] = {}
    for item in reachable([document]).values():
        if isinstance(item, Accessor) and item.bounds is not None and item.payload is None and id(item) not in asked:
            bare[id(item)] = copy(item)  # others may share it: a copied document shares its accessors
            bare[id(item)].bounds = None
    if bare:
        substitute(document, bare)
    return len(bare)


def _positions(*groups: dict[str, Accessor]) -> list[Accessor]:
    return [group["POSITION"] for group in groups if "POSITION" in group]
