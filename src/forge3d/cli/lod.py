"""`lod`: lower levels of detail, as files and as one file."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .optimize import transforms_of
from .options import AsJson, Model, numbers, print_json, size_text
from .progress import progress_bar

if TYPE_CHECKING:
    from ..document import Document
    from ..lod import Chain


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_HELP)(lod)


_HELP = """Write a model and its lower levels of detail into a folder; levels.json says when to show which.

Give one of --levels, --ratios, --triangles, --errors and --distances.

    forge3d lod chair.glb levels/ --levels 3

    forge3d lod chair.glb levels/ --triangles 20000,5000,1000 --texture-sizes 1024,512,256

    forge3d lod chair.glb levels/ --errors 0.5,2,10

    forge3d lod chair.glb levels/ --distances 2,5,15 --pixels 1 --as both
"""


class _Container(StrEnum):
    FILES = "files"
    MSFT = "msft"
    BOTH = "both"


def lod(
    model: Model,
    folder: Annotated[Path, typer.Argument(help="A folder for the levels.", show_default=False)],
    count: Annotated[
        int | None, typer.Option("--levels", min=1, max=16, help="How many, each half of the one before; 3 by default.")
    ] = None,
    ratios: Annotated[str | None, typer.Option(help="The part of the triangles that each level keeps.")] = None,
    triangles: Annotated[str | None, typer.Option(help="The most triangles of each level.")] = None,
    errors: Annotated[str | None, typer.Option(help="The largest error of each level, in millimetres.")] = None,
    distances: Annotated[
        str | None, typer.Option(help="Metres from the model; a level for each, with an error of --pixels there.")
    ] = None,
    texture_sizes: Annotated[
        str, typer.Option(help="Longest side of each level's textures; or `halved` with each level, or `keep`.")
    ] = "halved",
    container: Annotated[
        _Container, typer.Option("--as", help="A file for each level, one for all (MSFT_lod), or both.")
    ] = _Container.FILES,
    pixels: Annotated[float, typer.Option(help="The error on the screen at which levels switch.")] = 1.0,
    screen_height: Annotated[int, typer.Option(help="Of the viewport, in pixels.")] = 1080,
    fov: Annotated[float, typer.Option(help="Vertical field of view, in degrees.")] = 45.0,
    preset: Annotated[str, typer.Option("--preset", help="How each file is written: a preset of `optimize`.")] = "web",
    as_json: AsJson = False,
) -> None:
    from ..document import Context, Document
    from ..lod import View, allowed_error, levels, write_chain

    view = View(pixels, screen_height, fov)
    far = _list(distances, "--distances")
    millimetres = _list(errors, "--errors")
    wanted: dict[str, Any] = {
        "ratios": _list(ratios, "--ratios"),
        "triangles": [int(n) for n in _list(triangles, "--triangles") or ()] or None,
        "errors": [error / 1000 for error in millimetres or ()] or [allowed_error(d, view) for d in far or ()] or None,
    }
    given = [("--levels", count), ("--ratios", ratios), ("--triangles", triangles), ("--errors", errors),
             ("--distances", distances)]  # fmt: skip
    names = [name for name, value in given if value is not None]
    if len(names) > 1:
        raise typer.BadParameter("give only one of them", param_hint=" and ".join(names))
    steps = transforms_of(preset, None)
    document = Document.read(model)
    with progress_bar("lod", quiet=as_json) as advance:
        context = Context(progress=lambda part, label: advance(part / 2, label))
        lower = levels(document, count, **wanted, context=context)
        asked = max((len(value) for value in wanted.values() if value), default=count or 3)
        sizes = _sizes(texture_sizes, document, asked)
        if sizes is not None:
            sizes = [sizes[level.number - 1] for level in lower]
        context.progress = lambda part, label: advance(0.5 + part / 2, label)
        chain = write_chain(
            document, lower, folder, model.stem, steps=steps, texture_sizes=sizes, container=container.value, view=view,
            context=context,
        )  # fmt: skip
    if as_json:
        print_json({"input": str(model), **chain.to_dict(), "warnings": context.warnings})
    else:
        _print(chain, folder)
        for warning in context.warnings:
            print(f"warning: {warning}", file=sys.stderr)


def _list(text: str | None, option: str) -> tuple[float, ...] | None:
    return None if text is None else numbers(text, text.count(",") + 1, option)


def _sizes(text: str, document: Document, count: int) -> list[int] | None:
    from ..lod import halved

    if text in ("halved", "keep"):
        return halved(document, count) if text == "halved" else None
    return [int(size) for size in numbers(text, count, "--texture-sizes")]


def _print(chain: Chain, folder: Path) -> None:
    for level in chain.levels:
        size = "" if level.bytes is None else f", {size_text(level.bytes)}"
        name = f"level {level.level}" if level.file is None else folder / level.file
        print(
            f"{name}: {level.triangles:,} triangles{size}, "
            f"at most {level.error * 1000:.3g} mm from the model, from {level.switch_distance:.3g} m on"
        )
    if chain.combined is not None:
        print(f"{folder / chain.combined}: all of them, {size_text(chain.combined_bytes or 0)}")
