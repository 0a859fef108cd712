"""`pictures`: every variant from every angle in every size, and close-ups."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .groups import grouped
from .options import AsJson, Model, numbers, pair, print_json
from .picture_options import Format, Framing, Look, Machine, variants_of

if TYPE_CHECKING:
    from ..render.closeups import CloseUps
    from ..render.matrix import Picture


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_PICTURES_HELP)(pictures)


_PICTURES_HELP = """Render the pictures of a product page: variants × angles × sizes, listed in `pictures.json`.

    forge3d pictures chair.glb pictures/ --variant all --angle hero --angle back --size 2048 --size 512 --size 160

    forge3d pictures chair.glb pictures/ --preset shopify --angle detail=60,40

    forge3d pictures chair.glb pictures/ --angle hero --close-up Seat --close-up Legs --grid 3x2

Angles with names are front, hero, side, back and top; any other is given as NAME=YAW,PITCH. Each picture is drawn in
the largest size; zoom pictures and thumbnails are made from it. Close-ups are drawn from the angle hero, or else the
first. Files are called variant-angle-width.
"""


@grouped
def pictures(
    model: Model,
    folder: Annotated[Path, typer.Argument(help="A folder for the pictures.", show_default=False)],
    *,
    variant: Annotated[
        list[str] | None, typer.Option("--variant", help="A material variant by name, or `all`. Repeatable.")
    ] = None,
    angle: Annotated[
        list[str] | None,
        typer.Option("--angle", help="A name, or NAME=YAW,PITCH. Repeatable.", show_default="all named"),
    ] = None,
    close_up: Annotated[
        list[str] | None,
        typer.Option("--close-up", help="Also this node from near, with all below it. Repeatable.", show_default=False),
    ] = None,
    grid: Annotated[
        str | None,
        typer.Option("--grid", help="Also each part of the picture from near: COLUMNSxROWS.", show_default=False),
    ] = None,
    zoom: Annotated[
        float | None,
        typer.Option("--zoom", help="All close-ups so many times nearer than the whole.", show_default="as fits each"),
    ] = None,
    size: Annotated[
        list[str] | None,
        typer.Option("--size", help="Pixels, WxH or one number. Repeatable.", show_default="1024, or the preset's"),
    ] = None,
    framing: Framing,
    look: Look,
    kind: Format = None,
    machine: Machine,
    as_json: AsJson = False,
) -> None:
    from ..document import Document
    from ..document.output import make_folder, write_files
    from ..render.frame import FORMATS, encoded, format_of
    from ..render.matrix import ANGLES, Matrix
    from ..render.matrix import pictures as draw
    from .progress import progress_bar

    suffix = f".{kind or framing.usual.format}"
    if suffix not in FORMATS:
        raise typer.BadParameter(f"takes {', '.join(known[1:] for known in FORMATS)}", param_hint="--format")
    sizes = [pair(text, "--size") for text in size or []] or [framing.usual.size]
    angles = dict(_angle(text, ANGLES) for text in angle or ANGLES)
    near = _close_ups(close_up, grid, zoom)
    document = Document.read(model)
    matrix = Matrix(angles, sizes, variants_of(document, variant), framing.fov, framing.share, near)
    settings = look.settings(framing.usual)
    listed: list[dict[str, Any]] = []
    with machine.renderer() as renderer, progress_bar("pictures", quiet=as_json) as advance:
        drawn = draw(renderer, document, matrix, environment=look.environment, settings=settings, **framing.moment)
        for picture in drawn:
            path = folder / f"{picture.name}{suffix}"
            make_folder(folder)
            write_files({path: encoded(picture.pixels, format_of(path))})
            listed.append(_told(path, picture))
            advance(min(1.0, len(listed) / matrix.most), path.name)
    told = {"model": model.name, "pictures": listed}
    write_files({folder / "pictures.json": json.dumps(told, indent=2).encode()})
    if as_json:
        print_json({"folder": str(folder), **told})
    else:
        print(f"{len(listed)} pictures in {folder}")


def _told(path: Path, picture: Picture) -> dict[str, Any]:
    return {
        "file": path.name, "variant": picture.variant, "angle": picture.angle, "yaw": picture.camera.yaw,
        "pitch": picture.camera.pitch, "width": picture.size[0], "height": picture.size[1],
    }  # fmt: skip


def _close_ups(nodes: list[str] | None, grid: str | None, zoom: float | None) -> CloseUps | None:
    from ..render.closeups import CloseUps

    if not nodes and grid is None:
        if zoom is not None:
            raise typer.BadParameter("is for --close-up and --grid; name a node or a grid", param_hint="--zoom")
        return None
    return CloseUps(nodes or (), None if grid is None else pair(grid, "--grid"), zoom)


def _angle(text: str, known: dict[str, tuple[float, float]]) -> tuple[str, tuple[float, float]]:
    name, equals, place = text.partition("=")
    if not equals:
        if name not in known:
            raise typer.BadParameter(f"{name!r}: takes {', '.join(known)}, or NAME=YAW,PITCH", param_hint="--angle")
        return name, known[name]
    yaw, pitch = numbers(place, 2, "--angle")
    return name, (yaw, pitch)
