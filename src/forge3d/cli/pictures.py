"""`pictures`: every variant from every angle in every size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from .options import AsJson, Model, numbers, pair, print_json
from .picture_options import (
    Chosen,
    Device,
    Environment,
    Exposure,
    Format,
    Fov,
    Ground,
    OwnBackground,
    OwnFill,
    PresetName,
    RenderQuality,
    Rotation,
    Time,
    Tone,
    settings_of,
    variants_of,
)


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_PICTURES_HELP)(pictures)


_PICTURES_HELP = """Render the pictures of a product page: variants × angles × sizes, listed in `pictures.json`.

    forge3d pictures chair.glb pictures/ --variant all --angle hero --angle back --size 2048 --size 512 --size 160

    forge3d pictures chair.glb pictures/ --preset shopify --angle detail=60,40

Angles with names are front, hero, side, back and top; any other is given as NAME=YAW,PITCH. Each picture is drawn in
the largest size; zoom pictures and thumbnails are made from it. Files are called variant-angle-width.
"""


def pictures(
    model: Model,
    folder: Annotated[Path, typer.Argument(help="A folder for the pictures.", show_default=False)],
    variant: Annotated[
        list[str] | None, typer.Option("--variant", help="A material variant by name, or `all`. Repeatable.")
    ] = None,
    angle: Annotated[
        list[str] | None,
        typer.Option("--angle", help="A name, or NAME=YAW,PITCH. Repeatable.", show_default="all named"),
    ] = None,
    size: Annotated[
        list[str] | None,
        typer.Option("--size", help="Pixels, WxH or one number. Repeatable.", show_default="1024, or the preset's"),
    ] = None,
    fov: Fov = 30.0,
    fill: OwnFill = None,
    preset: PresetName = None,
    quality: RenderQuality = "standard",
    environment: Environment = "studio",
    rotation: Rotation = 0.0,
    ground: Ground = False,
    tone: Tone = "neutral",
    exposure: Exposure = 0.0,
    background: OwnBackground = None,
    time: Time = None,
    kind: Format = None,
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    from ..document import Document
    from ..document.output import make_folder, write_files
    from ..render import Renderer
    from ..render.frame import FORMATS, encoded, format_of
    from ..render.matrix import ANGLES, Matrix
    from ..render.matrix import pictures as draw
    from .progress import progress_bar

    chosen = Chosen.of(preset, None, background, fill, kind)
    suffix = f".{chosen.format}"
    if suffix not in FORMATS:
        raise typer.BadParameter(f"takes {', '.join(known[1:] for known in FORMATS)}", param_hint="--format")
    sizes = [pair(text, "--size") for text in size or []] or [chosen.size]
    angles = dict(_angle(text, ANGLES) for text in angle or ANGLES)
    document = Document.read(model)
    variants = variants_of(document, variant)
    matrix = Matrix(angles, sizes, variants, fov, chosen.fill)
    settings = settings_of(tone, exposure, chosen.background, quality, rotation, ground)
    listed: list[dict[str, Any]] = []
    total = len(angles) * len({*sizes}) * len(variants)
    with Renderer(device=device) as renderer, progress_bar("pictures", quiet=as_json) as advance:
        for picture in draw(renderer, document, matrix, environment=environment, settings=settings, time=time):
            path = folder / f"{picture.name}{suffix}"
            make_folder(folder)
            write_files({path: encoded(picture.pixels, format_of(path))})
            yaw, pitch = angles[picture.angle]
            listed.append({
                "file": path.name, "variant": picture.variant, "angle": picture.angle, "yaw": yaw, "pitch": pitch,
                "width": picture.size[0], "height": picture.size[1],
            })  # fmt: skip
            advance(len(listed) / total, path.name)
    told = {"model": model.name, "pictures": listed}
    write_files({folder / "pictures.json": json.dumps(told, indent=2).encode()})
    if as_json:
        print_json({"folder": str(folder), **told})
    else:
        print(f"{len(listed)} pictures in {folder}")


def _angle(text: str, known: dict[str, tuple[float, float]]) -> tuple[str, tuple[float, float]]:
    name, equals, place = text.partition("=")
    if not equals:
        if name not in known:
            raise typer.BadParameter(f"{name!r}: takes {', '.join(known)}, or NAME=YAW,PITCH", param_hint="--angle")
        return name, known[name]
    yaw, pitch = numbers(place, 2, "--angle")
    return name, (yaw, pitch)
