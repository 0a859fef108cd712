"""Remove what no picture shows."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

from ..document import Accessor, Animation, Camera, Change, Context, Document, Fidelity, Scene, Skip, Transform, Variant
from ..document.material import Material
from ..document.members import members
from ..document.property import Property, XmpPacket
from .graph import pinned, reachable, substitute
from .prune import remove_unread
from .vertices import COMPRESSED, payload_kept, primitives

_CHOSEN_BY_NAME = (Variant, Animation, Camera, Scene)
_TARGET_NAMES = "targetNames"  # of morph targets, by the sample implementation note of §3.7.2.2
_COVERAGE = "MSFT_screencoverage"  # when a level of detail is shown: MSFT_lod keeps it in extras


@dataclass(frozen=True, slots=True)
class Strip(Transform):
    """Remove names, extras and vertex attributes that nothing reads. Exact: pictures stay equal to the last bit.

    Names that viewers choose by stay: those of variants, animations, cameras and scenes. In extras, the switching
    values of MSFT_lod stay, and names of morph targets while names stay. An attribute is read if a material of any
    variant reads it, by its texture's own coordinates or those of its texture transform; application attributes
    (_NAME) stay. What an extension holds stays too.

    Args:
        names: remove the names of all other objects. Programs that look up nodes, materials or meshes by name, and
            engines that bind clips by bone names, will not find them.
        extras: remove application data.
        unread: remove vertex attributes that nothing reads, as Prune does.
        colors: remove vertex colours too, which are seen where they are not white. Lossy.
        tangents: remove tangents too: viewers make their own, some coarser than the baker's. Lossy.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT

    names: bool = True
    extras: bool = True
    unread: bool = True
    colors: bool = False
    tangents: bool = False

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("strip")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        unwanted = (("COLOR_",) if self.colors else ()) + (("TANGENT",) if self.tangents else ())
        if unwanted:
            change.skipped += _remove_attributes(document, unwanted)
        if self.unread:
            remove_unread(document, change)
        for kind, owners in members(document).items():
            if not issubclass(kind, XmpPacket):
                for owner in owners:
                    self._bare(owner)
        if self.names or self.extras:
            self._bare_accessors(document)
        return change

    def _bare(self, owner: Property) -> None:
        if self.names and not isinstance(owner, _CHOSEN_BY_NAME):
            owner.name = None
        if self.extras:
            owner.extras = self._needed(owner.extras)
            if isinstance(owner, Material):
                owner.pbr_extras = None
        elif self.names and isinstance(owner.extras, dict) and _TARGET_NAMES in owner.extras:
            owner.extras = {key: value for key, value in owner.extras.items() if key != _TARGET_NAMES} or None

    def _needed(self, extras: Any) -> Any:
        """What of an object's extras has a meaning that viewers know."""
        kept = {_COVERAGE} if self.names else {_COVERAGE, _TARGET_NAMES}
        return {k: v for k, v in extras.items() if k in kept} or None if isinstance(extras, dict) else None

    def _bare_accessors(self, document: Document) -> None:
        """Others may share an accessor (a copied document does), so it is a copy that loses its name."""
        bare: dict[int, Any] = {}
        packed = {id(a) for p in _packed(document) for a in (*p.attributes.values(), p.indices) if a is not None}
        for item in reachable([document]).values():
            if isinstance(item, Accessor) and item.payload is None and id(item) not in packed:
                new = copy(item)
                new.name = None if self.names else item.name
                new.extras = None if self.extras else item.extras
                new.view = self._bare_view(item.view)
                if (new.name, new.extras, new.view) != (item.name, item.extras, item.view):
                    bare[id(item)] = new
        if bare:
            substitute(document, bare)
        gone = ({"name"} if self.names else set()) | ({"extras"} if self.extras else set())
        document.buffer = {key: value for key, value in document.buffer.items() if key not in gone}

    def _bare_view(self, view: dict[str, Any] | None) -> dict[str, Any] | None:
        gone = ({"name"} if self.names else set()) | ({"extras"} if self.extras else set())
        return {key: value for key, value in (view or {}).items() if key not in gone} or None


def _packed(document: Document) -> list[Any]:
    return [primitive for _, primitive in primitives(document) if payload_kept(primitive)]


def _remove_attributes(document: Document, prefixes: tuple[str, ...]) -> list[Skip]:
    """Remove attributes by the start of their names; which stayed, and why."""
    skipped: list[Skip] = []
    for label, primitive in primitives(document):
        if not any(name.startswith(prefixes) for name in primitive.attributes):
            continue
        if payload_kept(primitive):
            skipped.append(Skip(label, COMPRESSED))
            continue
        primitive.attributes = {n: a for n, a in primitive.attributes.items() if not n.startswith(prefixes)}
        left = [{n: a for n, a in t.items() if not n.startswith(prefixes)} for t in primitive.targets]
        if all(left):  # a morph target must not end up empty
            primitive.targets = left
        else:
            skipped.append(Skip(label, "a morph target moves nothing else"))
    return skipped
