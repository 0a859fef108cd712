"""Progress on a terminal: a bar on standard error that goes away when the work is done."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(title: str, *, quiet: bool = False) -> Iterator[Callable[[float, str], None]]:
    """Yield `report(fraction, label)`. Silent where nobody watches: `quiet`, or standard error is not a terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda fraction, label: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.fields[label]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=1.0, label="")
        yield lambda fraction, label: progress.update(task, completed=fraction, label=label)
