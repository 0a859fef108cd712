"""Typed reading of JSON that nobody has checked yet.

Every function takes the object, the key, and the JSON pointer of the object. Where the key is absent it returns
`default`; without a default the key is required. A value of the wrong type or range raises `InvalidAsset` with the
pointer and the Khronos code, so that a reader built on these never meets a foreign exception:

    mapping(parent, "pbrMetallicRoughness", pointer, {})      → dict
    array(parent, "nodes", pointer, [])                       → list of anything
    mappings(root, "meshes", "", [])                          → list of dicts, each checked
    integer(parent, "count", pointer, minimum=1)              → int; 3.0 is the integer 3, true and 1.5 are not integers
    index(parent, "mesh", pointer, len(meshes), None)         → int in [0, length), or None when absent
    indices(parent, "children", pointer, len(nodes), [])      → list of int, each in [0, length)
    number(parent, "metallicFactor", pointer, 1.0)            → float, finite
    numbers(parent, "translation", pointer, 3, [0.0] * 3)     → list of float with exactly 3 entries (0: any)
    string(parent, "name", pointer, None), boolean(parent, "doubleSided", pointer, False)

`at(pointer, token, …)` appends escaped tokens to a pointer (RFC 6901).
"""

from __future__ import annotations

import sys
from math import isfinite
from typing import Any, Final, NoReturn, TypeVar

from ..errors import InvalidAsset

T = TypeVar("T")
MAX_FLOAT = int(sys.float_info.max)


REQUIRED: Final[Any] = object()
_ABSENT: Final[Any] = object()


def at(pointer: str, *tokens: str | int) -> str:
    """`pointer` with `tokens` appended, `~` and `/` in them escaped."""
    for token in tokens:
        escaped = token.replace("~", "~0").replace("/", "~1") if isinstance(token, str) else token
        pointer = f"{pointer}/{escaped}"
    return pointer


def broken(message: str, pointer: str, code: str) -> NoReturn:
    """Raise `InvalidAsset`."""
    raise InvalidAsset(message, pointer=pointer, code=code)


def _default(key: str, pointer: str, default: T) -> T:
    if default is REQUIRED:
        broken(f"property {key!r} must be defined", pointer, "UNDEFINED_PROPERTY")
    return default


def _mismatch(value: Any, pointer: str, expected: str) -> NoReturn:
    broken(f"{shown(value)} is not {expected}", pointer, "TYPE_MISMATCH")


def shown(value: Any) -> str:
    """A JSON value as a short text for messages, however large it is."""
    if isinstance(value, str):
        return repr(value if len(value) <= 60 else value[:57] + "...")
    if isinstance(value, dict | list):
        kind = "object" if isinstance(value, dict) else "array"
        return f"an {kind} of {len(value)} entries" if value else f"an empty {kind}"
    if value is None or type(value) is bool:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int) and abs(value) >= 10**18:
        return "a number of more than 18 digits"  # Python refuses to print the longest
    return repr(value)


def mapping(owner: dict[str, Any], key: str, pointer: str, default: T = REQUIRED) -> dict[str, Any] | T:
    """The JSON object at `key`."""
    value = owner.get(key, _ABSENT)
    if type(value) is dict:
        return value
    if value is _ABSENT:
        return _default(key, pointer, default)
    _mismatch(value, at(pointer, key), "an object")


def array(owner: dict[str, Any], key: str, pointer: str, default: T = REQUIRED) -> list[Any] | T:
    """The JSON array at `key`, its entries unchecked."""
    value = owner.get(key, _ABSENT)
    if type(value) is list:
        return value
    if value is _ABSENT:
        return _default(key, pointer, default)
    _mismatch(value, at(pointer, key), "an array")


def mappings(owner: dict[str, Any], key: str, pointer: str, default: T = REQUIRED) -> list[dict[str, Any]] | T:
    """The JSON array at `key`, whose entries must all be objects."""
    if key not in owner:
        return _default(key, pointer, default)
    entries = array(owner, key, pointer)
    for position, entry in enumerate(entries):
        as_mapping(entry, at(pointer, key, position))
    return entries


def as_mapping(value: Any, pointer: str) -> dict[str, Any]:
    """`value` as an object."""
    if type(value) is not dict:
        _mismatch(value, pointer, "an object")
    return value


