"""Options that several commands share, as dataclasses: their fields become options of each command that takes one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import wraps
from inspect import Parameter, Signature, signature
from typing import Any, get_type_hints


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """The command as typer takes it: in place of a parameter whose type is a dataclass stand that one's fields.

    @dataclass(frozen=True)
    class Light:
        environment: Annotated[str, typer.Option(help="What lights the product.")] = "studio"

    @grouped
    def render(model: Model, light: Light) -> None: ...
    """
    hints = get_type_hints(command, include_extras=True)
    groups: dict[str, Any] = {name: kind for name, kind in hints.items() if is_dataclass(kind)}
    parameters = [
        part
        for parameter in signature(command).parameters.values()
        for part in (
            _options(groups[parameter.name])
            if parameter.name in groups
            else [parameter.replace(kind=Parameter.KEYWORD_ONLY, annotation=hints[parameter.name])]
        )
    ]

    @wraps(command)
    def call(**given: Any) -> None:
        for name, kind in groups.items():
            given[name] = kind(**{field.name: given.pop(field.name) for field in fields(kind)})
        command(**given)

    call.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return call


def _options(kind: Any) -> list[Parameter]:
    hints = get_type_hints(kind, include_extras=True)
    return [
        Parameter(field.name, Parameter.KEYWORD_ONLY, default=field.default, annotation=hints[field.name])
        for field in fields(kind)
    ]
