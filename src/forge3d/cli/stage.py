"""`stage`: a product in a photo of a room."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, numbers, print_json
from .progress import progress_bar
from .reporting import refuse_inputs

if TYPE_CHECKING:
    from ..stage import Floor, Shadow


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_HELP)(stage)


_HELP = """Put a product into a photo of a room: at its true size, in the room's light, with its shadow.

    forge3d stage chair.glb room.jpg -o chair-in-room.webp --floor 612,940,1310,905,1.60

    forge3d stage chair.glb room.jpg -o out.png --floor 612,940,1310,905,1.60 --at 900,980 --turn 30 --layers

    forge3d stage lamp.glb room.jpg -o out.png --floor 612,940,1310,905 --height 1.55 --horizon 410 --fov 50

    forge3d stage chair.glb room.jpg -o out.webp --floor 612,940,1310,905,1.60 --light room.hdr --mask table.png

    forge3d stage chair.glb room.jpg -o out.webp --floor 612,940,1310,905,1.60 --shadow 420,800,560,870,0.74

--floor takes two places on the floor as x1,y1,x2,y2 in pixels from the photo's top left corner, then the metres between
them; give it again for more pairs. How the camera is tilted follows from --pitch, --horizon, a second pair, or a pair
and --height; else from upright edges in the photo. Its field of view is in the photo's EXIF data, or given.
"""


def stage(
    product: Annotated[Path, typer.Argument(help="A .glb or .gltf file, in metres.", show_default=False)],
    photo: Annotated[Path, typer.Argument(help="A photo of a room: JPEG, PNG, WebP or AVIF.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Where to write; never an input.", show_default=False)],
    floors: Annotated[
        list[str] | None, typer.Option("--floor", help="Two floor points and the metres between them; repeatable.")
    ] = None,
    at: Annotated[str | None, typer.Option("--at", help="x,y: the pixel where the product's middle stands.")] = None,
    turn: Annotated[float, typer.Option("--turn", help="Degrees; at 0 its front faces the photographer.")] = 0.0,
    fov: Annotated[float | None, typer.Option("--fov", help="Vertical field of view of the photo, degrees.")] = None,
    height: Annotated[float | None, typer.Option("--height", help="Of the camera above the floor, metres.")] = None,
    horizon: Annotated[float | None, typer.Option("--horizon", help="The horizon's row of pixels.")] = None,
    pitch: Annotated[float | None, typer.Option("--pitch", help="Degrees by which the camera looks down.")] = None,
    roll: Annotated[float | None, typer.Option("--roll", help="Degrees by which it leans clockwise.")] = None,
    light: Annotated[
        str | None, typer.Option("--light", help="An .hdr or .exr file, or a studio; else guessed from the photo.")
    ] = None,
    shadow: Annotated[
        str | None,
        typer.Option(
            "--shadow", help="x1,y1,x2,y2,metres: where something upright stands, where its shadow ends, its height."
        ),
    ] = None,
    light_rotation: Annotated[float, typer.Option("--light-rotation", help="Degrees about the vertical.")] = 0.0,
    light_intensity: Annotated[float, typer.Option("--light-intensity", min=0.0, help="A factor on the light.")] = 1.0,
    mask: Annotated[
        Path | None, typer.Option("--mask", help="A picture, white where something stands before the product.")
    ] = None,
    layers: Annotated[
        bool,
        typer.Option("--layers", help="Also write NAME.product.png and NAME.shadow.png, to lay over the photo."),
    ] = False,
    quality: Annotated[str, typer.Option("--quality", help="high or reference.")] = "high",
    samples: Annotated[int | None, typer.Option("--samples", min=1, help="A pixel; default: the quality's.")] = None,
    variant: Annotated[str | None, typer.Option("--variant", help="A variant of the product.")] = None,
    as_json: AsJson = False,
) -> None:
    from ..document import Document
    from ..stage import stage
    from ..stage.staging import output_files

    floor = _floor(floors, height=height, horizon=horizon, pitch=pitch, roll=roll, fov=fov)
    place = None if at is None else _pixel(at)
    cast = None if shadow is None else _shadow(shadow)
    refuse_inputs([product, photo, *([mask] if mask else [])], output_files(output, layers=layers))
    document = Document.read(product)
    with progress_bar("stage", quiet=as_json) as advance:
        staged = stage(
            document, photo, floor, at=place, turn=turn, light=light, shadow=cast, light_rotation=light_rotation,
            light_intensity=light_intensity, mask=mask, quality=quality, samples=samples, variant=variant,
            progress=advance,
        )  # fmt: skip
    files = staged.save(output, layers=layers)
    if as_json:
        print_json({"product": str(product), "photo": str(photo), "files": list(map(str, files)), **staged.to_dict()})
        return
    camera = staged.camera
    print(
        f"camera: {camera.height:.2f} m above the floor, {camera.pitch:.1f}° down, {camera.fov:.1f}° from top to bottom"
    )
    for file in files:
        print(file)
    for warning in staged.warnings:
        print(f"warning: {warning}", file=sys.stderr)


def _floor(texts: list[str] | None, **known: float | None) -> Floor:
    from ..stage import Floor

    if not texts:
        raise typer.BadParameter("give two places on the floor: x1,y1,x2,y2,metres", param_hint="--floor")
    first, *more = texts
    count = first.count(",") + 1
    values = numbers(first, 5 if count > 4 else 4, "--floor")
    pairs = [numbers(text, 5, "--floor") for text in more]
    return Floor(
        ((values[0], values[1]), (values[2], values[3])),
        length=values[4] if count > 4 else None,
        more=tuple(((a, b), (c, d), length) for a, b, c, d, length in pairs),
        **known,
    )


def _shadow(text: str) -> Shadow:
    from ..stage import Shadow

    x, y, tip_x, tip_y, metres = numbers(text, 5, "--shadow")
    return Shadow((x, y), (tip_x, tip_y), metres)


def _pixel(text: str) -> tuple[float, float]:
    x, y = numbers(text, 2, "--at")
    return x, y
