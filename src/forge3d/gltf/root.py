"""The JSON root object and its lists of objects, checked as far as everybody relies on it."""

from __future__ import annotations

from typing import Any

from .json_access import array, as_index, as_mapping, mappings
from .limits import Budget, Limits


class Root:
    """Attributes: json (the root object; may break any rule of glTF), limits, and the budget they set."""

    def __init__(self, json: dict[str, Any], limits: Limits):
        self.json, self.limits, self.budget = json, limits, Budget(limits)
        self._lists: dict[str, list[dict[str, Any]]] = {}

    def entries(self, key: str) -> list[dict[str, Any]]:
        """The list at `key`, such as "accessors"; empty when absent.

        Raises:
            InvalidAsset: when it is not a list of objects.
            LimitExceeded: max_objects.
        """
        known = self._lists.get(key)
        if known is None:
            known = mappings(self.json, key, "", [])
            self.limits.check("max_objects", len(known), f"the list {key!r}")
            self._lists[key] = known
        return known

    def length(self, key: str) -> int:
        """Entries in the list at `key`, whatever they are.

        Raises:
            InvalidAsset: when it is not a list.
            LimitExceeded: max_objects.
        """
        known = self._lists.get(key)
        if known is not None:
            return len(known)
        found = len(array(self.json, key, "", []))
        self.limits.check("max_objects", found, f"the list {key!r}")
        return found

    def entry(self, key: str, number: int) -> tuple[dict[str, Any], str]:
        """Object `number` of the list at `key`, and its JSON pointer; the other entries may be anything."""
        pointer = f"/{key}/{number}"
        number = as_index(number, pointer, self.length(key))
        return as_mapping(self.json[key][number], pointer), pointer
