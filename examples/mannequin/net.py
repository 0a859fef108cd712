"""Which quads make the body: tubes of rings for trunk and head, arms, hands and legs, joined without a gap."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]

AROUND_TRUNK, AROUND_ARM, AROUND_LEG, AROUND_FINGER = 40, 20, 28, 8


@dataclass
class Net:
    """Vertices and quads while they are put together.

    Attributes:
        points: first guesses `(3,)` each.
        loose: how far the vertex may slide along the skin to even out the net, 0 to 1.
        exact: whether the guess is already where the skin is.
        quads: four vertices each, counter-clockwise from outside.
        uvs: metres, four for each quad.
        charts: name of the part that each quad unfolds with.
    """

    points: list[Array] = field(default_factory=list)
    loose: list[float] = field(default_factory=list)
    exact: list[bool] = field(default_factory=list)
    quads: list[list[int]] = field(default_factory=list)
    uvs: list[list[tuple[float, float]]] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    grids: dict[str, Indices] = field(default_factory=dict)

    def add(self, points: Array, *, loose: float = 0.15, exact: bool = False) -> list[int]:
        """New vertices; their numbers."""
        start = len(self.points)
        self.points.extend(points)
        self.loose += [loose] * len(points)
        self.exact += [exact] * len(points)
        return list(range(start, len(self.points)))

    def tube(
        self,
        chart: str,
        rings: list[list[int]],
        *,
        inward: bool = False,
        holes: set[tuple[int, int]] | None = None,
        size: tuple[float, float] = (0.02, 0.02),
    ) -> None:
        """Quads between successive rings, except the (row, column) cells in `holes`; `size` of a cell in metres."""
        du, dv = size
        for i, (low, high) in enumerate(pairwise(rings)):
            for j in range(len(low)):
                if holes and (i, j) in holes:
                    continue
                k = (j + 1) % len(low)
                quad = [low[j], low[k], high[k], high[j]]
                uv = [
                    (j * du, -i * dv),
                    ((j + 1) * du, -i * dv),
                    ((j + 1) * du, -(i + 1) * dv),
                    (j * du, -(i + 1) * dv),
                ]
                self._quad(chart, quad, uv, inward)
        self.grids[chart] = np.array(rings)

    def cap(self, chart: str, ring: list[int], wide: int, first: int, *, inward: bool = False, size: float = 0.02,
            rise: Array | None = None, exact: bool = False, loose: float = 0.15) -> None:  # fmt: skip
        """Closes a ring with a grid of quads, `wide` cells along the side that starts at ring[first].

        Args:
            rise: how far the middle lies beyond the ring's plane, `(3,)`.
        """
        n = len(ring)
        deep = (n - 2 * wide) // 2
        at = [ring[(first + k) % n] for k in range(n)]
        grid = np.full((deep + 1, wide + 1), -1, dtype=np.int64)
        grid[0] = at[: wide + 1]
        grid[:, wide] = at[wide : wide + deep + 1]
        grid[deep, ::-1] = at[wide + deep : 2 * wide + deep + 1]
        grid[deep:0:-1, 0] = at[2 * wide + deep : n]
        s, t = np.linspace(0, 1, deep + 1)[:, None, None], np.linspace(0, 1, wide + 1)[None, :, None]
        p = np.array([[self.points[k] if k >= 0 else np.zeros(3) for k in row] for row in grid])
        coons = (1 - s) * p[:1] + s * p[-1:] + (1 - t) * p[:, :1] + t * p[:, -1:]
        coons -= (1 - s) * (1 - t) * p[0, 0] + (1 - s) * t * p[0, -1] + s * (1 - t) * p[-1, 0] + s * t * p[-1, -1]
        if rise is not None:
            coons = coons + (16 * s * (1 - s) * t * (1 - t)) ** 0.6 * rise
        for i in range(1, deep):
            grid[i, 1:-1] = self.add(coons[i, 1:-1], exact=exact, loose=loose)
        for i in range(deep):
            for j in range(wide):
                quad = [int(k) for k in (grid[i, j], grid[i, j + 1], grid[i + 1, j + 1], grid[i + 1, j])]
                uv = [(j + a, i + b) for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
                self._quad(chart, quad, [(a * size, b * size) for a, b in uv], inward)

    def _quad(self, chart: str, quad: list[int], uv: list[tuple[float, float]], inward: bool) -> None:
        self.quads.append(quad[::-1] if inward else quad)
        self.uvs.append(uv[::-1] if inward else uv)
        self.charts.append(chart)
