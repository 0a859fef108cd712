"""The wall that wraps arms and back."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import along, cumulative_length, resample, smooth, smoothstep
from ..modelling.grid import arc_length_uvs, closed_grid, loft
from ..modelling.surface import Surface, volume
from ..modelling.sweep import tube
from .detail import Detail

Array = npt.NDArray[np.float64]

HALF_WIDTH, BACK, FRONT = 0.335, -0.31, 0.285  # of the wall's middle line
HALF_WALL = 0.043
BOTTOM, ARM_TOP, BACK_TOP = 0.19, 0.585, 0.775
WELT = 0.0042
ROUND = 0.013  # of the arms' front edges


class Shell:
    """The wall that wraps arms and back: a rounded section carried along a U, tufted on its inner side."""

    def __init__(self, detail: Detail):
        self.detail = detail
        self.line = self._middle_line()
        length = cumulative_length(self.line)
        self.length = float(length[-1])
        self.tufts = 22
        cell = 0.5 - 0.5 * np.cos(np.pi * np.arange(detail.tuft) / detail.tuft)
        stations = (np.arange(self.tufts)[:, None] + cell).reshape(-1)
        self.phase = np.append(stations, self.tufts)
        self.at = self.phase / self.tufts * self.length
        middle = along(self.line, length, self.at)
        self.grid, self.cavity, self.panels = self._grid(middle, tufted=1.0)
        # The cloth is measured on the wall without its tufts, so that the weave stays straight on the outside.
        plain = closed_grid(self._grid(middle, tufted=0.0)[0], closed_rows=True, closed_columns=False)
        self.uvs = arc_length_uvs(plain, origin=self.grid.shape[1] // 2)

    @staticmethod
    def _middle_line() -> Array:
        """`(n, 2)` of (x, z), from the right arm's front around the back to the left arm's front."""
        t = np.linspace(0, np.pi, 400)
        power = 2 / 2.7
        c, s = np.cos(t), np.sin(t)
        back = np.stack([HALF_WIDTH * np.sign(c) * np.abs(c) ** power, -0.02 + (BACK + 0.02) * s**power], axis=-1)
        return resample(np.concatenate([[[HALF_WIDTH, FRONT]], back, [[-HALF_WIDTH, FRONT]]]), 1200)

    def top(self, at: Array) -> Array:
        """Height of the wall at arc lengths: low arms that sweep up into the back."""
        t = np.abs(at / self.length - 0.5) * 2
        return ARM_TOP + (BACK_TOP - ARM_TOP) * (1 - smoothstep(0.18, 0.72, t)) + 0.012 * np.cos(np.pi * t / 2)

    def lean(self, at: Array) -> Array:
        """How far the top stands outside the bottom."""
        t = np.abs(at / self.length - 0.5) * 2
        return 0.022 + 0.058 * (1 - smoothstep(0.1, 0.8, t))

    def _grid(self, middle: Array, tufted: float) -> tuple[Array, Array, tuple[Array, Array]]:
        """Rings around the wall, the light in its grooves, and the rings of the two flat arm fronts."""
        ends = np.array([1.0, *np.zeros(len(middle) - 2), 1.0])
        direction = np.gradient(middle, axis=0)
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        x = self.phase % 1.0
        bulge = np.sqrt(np.clip(1 - (2 * x - 1) ** 2, 0, 1)) * (1 - ends) * tufted
        rows, light = [], []
        for i in range(len(middle)):
            rows.append(self._ring(middle[i], direction[i], self.at[i], bulge[i], 0.0, 0.0))
            light.append(self._light(bulge[i]))
        first, right = self._end(middle[0], direction[0], self.at[0], -1.0)
        last, left = self._end(middle[-1], direction[-1], self.at[-1], 1.0)
        dim = np.ones((len(first), rows[0].shape[0]))
        return np.concatenate([first[::-1], rows, last]), np.concatenate([dim, light, dim]), (right, left)

    def _section(self, at: float, inset: float) -> tuple[Array, Array, Array]:
        """Points (n, y) of the section, their outward normals, and how much of the tufting each one gets."""
        half, low, high = HALF_WALL - inset, BOTTOM + inset, float(self.top(np.array(at))) - inset
        foot = max(0.018 - inset, 0.0)
        side = self.detail.side
        corner = np.linspace(-np.pi / 2, 0, 4)
        bull = np.linspace(0, np.pi, 2 * side - 5)
        rise = np.linspace(low + foot, high - half, side)[1:-1]
        outer = np.concatenate(
            [
                np.stack([half - foot + foot * np.cos(corner), low + foot + foot * np.sin(corner)], -1),
                np.stack([np.full(len(rise), half), rise], -1),
                np.stack([half * np.cos(bull), high - half + half * np.sin(bull)], -1),
            ]
        )
        inner = (outer[: 4 + len(rise)] * [-1, 1])[::-1]
        points = np.concatenate([[[0.0, low]], outer, inner])
        normals = np.concatenate(
            [
                [[0.0, -1.0]],
                np.stack([np.cos(corner), np.sin(corner)], -1),
                np.tile([1.0, 0.0], (len(rise), 1)),
                np.stack([np.cos(bull), np.sin(bull)], -1),
                np.tile([-1.0, 0.0], (len(rise), 1)),
                np.stack([-np.cos(corner), np.sin(corner)], -1)[::-1],
            ]
        )
        tufted = smoothstep(-0.8, 0.2, -normals[:, 0]) * (points[:, 1] > low + foot)
        return points, normals, tufted

    def _ring(self, middle: Array, direction: Array, at: float, bulge: float, inset: float, forward: float) -> Array:
        points, normals, tufted = self._section(at, inset)
        points = points + normals * (0.017 * bulge * tufted)[:, None]
        height = np.clip((points[:, 1] - BOTTOM) / (BACK_TOP - BOTTOM), 0, 1)
        out = points[:, 0] + float(self.lean(np.array(at))) * height**1.4
        side = np.array([-direction[1], direction[0]])  # away from the seat
        plan = middle + direction * forward + out[:, None] * side
        return np.stack([plan[:, 0], points[:, 1], plan[:, 1]], axis=-1)

    def _light(self, bulge: float) -> Array:
        _, _, tufted = self._section(0.0, 0.0)
        return 1 - 0.75 * tufted * (1 - smoothstep(0.0, 0.55, np.array(bulge)))

    def _end(self, middle: Array, direction: Array, at: float, sign: float) -> tuple[Array, Array]:
        """The arm's front: rings of its rounded edge, and of the flat panel that closes on a line."""
        angle = np.linspace(0, np.pi / 2, 6)[1:]
        edge = [(ROUND * (1 - np.cos(a)), ROUND * np.sin(a)) for a in angle]
        panel = [(inset, ROUND) for inset in (ROUND, 0.022, 0.033, HALF_WALL)]

        def rings(steps: list[tuple[float, float]]) -> Array:
            return np.stack([self._ring(middle, direction, at, 0.0, inset, sign * f) for inset, f in steps])

        return rings(edge), rings(panel)

    def surfaces(self) -> list[Surface]:
        """The wall, and the two flat arm fronts."""
        wall = loft(self.grid, closed_rows=True, uvs=self.uvs, cavity=self.cavity)
        outward = wall if volume(wall) > 0 else wall.flipped()
        return [outward, *(self._panel(rings) for rings in self.panels)]

    @staticmethod
    def _panel(rings: Array) -> Surface:
        closed = np.concatenate([rings, rings[:, :1]], axis=1)
        face = loft(rings, closed_rows=True, uvs=closed[..., :2])
        return face if face.normals[:, 2].mean() > 0 else face.flipped()

    def welts(self, cord: int) -> list[Surface]:
        """Cords around the arms' fronts, along the outside's lower edge, where the tufting ends, and down the back."""
        loops = [tube(smooth(self.grid[k], 2), WELT, sides=cord, closed=True) for k in (0, -1)]
        side = self.detail.side
        hem, crest = 5, 3 + side
        count = len(self.grid)
        # Every other station will do, but for the tight bends at the arms' fronts.
        kept = [k for k in range(count) if k < 7 or k >= count - 7 or k % 2]
        lines = [self.grid[kept, k] for k in (hem, crest)]
        middle = len(self.grid) // 2
        reach = round(len(self.grid) * 0.148)
        lines += [self.grid[k, hem : crest + 1] for k in (middle - reach, middle + reach)]
        return [*loops, *(tube(line, WELT, sides=cord, bevel=0.002) for line in lines)]

    def inside(self, gap: float, front: float, count: int, y: float, corner: int = 14) -> Array:
        """A D-shaped outline `(count, 2)` within the wall at height y, counter-clockwise seen with z up."""
        t = np.clip((y - BOTTOM) / (BACK_TOP - BOTTOM), 0, 1) ** 1.4
        step = self.line[1:] - self.line[:-1]
        step = np.concatenate([step, step[-1:]])
        step /= np.linalg.norm(step, axis=1, keepdims=True)
        at = np.linspace(0, self.length, len(self.line))
        inward = HALF_WALL + gap - self.lean(at) * t
        wall = self.line - np.stack([-step[:, 1], step[:, 0]], -1) * inward[:, None]
        wall = wall[wall[:, 1] < front]
        reach = float(wall[-1, 0])
        x = np.linspace(reach, -reach, 120)[1:-1]
        bow = front + 0.018 * (1 - (x / reach) ** 2)
        ring = np.concatenate([wall, np.stack([x, bow], -1)])
        fine = smooth(resample(ring, 360, closed=True), corner * 6)
        return resample(fine, count, closed=True)[::-1]
