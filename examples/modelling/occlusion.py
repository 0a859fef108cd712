"""Ambient occlusion of a whole product, baked per vertex with depth maps from many directions; NumPy only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .noise import table
from .surface import Surface, areas

Array = npt.NDArray[np.float64]
Single = npt.NDArray[np.float32]


def ambient(surface: Surface, *, directions: int = 96, points: int = 260_000, resolution: int = 256) -> Array:
    """The cosine-weighted part of the sky that each vertex sees, `(n,)` in [0, 1].

    Every direction gets an orthographic depth map, made by scattering `points` over the surface; a vertex is lit where
    nothing lies clearly in front of it. Detail finer than about two texels of the map (the product's size /
    `resolution`) is lost: such grooves are what `Surface.cavity` is for.
    """
    centre = (surface.positions.min(0) + surface.positions.max(0)) / 2
    radius = float(np.linalg.norm(surface.positions - centre, axis=1).max()) * 1.01
    pixel = 2 * radius / resolution
    occluders = _columns((_scatter(surface, points) - centre) / pixel)
    receivers = _columns((surface.positions - centre) / pixel + 1.5 * surface.normals)
    normals = _columns(surface.normals)
    lit, total = np.zeros(len(surface.positions)), np.zeros(len(surface.positions))
    for direction in fibonacci_sphere(directions):
        cosine = _along(normals, direction)
        facing = np.flatnonzero(cosine > 0.03)
        cosine = cosine[facing]
        side = np.cross(direction, np.eye(3)[np.argmin(np.abs(direction))])
        side /= np.linalg.norm(side)
        basis = np.stack([side, np.cross(direction, side), direction])
        depth = np.full((resolution + 2) ** 2, -np.inf, dtype=np.float32)
        cell, near = _project(occluders, basis, resolution)
        np.maximum.at(depth, cell, near)
        cell, near = _project(receivers[:, facing], basis, resolution)
        slope = np.minimum(np.sqrt(np.maximum(1 - cosine**2, 0)) / cosine, 3.0)
        lit[facing] += (near >= depth[cell] - 0.6 * slope) * cosine
        total[facing] += cosine
    result: Array = lit / np.maximum(total, 1e-9)
    return result


def _columns(points: Array) -> Single:
    """`(n, 3)` as `(3, n)` single precision: plain sums are quicker here than a matrix product, and always the same."""
    return np.ascontiguousarray(points.T, dtype=np.float32)


def _along(points: Single, direction: Array) -> Single:
    x, y, z = direction.astype(np.float32)
    total: Single = points[0] * x + points[1] * y + points[2] * z
    return total


def _project(points: Single, basis: Array, resolution: int) -> tuple[npt.NDArray[np.int32], Single]:
    """The depth map's cell of each point, and how near to the light it lies."""
    half = np.float32(resolution / 2 + 1)
    i, j = (np.clip(_along(points, axis) + half, 0, resolution + 1).astype(np.int32) for axis in basis[:2])
    return i * np.int32(resolution + 2) + j, _along(points, basis[2])


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
