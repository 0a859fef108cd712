"""What every glTF object has: a name, extras, extensions; and the declaration of fields by their JSON key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True, eq=False, repr=False, kw_only=True, weakref_slot=True)
class Property:
    """Base of every object in a Document.

    Attributes:
        name: any text, not unique; None where the file has none.
        extras: application data, kept as it was read, never interpreted.
        extensions: JSON of the extensions that are not typed fields, by name. Extensions whose index fields are listed
            in `document.opaque` hold object references in place of indices; any other is opaque.
        xmp: the KHR_xmp_json_ld packet that describes this object.
    """

    name: str | None = None
    extras: Any = None
    extensions: dict[str, Any] = field(default_factory=dict)
    xmp: XmpPacket | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__}{f' {self.name!r}' if self.name else ''}>"


@dataclass(slots=True, eq=False, kw_only=True)
class XmpPacket:
    """One JSON-LD metadata packet of KHR_xmp_json_ld; `data` is its JSON."""

    data: dict[str, Any]


def json_key(key: str, default: Any, **facts: Any) -> Any:
    """Declare a dataclass field that stands in JSON as `key` and is left out when it equals `default`.

    `facts` (such as `srgb=True` for a texture slot) are kept in the field's metadata for whoever needs them.
    """
    if isinstance(default, list):
        return field(default_factory=lambda: list(default), metadata={"key": key, "default": default, **facts})
    return field(default=default, metadata={"key": key, "default": default, **facts})


def texture_slot(key: str, *, srgb: bool, channels: str, **facts: Any) -> Any:
    """Declare a texture slot: its JSON key, whether its texels are sRGB colour, and which channels it reads."""
    return json_key(key, None, texture=True, srgb=srgb, channels=channels, **facts)
