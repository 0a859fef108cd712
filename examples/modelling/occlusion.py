"""Ambient occlusion of a whole product, baked per vertex with depth maps from many directions; NumPy only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .noise import table
from .surface import Surface, areas

Array = npt.NDArray[np.float64]


def ambient(surface: Surface, *, directions: int = 96, points: int = 260_000, resolution: int = 256) -> Array:
    """The cosine-weighted part of the sky that each vertex sees, `(n,)` in [0, 1].

    Every direction gets an orthographic depth map, made by scattering `points` over the surface; a vertex is lit where
    nothing lies clearly in front of it. Detail finer than about two texels of the map (the product's size /
    `resolution`) is lost: such grooves are what `Surface.cavity` is for.
    """
    centre = (surface.positions.min(0) + surface.positions.max(0)) / 2
    radius = float(np.linalg.norm(surface.positions - centre, axis=1).max()) * 1.01
    pixel = 2 * radius / resolution
    occluders = (_scatter(surface, points) - centre) / pixel
    receivers = (surface.positions - centre) / pixel + 1.5 * surface.normals
    lit, total = np.zeros(len(receivers)), np.zeros(len(receivers))
    for direction in fibonacci_sphere(directions):
        cosine = surface.normals @ direction
        facing = cosine > 0.03
        side = np.cross(direction, np.eye(3)[np.argmin(np.abs(direction))])
        side /= np.linalg.norm(side)
        basis = np.stack([side, np.cross(direction, side), direction], axis=1)
        depth = np.full((resolution + 2) ** 2, -np.inf)
        cell, near = _project(occluders @ basis, resolution)
        np.maximum.at(depth, cell, near)
        cell, near = _project(receivers[facing] @ basis, resolution)
        slope = np.minimum(np.sqrt(1 - cosine[facing] ** 2) / cosine[facing], 3.0)
        visible = near >= depth[cell] - 0.6 * slope
        lit[facing] += visible * cosine[facing]
        total[facing] += cosine[facing]
    result: Array = lit / np.maximum(total, 1e-9)
    return result


def _project(points: Array, resolution: int) -> tuple[npt.NDArray[np.int64], Array]:
    ij = np.clip(np.floor(points[:, :2] + resolution / 2).astype(np.int64) + 1, 0, resolution + 1)
    return ij[:, 0] * (resolution + 2) + ij[:, 1], points[:, 2]


def _scatter(surface: Surface, count: int) -> Array:
    """Points spread evenly over the area, by stratified sampling of the cumulative area."""
    cumulative = np.cumsum(areas(surface))
    jitter = table(7, count, 3)
    at = (np.arange(count) + jitter[:, 0]) / count * cumulative[-1]
    a, b, c = np.moveaxis(
        surface.positions[surface.triangles[np.searchsorted(cumulative, at).clip(max=len(cumulative) - 1)]], 1, 0
    )
    root, v = np.sqrt(jitter[:, 1:2]), jitter[:, 2:3]
    result: Array = a * (1 - root) + b * (root * (1 - v)) + c * (root * v)
    return result


def fibonacci_sphere(count: int) -> Array:
    """`(count, 3)` nearly even unit vectors (González 2010)."""
    i = np.arange(count) + 0.5
    y = 1 - 2 * i / count
    angle = i * np.pi * (3 - np.sqrt(5))
    ring = np.sqrt(1 - y * y)
    return np.stack([ring * np.cos(angle), y, ring * np.sin(angle)], axis=-1)
