"""The shield: one curved pane with a notch over the nose."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import smoothstep
from ..modelling.grid import loft
from ..modelling.patch import Patch
from ..modelling.surface import Surface

Array = npt.NDArray[np.float64]

REACH = 1.72  # radians to either side
THICK = 0.0024


def top(angle: Array) -> Array:
    """Height of the pane's upper edge."""
    result: Array = 1.694 - 0.010 * (np.abs(angle) / REACH) ** 2
    return result


def bottom(angle: Array) -> Array:
    """Height of its lower edge: it rises toward the temples, and over the nose."""
    turn = np.abs(angle)
    result: Array = 1.630 + 0.034 * smoothstep(0.45, REACH, turn) + 0.013 * np.exp(-((turn / 0.15) ** 2))
    return result


def pane(patch: Patch) -> Surface:
    """A closed pane with rounded edges."""
    angle = np.linspace(-REACH, REACH, 65)
    low, high = bottom(angle), top(angle)
    across = np.linspace(0, 1, 6)
    outer = [(t, 0.0) for t in across]
    rows = [(0.0, -THICK / 2), *((t, h + 0.0) for t, h in outer), (1.0, -THICK / 2)]
    rows += [(t, -THICK) for t in across[::-1]]
    grow = np.array([0.0012 if k in (0, len(outer) + 1) else 0.0 for k in range(len(rows))])
    grid = []
    for (t, height), more in zip(rows, grow, strict=True):
        y = low + (high - low) * t + (more if t > 0.5 else -more)
        grid.append(patch.at(np.stack([angle, y], -1), height)[0])
    ends = [np.stack(grid)[:, k].mean(axis=0) for k in (0, -1)]
    rings = np.stack(grid).transpose(1, 0, 2)
    caps = [np.broadcast_to(end, rings[0].shape) for end in ends]
    closed = np.concatenate([caps[0][None], rings, caps[1][None]])
    return loft(closed, closed_rows=True, crease=70).outward()
