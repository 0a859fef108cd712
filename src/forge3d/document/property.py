"""What every glTF object has: a name, extras, extensions; and the declaration of fields by their JSON key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self

REQUIRED: Any = object()
"""The default of a field that must stand in the file."""


@dataclass(slots=True, eq=False, repr=False, kw_only=True, weakref_slot=True)
class Property:
    """Base of every object in a Document.

    Attributes:
        name: any text, not unique; None where the file has none.
        extras: application data, kept as it was read, never interpreted.
        extensions: JSON of the extensions that are not typed fields, by name. Extensions whose index fields are listed
            in `document.opaque` hold object references in place of indices; any other is opaque. Under the name of a
            typed extension stands what its object held besides the typed fields (such as its `extras`).
        xmp: the KHR_xmp_json_ld packet that describes this object.
    """

    name: str | None = None
    extras: Any = None
    extensions: dict[str, Any] = field(default_factory=dict)
    xmp: XmpPacket | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{f' {self.name!r}' if self.name else ''}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        from .copying import copied

        return copied(self, memo)


@dataclass(slots=True, eq=False, kw_only=True)
class XmpPacket:
    """One JSON-LD metadata packet of KHR_xmp_json_ld; `data` is its JSON."""

    data: dict[str, Any]


def json_key(key: str, default: Any, *, of: type | None = None, **facts: Any) -> Any:
    """Declare a dataclass field that stands in JSON as `key` and is left out when it equals `default`.

    Args:
        of: the type of one value, where `default` (None) does not tell.
        facts: such as `srgb=True` for a texture slot, or `group` for the JSON object that the key stands in; they are
            kept in the field's metadata for whoever needs them.
    """
    metadata = {"key": key, "default": default, "of": of, **facts}
    if default is REQUIRED:
        return field(metadata=metadata)
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata=metadata)
    return field(default=default, metadata=metadata)


def texture_slot(key: str, *, srgb: bool, channels: str, **facts: Any) -> Any:
    """Declare a texture slot: its JSON key, whether its texels are sRGB colour, and which channels it reads."""
    return json_key(key, None, texture=True, srgb=srgb, channels=channels, **facts)
