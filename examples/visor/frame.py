"""What holds the pane: brow bar with its light, rim, modules at the temples, and the strap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import rounded_rectangle
from ..modelling.fittings import BEVEL, panel
from ..modelling.patch import Patch
from ..modelling.subdivision import rounded_block
from ..modelling.surface import Surface, translation
from .lens import REACH, bottom, top

Array = npt.NDArray[np.float64]
Found = list[tuple[str, Surface]]

TEMPLE = 1.78  # radians: the middle of the modules
STRAP_HEIGHT = 1.672


def frame(patch: Patch, behind: Patch) -> Found:
    found = [*_bars(patch), *_strap(behind)]
    left = _module(patch)
    return found + left + [(look, surface.mirrored()) for look, surface in left]


def _bars(patch: Patch) -> Found:
    """The brow bar, a line of light in it, and the thin lower rim."""
    angle = np.linspace(-REACH - 0.05, REACH + 0.05, 120)
    over = np.stack([angle, top(angle) + 0.0035], -1)
    bar = patch.ribbon(over, rounded_rectangle(0.0105, 0.0095, 0.0030, 3), 60, bevel=0.002)
    inner = np.linspace(-REACH + 0.12, REACH - 0.12, 120)
    light = np.stack([inner, top(inner) + 0.0040], -1)
    strip = patch.ribbon(light, rounded_rectangle(0.0030, 0.0112, 0.0010, 1), 56, bevel=0.001)
    edge = np.linspace(-REACH, REACH, 200)
    rim = patch.cord(np.stack([edge, bottom(edge)], -1), 0.0019, 80, sides=6, sunk=0.6)
    return [("shell", bar), ("neon", strip), ("metal", rim)]


def _module(patch: Patch) -> Found:
    """The left temple's housing, with a grille of lights and a screw."""
    at, normal = patch.at([(TEMPLE, 1.676)], 0.0)
    ahead, _ = patch.at([(TEMPLE - 0.1, 1.676), (TEMPLE + 0.1, 1.676)])
    along = ahead[0] - ahead[1]
    along -= normal[0] * (along @ normal[0])
    along /= np.linalg.norm(along)
    place = np.eye(4)
    place[:3, 0], place[:3, 1], place[:3, 2] = along, np.cross(normal[0], along), normal[0]
    place[:3, 3] = at[0] + normal[0] * 0.0025  # clear of the head at its ends
    if place[1, 1] < 0:
        place[:3, :2] *= -1
    housing = rounded_block((0.052, 0.031, 0.0150), 0.0050).transformed(place)
    cover = rounded_block((0.036, 0.019, 0.0040), 0.0016).transformed(place @ translation(0.003, 0.0, 0.0072))
    bars = [
        rounded_block((0.0030, 0.0110, 0.0016), 0.0006).transformed(
            place @ translation(-0.006 + 0.0062 * k, 0.0, 0.0092)
        )
        for k in range(4)
    ]
    return [("shell", housing), ("metal", cover), *(("neon" if k < 3 else "accent", bar) for k, bar in enumerate(bars))]


def _strap(behind: Patch) -> Found:
    """The elastic band around the back of the head, with a rubber pad."""
    reach = np.pi - TEMPLE - 0.10
    line = np.stack([np.linspace(-reach, reach, 80), np.full(80, STRAP_HEIGHT)], -1)
    band = behind.ribbon(line, rounded_rectangle(0.022, 0.0026, 0.0012, 2), 48)
    pad = behind.plate((0.0, STRAP_HEIGHT), panel(0.050, 0.034, 0.009)[::2], BEVEL, rings=4)
    return [("strap", band), ("shell", pad)]
