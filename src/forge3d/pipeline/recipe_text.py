"""The recipe as text: the commented file that `forge3d init` writes, and errors in words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct, inspect

from .recipe import Recipe


def commented() -> str:
    """A `forge3d.toml` with every key at its default and a comment on each."""
    lines = ["# What forge3d makes of each product. Every key may be left out: these are the defaults.", ""]
    tables: list[str] = []
    for name, value, note, _ in _fields(Recipe()):
        if isinstance(value, Struct):
            tables += ["", f"# {(type(value).__doc__ or '').partition(chr(10))[0]}", f"[{name}]"]
            for key, default, text, example in _fields(value):
                tables += [f"# {text}", _assignment(key, default, example)]
        elif isinstance(value, dict):
            tables += ["", f"# {note}", f"[{name}]"]
        else:
            lines += [f"# {note}", _assignment(name, value, None)]
    return "\n".join(lines + tables) + "\n"


def explain(error: msgspec.ValidationError, kind: type[Struct], table: Any) -> str:
    """What is wrong with a recipe: the key, its value, and what it takes. `kind` is the type asked for of `table`."""
    message, _, path = str(error).partition(" - at `$")
    keys = [part for part in re.split(r"[.\[\]`]", path) if part and not part.isdigit() and part != "..."]
    name = ".".join(keys) or "the recipe"
    unknown = re.search(r"unknown field `(.*)`", message)
    if unknown:
        known = [key for key, _ in _types(_at(kind, keys))]
        close = difflib.get_close_matches(unknown[1], known, 1)
        advice = f"did you mean {close[0]!r}? " if close else ""
        return f"{name} has no key {unknown[1]!r}; {advice}It takes: {', '.join(known)}"
    wanted = dict(_types(_at(kind, keys[:-1]))).get(keys[-1]) if keys else None
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return f"{name} = {table!r}, but it takes {takes(wanted) if wanted is not None else 'a table'}"


def takes(kind: inspect.Type) -> str:
    """What a key takes, in words, such as `a whole number from 16 to 8192`."""
    if isinstance(kind, inspect.Metadata):
        note = (kind.extra_json_schema or {}).get("description")
        return takes(kind.type) + (f" ({note.rstrip('.')})" if note else "")
    if isinstance(kind, inspect.BoolType):
        return "true or false"
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        what = "a whole number" if isinstance(kind, inspect.IntType) else "a number"
        bounds = [
            (kind.ge, "from {:g}"), (kind.gt, "above {:g}"), (kind.le, "to {:g}"), (kind.lt, "below {:g}"),
        ]  # fmt: skip
        return " ".join([what, *(text.format(bound) for bound, text in bounds if bound is not None)])
    if isinstance(kind, inspect.LiteralType):
        return "one of " + ", ".join(str(value) for value in kind.values)
    if isinstance(kind, inspect.VarTupleType):
        return f"a list, each {takes(kind.item_type)}"
    if isinstance(kind, inspect.TupleType):
        return f"a list of {len(kind.item_types)}, each {takes(kind.item_types[0])}"
    if isinstance(kind, inspect.DictType | inspect.StructType):
        return "a table"
    return "text"


def _at(kind: type[Struct], keys: list[str]) -> type[Struct]:
    """The table type that a path of keys leads to."""
    for key in keys:
        found = dict(_types(kind)).get(key)
        if not isinstance(found, inspect.StructType):
            break
        kind = found.cls
    return kind


def _types(kind: type[Struct]) -> Iterator[tuple[str, inspect.Type]]:
    described = inspect.type_info(kind)
    assert isinstance(described, inspect.StructType)
    for field in described.fields:
        yield field.name, field.type


def _fields(table: Struct) -> Iterator[tuple[str, Any, str, Any]]:
    """Name, value, description and example of each key."""
    for name, kind in _types(type(table)):
        schema = (kind.extra_json_schema if isinstance(kind, inspect.Metadata) else None) or {}
        yield name, getattr(table, name), schema.get("description", ""), next(iter(schema.get("examples", ())), None)


def _assignment(key: str, value: Any, example: Any) -> str:
    # A table in one line could not be added to in other lines: an empty one is shown as a comment.
    return f"# {key} = {_toml(example)}" if isinstance(value, dict) else f"{key} = {_toml(value)}"


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return str(value)
