"""`build` and `init`: products in, bundles and a report out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, console, print_json, size_text

if TYPE_CHECKING:
    from ..pipeline import BuildResult, Event


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_BUILD_HELP)(build)
    app.command(help=_INIT_HELP)(init)


_BUILD_HELP = """Make a bundle of each product: optimized model, levels of detail, poster, spin, manifest; and a report.

    forge3d build chair.glb jacket.glb -o dist/

    forge3d build models/ -o dist/ --recipe forge3d.toml --jobs 4

What is already built with the same inputs and recipe is left alone; an interrupted build goes on where it stopped.
"""


def build(
    inputs: Annotated[list[Path], typer.Argument(help="Models, or folders of them.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the bundles.")] = Path("dist"),
    recipe: Annotated[
        Path | None, typer.Option("--recipe", "-r", help="A recipe; default: forge3d.toml here, where there is one.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Worker processes.")] = None,
    cache: Annotated[Path | None, typer.Option("--cache", help="Folder of finished steps.")] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep no finished steps.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Build everything anew.")] = False,
    as_json: AsJson = False,
) -> None:
    from .. import pipeline

    if recipe is None and Path(pipeline.RECIPE_NAME).is_file():
        recipe = Path(pipeline.RECIPE_NAME)
    with _progress(quiet=as_json) as report:
        result = pipeline.build(
            inputs,
            output,
            recipe=recipe,
            cache=False if no_cache else cache,
            jobs=jobs,
            progress=report,
            force=force,
        )
    if as_json:
        print_json(
            {
                "ok": result.ok,
                "report": str(result.report),
                "products": [product.to_dict() for product in result.products],
            }
        )
    else:
        _print_summary(result)
    raise typer.Exit(_exit_code(result))


def _exit_code(result: BuildResult) -> int:
    """The gravest of the products' own: a failure's code, else 1 for findings, else 0."""
    codes = [product.error.exit_code for product in result.products if product.error]
    return max(codes) if codes else int(not result.ok)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[Event], None] | None]:
    """A line for each product at work on a terminal; one line a finished product elsewhere; nothing where quiet."""
    out = console(stderr=True)
    if quiet:
        yield None
    elif not out.is_terminal:
        yield _tell_ends
    else:
        from rich.markup import escape
        from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[step]}"),
        )
        with Progress(*columns, console=out, transient=True) as bars:
            tasks: dict[str, TaskID] = {}

            def show(event: Event) -> None:
                if event.kind == "note":
                    bars.console.print(f"[yellow]{event.sku}[/] {escape(event.message)}")
                elif event.kind == "end" and event.sku in tasks:
                    bars.remove_task(tasks.pop(event.sku))
                elif event.kind in ("start", "step"):
                    task = tasks.get(event.sku)
                    if task is None:
                        task = tasks[event.sku] = bars.add_task(event.sku, total=1.0, step="")
                    bars.update(task, completed=event.fraction, step=event.step)

            yield show


def _tell_ends(event: Event) -> None:
    import sys

    if event.kind == "end":
        how = "as before" if event.reused else "built" if event.ok else "failed"
        print(f"{event.done}/{event.total} {event.sku}: {how}", file=sys.stderr)


def _print_summary(result: BuildResult) -> None:
    from rich.markup import escape
    from rich.table import Table

    out = console()
    table = Table(box=None)
    for column in ("product", "before", "after", "", "triangles", "levels", "findings", "time"):
        table.add_column(column, justify="left" if column in ("product", "findings") else "right")
    for product in result.products:
        time = "as before" if product.reused else f"{product.seconds:.1f} s"
        if product.manifest is None:
            table.add_row(product.sku, "", "", "", "", "", "[red]failed[/]", time)
            continue
        before, (model, *_) = product.manifest.source.total_bytes, product.manifest.of("model")
        errors = sum(finding.severity == "error" for finding in product.findings)
        warnings = sum(finding.severity == "warning" for finding in product.findings)
        counts = [f"[red]{errors} errors[/]"] * bool(errors) + [f"[yellow]{warnings} warnings[/]"] * bool(warnings)
        table.add_row(
            product.sku,
            size_text(before),
            size_text(model.bytes),
            f"{model.bytes / before:.0%}",
            f"{model.triangles or 0:,}",
            str(len(product.manifest.of("level"))),
            ", ".join(counts) or "[green]none[/]",
            time,
        )
    out.print(table)
    for product in result.products:
        if product.error:
            out.print(f"[red]{product.sku}[/] {escape(product.error.message)}", soft_wrap=True)
    out.print(f"Report: {result.report}", soft_wrap=True)


_INIT_HELP = """Write a commented recipe, forge3d.toml, with every key at its default.

    forge3d init

    forge3d init shop/forge3d.toml
"""


def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("forge3d.toml"), as_json: AsJson = False
) -> None:
    from ..errors import OutputError
    from ..pipeline.recipe_text import commented

    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(commented())
    except FileExistsError:
        raise OutputError(f"{path} is there already; forge3d does not write over it") from None
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error
    if as_json:
        print_json({"file": str(path)})
    else:
        print(f"{path} is written: change what you like, then run `forge3d build MODELS -o dist/`")
