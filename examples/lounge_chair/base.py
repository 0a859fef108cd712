"""Turned legs with brass ferrules under a chamfered plinth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import fillet, offset
from ..modelling.cushion import at_height, closed_ends
from ..modelling.grid import loft
from ..modelling.surface import Surface
from ..modelling.sweep import revolve
from .detail import FULL, Detail
from .shell import BOTTOM, FRONT, HALF_WALL, Shell

Array = npt.NDArray[np.float64]

FEET = [(0.245, 0.225), (-0.245, 0.225), (0.215, -0.215), (-0.215, -0.215)]
LEG_TOP, FERRULE_TOP = 0.165, 0.036


def _splay(x: float, z: float) -> Array:
    """Leans a leg outward by shearing, so that its foot stays level on the floor; (x, z) is its place at the top."""
    m = np.eye(4)
    m[0, 1], m[2, 1] = -0.22 * np.sign(x), -0.18 * np.sign(z)
    m[0, 3], m[2, 3] = x - m[0, 1] * LEG_TOP, z - m[2, 1] * LEG_TOP
    return m


def leg(x: float, z: float, detail: Detail) -> Surface:
    """Turned: a shoulder under the plinth, a bead between two coves, then a long taper."""
    profile = [
        (0.0, LEG_TOP + 0.004), (0.027, LEG_TOP + 0.004), (0.027, 0.158), (0.0258, 0.1555), (0.0222, 0.154),
        (0.0215, 0.152), (0.0222, 0.150), (0.0252, 0.1485), (0.0262, 0.146), (0.0252, 0.1435), (0.0222, 0.142),
        (0.0218, 0.140), (0.0226, 0.137), (0.0224, 0.125), (0.0205, 0.095), (0.0178, 0.065),
        (0.0150, FERRULE_TOP), (0.0, FERRULE_TOP),
    ]  # fmt: skip
    return revolve(profile, sides=32 if detail is FULL else 8, crease=50).outward().transformed(_splay(x, z))


def ferrule(x: float, z: float, detail: Detail) -> Surface:
    profile = [
        (0.0, 0.0385), (0.0148, 0.0385), (0.0158, 0.0380), (0.0162, 0.0368), (0.0158, 0.0350), (0.0125, 0.0040),
        (0.0116, 0.0026), (0.0, 0.0026),
    ]  # fmt: skip
    return revolve(profile, sides=32 if detail is FULL else 8, crease=50).outward().transformed(_splay(x, z))


def foot(x: float, z: float, detail: Detail) -> Surface:
    profile = [(0.0, 0.003), (0.0105, 0.003), (0.0105, 0.0), (0.0, 0.0)]
    return revolve(profile, sides=24 if detail is FULL else 8).outward().transformed(_splay(x, z))


def plinth(shell: Shell, detail: Detail) -> Surface:
    """The wooden plate that carries the legs, its edge chamfered."""
    outline = shell.inside(0.012 - 2 * HALF_WALL, FRONT + 0.002, detail.outline * 2 // 3, BOTTOM, corner=5)
    profile = fillet(
        [(-0.03, 0.19), (0.0, 0.19), (0.0, 0.1745), (-0.008, 0.164), (-0.03, 0.164)], 0.002, 3, closed=False
    )
    rows = [at_height(offset(outline, o), y) for o, y in profile]
    board = loft(closed_ends(rows), closed_rows=True, crease=30).outward()
    flat = np.where(np.abs(board.normals[:, 1:2]) > 0.5, board.positions[:, [2, 0]], board.uvs[:, ::-1])
    return Surface(board.positions, flat, board.triangles, board.normals, board.charts, board.cavity)
