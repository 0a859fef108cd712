"""Upholstered shapes: boxed seat cushions, knife-edged pillows, and discs under any outline."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .curves import cumulative_length, offset, smoothstep
from .grid import loft
from .noise import table
from .surface import Surface

Array = npt.NDArray[np.float64]


def at_height(outline: Array, y: float | Array) -> Array:
    """Plane outlines `(n, 2)` of (x, z) as points `(n, 3)` at height y."""
    return np.stack([outline[:, 0], np.broadcast_to(np.asarray(y, dtype=np.float64), len(outline)), outline[:, 1]], -1)


def closed_ends(rings: list[Array]) -> list[Array]:
    """Rings with their centre before the first and after the last, so that a loft through them is closed."""
    first, last = (np.broadcast_to(ring.mean(axis=0), ring.shape) for ring in (rings[0], rings[-1]))
    return [first, *rings, last]


def crown(outline: Array, y: float, rise: float, *, rings: int = 14, power: float = 3.0, wrinkle: float = 0) -> Surface:
    """A puffed top inside an outline: height y at the edge, y + `rise` in the middle; flat UVs from above.

    Args:
        outline: `(n, 2)` of (x, z), star-shaped about its centre.
        power: how flat the middle is; 2 is a dome, more is a plateau.
        wrinkle: depth of the gathers along the edge, in metres.
    """
    centre = outline.mean(axis=0)
    t = np.sin(np.linspace(0, np.pi / 2, rings))[::-1]
    plan = centre + (outline - centre) * t[:, None, None]
    height = y + rise * (1 - t**power)[:, None] * np.ones(len(outline))
    if wrinkle:
        height = height + wrinkle * gathers(cumulative_length(outline, closed=True)[:-1], 5) * edge_band(t)[:, None]
    rows = np.stack([plan[..., 0], height, plan[..., 1]], axis=-1)
    flat = np.concatenate([plan, plan[:, :1]], axis=1)
    return up(loft(rows, closed_rows=True, uvs=flat))


def up(surface: Surface) -> Surface:
    """Itself or flipped, so that on the whole it faces up."""
    return surface if surface.normals[:, 1].mean() > 0 else surface.flipped()


def edge_band(t: Array) -> Array:
    """Where gathers show on a crown: nothing at the seam, most just inside it, nothing in the middle."""
    return smoothstep(0.45, 0.86, t) * (1 - smoothstep(0.96, 1.0, t))


def gathers(along: Array, seed: int, *, spacing: float = 0.03) -> Array:
    """Uneven waves around a seam in [-1, 1], periodic over the sampled length."""
    length = float(along[-1] + along[1] - along[0])
    total = np.zeros_like(along)
    base = max(round(length / spacing), 3)
    for k, (phase, weight) in enumerate(table(seed, 9, 2)):
        total += weight * np.sin(2 * np.pi * ((base + 3 * (k - 4)) * along / length + phase))
    result: Array = total / np.abs(total).max()
    return result


def band(outline: Array, low: float, high: float, *, bulge: float = 0.0, rows: int = 8, wrinkle: float = 0) -> Surface:
    """The upright border of a cushion between two heights, swollen outward by `bulge` in the middle."""
    t = np.linspace(0, 1, rows)
    swell = bulge * np.sin(np.pi * t) ** 0.8
    along = cumulative_length(outline, closed=True)[:-1]
    ripple = wrinkle * gathers(along, 11, spacing=0.045)
    grid = [
        at_height(offset(outline, s + ripple * np.sin(np.pi * k)), low + (high - low) * k)
        for s, k in zip(swell, t, strict=True)
    ]
    return outside(loft(grid, closed_rows=True), outline)


def outside(surface: Surface, outline: Array) -> Surface:
    """Itself or flipped, so that on the whole it faces away from the outline's centre."""
    centre = outline.mean(axis=0)
    away = np.einsum("ij,ij->i", surface.positions[:, [0, 2]] - centre, surface.normals[:, [0, 2]])
    return surface if away.mean() > 0 else surface.flipped()


def pillow(
    width: float, height: float, thickness: float, *, cells: tuple[int, int] = (36, 24)
) -> tuple[Surface, Array]:
    """A knife-edged pillow standing in the xy plane, and its seam `(n, 3)`.

    The seam draws in between the corners, as stuffing pulls it; the front and back are two surfaces.
    """
    u = np.sin(np.linspace(-1, 1, cells[0] + 1) * np.pi / 2)[None, :]
    v = np.sin(np.linspace(-1, 1, cells[1] + 1) * np.pi / 2)[:, None]
    pull_x, pull_y = 1 - 0.055 * (1 - v**2), 1 - 0.085 * (1 - u**2)
    x, y = u * pull_x * width / 2 + 0 * v, v * pull_y * height / 2 + 0 * u
    puff = np.sqrt((1 - u**2) * (1 - v**2)) ** 1.08
    folds = 1 + 0.05 * np.sin(7 * u + 2.2) * np.abs(v) ** 3 + 0.05 * np.sin(9 * v + 1.0) * np.abs(u) ** 3
    z = thickness / 2 * puff * folds
    flat = np.stack([x, y], axis=-1)
    front = loft(np.stack([x, y, z], axis=-1), uvs=flat)
    back = loft(np.stack([x, y, -z * 0.8], axis=-1), uvs=flat).flipped()
    edge = np.stack([x, y, 0 * x], axis=-1)
    seam = np.concatenate([edge[0, :-1], edge[:-1, -1], edge[-1, :0:-1], edge[:0:-1, 0]])
    positions = np.concatenate([front.positions, back.positions])
    triangles = np.concatenate([front.triangles, back.triangles + len(front.positions)])
    # At a corner a triangle may lie wholly in the seam's plane, its twin behind it on the same place: leave both out.
    thick = np.abs(positions[triangles][..., 2]).max(axis=1) > 1e-9
    uvs = np.concatenate([front.uvs, back.uvs + np.array([width * 1.1, 0])])
    return Surface.of(positions, uvs, triangles[thick], crease=120.0), seam
