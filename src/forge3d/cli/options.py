"""Option types that several commands share, and how a result is printed for people or for machines."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

Model = Annotated[Path, typer.Argument(help="A .glb or .gltf file.", show_default=False)]
Output = Annotated[Path, typer.Argument(help="Where to write; never the input itself.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]


def print_json(value: Any) -> None:
    """One JSON object on standard output, keys in the order given."""
    print(json.dumps(value, indent=2, default=str))


def console(*, stderr: bool = False) -> Console:
    """Where tables for people go."""
    from rich.console import Console

    return Console(highlight=False, stderr=stderr)


def size_text(count: float) -> str:
    """Bytes as people read them: 1,234 B, 56.7 kB, 8.9 MB."""
    if count < 10_000:
        return f"{count:,.0f} B"
    if count < 1_000_000:
        return f"{count / 1e3:,.1f} kB"
    return f"{count / 1e6:,.2f} MB"


_UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "ki": 2**10, "mi": 2**20, "gi": 2**30}


def count(text: str | None, option: str) -> int | None:
    """`5MB`, `2MiB`, `100k` or `1234` as a whole number."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]i?|)b?", text.strip().replace(",", ""), re.IGNORECASE)
    if match is None or float(match[1]) == 0:
        raise typer.BadParameter(f"{text!r} is not a count such as 100k or 5MB", param_hint=option)
    return round(float(match[1]) * _UNITS[match[2].lower()])


def duration(text: str, option: str) -> timedelta:
    """`90s`, `30m`, `12h` or `14d` as a time."""
    match = re.fullmatch(r"(\d{1,6})\s*([smhd])", text.strip().lower())
    if match is None or match[1].strip("0") == "":
        raise typer.BadParameter(f"{text!r} is not a time such as 30m, 12h or 14d", param_hint=option)
    return timedelta(seconds=int(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[match[2]])


def pair(text: str, option: str) -> tuple[int, int]:
    """`1024x768` as (1024, 768); a single number means a square."""
    width, _, height = text.lower().partition("x")
    try:
        size = int(width), int(height if "x" in text.lower() else width)
    except ValueError:
        size = (0, 0)
    if min(size) < 1:
        raise typer.BadParameter(f"{text!r} is not a size such as 1024x768", param_hint=option)
    return size


def triple(text: str, option: str) -> tuple[float, float, float]:
    """`1,2.5deg,3m` as three floats."""
    a, b, c = numbers(text, 3, option)
    return a, b, c


def numbers(text: str, count: int, option: str) -> tuple[float, ...]:
    """`1,2.5,3` as finite floats; exactly `count` of them, units such as `deg` and `m` may follow."""
    parts = [part.strip().removesuffix("deg").removesuffix("m") for part in text.split(",")]
    try:
        values = tuple(float(part) for part in parts)
    except ValueError:
        values = ()
    if len(values) != count or not all(map(isfinite, values)):
        raise typer.BadParameter(f"{text!r} is not {count} numbers separated by commas", param_hint=option)
    return values
