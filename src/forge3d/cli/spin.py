"""`turntable`: spins as frames, sprite sheets and videos."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .groups import grouped
from .options import AsJson, Model, print_json
from .picture_options import Format, Framing, Look, Machine, OneVariant, OwnSize

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from ..render import Frame, NamedPoint
    from ..render.spin import Spin
    from ..render.video import Video


def register(app: typer.Typer) -> None:
    """Add this group's commands."""
    app.command(help=_TURNTABLE_HELP)(turntable)


_TURNTABLE_HELP = """Render a spin: the product turns once under fixed light; the frames are numbered files.

    forge3d turntable chair.glb spin/ --frames 36 --size 800

    forge3d turntable chair.glb spin/ --preset amazon-360

    forge3d turntable chair.glb spin/ --pitch 0 --pitch 25 --pitch 50 --frames 24

    forge3d turntable chair.glb spin/ --video spin.mp4 --video spin.webp --fps 18 --sheet sheet.webp

    forge3d turntable chair.glb spin/ --point Armrest

Several pitches are rows of one spin, all as far away; their frames are called 01-000, 02-000, …. MP4 and WebM need the
extra `forge3d[video]`.
"""


@grouped
def turntable(
    model: Model,
    folder: Annotated[Path, typer.Argument(help="A folder for the frames.", show_default=False)],
    *,
    frames: Annotated[
        int | None,
        typer.Option("--frames", min=1, max=1440, help="Pictures in one turn.", show_default="36, or the preset's"),
    ] = None,
    size: OwnSize = None,
    pitch: Annotated[
        list[float] | None,
        typer.Option("--pitch", help="Camera above the horizon, degrees. Repeatable: rows.", show_default="15"),
    ] = None,
    yaw: Annotated[float, typer.Option("--yaw", help="Camera at the first frame, degrees from the front.")] = 0.0,
    orbit: Annotated[
        bool, typer.Option("--orbit", help="The camera goes round the product, and not the product round its axis.")
    ] = False,
    clockwise: Annotated[
        bool, typer.Option("--clockwise", help="Turn clockwise seen from above, not counter-clockwise.")
    ] = False,
    framing: Framing,
    look: Look,
    variant: OneVariant = None,
    kind: Format = None,
    video: Annotated[
        list[Path] | None, typer.Option("--video", help="Also one moving picture: .mp4, .webm or .webp. Repeatable.")
    ] = None,
    fps: Annotated[float, typer.Option("--fps", help="Frames a second of videos.")] = 24.0,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", help="Also all frames small in one picture, and a .json beside it.")
    ] = None,
    sheet_size: Annotated[
        int, typer.Option("--sheet-size", min=8, max=2048, help="Pixels of a frame's longer side in the sheet.")
    ] = 256,
    point: Annotated[
        list[str] | None,
        typer.Option(
            "--point", help="Tell where this node is in each frame, in points.json; `all` for all. Repeatable."
        ),
    ] = None,
    machine: Machine,
    as_json: AsJson = False,
) -> None:
    from ..document import Document
    from ..document.output import write_files
    from ..render import named_points
    from ..render.frame import format_of
    from ..render.spin import Spin, save_frames, spin_frames
    from ..render.video import Video
    from .progress import progress_bar

    usual = framing.usual
    spin = Spin(
        frames or usual.frames,
        pitch or (usual.pitch,),
        yaw,
        orbit,
        clockwise or usual.clockwise,
        framing.fov,
        framing.share,
    )
    settings = look.settings(usual)
    if sheet is not None:
        format_of(sheet)
    videos = [Video(path, fps=fps) for path in video or []]
    keeper = _Keeper(videos, sheet_size if sheet else None)
    document = Document.read(model)
    points = named_points(document, None if point == ["all"] else point or [], **framing.moment)
    places: list[list[dict[str, Any]]] = []
    written: list[Path] = []
    with machine.renderer() as renderer, progress_bar("turntable", quiet=as_json) as advance:
        turning = spin_frames(
            renderer, document, spin,
            environment=look.environment, size=framing.size(size), settings=settings, variant=variant, **framing.moment,
        )  # fmt: skip
        if points:
            turning = _located(turning, points, places)
        for path in save_frames(turning, folder, format=kind or usual.format, names=spin.names, then=keeper.add):
            written.append(path)
            advance(len(written) / len(spin.names), path.name)
    for one in videos:
        one.close()
    if sheet is not None:
        _write_sheet(sheet, keeper.small, spin)
    if points:
        told = [{"file": path.name, "points": found} for path, found in zip(written, places, strict=True)]
        write_files({folder / "points.json": json.dumps(told, indent=2).encode()})
    also = [*(one.path for one in videos), *([sheet] if sheet else []), *([folder / "points.json"] if points else [])]
    if as_json:
        facts: dict[str, Any] = {"folder": str(folder), "frames": [path.name for path in written]}
        print_json({**facts, "pitches": list(spin.pitches), "also": list(map(str, also))})
    else:
        print(f"{len(written)} frames in {folder}{''.join(f', {path}' for path in also)}")


def _located(frames: Iterator[Frame], points: list[NamedPoint], places: list[list[dict[str, Any]]]) -> Iterator[Frame]:
    """The same frames; where the points are in each is added to `places`."""
    for frame in frames:
        places.append([asdict(found) for found in frame.locate(points)])
        yield frame


class _Keeper:
    """What a spin's frames are used for beside their files, in order."""

    def __init__(self, videos: list[Video], sheet_size: int | None):
        self._videos, self._sheet_size = videos, sheet_size
        self.small: list[npt.NDArray[np.uint8]] = []

    def add(self, frame: Frame) -> None:
        for video in self._videos:
            video.add(frame.pixels)
        if self._sheet_size is not None:
            from .. import images

            scale = min(1.0, self._sheet_size / max(frame.size))
            small = (max(1, round(frame.size[0] * scale)), max(1, round(frame.size[1] * scale)))
            self.small.append(images.resize(frame.pixels, small, srgb=True))


def _write_sheet(path: Path, frames: list[npt.NDArray[np.uint8]], spin: Spin) -> None:
    """Rows of the sheet are those of the spin; a spin of one row is as wide as high."""
    from .. import images
    from ..document.output import write_files
    from ..render.frame import encoded, format_of

    columns = spin.frames if len(spin.pitches) > 1 else None
    pixels = images.sprite_sheet(frames, columns)
    height, width = frames[0].shape[:2]
    facts = {
        "picture": path.name, "frames": len(frames), "columns": pixels.shape[1] // width,
        "rows": pixels.shape[0] // height, "width": width, "height": height, "pitches": list(spin.pitches),
        "clockwise": spin.clockwise,
    }  # fmt: skip
    write_files({
        path: encoded(pixels, format_of(path)), path.with_suffix(".json"): json.dumps(facts, indent=2).encode(),
    })  # fmt: skip
