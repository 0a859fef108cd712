"""Pictures by path tracing: the qualities `high` and `reference`.

Every surface is lit by that part of the sky which it sees and by the light that other surfaces send it, so occlusion
textures, which stand in for that, are left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..light import Ground, Lens, Light, Sky, Traced
from ..light.tracing import ROWS
from .camera import View
from .filter import weights
from .ground import LUMINANCE, edge_fade, floor_of
from .scene import SceneState
from .settings import RenderSettings
from .shot import Stage, light_rows, rotation_about_y
from .solid import Solid, solid
from .tonemap import TONES, srgb_encoded

Floats = npt.NDArray[np.float32]

_BYTES_A_PIXEL = 200
_BAND_BYTES = 512 << 20  # that a picture takes while it is traced; larger ones are traced in bands, one after the other
_HALO = 16  # rows about a band on which its own depend, by the filters of pixels and of noise
_PASS_PIXELS = 1 << 18  # samples between two reports of progress


class TracedScene:
    """A scene that pictures can be traced of.

    Args:
        picture: of the environment, see `environment.read_environment`.

    Raises:
        InvalidAsset: see `solid`.
    """

    def __init__(self, state: SceneState, picture: Floats):
        self._solid: Solid = solid(state)
        self._sky, self._picture = Sky(picture), picture
        self.warnings = self._solid.warnings

    def pixels(
        self,
        stage: Stage,
        view: View,
        size: tuple[int, int],
        settings: RenderSettings,
        progress: Callable[[float], None] | None = None,
    ) -> npt.NDArray[np.uint8]:
        """The picture `(h, w, 4)`, sRGB with straight alpha.

        Args:
            progress: called with the part done; what it raises stops the work.

        Large pictures are made in bands of rows, which takes no more memory than one band does and makes the same
        bytes.
        """
        light = self._light(stage, settings)
        ground = self._ground(stage, light) if settings.ground else None
        lens = self._lens(stage, view, size)
        width, height = size
        samples, step = settings.sample_count, max(1, _PASS_PIXELS // (width * height))
        scene, shown = self._solid.seen_by(lens), edge_fade(size)
        picture = np.empty((height, width, 4), np.uint8)
        begin = time.monotonic()
        for top, bottom in bands(size):
            rows = max(top - _HALO, 0), min(bottom + _HALO, height)
            traced = Traced(
                scene, light, replace(lens, rows=rows), filter=weights(), ground=ground,
                bounces=settings.plan.bounces, shadow=shown[slice(*rows)],
            )  # fmt: skip
            # Of a limit of time each band has the part that it is of the picture.
            until = None if settings.max_seconds is None else begin + settings.max_seconds * bottom / height
            while traced.samples < samples:
                traced.add(min(step, samples - traced.samples))
                if progress is not None:
                    progress((top + (bottom - top) * traced.samples / samples) / height)
                if until is not None and time.monotonic() >= until:
                    break
            color = traced.cleaned() if settings.plan.clean else traced.color
            picture[top:bottom] = developed(color[top - rows[0] : bottom - rows[0]], settings)
        return picture

    def _light(self, stage: Stage, settings: RenderSettings) -> Light:
        """In the scene's own space: where a turntable turns the product, the sky turns the other way about it."""
        to_sky = rotation_about_y(-settings.environment_rotation)[:3, :3] @ stage.turn[:3, :3]
        lamps = [light_rows(lamp, np.eye(4), self._solid.origin) for lamp in stage.lights] if settings.lights else []
        rows = np.array(lamps, np.float32).reshape(-1, 4, 4)
        return Light(self._sky, to_sky, settings.environment_intensity, rows)

    def _ground(self, stage: Stage, light: Light) -> Ground:
        """A floor under the product, as wide as shadows of a lit sky are seen."""
        center, radius = floor_of(stage.hull)
        up = light.to_sky @ np.array([0.0, 1.0, 0.0])
        return Ground(center - self._solid.origin, radius, light.intensity * irradiance(self._picture, up))

    def _lens(self, stage: Stage, view: View, size: tuple[int, int]) -> Lens:
        back = np.linalg.inv(stage.turn)
        eye = back[:3, :3] @ view.eye + back[:3, 3] - self._solid.origin
        return Lens(eye, view.axes @ back[:3, :3].T, view.half_height, view.aspect, view.perspective, size)


def bands(size: tuple[int, int]) -> list[tuple[int, int]]:
    """Rows `(top, bottom)` of the parts in which a picture is traced."""
    width, height = size
    rows = max(_BAND_BYTES // (width * _BYTES_A_PIXEL) - 2 * _HALO, _HALO) // ROWS * ROWS
    return [(top, min(top + rows, height)) for top in range(0, height, rows)]


def irradiance(picture: Floats, normal: npt.NDArray[np.float64]) -> float:
    """Luminance that a sky `(h, w, 3)` sheds on a surface; see `environment` for where its directions are."""
    height, width = picture.shape[:2]
    latitude = np.pi / 2 - (np.arange(height) + 0.5) / height * np.pi
    longitude = (np.arange(width) + 0.5) / width * 2 * np.pi - np.pi
    flat = np.cos(latitude)[:, None]
    toward = flat * (np.cos(longitude) * normal[0] + np.sin(longitude) * normal[2])
    cosine = np.maximum(toward + np.sin(latitude)[:, None] * normal[1], 0)
    weight = cosine * flat * (2 * np.pi / width) * (np.pi / height)
    return float((picture @ LUMINANCE * weight).sum())


def developed(color: Floats, settings: RenderSettings) -> npt.NDArray[np.uint8]:
    """Linear, premultiplied `(h, w, 4)` to the picture, as shaders/resolve.frag does it."""
    alpha = np.minimum(color[..., 3:], 1.0)
    straight = np.divide(color[..., :3], color[..., 3:], out=np.zeros_like(color[..., :3]), where=alpha > 0)
    shown = np.where(alpha > 0, TONES[settings.tone](straight * 2.0**settings.exposure), 0.0)
    background = settings.background_linear
    if background is not None:
        shown, alpha = shown * alpha + np.array(background) * (1 - alpha), np.ones_like(alpha)
    encoded = np.concatenate([srgb_encoded(shown), alpha], 2)
    return np.asarray(np.rint(np.clip(encoded, 0, 1) * 255).astype(np.uint8))
