"""The pane of glass that lies in the ring, and the wooden tray."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import fillet
from ..modelling.surface import Surface
from ..modelling.sweep import laid_flat, revolve
from .frame import HEIGHT, RING, TRAY, TRAY_HEIGHT

Array = npt.NDArray[np.float64]

THICK = 0.008


def pane() -> Surface:
    """A disc with ground edges, 1.5 mm below the ring's upper edge."""
    radius, top = RING - 0.0060, HEIGHT - 0.0015
    steps = fillet([(0.0, top - THICK), (radius, top - THICK), (radius, top), (0.0, top)], [0, 0.0014, 0.0014, 0], 4)
    return revolve(steps, sides=108, crease=40).outward()


def tray() -> Surface:
    """A turned board with a raised lip; its grain runs across it."""
    top = TRAY_HEIGHT
    profile = fillet(
        [
            (0.0, top - 0.018), (TRAY - 0.010, top - 0.018), (TRAY, top - 0.010), (TRAY, top),
            (TRAY - 0.006, top), (TRAY - 0.010, top - 0.006), (0.0, top - 0.006),
        ],
        [0, 0.004, 0.002, 0.0015, 0.0015, 0.003, 0], 3,
    )  # fmt: skip
    return laid_flat(revolve(profile, sides=72, crease=40).outward()).turned()
