"""A floor under the product, of which a picture shows nothing but the shadow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..light.transfer import kept, spread
from .camera import Vector, View
from .frame import Frame, Pixels
from .framing import Hull
from .scene import SceneState
from .settings import RenderSettings
from .shot import Stage, light_rows, rotation_about_y
from .solid import solid
from .tonemap import srgb_decoded, srgb_encoded

Floats = npt.NDArray[np.float32]

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)
_SIDE = 128  # places across the floor, each way
_DIRECTIONS = 128  # above it
_SKY = (32, 64)  # parts of the sky whose light is told apart
_MARGIN = 0.12  # of the picture's smaller side, over which a shadow fades towards its edge
_LEAST = 1 / 512  # of alpha that is shown
FLOOR_BYTES = 64 << 20
"""That floors out of use may hold."""

_LIFT = 1e-4  # of the floor's size: rays begin so far above it
_DENSER = 1.4  # power by which the floor's places are nearer to each other in the middle


def floor_of(hull: Hull) -> tuple[Vector, float]:
    """The floor's middle `(3,)`, and how far from it shadows of a lit sky are seen."""
    low, high = hull.low, hull.high
    center = (low + high) / 2
    center[1] = low[1]
    across, height = float(np.hypot(*(high - low)[[0, 2]])), float(high[1] - low[1])
    return center, across + 2 * height


def edge_fade(size: tuple[int, int]) -> Floats:
    """How much of a shadow is shown in each pixel `(h, w)`: it ends before the picture does."""
    margin = _MARGIN * min(size)
    x, y = (np.clip(np.minimum(np.arange(n), np.arange(n)[::-1]) / margin, 0, 1) for n in size)
    across, down = (near**2 * (3 - 2 * near) for near in (x, y))
    return np.asarray(down[:, None] * across, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Floor:
    """What a pose of the product hides from the floor, direction by direction: it is worked out once, and serves all
    lights and all turns.

    Attributes:
        hidden: `(_SIDE, _SIDE, directions)`, parts of 255.
        directions: `(directions, 3)`, unit.
    """

    center: Vector
    radius: float
    hidden: npt.NDArray[np.uint8]
    directions: npt.NDArray[np.float64]

    @classmethod
    def under(cls, state: SceneState) -> Floor:
        """Cast the rays.

        Raises:
            InvalidAsset, RecipeError: see `solid`.
        """
        center, radius = floor_of(state.hull)
        whole = solid(state)
        directions = spread(2 * _DIRECTIONS)[:_DIRECTIONS]
        z, x = np.meshgrid(*(_places() * radius,) * 2, indexing="ij")
        there = np.hypot(x, z) < radius
        places = np.stack([x, np.full_like(x, _LIFT * radius), z], 2)[there] + center - whole.origin
        hidden = np.zeros((_SIDE, _SIDE, _DIRECTIONS), np.uint8)
        step = float(np.sqrt(2 * np.pi / _DIRECTIONS))
        hidden[there] = np.rint(kept(whole.stage, places, directions, jitter=step) * 255)
        return cls(center, radius, hidden, directions)

    def shadow(self, parts: Floats, toward: npt.NDArray[np.float64], lamps: npt.NDArray[np.float64]) -> Floats:
        """How much of its light each place lacks, `(_SIDE, _SIDE)`.

        Args:
            parts, toward: of the sky: luminance times solid angle `(n,)`, and directions `(n, 3)`.
            lamps: `(m, 4)`: directions to lamps, and the luminance that arrives of them.
        """
        light = np.concatenate([parts, lamps[:, 3]])
        where = np.concatenate([toward, lamps[:, :3]])
        above = where[:, 1] > 0
        light, where = (light * where[:, 1])[above], where[above]
        total = light.sum()
        if not total > 0:
            return np.zeros((_SIDE, _SIDE), np.float32)
        nearest = (where @ self.directions.T).argmax(1)
        share = np.bincount(nearest, light, len(self.directions)) / total / 255
        lacking = self.hidden.reshape(-1, len(self.directions)) @ share.astype(np.float32)
        away = np.abs(_places())
        edge = np.clip(2 * (1 - np.hypot(away[:, None], away[None, :])), 0, 1)
        shown: Floats = _even(lacking.reshape(_SIDE, _SIDE)) * (edge**2 * (3 - 2 * edge)).astype(np.float32)
        return shown

    def seen(self, shadow: Floats, stage: Stage, view: View, size: tuple[int, int]) -> Floats:
        """The shadow in a picture `(h, w)`."""
        width, height = size
        back = np.linalg.inv(stage.turn)
        eye = back[:3, :3] @ view.eye + back[:3, 3] - self.center
        axes = view.axes @ back[:3, :3].T
        x = (2 * (np.arange(width) + 0.5) / width - 1) * view.half_height * view.aspect
        y = (1 - 2 * (np.arange(height) + 0.5) / height) * view.half_height
        offsets = x[None, :, None] * axes[0] + y[:, None, None] * axes[1]
        begin = eye if view.perspective else eye + offsets
        toward = offsets - axes[2] if view.perspective else np.broadcast_to(-axes[2], offsets.shape)
        with np.errstate(divide="ignore", invalid="ignore"):
            way = -begin[..., 1] / toward[..., 1]
            z, x = (begin[..., axis] + way * toward[..., axis] for axis in (2, 0))
        met = (toward[..., 1] < 0) & (way > 0) & (np.hypot(x, z) < self.radius)
        found = np.zeros((height, width), np.float32)
        found[met] = _looked_up(shadow, z[met] / self.radius, x[met] / self.radius)
        return found * edge_fade(size)


def standing(
    frames: Iterable[Frame],
    stages: Iterable[tuple[Stage, View]],
    floor: Floor,
    picture: Floats,
    settings: RenderSettings,
) -> Iterator[Frame]:
    """Frames drawn on a transparent background, with the floor's shadow and the background behind them.

    Args:
        picture: of the environment, see `environment.read_environment`.
    """
    parts, toward = _sky(picture)
    before, shadow = None, np.zeros(0, np.float32)
    for frame, (stage, view) in zip(frames, stages, strict=True):
        to_sky = rotation_about_y(-settings.environment_rotation)[:3, :3] @ stage.turn[:3, :3]
        if before is None or not np.array_equal(before, to_sky):
            lamps = _lamps(stage, floor) if settings.lights else np.zeros((0, 4))
            shadow = floor.shadow(parts * np.float32(settings.environment_intensity), toward @ to_sky, lamps)
            before = to_sky
        pixels = over(frame.pixels, floor.seen(shadow, stage, view, frame.size), settings)
        pixels.flags.writeable = False
        frame.pixels = pixels
        yield frame


def over(pixels: Pixels, shadow: Floats, settings: RenderSettings) -> Pixels:
    """A picture `(h, w, 4)` with straight alpha over a black shadow `(h, w)` over the background."""
    background = settings.background_linear
    made = np.empty_like(pixels)
    made[:] = np.rint(np.multiply(settings.background_color, 255)).astype(np.uint8)
    alpha = pixels[..., 3].astype(np.float32) / 255
    whole = alpha == 1
    made[whole] = pixels[whole]
    some = ~whole & ((alpha > 0) | (shadow > _LEAST))
    own, behind = alpha[some][:, None], np.where(shadow[some] > _LEAST, shadow[some], 0)[:, None]
    color, covered = srgb_decoded(pixels[some][:, :3] / np.float32(255)) * own, own + (1 - own) * behind
    if background is None:
        color = color / np.maximum(covered, 1e-6)
    else:
        color, covered = color + np.array(background) * (1 - covered), np.ones_like(own)
    made[some] = np.rint(np.clip(np.concatenate([srgb_encoded(color), covered], 1), 0, 1) * 255)
    return made


def _places() -> npt.NDArray[np.float64]:
    """Of the floor's places, -1 to 1: denser in the middle, where the product stands."""
    even = (np.arange(_SIDE) + 0.5) / _SIDE * 2 - 1
    return np.asarray(np.sign(even) * np.abs(even) ** _DENSER)


def _looked_up(shadow: Floats, z: npt.NDArray[np.float64], x: npt.NDArray[np.float64]) -> Floats:
    """Between the places `(_SIDE, _SIDE)`, at -1 to 1."""
    rows, columns = (
        np.clip((np.sign(at) * np.abs(at) ** (1 / _DENSER) + 1) / 2 * _SIDE - 0.5, 0, _SIDE - 1.001) for at in (z, x)
    )
    row, column = rows.astype(int), columns.astype(int)
    down, across = (rows - row).astype(np.float32), (columns - column).astype(np.float32)
    above = shadow[row, column] * (1 - across) + shadow[row, column + 1] * across
    below = shadow[row + 1, column] * (1 - across) + shadow[row + 1, column + 1] * across
    return np.asarray(above * (1 - down) + below * down)


def _even(shadow: Floats) -> Floats:
    """Without the noise of rays: a binomial filter of three places each way."""
    quarter = np.float32(0.25)
    for _ in range(2):
        padded: Floats = np.pad(shadow, 1, mode="edge")
        padded = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) * quarter
        shadow = (padded[:, :-2] + 2 * padded[:, 1:-1] + padded[:, 2:]) * quarter
    return np.asarray(shadow, np.float32)


