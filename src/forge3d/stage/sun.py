"""The sun, or a lamp, from the shadow of something upright in the photo: where it is, and what part of the light."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import RecipeError
from .camera import Pixel, RoomCamera, Vectors
from .light import Floats, seen

_LEAST, _MOST = 0.05, 0.95  # of the light: what may be taken to come from the sun
_ALONG = np.linspace(0.3, 0.8, 11)  # parts of the way from foot to tip at which the floor is looked at
_BESIDE = np.array([0.25, 0.5])  # metres to either side of the shadow: where the floor is taken to be lit


@dataclass(frozen=True, slots=True)
class Shadow:
    """Something upright that stands on the floor, and its shadow.

    Args:
        foot: where it stands, pixels from the photo's top left corner.
        tip: where the shadow of its top falls on the floor, pixels.
        height: of the thing, metres.
    """

    foot: Pixel
    tip: Pixel
    height: float

    def __post_init__(self) -> None:
        if not 0 < self.height < 100:
            raise RecipeError(f"the shadow's thing is {self.height} tall: takes metres above 0")

    def toward(self, camera: RoomCamera) -> Vectors:
        """The direction to the light `(3,)`, of length 1.

        Raises:
            RecipeError: foot or tip is not on the floor, or they are one place.
        """
        foot, tip = camera.on_floor([self.foot, self.tip])
        back = foot - tip
        if np.linalg.norm(back) < 1e-3:
            raise RecipeError("the shadow's foot and tip are one place: a shadow straight below tells no direction")
        back[1] = self.height
        return np.asarray(back / np.linalg.norm(back))

    def share(self, linear: Floats, camera: RoomCamera) -> float:
        """The part of the light on the floor that it takes away: the floor in it against the floor beside it."""
        foot, tip = camera.on_floor([self.foot, self.tip])
        way = tip - foot
        across = np.array([-way[2], 0, way[0]]) / np.linalg.norm(way)
        middle = foot + _ALONG[:, None] * way
        dark = seen(linear, camera, middle)
        lit = [seen(linear, camera, middle + side * metres * across) for side in (-1, 1) for metres in _BESIDE]
        brightest = max((float(np.median(side)) for side in lit if len(side)), default=0.0)
        if not len(dark) or brightest <= 0:
            return (_LEAST + _MOST) / 2
        return float(np.clip(1 - np.median(dark) / brightest, _LEAST, _MOST))
