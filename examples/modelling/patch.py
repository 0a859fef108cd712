"""Curves, ribbons, cords and plates that lie on a grid-shaped surface."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .curves import offset, resample
from .grid import loft
from .surface import Surface
from .sweep import sweep, tube

Array = npt.NDArray[np.float64]


class Patch:
    """A grid surface that is addressed by two coordinates of one's own choice, such as an angle and a height.

    Args:
        positions: `(r, c, 3)`.
        u: `(c,)` increasing, one a column.
        v: `(r, c)` increasing down every column.

    Outside is along a row × to the next row, as for `loft`.
    """

    def __init__(self, positions: Array, u: Array, v: Array):
        self.positions, self.u, self.v = positions, u, v
        across, down = np.gradient(positions, axis=1), np.gradient(positions, axis=0)
        if np.allclose(positions[:, 0], positions[:, -1], atol=1e-9):
            across[:, 0] = across[:, -1] = positions[:, 1] - positions[:, -2]
        normals = np.cross(across, down)
        self.normals = normals / np.maximum(np.linalg.norm(normals, axis=-1, keepdims=True), 1e-15)

    def at(self, coordinates: npt.ArrayLike, height: npt.ArrayLike = 0.0) -> tuple[Array, Array]:
        """Points `height` metres above (u, v) `(n, 2)`, and the surface's normals there."""
        uv = np.asarray(coordinates, dtype=np.float64)
        column = np.clip(np.interp(uv[:, 0], self.u, np.arange(len(self.u))), 0, len(self.u) - 1.000001)
        j = column.astype(np.int64)
        g = (column - j)[:, None]
        rows = np.arange(len(self.v))
        row = np.array([np.interp(v, self._column(k, w), rows) for v, k, w in zip(uv[:, 1], j, g[:, 0], strict=True)])
        row = np.clip(row, 0, len(rows) - 1.000001)
        i = row.astype(np.int64)
        f = (row - i)[:, None]

        def mix(grid: Array) -> Array:
            low = grid[i, j] * (1 - g) + grid[i, j + 1] * g
            high = grid[i + 1, j] * (1 - g) + grid[i + 1, j + 1] * g
            result: Array = low * (1 - f) + high * f
            return result

        normals = mix(self.normals)
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        return mix(self.positions) + normals * np.reshape(height, (-1, 1)), normals

    def _column(self, j: int, g: float) -> Array:
        result: Array = self.v[:, j] * (1 - g) + self.v[:, j + 1] * g
        return result

    def trace(self, coordinates: npt.ArrayLike, count: int, *, closed: bool = False) -> Array:
        """A polyline in (u, v), resampled so that its points are evenly spaced on the surface."""
        fine = resample(coordinates, 400, closed=closed)
        points, _ = self.at(fine)
        ring = np.concatenate([points, points[:1]]) if closed else points
        ends = np.concatenate([fine, fine[:1]]) if closed else fine
        length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(ring, axis=0), axis=1))])
        at = np.linspace(0, length[-1], count, endpoint=not closed)
        return np.stack([np.interp(at, length, ends[:, k]) for k in (0, 1)], axis=-1)

    def around(self, centre: tuple[float, float], offsets: npt.ArrayLike) -> Array:
        """Coordinates of points that lie `(n, 2)` metres to the side of and above a place."""
        step = 0.02
        u, _ = self.at([(centre[0] - step, centre[1]), (centre[0] + step, centre[1])])
        v, _ = self.at([(centre[0], centre[1] - step), (centre[0], centre[1] + step)])
        metres = np.linalg.norm([u[1] - u[0], v[1] - v[0]], axis=1) / (2 * step)
        coordinates: Array = np.asarray(offsets, dtype=np.float64) / metres + centre
        return coordinates

    def cord(
        self,
        coordinates: npt.ArrayLike,
        radius: float,
        count: int,
        *,
        sides: int = 5,
        closed: bool = False,
        sunk: float = 0.3,
    ) -> Surface:
        """A round cord along a curve, its middle `sunk` radii below standing free."""
        points, _ = self.at(self.trace(coordinates, count, closed=closed), radius * (1 - sunk))
        return tube(points, radius, sides=sides, closed=closed, bevel=0.0 if closed else radius * 0.8)

    def ribbon(self, coordinates: npt.ArrayLike, profile: Array, count: int, *, bevel: float = 0.0) -> Surface:
        """A closed profile (side, up) carried along a curve, upright on the surface."""
        points, normals = self.at(self.trace(coordinates, count))
        return sweep(profile, points, up=normals, bevel=bevel, crease=50)

    def plate(
        self,
        centre: tuple[float, float],
        outline: Array,
        edge: Array,
        *,
        rings: int = 6,
    ) -> Surface:
        """A raised panel that follows the surface.

        Args:
            centre: (u, v).
            outline: `(n, 2)` counter-clockwise in metres about the centre.
            edge: `(k, 2)` of (outward offset, height) from the rim down to the surface, in metres.
            rings: from the middle to the rim.
        """
        t = np.linspace(0, 1, rings + 1)[:-1]
        plans = [outline * k for k in t] + [offset(outline, o) for o, _ in edge]
        heights = [edge[0, 1]] * rings + [h for _, h in edge]
        rows = [self.at(self.around(centre, plan), height)[0] for plan, height in zip(plans, heights, strict=True)]
        uvs = np.stack([np.concatenate([plan, plan[:1]]) for plan in plans])
        surface = loft(
            np.stack(rows), closed_rows=True, uvs=(uvs - [uvs[..., 0].min(), uvs[..., 1].max()]) * [1, -1], crease=50
        )
        _, normal = self.at([centre])
        return surface if (surface.normals @ normal[0]).mean() > 0 else surface.flipped()


def box(size: tuple[float, float, float], *, crease: float = 10.0) -> Surface:
    """A box about the origin, for teeth and other small hard things; a crease of 180 shades it as if it were round."""
    x, y, z = (s / 2 for s in size)
    corners = np.array(
        [[-x, -y, -z], [x, -y, -z], [x, y, -z], [-x, y, -z], [-x, -y, z], [x, -y, z], [x, y, z], [-x, y, z]]
    )
    quads = np.array([[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [2, 3, 7, 6], [1, 2, 6, 5], [3, 0, 4, 7]])
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return Surface.of(corners, corners[:, :2], triangles, crease=crease)
