"""Everything that lives on the GPU: one context, its programs, targets, models and environments."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from .camera import View
from .device import Capabilities, ContextLost, Device
from .environment import Environment
from .environment_cache import EnvironmentCache
from .gpu_scene import GpuScene, SceneUploader
from .ground import FLOOR_BYTES, Floor
from .kept import Kept
from .program import ProgramCache
from .relight import BakedScenes, pose_key
from .scene import SceneState
from .settings import RenderSettings
from .shot import Shot, Stage, shoot
from .targets import Targets
from .textures import SOFTWARE_BIAS

_SEAMLESS_CUBES = 0x884F


class Gpu:
    """Owned by one renderer, used on its thread.

    Args:
        choice: see `device.Device`.
        cache_bytes: GPU memory that models out of use may hold.
        light_cache: folder of filtered environments on disk; None: none are kept.

    Raises:
        GpuUnavailable: no context could be made.
    """

    def __init__(self, choice: str | int | None, cache_bytes: int, *, light_cache: Path | None):
        self._choice, self._cache_bytes, self._light_cache = choice, cache_bytes, light_cache
        self.open()

    def open(self) -> None:
        """Make a context, also in place of one that was lost with all it held."""
        self.device = Device(self._choice)
        self.context = self.device.context
        self.context.enable_direct(_SEAMLESS_CUBES)
        self.programs = ProgramCache(self.context, SOFTWARE_BIAS if self.capabilities.software else 0.0)
        self.uploader = SceneUploader(self.device, self._cache_bytes)
        self.floors: Kept[Floor] = Kept(FLOOR_BYTES)
        self.baked = BakedScenes(self.context, self.uploader)
        self.targets = Targets(self.context, self.capabilities)
        self.environments = EnvironmentCache(self.context, self.programs, self.capabilities, self._light_cache)

    @property
    def capabilities(self) -> Capabilities:
        return self.device.capabilities

    def upload(self, state: SceneState, environment: Environment, settings: RenderSettings) -> GpuScene:
        """A scene ready to shoot, and its light soon: that is filtered while light between surfaces is baked.

        Raises:
            InvalidAsset: what cannot be drawn.
        """
        if not settings.baked:
            return self.uploader.upload(state)
        return self.baked.upload(state, lambda: self.environments.get(environment))

    def shoot(
        self, scene: GpuScene, stage: Stage, view: View, environment: Environment, settings: RenderSettings
    ) -> Shot:
        """A frame ready to draw."""
        light = self.environments.get(environment)
        return shoot(self.context, scene, stage, view, light, settings, alignment=self.capabilities.uniform_alignment)

    def ready(self) -> None:
        """`Device.check`, and a new context where it was lost since the last picture.

        Raises:
            GpuUnavailable: see there.
        """
        try:
            self.device.check()
        except ContextLost:
            self.open()

    def settle(self) -> None:
        """After drawing that was broken off: forget what its passes had set for themselves."""
        self.targets.clear()
        self.context.wireframe, self.context.polygon_offset = False, (0.0, 0.0)

    def floor(self, state: SceneState) -> Floor:
        """What the pose hides from the floor; worked out once as long as it may be asked for again.

        Raises:
            InvalidAsset, RecipeError: see `Floor.under`.
        """
        key, owners, texels = pose_key(state)
        kept = self.floors.find(key, owners)
        floor = kept.made if kept is not None else Floor.under(state)
        if kept is None:
            self.floors.put(key, floor, floor.hidden.nbytes, owners, texels)
        self.floors.trim({key})
        return floor

    def close(self) -> None:
        if self.device.context is not None:
            with suppress(ContextLost):
                self.device.check()
            self.targets.clear()
            self.baked.clear()
            self.uploader.clear()
            self.environments.clear()
            self.programs.clear()
            self.device.release()
