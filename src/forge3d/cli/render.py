"""`render`: one picture of a product."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .groups import grouped
from .options import AsJson, Model, Output, print_json, triple
from .picture_options import Framing, Look, Machine, OneVariant, OwnSize

if TYPE_CHECKING:
    from ..render import Camera, Frame


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_RENDER_HELP)(render)


_RENDER_HELP = """Render one picture (.png, .webp, .jpg, .avif). Without distance and target the product fills it.

    forge3d render chair.glb chair.webp --size 1600x1200 --yaw 35 --pitch 15

    forge3d render chair.glb main.jpg --preset amazon --variant Forest

    forge3d render helmet.glb helmet.png --environment loft.hdr --orbit 0deg,90deg,3m --tone aces

    forge3d render chair.glb chair.png --facts chair.exr --fact depth --fact normals

    forge3d render chair.glb chair.png --point Armrest --point Seat --json

    forge3d render dress.glb dress.png --environment softbox --animation Walk --time 0.4

A --camera of the file, by its name or its place among them, stands in place of yaw, pitch, distance and target.
"""


@grouped
def render(
    model: Model,
    output: Output,
    *,
    size: OwnSize = None,
    yaw: Annotated[
        float | None,
        typer.Option("--yaw", help="Camera around the product from its front (+Z), degrees.", show_default="30"),
    ] = None,
    pitch: Annotated[
        float | None, typer.Option("--pitch", help="Camera above the horizon, degrees.", show_default="15")
    ] = None,
    distance: Annotated[float | None, typer.Option("--distance", help="Metres to the target; default: fit.")] = None,
    target: Annotated[str | None, typer.Option("--target", help="X,Y,Z in metres to look at; default: fit.")] = None,
    orbit: Annotated[
        str | None,
        typer.Option("--orbit", help="THETA,PHI,RADIUS as model-viewer has it, instead of yaw, pitch and distance."),
    ] = None,
    camera: Annotated[
        str | None, typer.Option("--camera", help="A camera of the file: its name, or its place from 0.")
    ] = None,
    framing: Framing,
    look: Look,
    variant: OneVariant = None,
    point: Annotated[
        list[str] | None,
        typer.Option("--point", help="Tell where this node's origin is in the picture; `all` for all. Repeatable."),
    ] = None,
    facts: Annotated[
        Path | None,
        typer.Option("--facts", help="Write depth, normals and so on: .npz, .exr, or a folder for 16-bit PNGs."),
    ] = None,
    fact: Annotated[
        list[str] | None, typer.Option("--fact", help="Only this of them. Repeatable.", show_default="all")
    ] = None,
    machine: Machine,
    as_json: AsJson = False,
) -> None:
    from ..document import Document
    from ..render import named_points
    from ..render.fact_files import check
    from ..render.frame import FACTS, check_file
    from .progress import progress_bar

    pixels = framing.size(size)
    view = _camera(framing, yaw, pitch, distance, target, orbit, camera)
    settings = look.settings(framing.usual)
    check_file(output, pixels)
    if facts is not None:
        check(facts, fact or FACTS)
    document = Document.read(model)
    points = named_points(document, None if point == ["all"] else point or [], **framing.moment)
    with machine.renderer() as renderer, progress_bar("render", quiet=as_json) as advance:
        frame = renderer.render(
            document,
            camera=view,
            environment=look.environment,
            size=pixels,
            settings=settings,
            variant=variant,
            progress=lambda part: advance(part, output.name),
            **framing.moment,
        )
        frame.save(output)
        told = _told(frame, output, renderer.capabilities.renderer)
        if points:
            told["points"] = [asdict(found) for found in frame.locate(points)]
        if facts is not None:
            told["facts"] = [str(path) for path in frame.save_facts(facts, fact or FACTS, document=document)]
    if as_json:
        print_json(told)
    else:
        _print(told)


def _camera(
    framing: Framing,
    yaw: float | None,
    pitch: float | None,
    distance: float | None,
    target: str | None,
    orbit: str | None,
    camera: str | None,
) -> Camera:
    from ..render import FileCamera, Orbit

    centre = None if target is None else triple(target, "--target")
    if camera is not None:
        if (yaw, pitch, distance, target, orbit) != (None,) * 5:
            raise typer.BadParameter(
                "stands in place of --yaw, --pitch, …; give one or the other", param_hint="--camera"
            )
        return FileCamera(int(camera) if camera.isdecimal() else camera)
    if orbit is None:
        return Orbit(
            yaw=framing.usual.yaw if yaw is None else yaw,
            pitch=framing.usual.pitch if pitch is None else pitch,
            distance=distance,
            target=centre,
            fov=framing.fov,
            fill=framing.share,
        )
    if (yaw, pitch, distance) != (None, None, None):
        raise typer.BadParameter(
            "stands in place of --yaw, --pitch and --distance; give one or the other", param_hint="--orbit"
        )
    theta, phi, radius = triple(orbit, "--orbit")
    return Orbit.from_spherical(theta, phi, radius, target=centre or (0.0, 0.0, 0.0), fov=framing.fov)


def _told(frame: Frame, output: Path, device: str) -> dict[str, Any]:
    width, height = frame.size
    told = {"file": str(output), "width": width, "height": height, "device": device}
    return {**told, "warnings": list(frame.warnings)}


def _print(told: dict[str, Any]) -> None:
    print(f"{told['file']}: {told['width']}×{told['height']}, drawn by {told['device']}")
    for found in told.get("points", ()):
        where = f"{found['x']:.1f}, {found['y']:.1f}"
        state = "" if found["visible"] else "  hidden" if found["inside"] else "  outside"
        print(f"  {found['name']}: {where}{state}")
    for path in told.get("facts", ()):
        print(path)
    for warning in told["warnings"]:
        print(f"warning: {warning}", file=sys.stderr)
