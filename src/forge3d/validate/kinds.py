"""What a property's value may be: each kind reads one, reports what is wrong with it, and returns what is usable of it.

So later rules never meet a value of a wrong type, and one fault does not hide the next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final, Protocol

from ..gltf.json_access import MAX_FLOAT, shown
from .judge import Judge
from .rules import ERROR, WARNING, rule

ARRAY_LENGTH = rule("ARRAY_LENGTH_NOT_IN_LIST", ERROR, "5", "an array has another length than allowed")
ARRAY_TYPE = rule("ARRAY_TYPE_MISMATCH", ERROR, "5", "an array holds a value of a wrong type")
DUPLICATE = rule("DUPLICATE_ELEMENTS", ERROR, "5", "an array that must be a set holds a value twice")
EMPTY = rule("EMPTY_ENTITY", ERROR, "5", "an array or object must not be empty")
INVALID_URI = rule("INVALID_URI", ERROR, "2.8", "a URI cannot be parsed")
ONE_OF = rule("ONE_OF_MISMATCH", ERROR, "5", "exactly one of several properties must be defined")
PATTERN = rule("PATTERN_MISMATCH", ERROR, "5", "a string does not have its required form")
TYPE = rule("TYPE_MISMATCH", ERROR, "5", "a value has a wrong type")
DEPENDENCY = rule("UNSATISFIED_DEPENDENCY", ERROR, "5", "the property needs another one")
MULTIPLE = rule("VALUE_MULTIPLE_OF", ERROR, "5", "a number must be a multiple of another")
NOT_IN_LIST = rule("VALUE_NOT_IN_LIST", WARNING, "5", "a value is none of those allowed")
NOT_IN_RANGE = rule("VALUE_NOT_IN_RANGE", ERROR, "5", "a number is out of its range")

NOTHING: Final[Any] = object()


class Kind(Protocol):
    """How the value of a property is read."""

    def read(self, value: Any, pointer: str, judge: Judge) -> Any: ...


def whole(value: Any) -> int | None:
    """`value` as an integer in the sense of JavaScript, where 3.0 is one and all numbers are doubles; else None."""
    if type(value) is int:
        return value if abs(value) <= 2**53 or abs(value) > MAX_FLOAT else int(float(value))
    return int(value) if type(value) is float and value.is_integer() else None


def numeric(value: Any) -> bool:
    return type(value) is float or type(value) is int


@dataclass(frozen=True, slots=True)
class Integer:
    """An integer, in a range or one of `choices`; `otherwise` stands for one that cannot be used."""

    minimum: float = 0
    maximum: float = float("inf")
    choices: tuple[int, ...] = ()
    otherwise: Any = NOTHING

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        number = whole(value)
        if number is None:
            judge.report(TYPE, pointer, f"{shown(value)} is not an integer")
        elif self.choices and number not in self.choices:
            judge.report(NOT_IN_LIST, pointer, f"{shown(number)} is not one of {', '.join(map(str, self.choices))}")
        elif not self.choices and not self.minimum <= number <= self.maximum:
            judge.report(NOT_IN_RANGE, pointer, f"{shown(number)} is not in [{self.minimum:g}, {self.maximum:g}]")
        else:
            return number
        return NOTHING if value is None else self.otherwise


@dataclass(frozen=True, slots=True)
class Number:
    """A finite number between `minimum` and `maximum`, or strictly above `above`."""

    minimum: float = -float("inf")
    maximum: float = float("inf")
    above: float = -float("inf")

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if not numeric(value):
            judge.report(TYPE, pointer, f"{shown(value)} is not a number")
        elif not self.allows(value):
            judge.report(NOT_IN_RANGE, pointer, f"{shown(value)} is out of range: {self.range}")
        else:
            return value
        return NOTHING

    def allows(self, value: float) -> bool:
        return abs(value) <= MAX_FLOAT and self.minimum <= value <= self.maximum and value > self.above

    @property
    def range(self) -> str:
        low = f"({self.above:g}" if isfinite(self.above) else f"[{self.minimum:g}"
        return f"it must be finite and in {low}, {self.maximum:g}]"


@dataclass(frozen=True, slots=True)
class IorNumber(Number):
    """An index of refraction: 0, or 1 and more (KHR_materials_ior)."""

    def allows(self, value: float) -> bool:
        return value == 0 or 1 <= value <= MAX_FLOAT


@dataclass(frozen=True, slots=True)
class Boolean:
    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if type(value) is bool:
            return value
        judge.report(TYPE, pointer, f"{shown(value)} is not true or false")
        return NOTHING


@dataclass(frozen=True, slots=True)
class Text:
    """A string, one of `choices`, or of the form `pattern`; `otherwise` stands for one that cannot be used."""

    choices: tuple[str, ...] = ()
    pattern: str = ""
    otherwise: Any = NOTHING

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if type(value) is not str:
            judge.report(TYPE, pointer, f"{shown(value)} is not a string")
        elif self.choices and value not in self.choices:
            judge.report(NOT_IN_LIST, pointer, f"{shown(value)} is not one of {', '.join(self.choices)}")
            return value  # a warning: the extension that brings it may be unknown here
        elif self.pattern and re.fullmatch(self.pattern, value) is None:
            judge.report(PATTERN, pointer, f"{shown(value)} does not match {self.pattern}")
        else:
            return value
        return NOTHING if value is None else self.otherwise


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array of numbers, of one of `lengths` unless that is empty."""

    lengths: tuple[int, ...] = ()
    each: Number = field(default_factory=Number)

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if not is_filled_list(value, pointer, judge):
            return NOTHING
        if self.lengths and len(value) not in self.lengths:
            allowed = " or ".join(map(str, self.lengths))
            judge.report(ARRAY_LENGTH, pointer, f"{len(value)} numbers where {allowed} are expected")
            return NOTHING
        good = True
        for place, entry in enumerate(value):
            if not numeric(entry):
                judge.report(ARRAY_TYPE, pointer, f"{shown(entry)} is not a number")
                good = False
            elif not self.each.allows(entry):
                judge.report(NOT_IN_RANGE, f"{pointer}/{place}", f"{shown(entry)} is out of range: {self.each.range}")
                good = False
        return value if good else NOTHING


@dataclass(frozen=True, slots=True)
class Texts:
    """A set of strings; a wrong one spoils the list."""

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        if not is_filled_list(value, pointer, judge):
            return NOTHING
        good, seen = True, set[str]()
        for place, entry in enumerate(value):
            if type(entry) is not str:
                judge.report(ARRAY_TYPE, f"{pointer}/{place}", f"{shown(entry)} is not a string")
                good = False
                continue
            if entry in seen:
                judge.report(DUPLICATE, f"{pointer}/{place}", f"{shown(entry)} is there already")
            seen.add(entry)
        return value if good else NOTHING


def is_filled_list(value: Any, pointer: str, judge: Judge) -> bool:
    """Whether `value` is an array with entries; reports it when not."""
    if type(value) is not list:
        judge.report(TYPE, pointer, f"{shown(value)} is not an array")
        return False
    if not value:
        judge.report(EMPTY, pointer)
    return bool(value)
