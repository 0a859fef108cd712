"""Rasterised pictures: a shot through the passes, and its pixels back, each while the next is drawn."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import RecipeError
from .camera import Vector, View
from .device import ContextLost, Device
from .environment import Environment
from .facts import Facts, read_facts
from .filter import taps
from .frame import Frame
from .gpu import Gpu
from .gpu_scene import GpuScene
from .passes import color_passes, shaded_once, shaded_passes
from .scene import SceneState
from .settings import RenderSettings
from .shot import Shot, Stage
from .targets import Sampling
from .tiles import tiles

_log = logging.getLogger(__name__)

_FRAMES_IN_FLIGHT = 2

Place = tuple[Stage, View]
"""What stands before a camera, and the camera."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is equal for all pictures of a run."""

    environment: Environment
    size: tuple[int, int]
    settings: RenderSettings


def drawn_frames(gpu: Gpu, state: SceneState, places: Iterable[Place], wanted: Wanted) -> Iterator[Frame]:
    """A picture from each place. A context that is lost on the way is made again once, with all it held."""
    scene = gpu.upload(state, wanted.environment, wanted.settings)
    sampling = Sampling.of(wanted.settings.sample_count, gpu.capabilities)
    side = gpu.targets.tile_side(wanted.size, sampling, glass=scene.glassy)
    if side is not None:
        yield from _mosaics(gpu, state, scene, places, wanted, side)
        return
    waiting, again = iter(places), deque[Place]()
    pending: deque[tuple[Any, Shot, Place]] = deque()
    spare: list[Any] = []  # pixel buffers that were read
    lost = False
    while True:
        place = again.popleft() if again else next(waiting, None)
        if place is None and not pending:
            return
        try:
            if place is not None:
                gpu.device.check()
                shot = gpu.shoot(scene, *place, wanted.environment, wanted.settings)
                buffer = spare.pop() if spare else None
                pending.append((_draw(gpu, shot, wanted.size, wanted.settings, buffer), shot, place))
                if len(pending) <= _FRAMES_IN_FLIGHT:
                    continue
            frame = _finish(gpu, pending[0][0], pending[0][1], wanted.size)
        except ContextLost:
            if lost:
                raise
            if place is not None and not (pending and pending[-1][2] is place):
                again.appendleft(place)
            again.extendleft(place for _, _, place in reversed(pending))
            pending.clear()
            spare.clear()
            scene, lost = _anew(gpu, state, wanted), True
            continue
        spare.append(pending.popleft()[0])
        lost = False
        yield frame


def _anew(gpu: Gpu, state: SceneState, wanted: Wanted) -> GpuScene:
    """The scene in a new context."""
    _log.warning("the GPU was reset or went away: what it held is uploaded and drawn once more")
    gpu.open()
    return gpu.upload(state, wanted.environment, wanted.settings)


def _mosaics(
    gpu: Gpu, state: SceneState, scene: GpuScene, places: Iterable[Place], wanted: Wanted, side: int
) -> Iterator[Frame]:
    for place in places:
        try:
            frame = _mosaic(gpu, scene, place, wanted, side)
        except ContextLost:
            scene = _anew(gpu, state, wanted)
            frame = _mosaic(gpu, scene, place, wanted, side)
        yield frame


def _mosaic(gpu: Gpu, scene: GpuScene, place: Place, wanted: Wanted, side: int) -> Frame:
    """One picture in parts of `side` pixels."""
    device = gpu.device
    device.check()
    size, (stage, view) = wanted.size, place
    parts = tiles(size, side, glass=scene.glassy)
    shots = [gpu.shoot(scene, stage, part.view(view, size), wanted.environment, wanted.settings) for part in parts]
    pixels = np.empty((size[1], size[0], 4), np.uint8)
    for part, shot in zip(parts, shots, strict=True):
        pixels[part.place] = _read(_draw(gpu, shot, (side, side), wanted.settings), (side, side))[part.kept]
        device.verify()

    def facts() -> Facts:
        _check_same(device, gpu)
        whole: Facts = {}
        for part, shot in zip(parts, shots, strict=True):
            for name, values in read_facts(gpu, shot, (side, side)).items():
                if name not in whole:
                    whole[name] = np.empty((size[1], size[0], *values.shape[2:]), values.dtype)
                whole[name][part.place] = values[part.kept]
        return whole

    return Frame(pixels, facts, scene.warnings, view, stage.turn)


