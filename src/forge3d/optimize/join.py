"""Draw more with fewer calls: primitives that look alike become one."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..document import Change, Context, Document, Fidelity, Mesh, Primitive, Skip, Transform
from .graph import held_by_extensions, pinned
from .join_across import join_across
from .joining import Part, joined
from .likeness import by_color, look
from .materials import is_blended
from .options import between
from .vertices import COMPRESSED, payload_kept, primitives


@dataclass(frozen=True, slots=True)
class Join(Transform):
    """Make one primitive of those that share material, variants, topology and attributes. Invisible.

    First the primitives of each mesh, then those of different nodes that no animation moves apart: they are brought
    into one space, so positions and normals are rounded, triangles of mirrored nodes are turned around, and strips and
    fans become lists. Parts with the same skin are joined too. Run Flatten before, or Prune after, to be rid of the
    groups that held them; run Dedup before, so that equal materials are one; run it before Quantize, because meshes
    with grids of their own cannot share one.

    Left alone are blended parts, whose order shows, and what would lose something: primitives, meshes and nodes with
    extras or extensions, GPU instances, meshes with morph targets on different nodes, and different variants. A
    volume's thickness is in mesh units, so volumes join only where their nodes stand alike.

    Args:
        across: join parts of different nodes too, not only the primitives of each mesh.
        blended: join parts with alpha mode BLEND too; viewers then no longer draw them from far to near. Lossy.
        fill: give parts without vertex colours white ones, where others that could be joined have colours.
        shared: meshes that several nodes show are copied into the result where they have at most so many vertices;
            larger ones are left for Instance.
        keep_names: leave nodes and meshes with a name alone.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.INVISIBLE

    across: bool = True
    blended: bool = False
    fill: bool = True
    shared: int = 1000
    keep_names: bool = False

    def __post_init__(self) -> None:
        between(self, "shared", 0, float("inf"))

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("join")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        blocked = _blocked(document, self.blended)
        labels = {id(primitive): label for label, primitive in primitives(document)}
        change.skipped += [Skip(labels[i], why) for i, why in blocked.items() if i in labels]
        before = sum(len(mesh.primitives) for mesh in document.meshes)
        held_meshes = held_by_extensions(document)
        for mesh in document.meshes:
            if not mesh.extensions and id(mesh) not in held_meshes:
                _join_within(mesh, blocked, self.fill)
        context.report(0.5, "join")
        if self.across:
            join_across(document, blocked, self.fill, self.shared, self.keep_names)
        after = sum(len(mesh.primitives) for mesh in document.meshes)
        if after < before:
            change.notes.append(f"{before} primitives became {after}")
        return change


def _blocked(document: Document, blended: bool) -> dict[int, str]:
    """`id(primitive)` → why it is left alone."""
    found: dict[int, str] = {}
    for _, primitive in primitives(document):
        why = None
        if payload_kept(primitive):
            why = COMPRESSED
        elif primitive.extensions or primitive.extras is not None:
            why = "has extensions or extras of its own"
        elif any(mapping.extras is not None or mapping.extensions for mapping in primitive.variants):
            why = "its variants have extensions or extras"
        elif "POSITION" not in primitive.attributes:
            why = "has no POSITION"
        elif not blended and is_blended(primitive):
            why = "is blended: the order in which parts are drawn shows"
        if why is not None:
            found[id(primitive)] = why
    return found


def _join_within(mesh: Mesh, blocked: dict[int, str], fill: bool) -> None:
    """Join what looks alike in one mesh; each result stands where its first part stood."""
    groups: dict[Hashable, list[Primitive]] = {}
    for number, primitive in enumerate(mesh.primitives):
        key = number if id(primitive) in blocked else look(primitive)
        groups.setdefault(key, []).append(primitive)
    made: list[Primitive] = []
    for group in groups.values():
        for alike in by_color(group, fill, lambda primitive: primitive):
            parts = [Part(primitive, np.eye(4)) for primitive in alike]
            made.append(joined(parts) if len(parts) > 1 else alike[0])
    mesh.primitives = made
