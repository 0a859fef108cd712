"""What differs between two documents, as sentences; the empty list means that they are the same asset."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import opaque
from .accessor import Accessor
from .copying import field_names
from .document import Document
from .payload import Blob, DracoPayload, MeshoptPayload, SparsePayload
from .property import Property, XmpPacket

_STORAGE = {
    "Document": {"accessors", "encoding", "extensions_required", "extensions_used", "name", "pinned", "source_files"},
    "Asset": {"generator"},
    "Image": {"uri", "replaced", "_mime_type", "_data", "_load", "_head", "_header", "_pixels"},
}
"""Fields that say how or where an asset is stored, by class."""


def differences(a: Document, b: Document, *, limit: int = 100) -> list[str]:
    """How `b` differs from `a`, at most `limit` sentences; each begins with the path of what differs.

    Compared are all objects, in order, with extras and extensions; the elements of accessors to the bit with their type
    and declared bounds; encoded images byte for byte; and payloads. Left out is how the asset is stored: file names,
    buffer layout, `asset.generator`, and the declaration of extensions that forge3d declares by use.
    """
    found: list[str] = []
    for difference in _Comparison(a, b).run():
        found.append(difference)
        if len(found) >= limit:
            break
    return found


class _Comparison:
    def __init__(self, a: Document, b: Document):
        self._pending: deque[tuple[str, Any, Any]] = deque([("document", a, b)])  # breadth first: short paths
        self._partners: dict[int, Any] = {}  # id of an object of a → its counterpart in b; both are kept alive by a, b
        self._documents = a, b

    def run(self) -> Iterator[str]:
        a, b = self._documents
        for path, left, right in (
            ("extensions_used", _unmanaged(a.extensions_used), _unmanaged(b.extensions_used)),
            ("extensions_required", _unmanaged(a.extensions_required), _unmanaged(b.extensions_required)),
        ):
            if left != right:
                yield f"{path}: {sorted(left)} is not {sorted(right)}"
        unused = [[x for x in document.accessors if not x.referenced] for document in (a, b)]
        self._pending.append(("unused accessors", unused[0], unused[1]))
        while self._pending:
            yield from self._compare(*self._pending.popleft())

    def _compare(self, path: str, left: Any, right: Any) -> Iterator[str]:
        if left is right:
            self._first_meeting(left, right)
            return
        if type(left) is not type(right) and not _numbers(left, right):
            yield f"{path}: {left!r:.80} is not {right!r:.80}"
        elif isinstance(left, Accessor):
            if self._first_meeting(left, right):
                yield from _accessors(path, left, right)
                self._pending.append((f"{path}.extras", left.extras, right.extras))
                self._pending.append((f"{path}.extensions", left.extensions, right.extensions))
            else:
                yield from self._same_partner(path, left, right)
        elif isinstance(left, (Property, XmpPacket)):
            if self._first_meeting(left, right):
                yield from self._objects(path, left, right)
            else:
                yield from self._same_partner(path, left, right)
        elif isinstance(left, dict):
            yield from self._mappings(path, left, right)
        elif isinstance(left, (list, tuple)):
            if len(left) != len(right):
                yield f"{path}: {len(left)} entries where the other has {len(right)}"
            pairs = zip(left, right, strict=False)
            self._pending.extend((f"{path}[{number}]", *pair) for number, pair in enumerate(pairs))
        elif not _same(left, right):
            yield f"{path}: {left!r:.80} is not {right!r:.80}"

    def _first_meeting(self, left: Any, right: Any) -> bool:
        """Note the two as counterparts, unless one of them has another or the same one already."""
        if id(left) in self._partners or id(right) in self._partners:
            return False
        self._partners[id(left)], self._partners[id(right)] = right, left
        return True

    def _same_partner(self, path: str, left: Any, right: Any) -> Iterator[str]:
        if self._partners.get(id(left)) is not right:
            yield f"{path}: {left!r} is shared otherwise than {right!r}"

    def _objects(self, path: str, left: Any, right: Any) -> Iterator[str]:
        storage = _STORAGE.get(type(left).__name__, ())
        for name in field_names(left.__class__):
            if name not in storage:
                self._pending.append((f"{path}.{name}", getattr(left, name), getattr(right, name)))
        if type(left).__name__ == "Image" and left.data != right.data:
            yield f"{path}.data: {len(left.data)} bytes are not the same as {len(right.data)}"

    def _mappings(self, path: str, left: dict[str, Any], right: dict[str, Any]) -> Iterator[str]:
        if left.keys() != right.keys():
            yield f"{path}: {sorted(left)} is not {sorted(right)}"
        self._pending.extend((f"{path}.{key}", left[key], right[key]) for key in left if key in right)


def _unmanaged(names: list[str]) -> set[str]:
    return {name for name in names if name not in opaque.TYPED and name not in opaque.FORMATS}


def _numbers(left: Any, right: Any) -> bool:
    """Whether both are numbers, of which JSON has one kind."""
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (left, right))


def _accessors(path: str, left: Accessor, right: Accessor) -> Iterator[str]:
    for name in ("dtype", "shape", "normalized", "name"):
        mine, other = getattr(left, name), getattr(right, name)
        if mine != other:
            yield f"{path}.{name}: {mine} is not {other}"
            return
    if left.bounds is not None and left.bounds != right.bounds:
        yield f"{path}.bounds: {left.bounds} is not {right.bounds}"
    if not _same_bytes(left.array, right.array):
        yield f"{path}: {left!r} holds other elements"
    if type(left.payload) is not type(right.payload):
        yield f"{path}.payload: {type(left.payload).__name__} is not {type(right.payload).__name__}"
    elif not _same(left.payload, right.payload):
        yield f"{path}.payload: the encoded bytes differ"


def _same_bytes(left: Any, right: Any) -> bool:
    return np.ascontiguousarray(left).tobytes() == np.ascontiguousarray(right).tobytes()


def _same(left: Any, right: Any) -> bool:
    """Equality of values that are not objects of the graph."""
    if isinstance(left, np.ndarray):
        return left.shape == right.shape and _same_bytes(left, right)
    if isinstance(left, DracoPayload):
        return bool(left.data == right.data and left.attributes == right.attributes)
    if isinstance(left, MeshoptPayload):
        names = ("extension", "data", "byte_stride", "count", "mode", "filter", "view")
        return all(bool(getattr(left, name) == getattr(right, name)) for name in names)
    if isinstance(left, SparsePayload):
        return bool(left.json == right.json) and _same_bytes(left.indices.array, right.indices.array)
    if isinstance(left, Blob):
        return bool(left.load() == right.load())
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    return bool(left == right) or type(left).__name__ == "ZeroPayload"
