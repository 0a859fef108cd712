"""Options of a transform, read from its dataclass: the one definition behind the CLI, recipes, cache keys and docs.

A field gives an option's name, type and default; the line of that name under `Args:` in the class docstring gives its
text. `parse` reads the command line's form, `build` a TOML table, `canonical` writes what a cache key needs.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from ..document import Transform
from ..errors import RecipeError

_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class Option(NamedTuple):
    """One option of a transform.

    Attributes:
        type: bool, int, float or str.
        choices: the values it takes where they are a closed list (`Literal[…]`), else empty.
        optional: None is a value too (written `none`).
        doc: its line in the class docstring.
    """

    name: str
    type: type
    default: Any
    choices: tuple[Any, ...]
    optional: bool
    doc: str

    @property
    def takes(self) -> str:
        """What it takes, in words: `a number`, `one of mesh, scene`."""
        if self.choices:
            text = "one of " + ", ".join(str(choice) for choice in self.choices)
        else:
            text = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}[self.type]
        return f"{text}, or none" if self.optional else text


def name_of(kind: type[Transform]) -> str:
    """The name in recipes and on the command line: `RemoveHidden` is `remove-hidden`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def options_of(kind: type[Transform]) -> list[Option]:
    """The options of a transform class, in the order of its fields."""
    hints, texts = get_type_hints(kind), _documented(kind)
    options = []
    for f in fields(kind):
        type_, choices, optional = _taken_apart(hints[f.name], kind, f.name)
        default = None if f.default is MISSING else f.default
        options.append(Option(f.name, type_, default, choices, optional, texts.get(f.name, "")))
    return options


def parse(text: str, registry: Mapping[str, type[Transform]]) -> Transform:
    """A transform from `name` or `name:option=value,option=value`, such as `simplify:error=1e-3,ratio=0.5`.

    Raises:
        RecipeError: for an unknown name or option, or a value of the wrong kind; it names what is allowed.
    """
    name, _, rest = text.partition(":")
    values: dict[str, Any] = {}
    for part in filter(None, (part.strip() for part in rest.split(","))):
        key, equals, value = part.partition("=")
        if not equals:
            raise RecipeError(f"{text!r}: write options as {name}:option=value,option=value")
        values[key.strip()] = value.strip()
    return build(name.strip(), values, registry)


def build(name: str, values: Mapping[str, Any], registry: Mapping[str, type[Transform]]) -> Transform:
    """A transform from its name and a mapping of options, as a recipe's TOML table gives it.

    Names may be written with `-` or `_`. Text is read as the option's type; numbers and booleans are checked.

    Raises:
        RecipeError: as `parse`.
    """
    kind = registry.get(name.replace("_", "-"))
    if kind is None:
        raise RecipeError(f"there is no transform {name!r}; there are: {', '.join(registry)}")
    known = {option.name: option for option in options_of(kind)} if values else {}
    given: dict[str, Any] = {}
    for key, value in values.items():
        option = known.get(key.replace("-", "_"))
        if option is None:
            allowed = ", ".join(known) or "none"
            raise RecipeError(f"{name} has no option {key!r}; its options: {allowed}")
        given[option.name] = _coerced(value, option, name)
    return kind(**given)


def canonical(transform: Transform) -> dict[str, Any]:
    """Name, version and every option with its value: equal for equal work, and plain JSON, so it serves as a key."""
    kind = type(transform)
    return {
        "transform": name_of(kind),
        "version": kind.version,
        "options": {f.name: getattr(transform, f.name) for f in fields(kind)},
    }


def between(owner: Transform, name: str, low: float, high: float, *, above: bool = False) -> None:
    """Hold an option to `low <= value <= high` (`low <` where `above`); None passes. Raises RecipeError."""
    value = getattr(owner, name)
    if value is not None and not ((low < value if above else low <= value) and value <= high):
        bound = f"more than {low:g}" if above else f"at least {low:g}"
        limit = "" if high == float("inf") else f" and at most {high:g}"
        raise RecipeError(f"{name_of(type(owner))}: {name}={value!r}, but it must be {bound}{limit}")


def one_of(owner: Transform, *names: str) -> None:
    """Hold options declared as `Literal[…]` to their choices, for callers without a type checker."""
    for option in options_of(type(owner)):
        value = getattr(owner, option.name)
        if option.name in names and value not in option.choices and not (option.optional and value is None):
            raise RecipeError(f"{name_of(type(owner))}: {option.name}={value!r}, but it takes {option.takes}")


def _taken_apart(hint: Any, kind: type[Transform], name: str) -> tuple[type, tuple[Any, ...], bool]:
    """The plain type, the choices and whether None is allowed, of a field's annotation."""
    parts = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    optional = type(None) in parts
    (main,) = (part for part in parts if part is not type(None))
    choices: tuple[Any, ...] = ()
    if get_origin(main) is Literal:
        choices = get_args(main)
        main = type(choices[0])
    if main not in (bool, int, float, str):
        raise TypeError(f"{kind.__name__}.{name}: options are bool, int, float, str or Literal, not {hint}")
    return main, choices, optional


def _coerced(value: Any, option: Option, name: str) -> Any:
    if option.optional and (value is None or (isinstance(value, str) and value.lower() == "none")):
        return None
    result = _as_type(value, option.type)
    if result is None or (option.choices and result not in option.choices):
        raise RecipeError(f"{name}: {option.name}={value!r}, but it takes {option.takes}")
    return result


def _as_type(value: Any, wanted: type) -> Any:
    """`value` as `wanted`, or None where it is not one."""
    if wanted is str:
        return value if isinstance(value, str) else None
    if wanted is bool:
        if isinstance(value, str):
            return True if value.lower() in _TRUE else False if value.lower() in _FALSE else None
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    if number != number or (wanted is int and not number.is_integer()):
        return None
    return wanted(number)


def _documented(kind: type[Transform]) -> dict[str, str]:
    """The text of each name under `Args:` of the class docstring, continuation lines joined."""
    _, found, section = inspect.cleandoc(kind.__doc__ or "").partition("\nArgs:\n")
    texts: dict[str, str] = {}
    current = ""
    for line in section.splitlines() if found else []:
        if not line.startswith("    "):
            break
        start = re.match(r" {4}(\w+): (.*)", line)
        if start:
            current, texts[start[1]] = start[1], start[2]
        elif current:
            texts[current] += " " + line.strip()
    return texts
