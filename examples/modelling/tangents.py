"""Vertex tangents for normal maps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .surface import Surface

Array = npt.NDArray[np.float64]


def tangents(surface: Surface) -> Array:
    """`(n, 4)` unit tangents along +u with the bitangent's sign (glTF 2.0 §3.7.2.1): cross(normal, tangent) · w points
    to the top of the picture, against +v.

    Area-weighted means over the faces at each vertex: charts here are smooth and never folded over, so no vertex needs
    two tangents. Where u has no direction (a pole), any direction across the normal serves.
    """
    corner, uv = surface.positions[surface.triangles], surface.uvs[surface.triangles]
    p, q = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    s, t = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
    determinant = s[:, 0] * t[:, 1] - t[:, 0] * s[:, 1]
    sign = np.sign(determinant)[:, None]
    along_u = (p * t[:, 1:] - q * s[:, 1:]) * sign
    along_v = (q * s[:, :1] - p * t[:, :1]) * sign
    u, v = _sum(surface, along_u), _sum(surface, along_v)
    n = surface.normals
    flat = u - n * np.einsum("ij,ij->i", n, u)[:, None]
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    spare = np.cross(n, np.eye(3)[np.argmin(np.abs(n), axis=1)])
    spare /= np.linalg.norm(spare, axis=1, keepdims=True)
    unit = np.where(length > 1e-12, flat / np.maximum(length, 1e-300), spare)
    up = np.einsum("ij,ij->i", np.cross(n, unit), -v)
    return np.concatenate([unit, np.where(up < 0, -1.0, 1.0)[:, None]], axis=1)


def _sum(surface: Surface, faces: Array) -> Array:
    total = np.zeros_like(surface.positions)
    for corner in range(3):
        np.add.at(total, surface.triangles[:, corner], faces)
    return total
