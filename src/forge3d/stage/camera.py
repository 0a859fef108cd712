"""The camera that took a photo, from what is known of the floor in it.

The camera stands at `(0, height, 0)` above the floor y = 0 and looks along −z, tilted. Pixels are counted from the top
left corner, x to the right and y down; the middle of the first one is (0.5, 0.5).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..errors import RecipeError

Vectors = npt.NDArray[np.float64]
Pixel = tuple[float, float]

_STEEPEST = 80.0  # degrees that a photo of a room is tilted at most


@dataclass(frozen=True, slots=True)
class RoomCamera:
    """A photo's camera.

    Args:
        size: width and height of the photo, pixels.
        fov: vertical field of view, degrees.
        pitch: degrees by which it looks down.
        roll: degrees by which it is turned clockwise about where it looks, so that the picture leans to the left.
        height: metres above the floor.
    """

    size: tuple[int, int]
    fov: float
    pitch: float
    roll: float = 0.0
    height: float = 1.0

    @property
    def focal(self) -> float:
        """Focal length in pixels."""
        return float(self.size[1] / 2 / np.tan(np.radians(self.fov) / 2))

    @property
    def axes(self) -> Vectors:
        """Rows: the camera's right, up and back in the room, `(3, 3)`."""
        pitch, roll = np.radians(self.pitch), np.radians(self.roll)
        level = np.array([[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]])
        lean = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
        return np.asarray(lean @ level)

    def directions(self, pixels: npt.ArrayLike) -> Vectors:
        """Where pixels `(…, 2)` look in the room: unit vectors `(…, 3)`."""
        at = np.asarray(pixels, np.float64)
        local = np.empty((*at.shape[:-1], 3))
        local[..., 0] = (at[..., 0] - self.size[0] / 2) / self.focal
        local[..., 1] = (self.size[1] / 2 - at[..., 1]) / self.focal
        local[..., 2] = -1
        return np.asarray((local / np.linalg.norm(local, axis=-1, keepdims=True)) @ self.axes)

    def on_floor(self, pixels: npt.ArrayLike) -> Vectors:
        """Where on the floor pixels `(n, 2)` look, `(n, 3)` metres.

        Raises:
            RecipeError: one looks over the horizon.
        """
        at = np.atleast_2d(np.asarray(pixels, np.float64))
        toward = self.directions(at)
        above = ~(toward[:, 1] <= -1e-4)  # whatever is no number, too
        if above.any():
            x, y = at[above][0]
            raise RecipeError(f"({x:g}, {y:g}) is not on the floor: it lies at or over the horizon of the photo")
        points = toward * (-self.height / toward[:, 1:2])
        points[:, 1] += self.height
        return np.asarray(points)

    def project(self, points: npt.ArrayLike) -> Vectors:
        """Pixels `(n, 2)` of points of the room `(n, 3)`, metres; NaN behind the camera."""
        local = (np.atleast_2d(np.asarray(points, np.float64)) - [0, self.height, 0]) @ self.axes.T
        depth = np.where(local[:, 2:] < 0, -local[:, 2:], np.nan)
        return np.asarray(local[:, :2] / depth * [self.focal, -self.focal] + np.array(self.size) / 2)


