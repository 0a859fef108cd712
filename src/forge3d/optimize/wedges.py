"""A triangle list as points, wedges and charts: what is one place, one vertex, and one side of a texture seam.

A *point* is a position. A *wedge* is a point with one set of attributes: a vertex, with vertices that are equal to the
bit made one. A *chart* of a point holds its wedges that differ in normals and tangents only: a crease may soften when
edges collapse, but texture coordinates, colours, skin weights and morph deltas of one side of a seam must never meet
those of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..document.geometry import Indices
from .quadrics import Floats, Numbers

_SOFT = ("NORMAL", "TANGENT")
_NORMAL_WEIGHT = 0.02  # of the longest side: half of what turning a normal round is worth
_COLOR_WEIGHT = 0.25
_UV_WEIGHT = 0.5  # texture that slides along the surface shows less than a surface that moves


@dataclass(frozen=True, slots=True)
class Wedges:
    """The mesh to collapse, in units of its longest side about its centre.

    Attributes:
        points: `(points, 3)`; `scale` is the length of one unit.
        point_of, chart_of, vertex_of: for each wedge its point, its chart and an input vertex that it is.
        point_at: `(vertices,)` the point of each input vertex, -1 for those in no triangle.
        values: `(wedges, k)`: the attributes that should not slide, in the same unit as lengths.
        normals: `(wedges, 3)`, zero where there are none.
        corners: `(triangles, 3)` wedges; none has two corners in one point.
    """

    points: Floats
    scale: float
    point_of: Numbers
    chart_of: Numbers
    vertex_of: Numbers
    point_at: Numbers
    values: Floats
    normals: Floats
    corners: Numbers


def wedges(
    positions: npt.NDArray[np.float32], attributes: Mapping[str, npt.NDArray[np.float32]], triangles: Indices
) -> Wedges:
    """Take a triangle list apart.

    Args:
        positions: `(vertices, 3)`.
        attributes: other vertex data by glTF semantic, `(vertices, …)`; those of morph target n as `POSITION/n`, ….
        triangles: `(n, 3)`.
    """
    used, local = np.unique(triangles, return_inverse=True)
    flat = {name: _bits(values[used]) for name, values in attributes.items()}
    place = _bits(positions[used])
    hard = [place, *(bits for name, bits in flat.items() if not name.startswith(_SOFT))]
    _, first, wedge = _distinct([place, *flat.values()])
    point = _distinct([place])[2][first]
    chart = _distinct(hard)[2][first]
    corners = wedge[local.reshape(-1, 3)]
    at = point[corners]
    whole = (at[:, 0] != at[:, 1]) & (at[:, 1] != at[:, 2]) & (at[:, 2] != at[:, 0])
    vertex = used[first].astype(np.int64)
    points = np.zeros((point.max(initial=-1) + 1, 3))
    points[point] = positions[vertex]
    low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else (np.zeros(3), np.zeros(3))
    scale = float((high - low).max()) or 1.0
    points = (points - (low + high) / 2) / scale
    kept = corners[whole]
    point_at = np.full(len(positions), -1)
    point_at[used] = point[wedge]
    normals = attributes.get("NORMAL")
    return Wedges(
        points, scale, point, chart, vertex, point_at,
        _values(attributes, vertex, points[point], kept, scale),
        np.zeros((len(vertex), 3)) if normals is None else normals[vertex].astype(np.float64),
        kept,
    )  # fmt: skip


def _values(
    attributes: Mapping[str, npt.NDArray[np.float32]], vertex: Numbers, places: Floats, corners: Numbers, scale: float
) -> Floats:
    """The attributes in the unit of lengths: how far a difference would be worth moving the surface."""
    columns = [np.zeros((len(vertex), 0))]
    for name, data in attributes.items():
        values = np.nan_to_num(data[vertex].astype(np.float64), posinf=0.0, neginf=0.0)
        if name == "NORMAL":
            columns.append(values * _NORMAL_WEIGHT)
        elif name.startswith("COLOR"):
            columns.append(values * _COLOR_WEIGHT)
        elif name.startswith("TEXCOORD"):
            columns.append(values * _UV_WEIGHT * _surface_per_uv(values, places, corners))
        elif name.startswith("POSITION/"):  # of a morph target: it is a surface too
            columns.append(values / scale)
    return np.concatenate(columns, axis=1)


def _surface_per_uv(uv: Floats, places: Floats, corners: Numbers) -> float:
    """The length on the surface that one unit of texture coordinates covers, on the whole."""
    p, t = places[corners], uv[corners]
    area = np.linalg.norm(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]), axis=1).sum()
    (a, b), (c, d) = (t[:, 1] - t[:, 0]).T, (t[:, 2] - t[:, 0]).T
    covered = np.abs(a * d - b * c).sum()
    return float(np.sqrt(area / covered)) if covered > 0 else 0.0


def _bits(values: npt.NDArray[np.float32]) -> npt.NDArray[np.uint32]:
    """Rows as bits, both zeros alike."""
    flat = np.ascontiguousarray(values.reshape(len(values), -1), np.float32) + np.float32(0)
    return flat.view(np.uint32)


def _distinct(columns: list[npt.NDArray[np.uint32]]) -> tuple[int, Numbers, Numbers]:
    """Distinct rows of columns side by side: how many, the first of each, and the number of each row's."""
    rows = np.ascontiguousarray(np.concatenate(columns, axis=1))
    keys = rows.view(np.dtype((np.void, rows.shape[1] * 4))).reshape(-1)
    distinct, first, number = np.unique(keys, return_index=True, return_inverse=True)
    return len(distinct), first, number.reshape(-1)
