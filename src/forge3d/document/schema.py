"""The JSON form of dataclass fields, from their own declarations: what the reader and the writer both walk.

A field declared with `json_key` knows its key and default; its default (or `of`) tells what values it takes. One
table a class is made on first use.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

from ..errors import InvalidAsset
from ..gltf.json_access import as_integer, as_number, at
from .property import REQUIRED, Property


def plain_json(value: Any) -> Any:
    """`value` as JSON: tuples as arrays, enumerations by value, whole numbers without a decimal point."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (int, float)):
        return tidy(value)
    if hasattr(value, "__iter__"):
        return [plain_json(entry) for entry in value]
    return tidy(value)


def tidy(value: float) -> float | int:
    """The shortest JSON number that reads back as `value`; 1.0 becomes 1."""
    value = float(value)
    return int(value) if value.is_integer() and abs(value) < 1e15 and (value or str(value) == "0.0") else value


_NEVER = object()  # equal to no JSON


class Key(NamedTuple):
    """One declared field: how its value is read from JSON (`read(value, pointer)`) and written."""

    attribute: str
    key: str
    default: Any
    written_default: Any
    group: str | None
    texture: bool
    read: Callable[[Any, str], Any]


@cache
def keys(kind: Any) -> tuple[Key, ...]:
    """The declared fields of `kind`, in order."""
    return tuple(
        Key(
            f.name,
            f.metadata["key"],
            f.metadata["default"],
            _NEVER if f.metadata["default"] is REQUIRED else plain_json(f.metadata["default"]),
            f.metadata.get("group"),
            f.metadata.get("texture", False),
            _reader(f.metadata["default"], f.metadata["of"]),
        )
        for f in fields(kind)
        if "key" in f.metadata
    )


@cache
def _by_key(kind: type, group: str | None) -> dict[str, Key]:
    return {key.key: key for key in keys(kind) if key.group == group}


@cache
def _required(kind: type) -> tuple[str, ...]:
    return tuple(key.key for key in keys(kind) if key.default is REQUIRED)


def read_values(
    kind: type,
    json: dict[str, Any],
    pointer: str,
    group: str | None = None,
    texture: Callable[[Any, str], Any] | None = None,
) -> dict[str, Any]:
    """Keyword arguments for `kind` from the keys that stand in `json`.

    Args:
        group: read the keys that stand in the JSON object of this name, which `json` is.
        texture: reads the JSON of a texture slot.

    Raises:
        InvalidAsset: a value of the wrong type, or a required key that is missing.
    """
    table = _by_key(kind, group)
    values = {}
    for name, value in json.items():
        key = table.get(name)
        if key is None:
            continue
        if key.texture:
            assert texture is not None
            values[key.attribute] = texture(value, at(pointer, name))
            continue
        try:
            values[key.attribute] = key.read(value, "")
        except InvalidAsset:  # once more, to say where: pointers are not built before they are needed
            key.read(value, at(pointer, name))
            raise
    if group is None:
        for name in _required(kind):
            if name not in json:
                raise InvalidAsset(f"property {name!r} must be defined", pointer=pointer, code="UNDEFINED_PROPERTY")
    return values


def write_values(owner: Property, json: dict[str, Any], texture: Callable[[Any], Any] = plain_json) -> None:
    """Put the declared fields of `owner` that differ from their defaults into `json`, in the order declared.

    `texture` gives the JSON of a texture slot's `TextureInfo`.
    """
    kind: Any = type(owner)
    for key in keys(kind):
        value = getattr(owner, key.attribute)
        if value is None:
            continue
        plain = texture(value) if key.texture else plain_json(value)
        if plain != key.written_default:
            target = json if key.group is None else json.setdefault(key.group, {})
            target[key.key] = plain


def _reader(default: Any, of: type | None) -> Callable[[Any, str], Any]:
    kind = of or type(default)
    if issubclass(kind, Enum):
        return _enumeration(kind)
    if kind is tuple:
        return _vector(len(default))
    return _READERS.get(kind, _unread)


def _unread(value: Any, pointer: str) -> Any:
    return value


def _number(value: Any, pointer: str) -> float:
    return value if type(value) is float and value - value == 0 else as_number(value, pointer)


def _boolean(value: Any, pointer: str) -> bool:
    if type(value) is not bool:
        raise InvalidAsset(f"{value!r:.60} is not true or false", pointer=pointer, code="TYPE_MISMATCH")
    return value


def _string(value: Any, pointer: str) -> str:
    if type(value) is not str:
        raise InvalidAsset(f"{value!r:.60} is not a string", pointer=pointer, code="TYPE_MISMATCH")
    return value


def _numbers(value: Any, pointer: str) -> list[float]:
    if type(value) is not list:
        raise InvalidAsset(f"{value!r:.60} is not an array", pointer=pointer, code="TYPE_MISMATCH")
    return [_number(entry, pointer) for entry in value]


def _vector(length: int) -> Callable[[Any, str], tuple[float, ...]]:
    def read(value: Any, pointer: str) -> tuple[float, ...]:
        numbers = tuple(_numbers(value, pointer))
        if len(numbers) != length:
            message = f"an array of {len(numbers)} entries where {length} are expected"
            raise InvalidAsset(message, pointer=pointer, code="ARRAY_LENGTH_NOT_IN_LIST")
        return numbers

    return read


def _enumeration(kind: type[Enum]) -> Callable[[Any, str], Enum]:
    members = {member.value: member for member in kind}

    def read(value: Any, pointer: str) -> Enum:
        try:
            return members[value]
        except (KeyError, TypeError):
            allowed = ", ".join(map(str, members))
            raise InvalidAsset(
                f"{value!r:.60} is not one of {allowed}", pointer=pointer, code="VALUE_NOT_IN_LIST"
            ) from None

    return read


_READERS: dict[type, Callable[[Any, str], Any]] = {
    float: _number, int: as_integer, bool: _boolean, str: _string, list: _numbers,
}  # fmt: skip
