"""The sprung deck, the loose cushion and the pillow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import cumulative_length, offset, resample, smooth
from ..modelling.cushion import at_height, band, closed_ends, crown, gathers, pillow
from ..modelling.grid import loft
from ..modelling.surface import Surface, rotation, translation
from ..modelling.sweep import tube
from .detail import FULL, Detail
from .shell import BOTTOM, FRONT, WELT, Shell

Array = npt.NDArray[np.float64]

DECK_TOP, SEAT_EDGE, SEAT_RISE = 0.315, 0.435, 0.03


def seat(shell: Shell, detail: Detail) -> list[Surface]:
    """The sprung deck under the cushion, and the loose cushion."""
    deck = shell.inside(-0.012, FRONT - 0.005, detail.outline, BOTTOM, corner=3)
    deck_rows = [at_height(offset(deck, d), y) for d, y in _rounded(BOTTOM, DECK_TOP, 0.016)]
    box = seat_outline(shell, detail)
    top = crown(box, SEAT_EDGE, SEAT_RISE, rings=16 if detail is FULL else 5, wrinkle=0.0022)
    underside = crown(box, -DECK_TOP, 0.0, rings=4).transformed(np.diag([1.0, -1.0, 1.0, 1.0]))
    border = band(box, DECK_TOP, SEAT_EDGE, bulge=0.008, wrinkle=0.0016)
    return [loft(closed_ends(deck_rows), closed_rows=True).outward(), top, border, underside]


def _rounded(low: float, high: float, radius: float) -> list[tuple[float, float]]:
    """(offset, y) up the side of a block with rounded edges."""
    angle = np.linspace(0, np.pi / 2, 5)
    under = [(radius * (np.sin(a) - 1), low + radius * (1 - np.cos(a))) for a in angle]
    over = [(o, low + high - y) for o, y in reversed(under)]
    return [*under, *over]


def seat_outline(shell: Shell, detail: Detail) -> Array:
    return shell.inside(0.02, FRONT + 0.022, detail.outline, SEAT_EDGE - 0.06)


def seat_welts(shell: Shell, detail: Detail) -> list[Surface]:
    box = seat_outline(shell, detail)
    ripple = 0.0008 * gathers(cumulative_length(box, closed=True)[:-1], 3)
    return [
        tube(at_height(box, y + ripple), WELT, sides=detail.cord, closed=True) for y in (DECK_TOP + 0.004, SEAT_EDGE)
    ]


def back_pillow(detail: Detail) -> tuple[Surface, Surface]:
    body, seam = pillow(0.47, 0.29, 0.175, cells=(32, 22) if detail is FULL else (10, 6))
    cord = tube(smooth(resample(seam, len(seam), closed=True), 2), WELT, sides=detail.cord, closed=True)
    place = translation(0.0, 0.597, -0.178) @ rotation("x", -17.0)
    return body.transformed(place), cord.transformed(place)