def _sky(picture: Floats) -> tuple[Floats, npt.NDArray[np.float64]]:
    """Luminance times solid angle of parts of the sky `(n,)`, and where they are `(n, 3)`."""
    height, width = picture.shape[:2]
    latitude = np.pi / 2 - (np.arange(height) + 0.5) / height * np.pi
    power = (
        picture @ LUMINANCE * (np.cos(latitude) * (2 * np.pi / width) * (np.pi / height))[:, None].astype(np.float32)
    )
    down, across = (np.arange(n) * parts // n for n, parts in zip((height, width), _SKY, strict=True))
    longitude = (np.arange(width) + 0.5) / width * 2 * np.pi - np.pi
    number = (down[:, None] * _SKY[1] + across).ravel()
    directions = np.stack(
        [
            np.cos(latitude)[:, None] * np.cos(longitude), np.sin(latitude)[:, None] + 0 * longitude,
            np.cos(latitude)[:, None] * np.sin(longitude),
        ], 2,
    ).reshape(-1, 3)  # fmt: skip
    count = _SKY[0] * _SKY[1]
    sums = np.bincount(number, power.ravel(), count)
    middle = np.stack([np.bincount(number, power.ravel() * directions[:, axis], count) for axis in range(3)], 1)
    lit = sums > 0
    return sums[lit].astype(np.float32), middle[lit] / np.maximum(np.linalg.norm(middle[lit], axis=1), 1e-30)[:, None]


def _lamps(stage: Stage, floor: Floor) -> npt.NDArray[np.float64]:
    """Directions from the floor's middle to lamps, and the luminance that arrives there of each, `(n, 4)`."""
    found = []
    for lamp in stage.lights:
        (*place, kind), (*color, _range), *_ = light_rows(lamp, np.eye(4), floor.center)
        toward = -np.array(place) if kind < 0.5 else np.array(place)
        away = float(np.linalg.norm(toward))
        if away > 0:
            power = float(np.dot(color, LUMINANCE)) / (1.0 if kind < 0.5 else away**2)
            found.append([*(toward / away), power])
    return np.array(found or np.zeros((0, 4)), np.float64).reshape(-1, 4)
