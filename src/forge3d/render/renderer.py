"""The renderer: turns documents into frames."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import tee
from pathlib import Path
from types import TracebackType

import numpy as np

from ..cache import default_folder
from ..document import Document
from ..document.statistics import repeated_vertices
from ..errors import RecipeError
from ..gltf import Limits
from .camera import Camera, FileCamera, Matrix, Orbit, View, file_view
from .device import Capabilities
from .drawing import Place, Wanted, drawn_frames
from .environment import Environment, read_environment
from .facts import Facts, read_facts
from .frame import Frame
from .framing import fitted, orbit_view
from .gpu import Gpu
from .ground import standing
from .scene import SceneState, scene_state
from .settings import RenderSettings
from .shot import Stage, turn_about
from .tiles import check_picture
from .traced import TracedScene


class Renderer:
    """Renders documents off screen.

    One thread makes, uses and closes it; processes that render are spawned, never forked.

    Args:
        device: see `device.Device`: None, "gpu", "cpu", an index, a UUID, or part of a name.
        cache_bytes: GPU memory that models out of use may hold.
        limits: `max_repeated_vertices` bounds what one frame may cost.
        light_cache: where filtered environments are kept on disk: True: in `$FORGE3D_CACHE`, or in the user's cache
            folder; False: nowhere; or a folder.

    Raises:
        GpuUnavailable: no context could be made; `forge3d doctor` explains why.

    Example:
        with Renderer() as renderer:
            frame = renderer.render(document, camera=Orbit(yaw=30, pitch=15), environment="studio", size=(1024, 1024))
            frame.save("poster.webp")
    """

    def __init__(
        self,
        device: str | int | None = None,
        *,
        cache_bytes: int = 1 << 30,
        limits: Limits | None = None,
        light_cache: bool | str | os.PathLike[str] = True,
    ):
        self._limits = limits or Limits()
        folder = default_folder() if light_cache is True else Path(light_cache) if light_cache else None
        self._gpu = Gpu(device, cache_bytes, light_cache=folder)

    @property
    def capabilities(self) -> Capabilities:
        """What the device is and can do."""
        return self._gpu.capabilities

    def render(
        self,
        document: Document,
        *,
        camera: Camera | None = None,
        environment: Environment = "studio",
        size: tuple[int, int] = (1024, 1024),
        settings: RenderSettings | None = None,
        time: float | None = None,
        animation: int | str | None = None,
        variant: str | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Frame:
        """One picture.

        Args:
            camera: default: `Orbit()`, the whole product from the front.
            environment: "studio", "softbox", "high-key" or "dark" (see `studio.STUDIOS`), a Radiance .hdr or an .exr
                file, or an array `(h, w, 3)` of linear radiance, top row first.
            size: width and height in pixels.
            time: seconds into the animation; None: at rest, or the begin of `animation`.
            animation: its place in the file's list, or its name; None: the first.
            variant: name of a KHR_materials_variants variant.
            progress: called now and then with the part done of a traced picture; what it raises stops the work.

        Raises:
            InvalidAsset: the model or the environment cannot be drawn.
            RecipeError: an argument that cannot be used, such as a size beyond the device.
        """
        self._gpu.ready()
        settings = settings or RenderSettings()
        state = self._state(document, time, animation, variant)
        view = self._view(document, camera or Orbit(), state, size, turning=False)
        places = [(Stage(state.hull, state.lights, np.eye(4)), view)]
        return next(self._frames(state, places, Wanted(environment, size, settings), progress))

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
        animation: int | str | None = None,
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
        self._gpu.ready()
        if frames < 1:
            raise RecipeError(f"frames={frames}: takes 1 or more")
        camera, settings = camera or Orbit(pitch=15), settings or RenderSettings()
        state = self._state(document, time, animation, variant)
        view = self._view(document, camera, state, size, turning=True)
        axis = state.hull.center if camera.target is None else np.array(camera.target, np.float64)
        steps = (index * 360.0 / frames * (-1 if clockwise else 1) for index in range(frames))
        places = (_turned(state, view, turn_about(axis, degrees), orbit=orbit) for degrees in steps)
        yield from self._frames(state, places, Wanted(environment, size, settings))

    def fit(
        self,
        document: Document,
        camera: Orbit | None = None,
        size: tuple[int, int] = (1024, 1024),
        *,
        time: float | None = None,
        animation: int | str | None = None,
    ) -> Orbit:
        """The camera with the distance and target that `render` would find for this document.

        Rendering other versions of a product with it shows them from the same place, whatever their own extent.

        Args:
            time, animation: see `render`.

        Raises:
            InvalidAsset, RecipeError: see `render`.
        """
        return fitted(camera or Orbit(), scene_state(document, time=time, animation=animation).hull, _aspect(size))

    def fit_rows(
        self,
        document: Document,
        cameras: Sequence[Orbit],
        size: tuple[int, int],
        *,
        time: float | None = None,
        animation: int | str | None = None,
    ) -> list[Orbit]:
        """The same cameras about the product's middle, all as far away as the one that needs most room on a turntable.

        Raises:
            InvalidAsset, RecipeError: see `render`.
        """
        hull, aspect = scene_state(document, time=time, animation=animation).hull, _aspect(size)
        x, y, z = (float(value) for value in hull.center)
        placed = [replace(camera, target=camera.target or (x, y, z)) for camera in cameras]
        farthest = max(fitted(camera, hull, aspect, turning=True).distance or 0.0 for camera in placed)
        return [replace(camera, distance=farthest) for camera in placed]

    def close(self) -> None:
        """Free the GPU. Frames keep their pixels."""
        self._gpu.close()

    def __enter__(self) -> Renderer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _state(
        self, document: Document, time: float | None, animation: int | str | None, variant: str | None
    ) -> SceneState:
        repeated = repeated_vertices(document) // (1 if self.capabilities.software else 16)
        self._limits.check("max_repeated_vertices", repeated, "drawing the scene")
        return scene_state(document, time=time, animation=animation, variant=variant)

    def _frames(
        self,
        state: SceneState,
        places: Iterable[Place],
        wanted: Wanted,
        progress: Callable[[float], None] | None = None,
    ) -> Iterator[Frame]:
        """A picture from each place."""
        if not wanted.settings.plan.traced:
            yield from self._drawn(state, places, wanted)
            return
        scene = TracedScene(state, read_environment(wanted.environment))
        for stage, view in places:
            pixels = scene.pixels(stage, view, wanted.size, wanted.settings, progress)
            yield Frame(pixels, partial(self._late_facts, state, stage, view, wanted), scene.warnings, view, stage.turn)

    def _drawn(self, state: SceneState, places: Iterable[Place], wanted: Wanted) -> Iterator[Frame]:
        if not wanted.settings.ground:
            yield from drawn_frames(self._gpu, state, places, wanted)
            return
        floor, picture = self._gpu.floor(state), read_environment(wanted.environment)
        stages, places = tee(places)
        bare = replace(wanted, settings=replace(wanted.settings, background="transparent", ground=False))
        yield from standing(drawn_frames(self._gpu, state, places, bare), stages, floor, picture, wanted.settings)

    def _late_facts(self, state: SceneState, stage: Stage, view: View, wanted: Wanted) -> Facts:
        """Facts of a traced picture; what light there is does not matter to them."""
        self._gpu.device.check()
        shot = self._gpu.shoot(self._gpu.uploader.upload(state), stage, view, "studio", wanted.settings)
        return read_facts(self._gpu, shot, wanted.size)

    def _view(
        self, document: Document, camera: Camera, state: SceneState, size: tuple[int, int], *, turning: bool
    ) -> View:
        aspect = _aspect(size)
        check_picture(size)
        if isinstance(camera, FileCamera):
            return file_view(document, camera, aspect, state.pose)
        return orbit_view(camera, state.hull, aspect, turning=turning)


def _turned(state: SceneState, view: View, turn: Matrix, *, orbit: bool) -> Place:
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
