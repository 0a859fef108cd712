"""When to show which level: by distance, and by the part of the screen that the model covers.

A level whose surface is off by `error` metres shows an error of

    pixels = error / distance · screen_height / (2 · tan(fov / 2))

on a screen of so many pixels with that vertical field of view (a pinhole camera's similar triangles; the distance goes
from the camera to the nearest part of the model). Solved for the distance, that is where a level may take over.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, radians, tan

from ..errors import RecipeError


@dataclass(frozen=True, slots=True)
class View:
    """How levels are looked at.

    Args:
        pixels: the error that may be seen.
        screen_height: of the viewport, in pixels.
        fov: vertical field of view, in degrees.
    """

    pixels: float = 1.0
    screen_height: int = 1080
    fov: float = 45.0

    def __post_init__(self) -> None:
        if not (self.pixels > 0 and self.screen_height > 0 and 0 < self.fov < 180):
            raise RecipeError(
                f"a view of {self.pixels} pixels of {self.screen_height} at {self.fov}°: pixels and screen height must "
                "be above 0, the field of view between 0 and 180"
            )

    @property
    def pixels_per_slope(self) -> float:
        """How many pixels a thing covers that is as high as it is far away."""
        return self.screen_height / (2.0 * tan(radians(self.fov) / 2.0))


def switch_distance(error: float, view: View | None = None) -> float:
    """The distance in metres from which an error of `error` metres is at most the view's pixels on the screen."""
    view = view or View()
    return error * view.pixels_per_slope / view.pixels


def allowed_error(distance: float, view: View | None = None) -> float:
    """The error in metres that is the view's pixels on the screen at `distance` metres."""
    view = view or View()
    return distance * view.pixels / view.pixels_per_slope


def screen_coverage(radius: float, distance: float, view: View | None = None) -> float:
    """The part of a square viewport's area that a sphere of `radius` metres covers at `distance`, 0 to 1.

    The sphere's image is taken as a disc of radius r = radius / (distance · tan(fov / 2)) in units of half the screen's
    height, so its area is π r² of 4. A camera inside the sphere sees it everywhere: 1.
    """
    if distance <= radius:
        return 1.0
    r = radius / (distance * tan(radians((view or View()).fov) / 2.0))
    return min(1.0, pi * r * r / 4.0)