def integer(
    owner: dict[str, Any], key: str, pointer: str, default: T = REQUIRED, *, minimum: int = 0, maximum: int = 2**53
) -> int | T:
    """The integer at `key`, in [minimum, maximum]. `3.0` counts as 3, as in JavaScript and JSON Schema."""
    value = owner.get(key, _ABSENT)
    if value is _ABSENT:
        return _default(key, pointer, default)
    whole = value if type(value) is int else as_integer(value, at(pointer, key))
    if not minimum <= whole <= maximum:
        broken(f"{shown(whole)} is not in [{minimum}, {maximum}]", at(pointer, key), "VALUE_NOT_IN_RANGE")
    return whole


def as_integer(value: Any, pointer: str) -> int:
    """`value` as an int, where it is one in the sense of JSON Schema."""
    if type(value) is int:
        return value
    if type(value) is float and value.is_integer():
        return int(value)
    _mismatch(value, pointer, "an integer")


def index(owner: dict[str, Any], key: str, pointer: str, length: int, default: T = REQUIRED) -> int | T:
    """The index at `key` into a list of `length` entries."""
    value = owner.get(key, _ABSENT)
    if type(value) is int and 0 <= value < length:
        return value
    if value is _ABSENT:
        return _default(key, pointer, default)
    return as_index(value, at(pointer, key), length)


def as_index(value: Any, pointer: str, length: int) -> int:
    """`value` as an index into a list of `length` entries."""
    whole = as_integer(value, pointer)
    if whole < 0:
        broken(f"index {shown(whole)} must not be negative", pointer, "INVALID_INDEX")
    if whole >= length:
        broken(f"index {shown(whole)} points to nothing: there are {length}", pointer, "UNRESOLVED_REFERENCE")
    return whole


def indices(owner: dict[str, Any], key: str, pointer: str, length: int, default: T = REQUIRED) -> list[int] | T:
    """The array of indices at `key` into a list of `length` entries."""
    if key not in owner:
        return _default(key, pointer, default)
    here = at(pointer, key)
    return [
        entry if type(entry) is int and 0 <= entry < length else as_index(entry, at(here, position), length)
        for position, entry in enumerate(array(owner, key, pointer))
    ]


def number(owner: dict[str, Any], key: str, pointer: str, default: T = REQUIRED) -> float | T:
    """The finite number at `key`."""
    value = owner.get(key, _ABSENT)
    if value is _ABSENT:
        return _default(key, pointer, default)
    return as_number(value, at(pointer, key))


def as_number(value: Any, pointer: str) -> float:
    """`value` as a finite float."""
    if type(value) is float and isfinite(value):
        return value
    if type(value) is int and abs(value) <= MAX_FLOAT:
        return float(value)
    _mismatch(value, pointer, "a finite number")


def numbers(owner: dict[str, Any], key: str, pointer: str, length: int = 0, default: T = REQUIRED) -> list[float] | T:
    """The array of finite numbers at `key`; exactly `length` of them unless that is 0."""
    if key not in owner:
        return _default(key, pointer, default)
    here = at(pointer, key)
    entries = array(owner, key, pointer)
    if length and len(entries) != length:
        broken(f"an array of {len(entries)} entries where {length} are expected", here, "ARRAY_LENGTH_NOT_IN_LIST")
    return [
        entry if type(entry) is float and isfinite(entry) else as_number(entry, at(here, position))
        for position, entry in enumerate(entries)
    ]


def string(owner: dict[str, Any], key: str, pointer: str, default: T = REQUIRED) -> str | T:
    """The string at `key`."""
    value = owner.get(key, _ABSENT)
    if type(value) is str:
        return value
    if value is _ABSENT:
        return _default(key, pointer, default)
    _mismatch(value, at(pointer, key), "a string")


def boolean(owner: dict[str, Any], key: str, pointer: str, default: T = REQUIRED) -> bool | T:
    """The boolean at `key`."""
    value = owner.get(key, _ABSENT)
    if type(value) is bool:
        return value
    if value is _ABSENT:
        return _default(key, pointer, default)
    _mismatch(value, at(pointer, key), "true or false")
