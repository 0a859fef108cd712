"""`bench`: what this machine's GPU draws a second, and two such results side by side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, print_json
from .picture_options import Device
from .progress import progress_bar
from .tables import say, show_table

if TYPE_CHECKING:
    from ..bench import Comparison, Result

ResultFile = Annotated[
    Path, typer.Argument(help="A result, or the folder that `forge3d bench -o` wrote.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    group = typer.Typer(help=_BENCH_HELP, invoke_without_command=True, rich_markup_mode="markdown")
    group.callback()(bench)
    group.command("compare", help=_COMPARE_HELP)(compare)
    app.add_typer(group, name="bench")


_BENCH_HELP = """Measure this machine: frames a second by resolution, triangles, materials, lights and quality.

    forge3d bench --quick

    forge3d bench -o results/ --device gpu

    forge3d bench --model chair.glb --only model --json

    forge3d bench compare old/ new/ --fail-below 0.9

Opening the context, filtering light, upload, preparation, readback and encoding are measured apart. The scenes are made
by formula, nothing is downloaded. `-o` writes bench.json and a page with charts, bench.html; what was measured until an
interruption is kept.
"""


def bench(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A folder for bench.json and bench.html.", show_default=False)
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer points and less time for each: about a minute.")
    ] = False,
    size: Annotated[
        int | None, typer.Option("--size", help="Pixels a side.", show_default="1024 on a GPU, 256 on the CPU")
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option("--budget", help="Seconds for each measurement.", show_default="2, or 0.5 with --quick"),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Only this family: frames, frames/lights, encode, …. Repeatable."),
    ] = None,
    model: Annotated[
        Path | None, typer.Option("--model", help="A model of yours, measured at every quality.", show_default=False)
    ] = None,
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
    from ..bench import Options
    from ..bench import bench as measure
    from ..document import Document

    options = Options(quick, size, budget, device, tuple(only or ()))
    document = None if model is None else Document.read(model)
    kept: list[Result] = []

    def keep(result: Result) -> None:
        kept[:] = [result]
        if out is not None:
            _write(out, "bench.json", result.encode())

    try:
        with progress_bar("bench", quiet=as_json) as tell:
            name = model.name if model else None
            measure(options, model=document, model_name=name, progress=tell, keep=keep)
    finally:
        if kept:
            _tell(kept[0], out, as_json)


def _tell(result: Result, out: Path | None, as_json: bool) -> None:
    from ..bench import page

    if out is not None:
        _write(out, "bench.html", page(result))
    if as_json:
        print(result.encode().decode(), end="")
    else:
        _print(result, out)


def _write(folder: Path, name: str, data: bytes) -> None:
    from ..document.output import make_folder, write_files

    make_folder(folder)
    write_files({folder / name: data})


def _print(result: Result, out: Path | None) -> None:
    from ..bench import words

    say((words.headline(result), "bold"))
    for name, value in words.machine(result.machine):
        say(f"{name:<8}{value}")
    rows = [(one.name, words.figure(one.value, one.unit), words.spread(one)) for one in result.measurements]
    show_table(("", "median", "spread"), rows)
    for one in result.skipped:
        say(f"{one.name}: {one.reason}")
    if out is not None:
        say(f"{out / 'bench.html'} shows charts")


_COMPARE_HELP = """Hold one result against another: how much faster the second is, and whether that is more than noise.

    forge3d bench compare t4/ l4/ -o t4-l4.html

    forge3d bench compare before.json after.json --fail-below 0.9

A difference within the spread of the repetitions counts as the same. Exit code 1 where `--fail-below` is given and
something is slower than that share of the first, by more than noise.
"""


def compare(
    first: ResultFile,
    second: ResultFile,
    fail_below: Annotated[
        float | None,
        typer.Option("--fail-below", help="The least share of the first's speed, such as 0.9.", show_default=False),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A page with charts of both: .html.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> None:
    from ..bench import Result, page
    from ..bench import compare as hold
    from ..errors import RecipeError

    if out is not None and out.suffix.lower() not in (".html", ".htm"):
        raise RecipeError(f"{out}: the page's name ends in .html")
    found = hold(Result.read(first), Result.read(second), fail_below=fail_below)
    if out is not None:
        _write(out.parent, out.name, page(found))
    if as_json:
        print_json(found.to_dict())
    else:
        _print_pairs(found)
    raise typer.Exit(found.exit_code)


def _print_pairs(found: Comparison) -> None:
    from ..bench import words

    failed = {pair.name for pair in found.failed}
    rows = []
    for pair in found.pairs:
        figures = (words.figure(one.value, one.unit) for one in (pair.first, pair.second))
        verdict = "too slow" if pair.name in failed else pair.verdict
        rows.append((pair.name, *figures, f"{words.digits(pair.ratio)}×", verdict))
    show_table(("", "first", "second", "speed", ""), rows)
    for family, ratio in found.means.items():
        say(f"{family}: {words.digits(ratio)}× on average")
    for name in (*found.unlike, *found.missing):
        say(f"{name}: not compared")
