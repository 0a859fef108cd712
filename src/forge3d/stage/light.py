"""The light of a room, guessed from one photo of it: what the photo shows, and around it more of the same.

How bright it is altogether follows from the floor about the product: one of albedo `FLOOR` would look as bright in that
light as the photo's does. Directions outside the photo take its nearest colours, blurred the further away they are;
behind the camera the room is taken to look as in front of it, but without lamps. Pixels that are white have clipped:
lamps and windows are brighter than paper, so these shine more (`CLIPPED` times), and light falls from them. A guess:
where the main light is outside the photo, an HDR of the room is better.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..render.traced import LUMINANCE, irradiance
from .camera import RoomCamera, Vectors

CLIPPED = 12.0
FLOOR = 0.35  # between dark wood (0.1) and white tiles (0.7)
_DIMMEST, _BRIGHTEST = 0.5, 4.0  # what the floor may make of the photo's own level
_CLIPS_FROM, _CLIPS_AT = 0.80, 0.98  # linear light between which pixels count as clipped more and more
_SIZE = 256, 128
_MIDDLE = 0.5  # metres above the floor from where the product looks around
_ROOM, _SPARE = 0.7, 0.5  # the ball's radius: parts of the way between camera and product, and metres more
_FADE = 0.35  # of the photo's size: how far outside of it colours are blurred to the mean of what is near

Floats = npt.NDArray[np.float32]


def room_light(linear: Floats, camera: RoomCamera, place: Vectors) -> Floats:
    """An environment `(128, 256, 3)` of linear radiance, in the room's axes; see `render.environment` for directions.

    Args:
        linear: the photo `(h, w, 3)`, 0 to 1.
        place: where on the floor the product stands `(3,)`.
    """
    around = _around(linear, camera, place)
    falls = irradiance(around, np.array([0.0, 1.0, 0.0])) / np.pi * FLOOR
    seen = _floor_level(linear, camera, place)
    level = np.clip(seen / falls, _DIMMEST, _BRIGHTEST) if seen > 0 and falls > 0 else 1.0
    return around * np.float32(level)


def _floor_level(linear: Floats, camera: RoomCamera, place: Vectors) -> float:
    """Median luminance of the floor within a metre of a place, as far as the photo shows it."""
    turn, reach = np.meshgrid(np.arange(24) * np.pi / 12, np.linspace(0, 1, 9))
    spots = place + np.stack([np.sin(turn) * reach, 0 * turn, np.cos(turn) * reach], 2).reshape(-1, 3)
    pixels = camera.project(spots)
    size = np.array(camera.size)
    column, row = pixels[((pixels >= 0) & (pixels < size)).all(axis=1)].astype(int).T
    return float(np.median(linear[row, column] @ LUMINANCE)) if len(row) else 0.0


def _around(linear: Floats, camera: RoomCamera, place: Vectors) -> Floats:
    """What is seen from the product: through it to the room's floor and walls, and what the photo shows there."""
    brightest = linear.max(axis=2)
    clipped = np.clip((brightest - _CLIPS_FROM) / (_CLIPS_AT - _CLIPS_FROM), 0, 1)[..., None]
    boosted = _pyramid((linear * (1 + (CLIPPED - 1) * clipped**2)).astype(np.float32))
    width, height = _SIZE
    longitude = (np.arange(width) + 0.5) / width * 2 * np.pi - np.pi
    latitude = np.pi / 2 - (np.arange(height) + 0.5) / height * np.pi
    flat = np.cos(latitude)[:, None]
    toward = np.empty((height, width, 3))
    toward[..., 0], toward[..., 2] = flat * np.cos(longitude), flat * np.sin(longitude)
    toward[..., 1] = np.sin(latitude)[:, None]
    looks = _met(toward, place, camera) - [0, camera.height, 0]
    behind = looks[..., 2] > 0
    looks[..., 2] = -np.abs(looks[..., 2])
    local = looks @ camera.axes.T
    local[..., 2] = np.minimum(local[..., 2], -1e-3 * np.linalg.norm(local, axis=2))
    half = np.tan(np.radians(camera.fov) / 2)
    spot = local[..., :2] / -local[..., 2:] / [half * camera.size[0] / camera.size[1], half]
    outside = np.maximum(np.abs(spot).max(axis=2) - 1, 0)
    at = np.clip(spot, -1, 1)
    level = np.clip(np.log2(1 + outside / _FADE * 8), 0, len(boosted) - 1)
    ahead = _sampled(boosted, at[..., 0], at[..., 1], level)
    return np.where(behind[..., None], _sampled(_pyramid(linear), at[..., 0], at[..., 1], level), ahead)


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
