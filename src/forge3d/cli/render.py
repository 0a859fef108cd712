"""`render` and `turntable`: pictures of a product."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Model, Output, pair, print_json, triple

if TYPE_CHECKING:
    from ..render import Orbit, RenderSettings

Size = Annotated[str, typer.Option("--size", help="Pixels, as WxH or one number for a square.")]
Environment = Annotated[str, typer.Option("--env", help="`studio`, or a Radiance .hdr file that lights the product.")]
Tone = Annotated[str, typer.Option("--tone", help="Tone map: neutral, aces, agx or none.")]
Exposure = Annotated[float, typer.Option("--exposure", help="Exposure in stops (EV).")]
Background = Annotated[str, typer.Option("--background", help="transparent, white (exactly 255) or #rrggbb.")]
Device = Annotated[str | None, typer.Option("--device", help="GPU: index, UUID, part of its name, gpu or cpu.")]
Fov = Annotated[float, typer.Option("--fov", help="Vertical field of view, degrees.")]
Pitch = Annotated[float, typer.Option("--pitch", help="Camera above the horizon, degrees.")]


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_RENDER_HELP)(render)
    app.command(help=_TURNTABLE_HELP)(turntable)


_RENDER_HELP = """Render one picture (.png, .webp or .jpg). Without a distance and target the product fills the frame.

    forge3d render chair.glb chair.webp --size 1600x1200 --yaw 35 --pitch 15

    forge3d render helmet.glb helmet.png --env studio.hdr --orbit 0deg,90deg,3m --tone aces
"""


def render(
    model: Model,
    output: Output,
    size: Size = "1024x1024",
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
        typer.Option("--orbit", help="THETA,PHI,RADIUS as in <model-viewer>, instead of yaw, pitch and distance."),
    ] = None,
    fov: Fov = 30.0,
    environment: Environment = "studio",
    tone: Tone = "neutral",
    exposure: Exposure = 0.0,
    background: Background = "transparent",
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    from ..document import Document
    from ..render import Orbit, Renderer

    centre = None if target is None else triple(target, "--target")
    camera: Orbit
    if orbit is None:
        camera = Orbit(
            yaw=30.0 if yaw is None else yaw,
            pitch=15.0 if pitch is None else pitch,
            distance=distance,
            target=centre,
            fov=fov,
        )
    elif (yaw, pitch, distance) != (None, None, None):
        raise typer.BadParameter(
            "stands in place of --yaw, --pitch and --distance; give one or the other", param_hint="--orbit"
        )
    else:
        theta, phi, radius = triple(orbit, "--orbit")
        camera = Orbit.from_spherical(theta, phi, radius, target=centre or (0.0, 0.0, 0.0), fov=fov)
    settings, pixels = settings_of(tone, exposure, background), pair(size, "--size")
    document = Document.read(model)
    with Renderer(device=device) as renderer:
        frame = renderer.render(document, camera=camera, environment=environment, size=pixels, settings=settings)
        frame.save(output)
        width, height = frame.size
        facts = {"file": str(output), "width": width, "height": height, "device": renderer.capabilities.renderer}
        facts["warnings"] = list(frame.warnings)
    if as_json:
        print_json(facts)
    else:
        print(f"{output}: {width}×{height}, drawn by {facts['device']}")
        for warning in frame.warnings:
            print(f"warning: {warning}", file=sys.stderr)


_TURNTABLE_HELP = """Render a spin: the product turns once under fixed light; the frames are numbered files.

    forge3d turntable chair.glb spin/ --frames 36 --size 800
"""


def turntable(
    model: Model,
    folder: Annotated[Path, typer.Argument(help="A folder for the frames.", show_default=False)],
    frames: Annotated[int, typer.Option("--frames", min=1, max=1440, help="Pictures in one turn.")] = 36,
    size: Size = "1024x1024",
    pitch: Pitch = 15.0,
    fov: Fov = 30.0,
    environment: Environment = "studio",
    tone: Tone = "neutral",
    exposure: Exposure = 0.0,
    background: Background = "transparent",
    kind: Annotated[str, typer.Option("--format", help="webp, png or jpg.")] = "webp",
    device: Device = None,
    as_json: AsJson = False,
) -> None:
    from ..document import Document
    from ..render import Orbit, Renderer
    from ..render.spin import save_frames
    from .progress import progress_bar

    settings, pixels = settings_of(tone, exposure, background), pair(size, "--size")
    document = Document.read(model)
    written: list[Path] = []
    with Renderer(device=device) as renderer, progress_bar("turntable", quiet=as_json) as advance:
        turning = renderer.turntable(
            document,
            frames=frames,
            camera=Orbit(pitch=pitch, fov=fov),
            environment=environment,
            size=pixels,
            settings=settings,
        )
        for path in save_frames(turning, folder, format=kind):
            written.append(path)
            advance(len(written) / frames, path.name)
    if as_json:
        print_json({"folder": str(folder), "frames": [path.name for path in written]})
    else:
        print(f"{len(written)} frames in {folder}")


def settings_of(tone: str, exposure: float, background: str) -> RenderSettings:
    from ..render import RenderSettings

    return RenderSettings(tone=tone, exposure=exposure, background=background)
