"""Copying object graphs without recursion, so that ten thousand nested nodes copy as well as ten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from operator import attrgetter
from re import findall
from typing import Any, TypeVar

from .pinning import Pinned
from .property import Property, XmpPacket

T = TypeVar("T")
_COPIED = (Property, XmpPacket, Pinned)


def copied(root: T, memo: dict[int, Any] | None = None) -> T:
    """A copy of `root` and of every object that can be reached from it.

    Lists, dicts and glTF objects are copied; arrays, accessors, payloads and encoded images are immutable and shared.
    `memo` is `copy.deepcopy`'s: id of the original → copy.
    """
    copies: dict[int, Any] = {} if memo is None else memo
    pending: list[tuple[Any, Any]] = []

    def copy_of(value: Any) -> Any:
        kind: Any = type(value)
        if kind is list:
            return [copy_of(entry) for entry in value]
        if kind is dict:
            return {key: copy_of(entry) for key, entry in value.items()}
        if not isinstance(value, _COPIED):
            return value
        copy = copies.get(id(value))
        if copy is None:
            copy = copies[id(value)] = kind.__new__(kind)
            pending.append((value, copy))
        return copy

    result = copy_of(root)
    while pending:
        original, copy = pending.pop()
        for name in field_names(original.__class__):
            setattr(copy, name, copy_of(getattr(original, name)))
    return result  # type: ignore[no-any-return]


@cache
def field_names(kind: Any) -> tuple[str, ...]:
    """The names of a dataclass's fields."""
    return tuple(f.name for f in fields(kind))


_PLAIN_TYPES = {"None", "bool", "int", "float", "str", "bytes", "tuple", "Literal"}


@cache
def referring_names(kind: Any) -> tuple[str, ...]:
    """The names of a dataclass's fields that may refer to objects: all but those declared as numbers and text."""
    return tuple(f.name for f in fields(kind) if not set(findall(r"[^\W\d]\w*", str(f.type))) <= _PLAIN_TYPES)


@cache
def values_of(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """What gives the values of these fields of an object, as quickly as can be."""
    return attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, name) for name in names)
