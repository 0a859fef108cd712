"""The options of a command as its own signature has them."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any, get_args

OF_ALL = {"help"}


def option_names(*commands: Callable[..., Any]) -> set[str]:
    """Long names without dashes, of all these commands."""
    infos = (
        info
        for command in commands
        for parameter in signature(command, eval_str=True).parameters.values()
        for info in get_args(parameter.annotation)[1:]
    )
    names = {name for info in infos for name in (getattr(info, "default", None), *(info.param_decls or ()))}
    return {name.removeprefix("--") for name in names if isinstance(name, str) and name.startswith("--")} | OF_ALL
