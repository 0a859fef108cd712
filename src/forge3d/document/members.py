"""What belongs to a document: the listed objects, and those that they refer to."""

from __future__ import annotations

from collections import deque
from typing import Any

from .copying import referring_names, values_of
from .property import Property, XmpPacket


def members(root: Any) -> dict[type, list[Any]]:
    """Every object that can be reached from `root`, listed or not, once, by class; what is listed comes first."""
    found: dict[type, list[Any]] = {}
    seen: set[int] = set()
    pending: deque[Any] = deque([root])
    while pending:
        value = pending.popleft()
        if value is None:
            continue
        kind: Any = type(value)
        if kind is list:
            pending.extend(value)
        elif kind is dict:
            pending.extend(value.values())
        elif isinstance(value, (Property, XmpPacket)) and id(value) not in seen:
            seen.add(id(value))
            found.setdefault(kind, []).append(value)
            pending.extend(values_of(referring_names(kind))(value))
    return found
