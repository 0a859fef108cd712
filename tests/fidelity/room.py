"""The light of the products' references: a room with a window, a lamp and a wooden floor, made by formula."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Array = npt.NDArray[np.float64]

# Of each light: the direction to its middle, half its angular width and height (radians), radiance of R, G, B.
WINDOW = ((-0.62, 0.45, 0.64), 0.36, 0.48, (3.6, 4.2, 4.9))
DOOR = ((0.90, 0.10, 0.42), 0.20, 0.55, (1.05, 0.98, 0.88))
LAMP = ((0.45, 0.80, -0.35), 0.13, 0.13, (18.0, 13.0, 8.5))
BACK = ((-0.35, 0.35, -0.87), 0.55, 0.20, (1.7, 1.75, 1.9))
WALL, CEILING, FLOOR = (0.29, 0.28, 0.26), (0.43, 0.42, 0.40), (0.18, 0.13, 0.08)


def room(width: int = 1024) -> Floats:
    """Latitude-longitude radiance `(width / 2, width, 3)`: direction d is at u = atan2(d.z, d.x) / 2π + ½."""
    height = width // 2
    longitude = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    latitude = (0.5 - (np.arange(height) + 0.5) / height)[:, None] * np.pi
    directions = np.stack(
        np.broadcast_arrays(
            np.cos(latitude) * np.cos(longitude), np.sin(latitude), np.cos(latitude) * np.sin(longitude)
        ),
        -1,
    )
    up = directions[..., 1:2]
    wall, ceiling, floor = (np.asarray(color) for color in (WALL, CEILING, FLOOR))
    light = wall + np.clip(up, 0, 1) * (ceiling - wall) + np.clip(-up, 0, 1) * (floor - wall)
    for middle, wide, high, radiance in (WINDOW, DOOR, LAMP, BACK):
        light = light + _pane(directions, np.asarray(middle), wide, high)[..., None] * np.asarray(radiance)
    return light.astype(np.float32)


def _pane(directions: Array, middle: Array, wide: float, high: float) -> Array:
    """1 inside a rectangle far away, 0 outside, a soft edge of a tenth of a radian."""
    forward = middle / np.linalg.norm(middle)
    right = np.cross((0.0, 1.0, 0.0), forward)
    right /= np.linalg.norm(right)
    x, y, z = (directions @ axis for axis in (right, np.cross(forward, right), forward))
    across, above = np.arctan2(np.abs(x), z), np.arctan2(np.abs(y), np.hypot(x, z) * np.sign(z))
    ends = [np.clip((half - angle) / 0.1 + 0.5, 0, 1) for half, angle in ((wide, across), (high, above))]
    return np.asarray(np.prod([t * t * (3 - 2 * t) for t in ends], axis=0))
