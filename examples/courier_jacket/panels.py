"""The cloth cut into panels along its grid's lines, and turned in at hem and cuffs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.grid import arc_length_uvs, loft
from ..modelling.surface import Chart, Surface
from .shell import Shell

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Found = list[tuple[str, Surface]]

BAND = 4  # rows of the hem
YOKE = 33  # the row of the seam under the shoulders
SIDES = (16, 24)  # columns of the left side panel; the right one's are mirrored
SIDE_TOP = 28
STRIPE = 3  # columns to either side of the sleeve's outer line


def cuff_row(shell: Shell) -> int:
    """The sleeve's row where its cuff begins."""
    share = shell.sleeve_patch().v.mean(axis=1)
    return int(np.searchsorted(share, 1.71))


def panels(shell: Shell) -> Found:
    normals = vertex_normals(shell)
    found = _trunk(shell, normals)
    for side in ("left", "right"):
        found += _sleeve(shell, normals, side)
    return [*found, *_turned_in(shell)]


def vertex_normals(shell: Shell) -> Array:
    """Of the whole cloth, so that neighbouring panels shade as one."""
    quads = shell.quads()
    normals = np.zeros_like(shell.points)
    for corner in range(4):
        here = shell.points[quads[:, corner]]
        ahead, back = (shell.points[quads[:, (corner + k) % 4]] - here for k in (1, 3))
        np.add.at(normals, quads[:, corner], np.cross(ahead, back))
    unit: Array = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    return unit


def _trunk(shell: Shell, normals: Array) -> Found:
    rows, columns = shell.trunk.shape
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns), indexing="ij")
    kind = np.zeros((rows - 1, columns), dtype=np.int64)
    kind[row < BAND] = 1
    kind[row >= YOKE] = 2
    low, high = SIDES
    at_side = ((column >= low) & (column < high)) | ((column >= columns - high) & (column < columns - low))
    kind[at_side & (row >= BAND) & (row < SIDE_TOP)] = 3
    kind[shell.hole] = -1
    behind = (column >= columns // 4) & (column < 3 * columns // 4)
    found: Found = []
    for back in (False, True):
        order = np.arange(columns + 1) + (0 if back else columns // 2)
        grid = shell.trunk[:, order % columns]
        cells = order[:-1] % columns
        # The texture is laid out from the middle of the front, or of the back, toward both sides.
        for look, number in (("shell", 0), ("rib", 1), ("quilt", 2), ("mesh", 3)):
            keep = (kind == number)[:, cells] & (behind == back)[:, cells]
            found.append((look, cut(shell.points, normals, grid, keep, columns // 2)))
    return found


def _sleeve(shell: Shell, normals: Array, side: str) -> Found:
    grid = np.roll(shell.sleeves[side], 20, axis=1)
    grid = np.concatenate([grid, grid[:, :1]], axis=1)
    rows, columns = grid.shape[0] - 1, grid.shape[1] - 1
    row, column = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    cuff = cuff_row(shell)
    stripe = (np.abs(column + 0.5 - columns / 2) < STRIPE) & (row >= 8) & (row < cuff)
    kind = np.where(row >= cuff, 1, np.where(stripe, 2, 0))
    return [
        (look, cut(shell.points, normals, grid, kind == number, columns // 2, mirrored=side == "right"))
        for look, number in (("shell", 0), ("rib", 1), ("contrast", 2))
    ]


def cut(
    points: Array, normals: Array, grid: Indices, keep: npt.NDArray[np.bool_], origin: int, *, mirrored: bool = False
) -> Surface:
    """The marked cells of a grid as a surface; textures are laid out from column `origin`."""
    uvs = arc_length_uvs(points[grid], origin) * [1, -1]
    i, j = np.nonzero(keep)
    columns = grid.shape[1]
    corner = i * columns + j
    quads = np.stack([corner, corner + 1, corner + columns + 1, corner + columns], axis=-1)
    quads = quads[:, ::-1] if mirrored else quads
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    used, faces = np.unique(triangles, return_inverse=True)
    which = grid.reshape(-1)[used]
    return Surface(
        points[which], uvs.reshape(-1, 2)[used], faces.reshape(-1, 3), normals[which],
        (Chart(0, len(used)),), np.ones(len(used)),
    )  # fmt: skip


def _turned_in(shell: Shell) -> Found:
    """The cloth's edges at hem and cuffs, folded inward, so that it has a thickness."""
    normals = vertex_normals(shell)
    found: Found = []
    for ring, inner, mirrored in (
        (shell.trunk[0], shell.trunk[3], False),
        *((sleeve[-1], sleeve[-4], side == "left") for side, sleeve in shell.sleeves.items()),
    ):
        edge, above = shell.points[ring], shell.points[inner]
        out = normals[ring]
        down = edge - above
        down /= np.linalg.norm(down, axis=1, keepdims=True)
        rows = [edge, edge + down * 0.002 - out * 0.0012, edge + down * 0.002 - out * 0.0035, edge - out * 0.0050]
        rows.append(above - normals[inner] * 0.0050)
        lip = loft(np.stack(rows), closed_rows=True)
        found.append(("rib", lip if mirrored else lip.flipped()))
    return found
