"""Feet: level slices from the ankle to the sole, without toes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .form import Form
from .net import AROUND_LEG, Net

Array = npt.NDArray[np.float64]

# Height; heel and tip (z from the ankle), half width at the ball and at the heel, and its middle (x): medium metres.
_SLICES = np.array(
    [
        (0.1050, -0.0365, 0.0390, 0.0305, 0.0305, 0.000), (0.0860, -0.0390, 0.0510, 0.0325, 0.0310, 0.001),
        (0.0700, -0.0430, 0.0730, 0.0345, 0.0315, 0.002), (0.0560, -0.0475, 0.1010, 0.0375, 0.0325, 0.003),
        (0.0440, -0.0515, 0.1280, 0.0405, 0.0325, 0.004), (0.0330, -0.0550, 0.1540, 0.0430, 0.0330, 0.005),
        (0.0230, -0.0570, 0.1770, 0.0450, 0.0335, 0.006), (0.0140, -0.0575, 0.1900, 0.0460, 0.0340, 0.006),
        (0.0065, -0.0560, 0.1940, 0.0455, 0.0335, 0.006), (0.0018, -0.0520, 0.1900, 0.0425, 0.0310, 0.006),
        (0.0000, -0.0450, 0.1800, 0.0370, 0.0260, 0.006),
    ]
)  # fmt: skip
TURN = np.radians(8.0)  # toes point outward


def foot(net: Net, form: Form, ring: list[int], *, left: bool) -> None:
    """Continues the leg's last ring to the sole."""
    s = form.measures.scale
    ankle = form.bones.place("leftFoot") * [1, 0, 1]
    angle = np.arange(AROUND_LEG) * 2 * np.pi / AROUND_LEG
    rings = [ring]
    for row in _SLICES:
        points = _slice(row, angle) * s
        c, t = np.cos(TURN), np.sin(TURN)
        turned = np.stack([points[:, 0] * c + points[:, 2] * t, points[:, 1], points[:, 2] * c - points[:, 0] * t], -1)
        placed = (turned + ankle) * [1 if left else -1, 1, 1]
        rings.append(net.add(placed, exact=True, loose=0.0))
    side = "left" if left else "right"
    net.tube(f"{side}Foot", rings, inward=not left, size=(0.016 * s, 0.014 * s))
    net.cap(f"{side}Sole", rings[-1], 4, 5, inward=not left, size=0.018 * s, exact=True)


def _slice(row: Array, angle: Array) -> Array:
    """One level outline: an oval that is widest at the ball, fuller on the big toe's side."""
    y, heel, tip, ball, heel_width, middle = row
    c, s = np.cos(angle), np.sin(angle)
    power = 2 / 2.4
    c, s = np.sign(c) * np.abs(c) ** power, np.sign(s) * np.abs(s) ** power
    z = (tip + heel) / 2 + (tip - heel) / 2 * s
    along = np.clip((z - heel) / (tip - heel), 0, 1)
    wide = heel_width + (ball - heel_width) * np.clip(along / 0.7, 0, 1) ** 1.5
    x = wide * c
    # The little toe's side draws back: the tip lies nearer to the big toe.
    x = x + middle * along * 2 - 0.012 * np.clip(along - 0.55, 0, 1) ** 1.2 * (tip / 0.19)
    return np.stack([x, np.full(len(x), y), z], axis=-1)
