"""The leather handle over the top, held by two pins."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import rounded_rectangle, spline
from ..modelling.surface import Surface, rotation, translation
from ..modelling.sweep import revolve, sweep, tube

Array = npt.NDArray[np.float64]
Found = list[tuple[str, Surface]]


def path(count: int = 64) -> Array:
    """Up one side, over the top, and down the other."""
    half = [(0.0592, 0.1080), (0.0588, 0.1300), (0.0570, 0.1600), (0.0490, 0.1860), (0.0300, 0.2010), (0.0, 0.2060)]
    points = [*half, *((-x, y) for x, y in half[-2::-1])]
    line = spline(points, count)
    return np.column_stack([line, np.zeros(count)])


def handle() -> Found:
    line = path()
    away = line - np.array([0.0, 0.11, 0.0])
    strap = sweep(rounded_rectangle(0.0170, 0.0030, 0.0012, 3), line, up=away, bevel=0.0014, crease=50)
    found: Found = [("leather", strap)]
    # Stitches along both edges, sunk into the leather.
    lift = away / np.linalg.norm(away, axis=1, keepdims=True) * 0.0014
    for side in (-1.0, 1.0):
        found.append(("thread", tube(line[3:-3] + lift[3:-3] + np.array([0, 0, side * 0.0066]), 0.0004, sides=5)))
    profile = [
        (0.0, -0.0050), (0.0048, -0.0050), (0.0050, 0.0016), (0.0046, 0.0024), (0.0030, 0.0028), (0.0026, 0.0022),
        (0.0, 0.0022),
    ]  # fmt: skip
    pin = revolve(profile, sides=28, crease=30).outward()
    right = pin.transformed(translation(0.0592, 0.1160, 0.0) @ rotation("z", -90.0))
    return [*found, ("metal", right), ("metal", right.mirrored())]
