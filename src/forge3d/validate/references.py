"""References from one object to another: indices into the root's lists, alone, in arrays and in objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..gltf.json_access import at, shown
from .judge import Judge
from .kinds import DUPLICATE, EMPTY, NOTHING, TYPE, is_filled_list, whole
from .rules import ERROR, rule

INVALID_INDEX = rule("INVALID_INDEX", ERROR, "5", "an index must be a non-negative integer")
UNRESOLVED = rule("UNRESOLVED_REFERENCE", ERROR, "5", "an index points to nothing")


def is_index(value: Any) -> bool:
    """Whether `value` can be an index, be there an entry for it or not."""
    number = whole(value)
    return number is not None and number >= 0


@dataclass(frozen=True, slots=True)
class Index:
    """A reference to an entry of the root list `to`.

    `uses`: the entry counts as used thereby. `resolves`: it must exist; False leaves that to a later rule.
    """

    to: str
    uses: bool = True
    resolves: bool = True

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        number = whole(value)
        if number is None:
            judge.report(TYPE, pointer, f"{shown(value)} is not an integer")
        elif number < 0:
            judge.report(INVALID_INDEX, pointer, f"index {number} must not be negative")
        else:
            return self.resolve(number, pointer, judge) if self.resolves else number
        return NOTHING

    def resolve(self, number: int, pointer: str, judge: Judge) -> Any:
        entries = entries_of(judge, self.to) if number >= 0 else None
        if entries is None:
            return NOTHING
        if number >= len(entries) or type(entries[number]) is not dict:
            judge.report(UNRESOLVED, pointer, f"index {number} points to no object: there are {len(entries)} {self.to}")
            return NOTHING
        if self.uses:
            judge.used.add((self.to, number))
        return number


@dataclass(frozen=True, slots=True)
class Indices:
    """A set of references; what cannot be used is None in the result, so that places keep their meaning."""

    to: str

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if not is_filled_list(value, pointer, judge):
            return NOTHING
        seen: set[int] = set()
        result: list[int | None] = []
        index = Index(self.to)
        for place, entry in enumerate(value):
            here = f"{pointer}/{place}"
            number = whole(entry)
            if number is None or number < 0:
                judge.report(INVALID_INDEX, here, f"{shown(entry)} is not an index")
                result.append(None)
                continue
            if number in seen:
                judge.report(DUPLICATE, here, f"{number} is there already")
            seen.add(number)
            resolved = index.resolve(number, here, judge)
            result.append(None if resolved is NOTHING else resolved)
        return result


@dataclass(frozen=True, slots=True)
class IndexMap:
    """An object of references, as `attributes` is."""

    to: str
    resolves: bool = True

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if type(value) is not dict:
            judge.report(TYPE, pointer, f"{shown(value)} is not an object")
            return NOTHING
        if not value:
            judge.report(EMPTY, pointer)
        result: dict[str, int | None] = {}
        for key, entry in value.items():
            number = whole(entry)
            if number is None or number < 0:
                judge.report(INVALID_INDEX, at(pointer, key), f"{shown(entry)} is not an index")
                result[key] = None
            elif self.resolves:
                resolved = Index(self.to).resolve(number, at(pointer, key), judge)
                result[key] = None if resolved is NOTHING else resolved
        return result


EXTENSION_LISTS = {"lights": "KHR_lights_punctual", "variants": "KHR_materials_variants"}
"""Lists that lie in an extension of the root, not in the root itself."""


def entries_of(judge: Judge, name: str) -> list[Any] | None:
    """The list `name` as it stands in the file; None where the extension that holds it is not there."""
    owner: Any = judge.source.json
    if name in EXTENSION_LISTS:
        owner = root_extension(judge, EXTENSION_LISTS[name])
        if owner is None:
            return None
    entries = owner.get(name)
    if type(entries) is not list or (name in EXTENSION_LISTS and not all(type(entry) is dict for entry in entries)):
        return []  # of which a spoiled list has none
    return entries


def root_extension(judge: Judge, name: str) -> dict[str, Any] | None:
    """The root's extension `name` as it stands in the file, None without one."""
    extensions = judge.source.json.get("extensions")
    if type(extensions) is not dict or name not in extensions:
        return None
    return extensions[name] if type(extensions[name]) is dict else {}
