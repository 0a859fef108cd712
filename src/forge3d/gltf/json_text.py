"""JSON text to Python objects: a native parser first, a strict second look on trouble."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn

import msgspec
import numpy as np

from ..errors import InvalidAsset, LimitExceeded
from .json_access import at
from .limits import Limits

BOM = b"\xef\xbb\xbf"
_parse = msgspec.json.Decoder().decode
_DROPPED = bytes(set(range(256)) - set(b'[]{}"\\'))
_STRING_OR_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN', re.DOTALL)


def decode(text: bytes, limits: Limits) -> Any:
    """The value of a JSON text (RFC 8259). A leading byte order mark is skipped: `has_bom` tells of it.

    As in JavaScript, the last of several equal keys counts, a number too large for a double is infinite, and half a
    surrogate pair becomes U+FFFD.

    Raises:
        InvalidAsset: with line and column, when it is not JSON; NaN and Infinity are not.
        LimitExceeded: when it is too long or nested too deeply.
    """
    limits.check("max_json_bytes", len(text), "the JSON text")
    if text.startswith(BOM):
        text = text[3:]
    depth = text.count(b"{") + text.count(b"[")  # no text is deeper than it has brackets
    if depth > limits.max_json_depth:
        depth = _depth(text)
    limits.check("max_json_depth", depth, "the nesting of the JSON text")
    try:
        return _parse(text)
    except (msgspec.MsgspecError, ValueError):
        return _second_look(text)
    except RecursionError:  # the parser's own limit, where ours was raised above it
        raise LimitExceeded("max_json_depth", depth, limits.max_json_depth, "the nesting of the JSON text") from None


def decode_object(text: bytes, limits: Limits) -> dict[str, Any]:
    """`decode`, for a text that must hold an object, as glTF's does."""
    value = decode(text, limits)
    if type(value) is not dict:
        raise InvalidAsset("the JSON text is not an object", code="TYPE_MISMATCH")
    return value


def has_bom(text: bytes) -> bool:
    """Whether the text begins with a byte order mark, which glTF forbids (§2.7)."""
    return text.startswith(BOM)


def encode(value: Any) -> bytes:
    """Compact UTF-8 JSON in the order of the dictionaries; the same value always gives the same bytes."""
    return msgspec.json.encode(value)


def duplicate_keys(text: bytes) -> list[str]:
    """JSON pointers of keys that occur more than once in their object, in a text that `decode` accepts."""

    class Repeated(dict[str, Any]):
        keys_again: list[str]

    found = False

    def build(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        entries = dict(pairs)
        if len(entries) == len(pairs):
            return entries
        found = True
        repeated = Repeated(entries)
        repeated.keys_again = [key for key, times in Counter(key for key, _ in pairs).items() if times > 1]
        return repeated

    root = json.loads(text.removeprefix(BOM).decode(), object_pairs_hook=build, parse_int=_integer)
    pointers: list[str] = []
    waiting: list[tuple[Any, str]] = [(root, "")] if found else []
    while waiting:
        value, pointer = waiting.pop()
        if isinstance(value, Repeated):
            pointers += [at(pointer, key) for key in value.keys_again]
        if isinstance(value, dict):
            waiting += [(child, at(pointer, key)) for key, child in value.items()]
        elif isinstance(value, list):
            waiting += [(child, at(pointer, position)) for position, child in enumerate(value)]
    return sorted(pointers)


def _depth(text: bytes) -> int:
    """How deep objects and arrays are inside each other, exact for valid JSON; a few percent of the parser's time."""
    marks = text.translate(None, _DROPPED)
    if b"\\" in marks:  # escapes first, so that each quote that is left starts or ends a string
        marks = text.replace(b"\\\\", b"").replace(b'\\"', b"").translate(None, _DROPPED)
    marks = marks.replace(b'""', b"")  # a pair of neighbours changes nothing for what follows
    if b'"' in marks:
        marks = b"".join(marks.split(b'"')[::2])
    if not marks:
        return 0
    codes = np.frombuffer(marks, np.uint8) | 0x20
    return int(np.cumsum(np.where(codes == ord("{"), 1, -1), dtype=np.int64).max())


def _second_look(text: bytes) -> Any:
    """What Python's slower parser makes of it: the value, or the place of the fault."""
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        _fail(f"invalid UTF-8: {error.reason}", text[: error.start].decode("utf-8"))
    try:
        value = json.loads(decoded, parse_constant=_refuse_constant, parse_int=_integer)
    except _Constant as error:
        match = next(m for m in _STRING_OR_CONSTANT.finditer(decoded) if m.group()[0] != '"')
        _fail(f"{error.args[0]} is not a JSON number", decoded[: match.start()])
    except json.JSONDecodeError as error:
        _fail(f"not JSON: {error.msg}", decoded[: error.pos])
    whole = json.dumps(value, ensure_ascii=False).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return json.loads(whole)


class _Constant(Exception):
    pass


def _refuse_constant(name: str) -> NoReturn:
    raise _Constant(name)


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def _fail(message: str, before: str) -> NoReturn:
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    raise InvalidAsset(f"{message} (line {line}, column {column})", code="INVALID_JSON")
