"""A funnel collar: padded channels outside, lined inside, lower in front of the chin."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import smoothstep
from ..modelling.grid import loft
from ..modelling.surface import Surface
from ..modelling.sweep import tube
from .panels import vertex_normals
from .shell import Shell

Array = npt.NDArray[np.float64]
Found = list[tuple[str, Surface]]

CHANNELS = 3


def collar(shell: Shell) -> Found:
    ring = np.roll(shell.trunk[-1], 40)
    foot, normals = shell.points[ring], vertex_normals(shell)[ring]
    out = normals * [1, 0, 1]
    out /= np.linalg.norm(out, axis=1, keepdims=True)
    angle = np.linspace(-np.pi, np.pi, len(ring), endpoint=False)
    front = np.cos(angle / 2) ** 2  # 1 in front, 0 behind
    tall = 0.064 - 0.026 * front
    lean = 0.10 + 0.26 * front
    rows = []
    for t in np.linspace(0, 1, 13):
        puff = 0.0030 * np.abs(np.sin(np.pi * CHANNELS * t)) ** 0.6 * smoothstep(1.0, 0.96, t)
        rows.append(_at(foot, out, tall * t, lean * tall * t + 0.0010 + puff))
    for across, up in ((0.0000, 0.0022), (-0.0025, 0.0034), (-0.0050, 0.0022)):
        rows.append(_at(foot, out, tall + up, lean * tall + across))
    inner = [_at(foot, out, tall * t - 0.001, lean * tall * t - 0.0058) for t in np.linspace(1, -0.12, 7)]
    outside = loft(np.stack(rows), closed_rows=True, origin=40)
    inside = loft(np.stack([rows[-1], *inner]), closed_rows=True, origin=40)
    edge = _at(foot, out, tall + 0.0040, lean * tall - 0.0022)
    return [
        ("padded", outside),
        ("lining", inside),
        ("neon", tube(edge, 0.0019, sides=5, closed=True)),
        ("tape", tube(_at(foot, out, 0 * tall, 0.0026 + 0 * tall), 0.0030, sides=5, closed=True)),
    ]


def _at(foot: Array, out: Array, up: Array, across: Array) -> Array:
    placed: Array = foot + np.array([0.0, 1.0, 0.0]) * np.reshape(up, (-1, 1)) + out * np.reshape(across, (-1, 1))
    return placed