def _draw(gpu: Gpu, shot: Shot, size: tuple[int, int], settings: RenderSettings, buffer: Any = None) -> Any:
    """Draw a frame and start reading it back; the pixel buffer, made where none is given, fills while the next frame is
    drawn."""
    try:
        return _drawn(gpu, shot, size, settings, buffer)
    except BaseException:  # Ctrl-C and alarms too, whose catchers may draw on
        gpu.settle()
        raise


def _drawn(gpu: Gpu, shot: Shot, size: tuple[int, int], settings: RenderSettings, buffer: Any) -> Any:
    if shot.scene.light is not None:
        shot.scene.light.use(gpu.programs, shot)
    sampling = Sampling.of(settings.sample_count, gpu.capabilities)
    once = sampling.supersampling == 1 < sampling.multisamples and shaded_once(shot)
    mean, picture = (_shaded_once if once else _shaded_each)(gpu, shot, size, sampling)
    defines: dict[str, str | int] = {"SUPERSAMPLING": sampling.supersampling, "TONE": f"tone_{settings.tone}"}
    defines["TAPS"] = ", ".join(f"{tap:.7f}" for tap in taps(sampling.supersampling))
    if settings.background_linear is None:
        defines["TRANSPARENT"] = 1
    picture.clear(*settings.background_color)
    seen = shot.outline(size) * [1, -1]  # the picture's first row is the top one
    _screen(gpu, shot, picture, gpu.programs.screen("resolve.frag", **defines), [mean], seen)
    if buffer is None:
        buffer = gpu.context.buffer(reserve=size[0] * size[1] * 4)
    picture.read_into(buffer, components=4)
    return buffer


def _shaded_each(gpu: Gpu, shot: Shot, size: tuple[int, int], sampling: Sampling) -> tuple[Any, Any]:
    """Samples averaged, and the framebuffer to resolve them into; each triangle is shaded in each pixel it touches."""
    target = gpu.targets.color(size, sampling, glass=shot.scene.glassy)
    color_passes(gpu.context, gpu.programs, shot, target, sampling.multisamples)
    gpu.context.copy_framebuffer(target.mean_framebuffer, target.framebuffer)
    return target.mean, target.picture


def _shaded_once(gpu: Gpu, shot: Shot, size: tuple[int, int], sampling: Sampling) -> tuple[Any, Any]:
    """The same, but that pixels are shaded once."""
    target = gpu.targets.shaded(size, sampling.multisamples)
    blended = shaded_passes(gpu.context, gpu.programs, shot, target)
    defines: dict[str, str | int] = {"SAMPLES": sampling.multisamples}
    textures = [target.color, target.depth, target.coverage]
    if blended:
        defines[blended] = 1
    if blended == "LAYER":
        textures.append(target.layer)
    gpu.context.copy_framebuffer(target.mean_framebuffer, target.framebuffer)
    program = gpu.programs.screen("edges.frag", **defines)
    _screen(gpu, shot, target.mean_framebuffer, program, textures, shot.outline(size))
    return target.mean, target.picture


def _screen(gpu: Gpu, shot: Shot, framebuffer: Any, program: Any, textures: list[Any], polygon: Vector) -> None:
    """Fill a convex polygon `(n, 2)` of a framebuffer."""
    framebuffer.use()
    gpu.context.enable_only(gpu.context.NOTHING)
    for unit, texture in enumerate(textures):
        texture.use(unit)
    shot.frame_buffer.bind_to_uniform_block(0)
    places = gpu.context.buffer(polygon.astype(np.float32).tobytes())
    gpu.context.vertex_array(program, [(places, "2f", "a_place")]).render(gpu.context.TRIANGLE_FAN)


def _read(buffer: Any, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(buffer.read(), np.uint8).reshape(size[1], size[0], 4)


def _finish(gpu: Gpu, buffer: Any, shot: Shot, size: tuple[int, int]) -> Frame:
    device = gpu.device
    device.check()
    pixels = _read(buffer, size)
    device.verify()

    def facts() -> Facts:
        _check_same(device, gpu)
        return read_facts(gpu, shot, size)

    return Frame(pixels, facts, shot.scene.warnings, shot.view, shot.turn)


def _check_same(device: Device, gpu: Gpu) -> None:
    if device is not gpu.device:
        raise RecipeError("the GPU was reset since this frame; draw it again for its facts")
