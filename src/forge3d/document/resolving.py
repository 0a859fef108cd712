"""The ground of reading: lists that are checked on the way, and objects in place of indices."""

from __future__ import annotations

from typing import Any

from ..errors import InvalidAsset
from ..gltf import Source
from ..gltf.json_access import REQUIRED, array, as_index, at, mapping, string
from .accessor import Accessor
from .layout import Json
from .property import Property

NONE: Json = {}
"""The object that stands for one that is not there; nobody writes to it."""

_OBJECTS = frozenset((dict,))


class Resolving:
    """Looks up what indices stand for.

    Attributes:
        lists: the objects read so far, by the name of their list.
        untyped: the objects that have extensions, with the kind of object by which `document.opaque` knows them.
    """

    def __init__(self, source: Source):
        self.source, self.json, self._most = source, source.json, source.limits.max_objects
        self.lists: dict[str, list[Any]] = {}
        self.untyped: list[tuple[Property, str]] = []

    def _entries(self, kind: str) -> list[Json]:
        """The root's list `kind`, judged by the source only where it is not as it should be."""
        entries = self.json.get(kind)
        if type(entries) is list and len(entries) <= self._most and _OBJECTS.issuperset(map(type, entries)):
            return entries
        return self.source.entries(kind)

    def _common(self, owner: Property, json: Json, here: str, kind: str) -> Json:
        """Read name, extras and extensions; the extensions, of which the caller takes what is typed."""
        if "name" in json:
            owner.name = string(json, "name", here)
        if "extras" in json:
            owner.extras = json["extras"]
        if "extensions" not in json:
            return NONE
        extensions = owner.extensions = dict(mapping(json, "extensions", here))
        self.untyped.append((owner, kind))
        xmp = self._take(extensions, "KHR_xmp_json_ld", here, "packet")
        if xmp is not None:
            owner.xmp = self._refer("xmp_packets", xmp, "packet", at(here, "extensions", "KHR_xmp_json_ld"))
        return extensions

    def _take(self, extensions: Json, name: str, here: str, *typed: str) -> Json | None:
        """The extension's object where there is one; only what is not `typed` of it stays in `extensions`."""
        if name not in extensions:
            return None
        value = mapping(extensions, name, f"{here}/extensions")
        rest = {key: entry for key, entry in value.items() if key not in typed}
        if rest:
            extensions[name] = rest
        else:
            del extensions[name]
        return value

    def _refer(self, kind: str, json: Json, key: str, here: str, default: Any = None) -> Any:
        """The object that the index at `key` names; `default` where there is none."""
        value = json.get(key)
        entries = self.lists[kind]
        if type(value) is int and 0 <= value < len(entries):
            return entries[value]
        if key not in json:
            if default is REQUIRED:
                raise InvalidAsset(f"property {key!r} must be defined", pointer=here, code="UNDEFINED_PROPERTY")
            return default
        return entries[as_index(value, at(here, key), len(entries))]

    def _refer_all(self, kind: str, json: Json, key: str, here: str) -> list[Any]:
        entries = self.lists[kind]
        length = len(entries)
        return [
            entries[value if type(value) is int and 0 <= value < length else as_index(value, at(here, key), length)]
            for value in array(json, key, here, [])
        ]

    def _accessor(self, json: Json, key: str, here: str, default: Any = None) -> Any:
        accessor = self._refer("accessors", json, key, here, default)
        if accessor is not None:
            accessor.referenced = True
        return accessor

    def _accessors(self, json: Json, here: str) -> dict[str, Accessor]:
        return {semantic: self._accessor(json, semantic, here) for semantic in json}
