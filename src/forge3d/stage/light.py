"""The light of a room, guessed from one photo of it: what the photo shows, and around it more of the same.

How bright it is altogether follows from the floor that the product stands on: one of albedo `FLOOR` would look as
bright in that light as the photo's does. Directions outside the photo take its nearest colours, blurred the further
away they are; behind the camera the room is taken to look as in front of it, but without lamps. Pixels that are white
have clipped: lamps and windows are brighter than paper, so these shine more (`CLIPPED` times), and light falls from
them; not from floor that has clipped. Where the product stands on such, and other floor about it is much darker, the
sun shines, through the windows that are seen. A guess: where the main light is outside the photo, an HDR of the room
is better.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..render.ground import LUMINANCE
from ..render.traced import irradiance
from .camera import RoomCamera, Vectors

CLIPPED = 12.0
FLOOR = 0.35  # between dark wood (0.1) and white tiles (0.7)
_DIMMEST, _BRIGHTEST = 0.1, 4.0  # what the floor may make of the photo's own level
_CLIPS_FROM, _CLIPS_AT = 0.80, 0.98  # linear light between which pixels count as clipped more and more
_SIZE = 256, 128
_UNDER, _ABOUT = 0.35, 2.0  # metres about the product: floor that it stands on, and floor to compare that with
_SUNNY = 2.0  # times as bright as the darkest floor about: the sun shines there
_SOFT = 1.5  # degrees: standard deviation of the sun's disc
UP = np.array([0.0, 1.0, 0.0])
_MIDDLE = 0.5  # metres above the floor from where the product looks around
_ROOM, _SPARE = 0.7, 0.5  # the ball's radius: parts of the way between camera and product, and metres more
_FADE = 0.35  # of the photo's size: how far outside of it colours are blurred to the mean of what is near

Floats = npt.NDArray[np.float32]


def room_light(linear: Floats, camera: RoomCamera, place: Vectors, sun: tuple[Vectors, float] | None = None) -> Floats:
    """An environment `(128, 256, 3)` of linear radiance, in the room's axes; see `render.environment` for directions.

    Args:
        linear: the photo `(h, w, 3)`, 0 to 1.
        place: where on the floor the product stands `(3,)`.
        sun: the direction to it `(3,)`, and the part of the light on the floor that comes from it; else guessed.
    """
    around, windows = _around(linear, camera, place)
    falls = irradiance(around, UP) / np.pi * FLOOR
    shown, dark = floor_levels(linear, camera, place)
    if sun is None and shown > _CLIPS_FROM and shown > _SUNNY * dark:
        middle = _windows_middle(windows)
        sun = None if middle is None else (middle, 1 - dark / shown)
    steady = shown if sun is None else shown * (1 - sun[1])
    level = np.clip(steady / falls, _DIMMEST, _BRIGHTEST) if steady > 0 and falls > 0 else 1.0
    lit = around * np.float32(level)
    return lit if sun is None else with_sun(lit, *sun)


def floor_levels(linear: Floats, camera: RoomCamera, place: Vectors) -> tuple[float, float]:
    """Luminance of the floor that a product stands on (the median within `_UNDER` metres), and of the darkest about it
    (a tenth within `_ABOUT` metres is darker), as far as the photo shows them; 0 where it shows none."""
    turn, reach = np.meshgrid(np.arange(24) * np.pi / 12, np.linspace(0, 1, 9))
    disc = np.stack([np.sin(turn) * reach, 0 * turn, np.cos(turn) * reach], 2).reshape(-1, 3)
    under, about = (seen(linear, camera, place + disc * metres) for metres in (_UNDER, _ABOUT))
    return (
        float(np.median(under)) if len(under) else 0.0,
        max(float(np.percentile(about, 10)), 1e-3) if len(about) else 0.0,
    )


def seen(linear: Floats, camera: RoomCamera, places: Vectors) -> Vectors:
    """Luminance of places `(n, 3)`, of those that the photo shows."""
    pixels = camera.project(places)
    inside = ((pixels >= 0) & (pixels < np.array(camera.size))).all(axis=1)
    column, row = pixels[inside].astype(int).T
    return np.asarray(linear[row, column] @ LUMINANCE, np.float64)


def with_sun(around: Floats, toward: Vectors, share: float) -> Floats:
    """An environment and a sun that sheds this part of all light on the floor.

    Args:
        around: the rest of the light: what falls on the floor without the sun.
        toward: the sun, `(3,)`, of length 1, above the horizon.
        share: 0 to less than 1.
    """
    disc = np.exp(-((np.degrees(np.arccos(_directions(*around.shape[:2]) @ toward)) / _SOFT) ** 2) / 2)
    disc = disc[..., None].repeat(3, axis=2).astype(np.float32)
    bright = irradiance(around, UP) * share / (1 - share)
    return np.asarray(around + disc * (bright / max(irradiance(disc, UP), 1e-9)), np.float32)


def _windows_middle(windows: Floats) -> Vectors | None:
    """Where most light of windows and lamps comes from, `(3,)`; None where there are none above the horizon."""
    toward = _directions(*windows.shape[:2])
    weight = (windows @ LUMINANCE) * np.sqrt(np.maximum(1 - toward[..., 1] ** 2, 0)) * (toward[..., 1] > 0)
    middle = (toward * weight[..., None]).sum((0, 1))
    length = float(np.linalg.norm(middle))
    return np.asarray(middle / length) if length > 0 else None


def _directions(height: int, width: int) -> Vectors:
    """Of an environment's texels, `(h, w, 3)`."""
    longitude = (np.arange(width) + 0.5) / width * 2 * np.pi - np.pi
    latitude = np.pi / 2 - (np.arange(height) + 0.5) / height * np.pi
    flat = np.cos(latitude)[:, None]
    toward = np.empty((height, width, 3))
    toward[..., 0], toward[..., 2] = flat * np.cos(longitude), flat * np.sin(longitude)
    toward[..., 1] = np.sin(latitude)[:, None]
    return toward


