"""Lines and tables for people: styled by rich on a terminal, plain text elsewhere, where rich is not imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from .options import console


def say(*parts: str | tuple[str, str]) -> None:
    """Print one line: text as it is, or `(text, style)`, of which only a terminal shows the style."""
    if _is_styled():
        from rich.text import Text

        console().print(Text.assemble(*parts), soft_wrap=True)
    else:
        print("".join(part if isinstance(part, str) else part[0] for part in parts))


def show_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column from the left, the others from the right."""
    if _is_styled():
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None)
        for number, column in enumerate(columns):
            table.add_column(column, justify="right" if number else "left")
        for row in rows:
            table.add_row(*map(Text, row))
        console().print(table)
        return
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    for first, *others in (columns, *rows):
        cells = (text.rjust(width) for text, width in zip(others, widths[1:], strict=True))
        print(" " + "  ".join([first.ljust(widths[0]), *cells]).rstrip())


def _is_styled() -> bool:
    """Whether rich would style what is printed."""
    return sys.stdout.isatty() or bool(os.environ.get("FORCE_COLOR"))