@dataclass(frozen=True, slots=True)
class Floor:
    """What is known of a photo's floor and camera.

    Args:
        points: two places on the floor, pixels from the photo's top left corner.
        length: metres between them.
        more: further pairs of places with the metres between them; with one more pair the tilt is known.
        horizon: the row of pixels at which the floor would end, were it endless.
        height: metres of the camera above the floor.
        pitch, roll: degrees by which the camera looks down, and leans clockwise. Without any of these and without more
            pairs, upright edges in the photo give the tilt.
        fov: vertical field of view in degrees; without it, what the photo's EXIF data say.
    """

    points: tuple[Pixel, Pixel]
    length: float | None = None
    more: tuple[tuple[Pixel, Pixel, float], ...] = ()
    horizon: float | None = None
    height: float | None = None
    pitch: float | None = None
    roll: float | None = None
    fov: float | None = None

    def __post_init__(self) -> None:
        lengths = [length for *_, length in self.more] + ([self.length] if self.length is not None else [])
        places = [*self.points, *(place for *ends, _ in self.more for place in ends)]
        if not np.isfinite([*np.ravel(places), *(v for v in (self.horizon, self.roll) if v is not None)]).all():
            raise RecipeError("floor points, horizon and roll: take finite numbers")
        if not all(0 < length < 1e4 for length in lengths):
            raise RecipeError("length: takes metres above 0")
        if self.length is None and self.height is None:
            raise RecipeError("give the length in metres between the two floor points, or the camera's height")
        if self.height is not None and not 0 < self.height < 1e4:
            raise RecipeError(f"height={self.height}: takes metres above 0")
        if self.fov is not None and not 1 <= self.fov <= 160:
            raise RecipeError(f"fov={self.fov}: takes 1 to 160 degrees")
        if self.pitch is not None and not -_STEEPEST < self.pitch <= 90:
            raise RecipeError(f"pitch={self.pitch}: takes −{_STEEPEST:g} to 90 degrees")

    @property
    def pairs(self) -> list[tuple[Pixel, Pixel, float]]:
        own = [] if self.length is None else [(*self.points, self.length)]
        return [*own, *self.more]


def solved(floor: Floor, size: tuple[int, int], fov: float, upright: tuple[float, float] | None) -> RoomCamera:
    """The camera that fits what is known.

    Args:
        fov: vertical, degrees.
        upright: pitch and roll by the photo's upright edges, see `verticals.tilt`; used where nothing else says.

    Raises:
        RecipeError: not enough is known, or no camera fits; the message says what to add.
    """
    roll = floor.roll if floor.roll is not None else upright[1] if upright is not None else 0.0
    camera = RoomCamera(size, fov, 0.0, roll)
    if floor.pitch is not None:
        camera = replace(camera, pitch=floor.pitch)
    elif floor.horizon is not None:
        above = (floor.horizon - size[1] / 2) / camera.focal
        camera = replace(camera, pitch=float(np.degrees(np.arctan(-above))))
    elif len(floor.pairs) > 1 or (floor.pairs and floor.height is not None):
        camera = replace(camera, pitch=_pitch(camera, floor))
    elif upright is not None:
        camera = replace(camera, pitch=upright[0])
    else:
        raise RecipeError(
            "the photo shows too few upright edges to tell how the camera is tilted: add the horizon's row, the "
            "camera's height or pitch, or a second pair of floor points with their length"
        )
    if floor.height is not None:
        return replace(camera, height=floor.height)
    ratios = [length / _apart(camera, a, b) for a, b, length in floor.pairs]
    return replace(camera, height=float(np.exp(np.mean(np.log(ratios)))))


def _apart(camera: RoomCamera, a: Pixel, b: Pixel) -> float:
    first, second = camera.on_floor([a, b])
    apart = float(np.linalg.norm(first - second))
    if apart < 1e-6:
        raise RecipeError(f"the floor points {a} and {b} are the same")
    return apart


def _pitch(camera: RoomCamera, floor: Floor) -> float:
    """The tilt at which all lengths fit one height best: the least spread of log(length / length seen)."""

    def spread(pitch: float) -> float:
        tilted = replace(camera, pitch=pitch)
        try:
            logs = [np.log(length / _apart(tilted, a, b)) for a, b, length in floor.pairs]
        except RecipeError:
            return np.inf
        wanted = np.log(floor.height) if floor.height is not None else np.mean(logs)
        return float(np.sum((np.array(logs) - wanted) ** 2))

    tilts = np.linspace(-_STEEPEST, 90, 681)
    costs = np.array([spread(tilt) for tilt in tilts])
    if not np.isfinite(costs).any():
        raise RecipeError("no tilt of the camera puts all floor points on the floor: check them and the field of view")
    best = int(np.argmin(costs))
    low, high = tilts[max(best - 1, 0)], tilts[min(best + 1, len(tilts) - 1)]
    golden = (np.sqrt(5) - 1) / 2
    for _ in range(60):
        a, b = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, b) if spread(a) <= spread(b) else (a, high)
    pitch = float((low + high) / 2)
    if spread(pitch) > 0.01:
        raise RecipeError("the lengths contradict each other: no tilt of the camera fits them to within 10 percent")
    return pitch