def _around(linear: Floats, camera: RoomCamera, place: Vectors) -> tuple[Floats, Floats]:
    """What is seen from the product: through it to the room's floor and walls, and what the photo shows there; and of
    that what windows and lamps add."""
    brightest = linear.max(axis=2)
    clipped = np.clip((brightest - _CLIPS_FROM) / (_CLIPS_AT - _CLIPS_FROM), 0, 1)[..., None]
    shines = _pyramid((linear * ((CLIPPED - 1) * clipped**2)).astype(np.float32))
    width, height = _SIZE
    toward = _directions(height, width)
    met = _met(toward, place, camera)
    looks = met - [0, camera.height, 0]
    ahead = looks[..., 2] <= 0
    looks[..., 2] = -np.abs(looks[..., 2])
    local = looks @ camera.axes.T
    local[..., 2] = np.minimum(local[..., 2], -1e-3 * np.linalg.norm(local, axis=2))
    half = np.tan(np.radians(camera.fov) / 2)
    spot = local[..., :2] / -local[..., 2:] / [half * camera.size[0] / camera.size[1], half]
    outside = np.maximum(np.abs(spot).max(axis=2) - 1, 0)
    at = np.clip(spot, -1, 1)
    plain = _pyramid(linear)
    level = np.clip(np.log2(1 + outside / _FADE * 8), 0, len(plain) - 1)
    base = _sampled(plain, at[..., 0], at[..., 1], level)
    shown = np.where(ahead & (met[..., 1] > 1e-6), np.clip(1 - outside / _FADE, 0, 1), 0)[..., None]
    windows = (_sampled(shines, at[..., 0], at[..., 1], level) * shown).astype(np.float32)
    return base + windows, windows


def _met(toward: Vectors, place: Vectors, camera: RoomCamera) -> Vectors:
    """Where directions `(…, 3)` from the product meet the floor, or a ball around it and the camera, as no photo tells
    how far walls are."""
    eye, start = np.array([0, camera.height, 0]), place + np.array([0, _MIDDLE, 0])
    center = (eye + start) / 2
    radius = _ROOM * float(np.linalg.norm(eye - start)) + _SPARE
    half = toward @ (start - center)
    far = -half + np.sqrt(half**2 + radius**2 - float(np.sum((start - center) ** 2)))
    with np.errstate(divide="ignore"):
        down = np.where(toward[..., 1] < 0, -start[1] / toward[..., 1], np.inf)
    return np.asarray(start + toward * np.minimum(far, down)[..., None])


def _pyramid(picture: Floats) -> list[Floats]:
    """The picture at 64 pixels across and halves of it, down to two."""
    rows, columns = (max(2, round(64 * side / max(picture.shape[:2]))) for side in picture.shape[:2])
    levels = [_shrunk(picture, rows, columns)]
    while min(levels[-1].shape[:2]) > 2:
        rows, columns = (max(2, side // 2) for side in levels[-1].shape[:2])
        levels.append(_shrunk(levels[-1], rows, columns))
    return levels


def _shrunk(picture: Floats, rows: int, columns: int) -> Floats:
    """Means over cells, each pixel in one of them."""
    for axis, count in ((0, rows), (1, columns)):
        side = picture.shape[axis]
        starts = np.unique(np.arange(count) * side // count)
        sums = np.add.reduceat(picture, starts, axis=axis)
        lengths = np.diff([*starts, side]).astype(np.float32)
        picture = np.asarray(sums / lengths.reshape((-1, 1, 1) if axis == 0 else (1, -1, 1)), np.float32)
    return picture


def _sampled(
    levels: list[Floats], x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], level: npt.NDArray[np.float64]
) -> Floats:
    """Colours at places from −1 to 1 (y up), smoothly between pixels and levels."""
    lower = np.minimum(level.astype(int), len(levels) - 1)
    share = (level - lower)[..., None].astype(np.float32)
    made = np.zeros((*x.shape, 3), np.float32)
    for number, picture in enumerate([*levels, levels[-1]]):
        part = (lower == number)[..., None] * (1 - share) + (lower == number - 1)[..., None] * share
        made += part * _between(picture, x, y)
    return made


def _between(picture: Floats, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Floats:
    height, width = picture.shape[:2]
    column = np.clip((x + 1) / 2 * width - 0.5, 0, width - 1)
    row = np.clip((1 - y) / 2 * height - 0.5, 0, height - 1)
    left, top = np.minimum(column.astype(int), width - 2), np.minimum(row.astype(int), height - 2)
    right, down = (column - left)[..., None].astype(np.float32), (row - top)[..., None].astype(np.float32)
    upper = picture[top, left] * (1 - right) + picture[top, left + 1] * right
    under = picture[top + 1, left] * (1 - right) + picture[top + 1, left + 1] * right
    return np.asarray(upper * (1 - down) + under * down)
