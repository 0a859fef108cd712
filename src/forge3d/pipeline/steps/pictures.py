"""The poster, the input seen the same way, and the spin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy.typing as npt

from ... import images
from ...compare import psnr
from ..graph import Artifact, Facts, Result
from ..manifest import Finding, View
from ..recipe import Images

if TYPE_CHECKING:
    from ...render import Frame, Orbit, RenderSettings
    from ..product import Work

REFERENCE_SIZE = 640
LEVEL_SIZE = 320
SHEET_QUALITY = 60


def poster(work: Work) -> Result:
    """The optimized model's picture, the input's from the same place, and how alike they are."""
    wanted = work.recipe.images
    camera = fitted(work)
    before, after = (
        work.renderer.render(
            document,
            camera=camera,
            environment=wanted.environment,
            size=(wanted.poster_size, wanted.poster_size),
            settings=_settings(wanted),
        ).detach()
        for document in (work.document(), work.document("optimize", "model"))
    )
    side = min(REFERENCE_SIZE, wanted.poster_size)
    small = images.resize(before.pixels, (side, side), srgb=True)
    made = (
        _picture("poster", after, wanted, role="poster"),
        _encoded("reference", small, "webp", wanted.quality, role="reference"),
    )
    view = {name: getattr(camera, name) for name in View.__struct_fields__}
    alike = psnr(before.pixels, after.pixels)
    return Result(made, {"view": view, "likeness": alike}, _warnings(after, "poster"))


def level_posters(work: Work) -> Result:
    """A small picture of each level from where the poster is seen, and how alike it is to the model's."""
    wanted = work.recipe.images
    camera, settings = fitted(work), _settings(wanted)
    names = [("optimize", "model"), *(("levels", artifact.name) for artifact in work.results["levels"].artifacts)]
    size, light = (LEVEL_SIZE, LEVEL_SIZE), wanted.environment
    frames = [
        work.renderer.render(
            work.document(*name), camera=camera, environment=light, size=size, settings=settings
        ).detach()
        for name in names
    ]
    made = []
    for index, frame in enumerate(frames):
        role, facts = "level-poster", Facts(index=index)
        made.append(_encoded(f"{role}-{index}", frame.pixels, "webp", wanted.quality, role=role, facts=facts))
    alike = [psnr(frames[0].pixels, frame.pixels) for frame in frames[1:]]
    return Result(tuple(made), {"level_likeness": alike})


def spin(work: Work) -> Result:
    """Every frame of a turn, and all of them small on one sheet. Frames are encoded while the next are drawn."""
    from ...render import Orbit
    from ...render.spin import each_frame

    wanted = work.recipe.images
    turning = work.renderer.turntable(
        work.document("optimize", "model"),
        frames=wanted.spin_frames,
        camera=Orbit(pitch=wanted.pitch, fov=wanted.fov),
        environment=wanted.environment,
        size=(wanted.spin_size, wanted.spin_size),
        settings=_settings(wanted),
    )
    side = min(wanted.preview_size, wanted.spin_size)

    def finish(index: int, frame: Frame) -> tuple[Artifact, npt.NDArray[Any], tuple[Finding, ...]]:
        made = _picture(f"spin-{index}", frame, wanted, role="spin", index=index)
        return made, images.resize(frame.pixels, (side, side), srgb=True), _warnings(frame, "spin")

    pictures, small, found = [], [], tuple[Finding, ...]()
    for index, (picture, preview, warnings) in enumerate(each_frame(turning, finish)):
        work.advance(index / wanted.spin_frames)
        pictures.append(picture)
        small.append(preview)
        found = found or warnings
    columns = min(6, len(small))
    sheet = images.sprite_sheet(small, columns)
    facts = Facts(columns=columns, frames=len(small))
    last = _encoded("spin-sheet", sheet, "webp", SHEET_QUALITY, role="spin-sheet", facts=facts)
    return Result((*pictures, last), findings=found)


def fitted(work: Work) -> Orbit:
    """The camera that shows the whole input, made exact: so that every version is seen from the same place."""
    from ...render import Orbit

    wanted = work.recipe.images
    return work.renderer.fit(work.document(), Orbit(yaw=wanted.yaw, pitch=wanted.pitch, fov=wanted.fov), (1, 1))


def _settings(wanted: Images) -> RenderSettings:
    from ...render import RenderSettings

    return RenderSettings(tone=wanted.tone, exposure=wanted.exposure, background=wanted.background)


def _picture(name: str, frame: Frame, wanted: Images, *, role: str, index: int | None = None) -> Artifact:
    return _encoded(name, frame.pixels, wanted.format, wanted.quality, role=role, facts=Facts(index=index))


def _encoded(
    name: str, pixels: npt.NDArray[Any], format: str, quality: int, *, role: str, facts: Facts | None = None
) -> Artifact:
    if (pixels[..., 3] == 255).all():
        pixels = pixels[..., :3]
    elif format == "jpeg":
        from ...render.frame import on_white

        pixels = on_white(pixels)
    data = images.encode(pixels, format, quality=quality, exact=False)  # type: ignore[arg-type]
    sized = msgspec.structs.replace(facts or Facts(), width=pixels.shape[1], height=pixels.shape[0])
    return Artifact(name, data, f"image/{format}", role, sized)


def _warnings(frame: Frame, step: str) -> tuple[Finding, ...]:
    return tuple(Finding(severity="warning", code="NOT_DRAWN", message=text, step=step) for text in frame.warnings)
