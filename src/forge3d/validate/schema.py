"""Reads JSON against tables of glTF's objects: known and required properties, extensions, extras."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..gltf.json_access import at, shown
from .judge import Clean, Judge
from .kinds import ARRAY_TYPE, NOTHING, TYPE, Kind, Text, is_filled_list
from .rules import ERROR, INFORMATION, WARNING, rule

NON_OBJECT_EXTRAS = rule("NON_OBJECT_EXTRAS", INFORMATION, "3.12", "extras should be an object")
UNDECLARED = rule("UNDECLARED_EXTENSION", ERROR, "3.12", "the extension is not listed in extensionsUsed")
UNEXPECTED_EXTENSION = rule(
    "UNEXPECTED_EXTENSION_OBJECT", ERROR, "3.12", "the extension does not belong on this object"
)
UNEXPECTED = rule("UNEXPECTED_PROPERTY", WARNING, "5", "the object has no such property")
UNDEFINED = rule("UNDEFINED_PROPERTY", ERROR, "5", "a required property is missing")


@dataclass(frozen=True, slots=True)
class Property:
    """A property of an object: how it is read, and whether it must be there."""

    kind: Kind
    required: bool = False


Check = Callable[[Clean, dict[str, Any], str, Judge], None]
"""Given what is usable of an object, the object as it stands in the file, its pointer, and where to report."""


@dataclass(frozen=True, slots=True)
class Object:
    """A glTF object.

    What is read of it holds `extensions` as well, and `unreadExtensions`: names of those that are unknown or not
    declared.

    Attributes:
        name: what extensions call it, such as "material".
        properties: besides `extensions` and `extras`.
        named: has a `name`.
        check: rules over several of its properties.
    """

    name: str
    properties: Mapping[str, Property]
    named: bool = False
    check: Check | None = None

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if type(value) is not dict:
            judge.report(TYPE, pointer, f"{shown(value)} is not an object")
            return NOTHING
        properties = self.properties
        clean: Clean = {}
        for key, entry in value.items():
            known = properties.get(key)
            if known is not None:
                read = known.kind.read(entry, f"{pointer}/{key}", judge)
                if read is not NOTHING:
                    clean[key] = read
            elif key == "extensions":
                self._read_extensions(entry, pointer, clean, judge)
            elif key == "extras":
                if type(entry) is not dict and entry is not None:
                    judge.report(NON_OBJECT_EXTRAS, f"{pointer}/extras")
            elif key == "name" and self.named:
                Text().read(entry, f"{pointer}/name", judge)
            else:
                judge.report(UNEXPECTED, at(pointer, key))
        for key, known in properties.items():
            if known.required and value.get(key) is None:
                judge.report(UNDEFINED, pointer, f"property {key!r} must be defined")
        if self.check is not None:
            self.check(clean, value, pointer, judge)
        return clean

    def check_names(self, value: dict[str, Any], pointer: str, judge: Judge) -> None:
        """Report properties that the object does not have, and nothing else."""
        known = {*self.properties, "extensions", "extras", *(("name",) if self.named else ())}
        for key in value:
            if key not in known:
                judge.report(UNEXPECTED, at(pointer, key))

    def _read_extensions(self, value: Any, pointer: str, clean: Clean, judge: Judge) -> None:
        here = f"{pointer}/extensions"
        if type(value) is not dict:
            judge.report(TYPE, here, f"{shown(value)} is not an object")
            return
        result: dict[str, Any] = {}
        unread: list[str] = []
        for name, entry in value.items():
            if name not in judge.extensions:
                judge.report(UNDECLARED, at(here, name))
            if name not in judge.extensions or name not in judge.known:
                unread.append(name)
            read = self._read_extension(name, entry, at(here, name), judge)
            if read is not NOTHING:
                result[name] = read
        clean["extensions"] = result
        clean["unreadExtensions"] = unread

    def _read_extension(self, name: str, value: Any, pointer: str, judge: Judge) -> Any:
        if type(value) is not dict:
            judge.report(TYPE, pointer, f"{shown(value)} is not an object")
            value = {}  # judged on, as an extension that says nothing
        if name not in judge.extensions:
            return NOTHING
        known = judge.known.get(name)
        if known is None:
            return value
        if self.name not in known:
            judge.report(UNEXPECTED_EXTENSION, pointer)
            return NOTHING
        entry: Object = known[self.name]
        return entry.read(value, pointer, judge)


@dataclass(frozen=True, slots=True)
class Objects:
    """An array of objects.

    What is not an object is reported at the array and spoils it; or, with `at_entry`, at its own place, and becomes
    None in the result, so that places keep their meaning.
    """

    entry: Object
    at_entry: bool = False

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if not is_filled_list(value, pointer, judge):
            return NOTHING
        wrong = [place for place, entry in enumerate(value) if type(entry) is not dict]
        for place in wrong:
            broken, here = (TYPE, f"{pointer}/{place}") if self.at_entry else (ARRAY_TYPE, pointer)
            judge.report(broken, here, f"{shown(value[place])} is not an object")
        if wrong and not self.at_entry:
            return NOTHING
        return [
            self.entry.read(entry, f"{pointer}/{place}", judge) if type(entry) is dict else None
            for place, entry in enumerate(value)
        ]
