"""What refers to what in a document: reachability, and substitution of one object for another.

Both walk the dataclass fields themselves, so a field that is added to the object model is followed without a change
here. Extensions are followed where they hold objects; numbers in opaque extensions are not references.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import numpy as np

from ..document import Accessor, Document, Node, Skip
from ..document.copying import referring_names, values_of
from ..document.payload import DracoPayload, MeshoptPayload, SparsePayload
from ..document.property import Property
from ..document.scene import Matrix
from ..document.traversal import local_matrix

_PAYLOADS = (DracoPayload, MeshoptPayload, SparsePayload)
_PLAIN = (str, bytes, int, float, bool, type(None))


def reachable(roots: Iterable[object], *, through: Callable[[object], bool] | None = None) -> dict[int, object]:
    """Every object that the roots refer to, directly or through others, by `id`; the roots too.

    Args:
        through: whether to go on from an object to what it refers to; by default always.
    """
    found: dict[int, object] = {}
    waiting = list(roots)
    while waiting:
        value = waiting.pop()
        if value is None:
            continue
        kind: Any = value.__class__
        parts_of = _opener(kind)
        if parts_of is None or id(value) in found:
            continue
        found[id(value)] = value
        if through is None or through(value):
            waiting += parts_of(value)
    return found


def substitute(document: Document, replacements: dict[int, Any]) -> None:
    """Replace every reference to an object by another, `id(old)` → new, in lists and extensions too.

    In the document's own lists the old object is dropped.
    """
    for f in fields(document):
        value = getattr(document, f.name)
        if isinstance(value, list):
            value[:] = [item for item in value if id(item) not in replacements]
    for owner in reachable([document]).values():
        if isinstance(owner, list):
            owner[:] = [_swapped(item, replacements) for item in owner]
        elif isinstance(owner, dict):
            for key, value in owner.items():
                owner[key] = _swapped(value, replacements)
        elif isinstance(owner, (Accessor, tuple)) or not is_dataclass(owner):
            continue
        else:
            for name in _field_names(owner.__class__):
                value = getattr(owner, name)
                if id(value) in replacements:
                    setattr(owner, name, replacements[id(value)])


def parents(document: Document) -> dict[int, Node]:
    """`id(node)` → its parent, for every node that has one."""
    return {id(child): node for node in document.nodes for child in node.children}


def world_matrices(document: Document) -> dict[Node, Matrix]:
    """World matrix `(4, 4)` float64 of every node, in whichever scene it stands or in none (levels of detail)."""
    below = parents(document)
    worlds: dict[Node, Matrix] = {}
    waiting = [(node, np.eye(4)) for node in document.nodes if id(node) not in below]
    while waiting:
        node, parent = waiting.pop()
        worlds[node] = parent @ local_matrix(node)
        waiting.extend((child, worlds[node]) for child in node.children)
    return worlds


def animated(document: Document) -> dict[int, set[str]]:
    """What animations drive: `id(object)` → the paths, of node channels and KHR_animation_pointer both."""
    driven: dict[int, set[str]] = {}
    for animation in document.animations:
        for channel in animation.channels:
            if channel.node is not None:
                driven.setdefault(id(channel.node), set()).add(channel.path)
            if channel.pointer is not None and channel.pointer.target is not None:
                driven.setdefault(id(channel.pointer.target), set()).add(channel.pointer.path)
    return driven


def pointer_targets(document: Document) -> set[int]:
    """`id` of every object that KHR_animation_pointer drives."""
    channels = (channel for animation in document.animations for channel in animation.channels)
    return {id(c.pointer.target) for c in channels if c.pointer is not None and c.pointer.target is not None}


def held_by_extensions(document: Document) -> set[int]:
    """`id` of every object that the JSON of an extension refers to."""
    items = (item for item in reachable([document]).values() if isinstance(item, (Property, Accessor)))
    holders = [item.extensions for item in items if item.extensions]
    return set(reachable(holders, through=lambda value: isinstance(value, (dict, list))))


def pinned(document: Document) -> Skip | None:
    """Why nothing can be renumbered or replaced in this document, where an unknown extension may point to anything."""
    if document.pinned is None:
        return None
    names = ", ".join(document.pinned.extensions)
    return Skip("document", f"{names} may refer to anything by number, so everything stays; drop it to optimize")


@cache
def _opener(kind: Any) -> Callable[[Any], Iterable[object]] | None:
    """What gives the objects that one of this class refers to; None for numbers and text, which are no objects here."""
    if issubclass(kind, _PLAIN):
        return None
    if issubclass(kind, _PAYLOADS):
        return _nothing
    if issubclass(kind, Accessor):
        return lambda accessor: (accessor.extensions,)
    if issubclass(kind, dict):
        return dict.values
    if issubclass(kind, (list, tuple)):
        return lambda values: values
    names = _field_names(kind)
    return values_of(names) if names else _nothing


def _nothing(_: object) -> tuple[()]:
    return ()


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    if not is_dataclass(kind):
        return ()
    owner: Any = kind
    return tuple(name for name in referring_names(owner) if name != "extras")


def _swapped(value: Any, replacements: dict[int, Any]) -> Any:
    return replacements.get(id(value), value)
