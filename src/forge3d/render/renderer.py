"""The renderer: owns one OpenGL context and everything in it, and turns documents into frames."""

from __future__ import annotations

import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Document
from ..document.statistics import repeated_vertices
from ..errors import InvalidAsset, RecipeError
from ..gltf import Limits
from .camera import Camera, FileCamera, Matrix, Orbit, View, file_view
from .device import Capabilities, ContextLost, Device
from .environment import Environment, GpuEnvironment, albedo_table, filter_environment, read_environment
from .filter import taps
from .frame import Frame
from .framing import fitted, orbit_view
from .gpu_scene import GpuScene, SceneUploader
from .passes import aov_pass, color_passes
from .program import ProgramCache
from .scene import SceneState, scene_state
from .settings import RenderSettings
from .shot import Shot, Stage, shoot, turn_about
from .targets import Sampling, Targets
from .textures import SOFTWARE_BIAS
from .tiles import check_picture, tiles
from .traced import TracedScene

_log = logging.getLogger(__name__)

_ENVIRONMENTS_KEPT = 4
_SEAMLESS_CUBES = 0x884F
_FRAMES_IN_FLIGHT = 2


class Renderer:
    """Renders documents off screen.

    One thread makes and uses it; processes that render are spawned, never forked.

    Args:
        device: see `device.Device`: None, "gpu", "cpu", an index, a UUID, or part of a name.
        cache_bytes: GPU memory that models out of use may hold.
        limits: `max_repeated_vertices` bounds what one frame may cost.

    Raises:
        GpuUnavailable: no context could be made; `forge3d doctor` explains why.

    Example:
        with Renderer() as renderer:
            frame = renderer.render(document, camera=Orbit(yaw=30, pitch=15), environment="studio", size=(1024, 1024))
            frame.save("poster.webp")
    """

    def __init__(self, device: str | int | None = None, *, cache_bytes: int = 1 << 30, limits: Limits | None = None):
        self._limits = limits or Limits()
        self._choice, self._cache_bytes = device, cache_bytes
        self._open()

    def _open(self) -> None:
        self._device = Device(self._choice)
        context = self._device.context
        context.enable_direct(_SEAMLESS_CUBES)
        self._programs = ProgramCache(context, SOFTWARE_BIAS if self.capabilities.software else 0.0)
        self._uploader = SceneUploader(self._device, self._cache_bytes)
        self._targets = Targets(context, self._device.capabilities)
        self._environments: OrderedDict[Any, tuple[GpuEnvironment, Any]] = OrderedDict()
        self._albedo: Any = None

    @property
    def capabilities(self) -> Capabilities:
        """What the device is and can do."""
        return self._device.capabilities

    def render(
        self,
        document: Document,
        *,
        camera: Camera | None = None,
        environment: Environment = "studio",
        size: tuple[int, int] = (1024, 1024),
        settings: RenderSettings | None = None,
        time: float | None = None,
        variant: str | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Frame:
        """One picture.

        Args:
            camera: default: `Orbit()`, the whole product from the front.
            environment: "studio", a Radiance .hdr file, or an array `(h, w, 3)` of linear radiance.
            size: width and height in pixels.
            time: seconds into the first animation; None: at rest.
            variant: name of a KHR_materials_variants variant.
            progress: called now and then with the part done of a traced picture; what it raises stops the work.

        Raises:
            InvalidAsset: the model or the environment cannot be drawn.
            RecipeError: an argument that cannot be used, such as a size beyond the device.
        """
        self._device.check()
        settings = settings or RenderSettings()
        state = self._state(document, time, variant)
        view = self._view(document, camera or Orbit(), state, size, turning=False)
        places = [(Stage(state.hull, state.lights, np.eye(4)), view)]
        return next(self._frames(state, places, environment, size, settings, progress))

    def turntable(
        self,
        document: Document,
        *,
        frames: int = 36,
        camera: Orbit | None = None,
        environment: Environment = "studio",
        size: tuple[int, int] = (1024, 1024),
        settings: RenderSettings | None = None,
        time: float | None = None,
        variant: str | None = None,
        orbit: bool = False,
        clockwise: bool = False,
    ) -> Iterator[Frame]:
        """A spin of `frames` pictures at equal angles; the last one comes one step before the first.

        The product turns under fixed light before a fixed camera, counter-clockwise seen from above, about the vertical
        line through the camera's target. Its framing fits every angle exactly and is the same in all frames. Each frame
        is read back while the next is drawn, so iterate and encode on other threads.

        Args:
            camera: default: the whole product from 15° above.
            orbit: the camera (and not the light) goes round the product instead.
            clockwise: turn the other way.
        """
        self._device.check()
        if frames < 1:
            raise RecipeError(f"frames={frames}: takes 1 or more")
        camera, settings = camera or Orbit(pitch=15), settings or RenderSettings()
        state = self._state(document, time, variant)
        view = self._view(document, camera, state, size, turning=True)
        axis = state.hull.center if camera.target is None else np.array(camera.target, np.float64)
        steps = (index * 360.0 / frames * (-1 if clockwise else 1) for index in range(frames))
        places = (_turned(state, view, turn_about(axis, degrees), orbit=orbit) for degrees in steps)
        yield from self._frames(state, places, environment, size, settings)

    def fit(
        self,
        document: Document,
        camera: Orbit | None = None,
        size: tuple[int, int] = (1024, 1024),
        *,
        time: float | None = None,
    ) -> Orbit:
        """The camera with the distance and target that `render` would find for this document.

        Rendering other versions of a product with it shows them from the same place, whatever their own extent.

        Args:
            time: seconds into the first animation; None: at rest.

        Raises:
            InvalidAsset, RecipeError: see `render`.
        """
        return fitted(camera or Orbit(), scene_state(document, time=time).hull, _aspect(size))

    def fit_rows(
        self, document: Document, cameras: Sequence[Orbit], size: tuple[int, int], *, time: float | None = None
    ) -> list[Orbit]:
        """The same cameras about the product's middle, all as far away as the one that needs most room on a turntable.

        Raises:
            InvalidAsset, RecipeError: see `render`.
        """
        hull, aspect = scene_state(document, time=time).hull, _aspect(size)
        x, y, z = (float(value) for value in hull.center)
        placed = [replace(camera, target=camera.target or (x, y, z)) for camera in cameras]
        farthest = max(fitted(camera, hull, aspect, turning=True).distance or 0.0 for camera in placed)
        return [replace(camera, distance=farthest) for camera in placed]

    def close(self) -> None:
        """Free the GPU. Frames keep their pixels."""
        if self._device.context is not None:
            self._device.check()
            self._targets.clear()
            self._uploader.clear()
            self._environments.clear()
            self._device.release()

    def __enter__(self) -> Renderer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _state(self, document: Document, time: float | None, variant: str | None) -> SceneState:
        repeated = repeated_vertices(document) // (1 if self.capabilities.software else 16)
        self._limits.check("max_repeated_vertices", repeated, "drawing the scene")
        return scene_state(document, time=time, variant=variant)

    def _frames(
        self,
        state: SceneState,
        places: Iterable[tuple[Stage, View]],
        environment: Environment,
        size: tuple[int, int],
        settings: RenderSettings,
        progress: Callable[[float], None] | None = None,
    ) -> Iterator[Frame]:
        """A picture from each place. Rasterised ones are read back while the next are drawn."""
        if settings.plan.traced:
            scene = TracedScene(state, read_environment(environment))
            for stage, view in places:
                pixels = scene.pixels(stage, view, size, settings, progress)
                facts = partial(self._late_facts, state, stage, view, size, settings)
                yield Frame(pixels, facts, scene.warnings, view, stage.turn)
            return
        drawn = self._uploader.upload(state)
        side = self._targets.tile_side(size, Sampling.of(settings.sample_count, self.capabilities))
        if side is not None:
            for stage, view in places:
                yield self._tiled(drawn, stage, view, environment, size, settings, side)
            return
        waiting, again = iter(places), deque[tuple[Stage, View]]()
        pending: deque[tuple[Any, Shot, tuple[Stage, View]]] = deque()
        lost = False
        while True:
            place = again.popleft() if again else next(waiting, None)
            if place is not None:
                self._device.check()
                shot = self._shoot(drawn, *place, environment, settings)
                pending.append((self._draw(shot, size, settings), shot, place))
            elif not pending:
                return
            if place is None or len(pending) > _FRAMES_IN_FLIGHT:
                try:
                    frame = self._finish(pending[0][0], pending[0][1], size)
                except ContextLost:
                    if lost:
                        raise
                    _log.warning("the GPU was reset or went away: what it held is uploaded and drawn once more")
                    again.extendleft(place for _, _, place in reversed(pending))
                    pending.clear()
                    self._open()
                    drawn, lost = self._uploader.upload(state), True
                    continue
                pending.popleft()
                lost = False
                yield frame

    def _tiled(
        self,
        scene: GpuScene,
        stage: Stage,
        view: View,
        environment: Environment,
        size: tuple[int, int],
        settings: RenderSettings,
        side: int,
    ) -> Frame:
        """One picture in parts of `side` pixels."""
        self._device.check()
        glass = any("transmission" in draw.material.key.features for draw in scene.draws)
        parts = tiles(size, side, glass=glass)
        shots = [self._shoot(scene, stage, tile.view(view, size), environment, settings) for tile in parts]
        pixels = np.empty((size[1], size[0], 4), np.uint8)
        for tile, shot in zip(parts, shots, strict=True):
            pixels[tile.place] = self._read(self._draw(shot, (side, side), settings), (side, side))[tile.kept]
            self._device.verify()

        def facts() -> dict[str, npt.NDArray[Any]]:
            whole: dict[str, npt.NDArray[Any]] = {}
            for tile, shot in zip(parts, shots, strict=True):
                for name, values in self._facts(shot, (side, side)).items():
                    if name not in whole:
                        whole[name] = np.empty((size[1], size[0], *values.shape[2:]), values.dtype)
                    whole[name][tile.place] = values[tile.kept]
            return whole

        return Frame(pixels, facts, scene.warnings, view, stage.turn)

    def _view(
        self, document: Document, camera: Camera, state: SceneState, size: tuple[int, int], *, turning: bool
    ) -> View:
        aspect = _aspect(size)
        check_picture(size)
        if isinstance(camera, FileCamera):
            return file_view(document, camera, aspect, state.pose)
        return orbit_view(camera, state.hull, aspect, turning=turning)

    def _shoot(
        self, scene: GpuScene, stage: Stage, view: View, environment: Environment, settings: RenderSettings
    ) -> Shot:
        light = self._environment(environment)
        alignment = self.capabilities.uniform_alignment
        return shoot(self._device.context, scene, stage, view, light, settings, alignment=alignment)

    def _draw(self, shot: Shot, size: tuple[int, int], settings: RenderSettings) -> Any:
        """Draw a frame and start reading it back; the pixel buffer fills while the next frame is drawn."""
        context = self._device.context
        sampling = Sampling.of(settings.sample_count, self.capabilities)
        target = self._targets.color(size, sampling)
        color_passes(context, self._programs, shot, target, sampling.multisamples)
        # The copy that glass was seen through has served: samples are averaged into it.
        context.copy_framebuffer(target.behind_framebuffer, target.framebuffer)
        defines: dict[str, str | int] = {"SUPERSAMPLING": sampling.supersampling, "TONE": f"tone_{settings.tone}"}
        defines["TAPS"] = ", ".join(f"{tap:.7f}" for tap in taps(sampling.supersampling))
        if settings.background_linear is None:
            defines["TRANSPARENT"] = 1
        program = self._programs.screen("resolve.frag", **defines)
        target.picture.use()
        context.enable_only(context.NOTHING)
        target.behind.use(0)
        shot.frame_buffer.bind_to_uniform_block(0)
        self._screen(program).render(vertices=3)
        buffer = context.buffer(reserve=size[0] * size[1] * 4)
        target.picture.read_into(buffer, components=4)
        return buffer

    def _screen(self, program: Any) -> Any:
        return self._device.context.vertex_array(program, [])

    def _read(self, buffer: Any, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
        return np.frombuffer(buffer.read(), np.uint8).reshape(size[1], size[0], 4)

    def _finish(self, buffer: Any, shot: Shot, size: tuple[int, int]) -> Frame:
        self._device.check()
        pixels = self._read(buffer, size)
        self._device.verify()
        return self._frame(pixels, shot, size)

    def _frame(self, pixels: npt.NDArray[np.uint8], shot: Shot, size: tuple[int, int]) -> Frame:
        device = self._device

        def facts() -> dict[str, npt.NDArray[Any]]:
            if device is not self._device:
                raise RecipeError("the GPU was reset since this frame; draw it again for its facts")
            return self._facts(shot, size)

        return Frame(pixels, facts, shot.scene.warnings, shot.view, shot.turn)

    def _late_facts(
        self, state: SceneState, stage: Stage, view: View, size: tuple[int, int], settings: RenderSettings
    ) -> dict[str, npt.NDArray[Any]]:
        """Facts of a traced picture; what light there is does not matter to them."""
        self._device.check()
        return self._facts(self._shoot(self._uploader.upload(state), stage, view, "studio", settings), size)

    def _facts(self, shot: Shot, size: tuple[int, int]) -> dict[str, npt.NDArray[Any]]:
        self._device.check()
        target = self._targets.aov(size)
        aov_pass(self._device.context, self._programs, shot, target.framebuffer)
        width, height = size

        def rows(texture: Any, kind: type[Any], channels: tuple[int, ...]) -> npt.NDArray[Any]:
            return np.frombuffer(texture.read(), kind).reshape(height, width, *channels)[::-1]

        ids = rows(target.ids, np.uint32, (2,))
        seen = ids[..., 0] > 0
        albedo = rows(target.albedo, np.float32, (4,))
        depth = rows(target.depth, np.float32, ())
        return {
            "depth": np.where(seen, depth, np.float32(np.inf)),
            "normals": rows(target.normals, np.float32, (4,))[..., :3],
            "positions": np.where(seen[..., None], shot.view.unproject(depth), np.float32(0)),
            "object_ids": ids[..., 0],
            "material_ids": ids[..., 1],
            "albedo": albedo[..., :3],
            "alpha": albedo[..., 3],
            "uvs": rows(target.uvs, np.float32, (2,)),
        }

    def _environment(self, environment: Environment) -> GpuEnvironment:
        key = _environment_key(environment)
        if key not in self._environments:
            picture = read_environment(environment)
            limit = self.capabilities.max_texture_size
            if max(picture.shape[:2]) > limit:
                raise InvalidAsset(f"an environment of {picture.shape[1]:,} pixels; this device takes {limit:,}")
            context = self._device.context
            if self._albedo is None:
                self._albedo = albedo_table(context, self._programs)
            made = filter_environment(context, self._programs, picture, self._albedo)
            self._environments[key] = (made, environment)
            if len(self._environments) > _ENVIRONMENTS_KEPT:
                self._environments.popitem(last=False)
        self._environments.move_to_end(key)
        return self._environments[key][0]


def _turned(state: SceneState, view: View, turn: Matrix, *, orbit: bool) -> tuple[Stage, View]:
    """The product turned before the camera; or in its place the camera, the other way about it."""
    if not orbit:
        return Stage(state.hull, state.lights, turn), view
    back = np.linalg.inv(turn)
    eye, axes = back[:3, :3] @ view.eye + back[:3, 3], view.axes @ back[:3, :3].T
    return Stage(state.hull, state.lights, np.eye(4)), View(eye, axes, view.half_height, view.aspect, view.perspective)


def _aspect(size: tuple[int, int]) -> float:
    if len(size) != 2 or min(size) < 1:
        raise RecipeError(f"size={size}: takes a width and a height of 1 or more")
    return size[0] / size[1]


def _environment_key(environment: Environment) -> Any:
    """Arrays count by identity; files by path, size and time of change."""
    if isinstance(environment, np.ndarray):
        return id(environment)
    if environment == "studio":
        return environment
    try:
        status = Path(environment).stat()
    except OSError:
        return str(environment)
    return str(environment), status.st_size, status.st_mtime_ns
