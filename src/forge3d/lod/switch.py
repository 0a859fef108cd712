"""When to show which level: by distance, and by the part of the screen that the model covers.

A level whose surface is off by `error` metres shows an error of

    pixels = error / distance · screen_height / (2 · tan(fov / 2))

on a screen of so many pixels with that vertical field of view (a pinhole camera's similar triangles; the distance goes
from the camera to the nearest part of the model). Solved for the distance, that is where a level may take over.
"""

from __future__ import annotations

from math import pi, radians, tan

PIXELS = 1.0
SCREEN_HEIGHT = 1080
FOV = 45.0


def switch_distance(
    error: float, *, pixels: float = PIXELS, screen_height: int = SCREEN_HEIGHT, fov: float = FOV
) -> float:
    """The distance in metres from which an error of `error` metres is at most `pixels` on the screen.

    Args:
        pixels: the error that may be seen.
        screen_height: of the viewport, in pixels.
        fov: vertical field of view, in degrees.
    """
    return error * screen_height / (2.0 * tan(radians(fov) / 2.0) * pixels)


def screen_coverage(radius: float, distance: float, *, fov: float = FOV) -> float:
    """The part of a square viewport's area that a sphere of `radius` metres covers at `distance`, 0 to 1.

    The sphere's image is taken as a disc of radius r = radius / (distance · tan(fov / 2)) in units of half the screen's
    height, so its area is π r² of 4. A camera inside the sphere sees it everywhere: 1.
    """
    if distance <= radius:
        return 1.0
    r = radius / (distance * tan(radians(fov) / 2.0))
    return min(1.0, pi * r * r / 4.0)
