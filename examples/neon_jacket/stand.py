"""The stand: a hexagonal base with a luminous groove, a pole, and a turned neck cap."""

from __future__ import annotations

import numpy as np

from ..modelling.curves import fillet, resample
from ..modelling.surface import Surface
from ..modelling.sweep import revolve
from .cloth import FLOOR


def stand() -> list[tuple[str, Surface]]:
    angle = np.radians(np.arange(6) * 60 + 30)
    corners = np.stack([np.cos(angle), np.sin(angle)], -1)

    def hexagon(profile: list[tuple[float, float]], crease: float = 30) -> Surface:
        reach = max(r for r, _ in profile)
        outline = resample(fillet(corners * reach / np.cos(np.pi / 6), 0.035, 8), 48, closed=True)
        return revolve(profile, outline=outline, crease=crease).outward()

    plate = hexagon(
        [
            (0.0, 0.0), (0.160, 0.0), (0.1625, 0.002), (0.1625, 0.0085), (0.1600, 0.0115), (0.1500, 0.0125),
            (0.1485, 0.0125), (0.1480, 0.0100), (0.1440, 0.0100), (0.1435, 0.0125), (0.142, 0.0127), (0.0, 0.0140),
        ]
    )  # fmt: skip
    glow = hexagon([(0.1438, 0.0098), (0.1482, 0.0098), (0.1478, 0.0113), (0.1442, 0.0113), (0.1438, 0.0098)])
    pole = revolve(
        [
            (0.0, 0.0130), (0.0340, 0.0130), (0.0340, 0.0150), (0.0320, 0.0172), (0.0240, 0.0185), (0.0185, 0.0215),
            (0.0160, 0.0270), (0.0150, 0.0360), (0.0140, 0.0380), (0.0140, FLOOR - 0.030), (0.0155, FLOOR - 0.028),
            (0.0155, FLOOR - 0.010), (0.0200, FLOOR - 0.004), (0.0600, FLOOR + 0.020), (0.0600, FLOOR + 0.0285),
            (0.0, FLOOR + 0.0285),
        ],
        sides=28, crease=35,
    ).outward()  # fmt: skip
    knob = revolve(
        [
            (0.0, 0.0), (0.0400, 0.0), (0.0412, 0.0012), (0.0412, 0.0042), (0.0395, 0.0060), (0.0300, 0.0090),
            (0.0140, 0.0120), (0.0085, 0.0150), (0.0080, 0.0190), (0.0105, 0.0225), (0.0120, 0.0270),
            (0.0105, 0.0315), (0.0060, 0.0342), (0.0, 0.0350),
        ],
        sides=28, crease=40,
    ).outward()  # fmt: skip
    return [("steel", plate), ("neon", glow), ("steel", pole), ("steel", knob.moved(y=FLOOR + 0.650))]
