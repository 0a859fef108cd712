"""Three bent legs between two rings, with glides."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import rounded_rectangle, spline
from ..modelling.surface import Surface, rotation, translation
from ..modelling.sweep import circle, revolve, sweep, tube

Array = npt.NDArray[np.float64]
Found = list[tuple[str, Surface]]

HEIGHT = 0.520
RING = 0.226  # radius of the upper ring's middle
TRAY_HEIGHT, TRAY = 0.205, 0.158  # top of the tray, and its radius
LEG = 0.0085  # radius


def around(radius: float, y: float, count: int) -> Array:
    ring = circle(radius, count)
    return np.stack([ring[:, 0], np.full(count, y), -ring[:, 1]], axis=-1)


def leg_line(count: int = 34) -> Array:
    """One leg in the plane z = 0: from the floor inward to the tray, and out again under the ring."""
    points = [
        (0.2080, LEG * 0.6), (0.2000, 0.060), (0.1840, 0.130), (0.1725, TRAY_HEIGHT - 0.010), (0.1760, 0.290),
        (0.1920, 0.380), (0.2120, 0.460), (RING - 0.002, HEIGHT - 0.020),
    ]  # fmt: skip
    line = spline(points, count)
    return np.column_stack([line, np.zeros(count)])


def frame() -> Found:
    rim = rounded_rectangle(0.0130, 0.0200, 0.0042, 2)
    upper = sweep(rim, around(RING, HEIGHT - 0.0100, 108), up=(0.0, 1.0, 0.0), closed=True, crease=50)
    hoop = rounded_rectangle(0.0060, 0.0260, 0.0022, 2)
    lower = sweep(hoop, around(TRAY + 0.0035, TRAY_HEIGHT - 0.0090, 80), up=(0.0, 1.0, 0.0), closed=True, crease=50)
    found: Found = [("metal", upper), ("metal", lower)]
    for turn in (30.0, 150.0, 270.0):
        place = rotation("y", turn)
        found += [(look, surface.transformed(place)) for look, surface in _leg()]
    return found


def _leg() -> Found:
    line = leg_line()
    glide = revolve([(0.0, 0.0), (0.0105, 0.0), (0.0110, 0.0012), (0.0110, 0.0060), (0.0092, 0.0085), (0.0, 0.0085)],
                    sides=32, crease=35).outward().moved(x=float(line[0, 0]))  # fmt: skip
    # A turned collar where the leg passes the tray, and the bolt through it.
    collar = revolve(
        [(0.0, -0.014), (0.0108, -0.014), (0.0116, -0.0125), (0.0116, -0.0005), (0.0108, 0.001), (0.0, 0.001)],
        sides=28, crease=35,
    ).outward().moved(x=0.1725, y=TRAY_HEIGHT - 0.0025)  # fmt: skip
    bolt = revolve([(0.0, 0.0), (0.0050, 0.0), (0.0054, 0.0022), (0.0046, 0.0034), (0.0, 0.0038)], sides=24, crease=35)
    bolt = bolt.outward().transformed(translation(0.1838, TRAY_HEIGHT - 0.0092, 0.0) @ rotation("z", -90.0))
    return [("metal", tube(line, LEG, sides=16, bevel=0.002)), ("glide", glide), ("metal", collar), ("dark", bolt)]
