"""First guesses for the rings of trunk and head, and where arms and legs leave them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .form import Form
from .net import AROUND_TRUNK, Net

Array = npt.NDArray[np.float64]

# Height and z in front, height, x and z at the side, height and z behind; rows until the next. Medium metres.
_KEYS: list[tuple[tuple[float, float], tuple[float, float, float], tuple[float, float], int]] = [
    ((0.830, 0.078), (0.885, 0.172, -0.010), (0.815, -0.110), 4),
    ((0.915, 0.099), (0.935, 0.174, -0.010), (0.905, -0.140), 8),
    ((1.100, 0.098), (1.100, 0.145, 0.000), (1.100, -0.078), 8),
    ((1.292, 0.115), (1.296, 0.180, -0.015), (1.296, -0.112), 6),
    ((1.395, 0.078), (1.452, 0.178, -0.022), (1.420, -0.108), 6),
    ((1.468, 0.030), (1.492, 0.066, -0.030), (1.497, -0.080), 3),
    ((1.526, 0.036), (1.562, 0.055, -0.012), (1.560, -0.066), 2),
    ((1.530, 0.078), (1.585, 0.057, 0.008), (1.592, -0.070), 5),
    ((1.632, 0.106), (1.642, 0.072, 0.005), (1.640, -0.092), 4),
    ((1.710, 0.090), (1.712, 0.071, 0.002), (1.710, -0.086), 3),
    ((1.750, 0.046), (1.752, 0.038, 0.000), (1.751, -0.048), 0),
]
ARMPIT = 4 + 8 + 8  # the row under the arm
HOLE_ROWS, HOLE_FIRST, HOLE_LAST = 6, 8, 12  # of the left arm's hole: rows, and columns from the front
NECK = ARMPIT + HOLE_ROWS + 6


def trunk_rings(net: Net, form: Form) -> list[list[int]]:
    """Rings from the hips to the crown; the column 0 is in front, and columns grow to the body's left."""
    angle = np.arange(AROUND_TRUNK) * 2 * np.pi / AROUND_TRUNK
    keys = np.array([(*front, *side, *back) for front, side, back, _ in _KEYS])
    rows: list[list[int]] = []
    for k, (_, _, _, count) in enumerate(_KEYS):
        for step in range(max(count, 1)):
            t = step / max(count, 1)
            key = keys[k] if k + 1 == len(keys) else keys[k] * (1 - t) + keys[k + 1] * t
            loose = 0.8 if ARMPIT - 3 <= len(rows) <= NECK + 1 or len(rows) < 3 else 0.25
            rows.append(net.add(_ring(key, angle) * form.measures.scale, loose=loose))
    return rows


def _ring(key: Array, angle: Array) -> Array:
    front_y, front_z, side_y, side_x, side_z, back_y, back_z = key
    c, s = np.cos(angle), np.sin(angle)
    reach = np.where(c >= 0, front_z - side_z, side_z - back_z)
    end = np.where(c >= 0, front_y, back_y)
    return np.stack([side_x * s, side_y + (end - side_y) * c**2, side_z + reach * c], axis=-1)


def arm_hole(rows: list[list[int]], *, left: bool) -> list[int]:
    """The loop that the arm grows from, as rings of the arm run: from the top forward and round."""
    low, high = ARMPIT, ARMPIT + HOLE_ROWS
    first, last = HOLE_FIRST, HOLE_LAST
    middle = (first + last) // 2
    loop = [(high, c) for c in range(middle, first - 1, -1)]
    loop += [(r, first) for r in range(high - 1, low - 1, -1)]
    loop += [(low, c) for c in range(first + 1, last + 1)]
    loop += [(r, last) for r in range(low + 1, high + 1)]
    loop += [(high, c) for c in range(last - 1, middle, -1)]
    return [rows[r][c if left else -c % AROUND_TRUNK] for r, c in loop]


def hole_cells() -> set[tuple[int, int]]:
    """Cells of the trunk's tube that the arms take the place of."""
    left = {(r, c) for r in range(ARMPIT, ARMPIT + HOLE_ROWS) for c in range(HOLE_FIRST, HOLE_LAST)}
    return left | {(r, AROUND_TRUNK - 1 - c) for r, c in left}


def leg_loop(net: Net, rows: list[list[int]], form: Form) -> tuple[list[int], list[int]]:
    """The loops that the legs grow from: half of the lowest ring each, closed between the legs by a common line."""
    ring = rows[0]
    half = AROUND_TRUNK // 2
    front, back = net.points[ring[0]], net.points[ring[half]]
    t = np.linspace(0, 1, 9)[1:-1, None]
    line = front * (1 - t) + back * t
    line[:, 1] -= 0.022 * form.measures.scale * np.sin(np.pi * t[:, 0])
    seam = net.add(line, loose=0.8)
    quarter = half // 2
    left = [ring[c] for c in range(quarter, -1, -1)] + seam + [ring[c] for c in range(half, quarter, -1)]
    right = [ring[-c % AROUND_TRUNK] for c in range(quarter, -1, -1)] + seam
    right += [ring[-c % AROUND_TRUNK] for c in range(half, quarter, -1)]
    return left, right
