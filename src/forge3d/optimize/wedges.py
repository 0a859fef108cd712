"""Triangle lists as points, wedges and charts: what is one place, one vertex, and one side of a texture seam.

A *point* is a position. A *wedge* is a point with one set of attributes: a vertex, with vertices that are equal to the
bit made one. A *chart* of a point holds its wedges that differ in normals and tangents only: a crease may soften when
edges collapse, but texture coordinates, colours, skin weights and morph deltas of one side of a seam must never meet
those of the other. Primitives of one mesh are taken apart together: each has wedges of its own, so the line between two
of them is a seam, and it collapses along itself on both sides at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..document.accessor import extremes
from ..document.geometry import Indices
from ..native.rows import components, distinct_rows

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Attributes = Mapping[str, npt.NDArray[np.float32]]

_SOFT = ("NORMAL", "TANGENT")
_NORMAL_WEIGHT = 0.01  # of the longest side: half of what turning a normal round is worth
_COLOR_WEIGHT = 0.25
_UV_WEIGHT = 0.25  # texture that slides along the surface shows less than a surface that moves


@dataclass(frozen=True, slots=True)
class TriangleList:
    """One primitive: positions `(vertices, 3)`, triangles `(n, 3)` and vertices that must stay where they are.

    `attributes` are other vertex data by glTF semantic, `(vertices, …)`; those of morph target n as `POSITION/n`, ….
    """

    positions: npt.NDArray[np.float32]
    attributes: Attributes
    triangles: Indices
    locked: Numbers


@dataclass(frozen=True, slots=True)
class Column:
    """Where an attribute of a primitive stands in `Wedges.values`, and what it was multiplied by."""

    name: str
    start: int
    stop: int
    weight: float


@dataclass(frozen=True, slots=True)
class Wedges:
    """The mesh to collapse, in units of its longest side about its centre.

    Attributes:
        points: `(points, 3)`; `scale` is the length of one unit and `centre` the middle.
        locked: `(points,)`.
        point_of, chart_of, vertex_of, group_of: for each wedge its point, its chart, an input vertex that it is, and
            the primitive that this vertex belongs to.
        values: `(wedges, k)`: the attributes that should not slide, in the same unit as lengths; `columns`, by
            primitive, say what stands where.
        normals: `(wedges, 3)`, zero where there are none.
        corners: `(triangles, 3)` wedges; none has two corners in one point.
        triangle_of: `(triangles,)` which of the input's triangles each is, counted through all primitives.
    """

    points: Floats
    scale: float
    centre: Floats
    locked: Flags
    point_of: Numbers
    chart_of: Numbers
    vertex_of: Numbers
    group_of: Numbers
    values: Floats
    columns: list[list[Column]]
    normals: Floats
    corners: Numbers
    triangle_of: Numbers


def wedges(sources: Sequence[TriangleList]) -> Wedges:
    """Take the primitives of a mesh apart."""
    layout = _layout(sources)
    rows, vertices, corners = [], [], []
    start = 0
    for number, source in enumerate(sources):
        used = np.zeros(len(source.positions), bool)
        used[source.triangles.reshape(-1)] = True
        own = np.flatnonzero(used)
        local = np.cumsum(used) - 1 + start
        rows.append(_row_bits(source, own, number, layout))
        vertices.append(own)
        corners.append(local[source.triangles])
        start += len(own)
    bits, vertex = np.concatenate(rows), np.concatenate(vertices)
    group = np.repeat(np.arange(len(sources)), [len(part) for part in vertices])
    numbers, first = distinct_rows(bits)
    bits, vertex, group = bits[first], vertex[first], group[first]
    soft = sum(width for name, width in layout.items() if name.startswith(_SOFT))
    chart = distinct_rows(bits[:, : bits.shape[1] - soft])[0].astype(np.int64)
    triangles = numbers[np.concatenate(corners)].astype(np.int64)
    point, apart = _untangled(distinct_rows(bits[:, :3])[0].astype(np.int64), triangles)
    at = point[triangles]
    whole = np.flatnonzero((at[:, 0] != at[:, 1]) & (at[:, 1] != at[:, 2]) & (at[:, 2] != at[:, 0]))

    places = np.zeros((point.max(initial=-1) + 1, 3))
    places[point] = bits[:, :3].view(np.float32)
    low, high = extremes(places) if len(places) else (np.zeros(3), np.zeros(3))
    scale, centre = float((high - low).max()) or 1.0, (low + high) / 2
    points = (places - centre) / scale
    locked = apart
    for number, source in enumerate(sources):
        locked[point[(group == number) & np.isin(vertex, source.locked)]] = True
    values, columns = _all_values(sources, layout, vertex, group, points[point], triangles[whole], scale)
    return Wedges(
        points, scale, centre, locked, point, chart, vertex, group, values, columns,
        _normals(sources, vertex, group), triangles[whole], whole,
    )  # fmt: skip


def _untangled(point: Numbers, corners: Numbers) -> tuple[Numbers, Flags]:
    """Points of wedges, and which points must stay, where surfaces that lie on each other are told apart.

    A point on an edge of more than two triangles becomes one point for each of the surfaces that share vertices there:
    the front and the back of cloth, or two primitives with the same corners. Where one of them ends at the point, they
    all stay where they are, so that nothing that touched comes apart.
    """
    count = int(point.max(initial=-1)) + 1
    crowded = points_on_edges(point[corners], count, lambda triangles: triangles > 2)
    if not crowded.any():
        return point, crowded
    sheet = components(corners, len(point)).astype(np.int64)
    keys = np.where(crowded[point], point * len(point) + sheet, point * len(point))
    _, first, apart = np.unique(keys, return_index=True, return_inverse=True)
    apart = apart.reshape(-1)
    before = point[first]  # of each point now
    ends = points_on_edges(apart[corners], len(first), lambda triangles: triangles == 1)
    held = np.zeros(count, bool)
    held[before[ends & crowded[before]]] = True
    return apart, held[before]


def _layout(sources: Sequence[TriangleList]) -> dict[str, int]:
    """The width of each attribute that any primitive has; those that may soften come last."""
    widths: dict[str, int] = {}
    for source in sources:
        for name, values in source.attributes.items():
            widths[name] = max(widths.get(name, 0), int(np.prod(values.shape[1:], dtype=int)))
    return dict(sorted(widths.items(), key=lambda item: item[0].startswith(_SOFT)))


def _row_bits(source: TriangleList, vertex: Numbers, group: int, layout: dict[str, int]) -> npt.NDArray[np.uint32]:
    """Positions, the primitive's number and all attributes of vertices, as bits; both zeros are alike."""
    rows = np.zeros((len(vertex), 4 + sum(layout.values())), np.float32)
    rows[:, :3] = source.positions[vertex]
    at = 4
    for name, width in layout.items():
        if name in source.attributes:
            values = source.attributes[name][vertex].reshape(len(vertex), -1)
            rows[:, at : at + values.shape[1]] = values
        at += width
    rows += np.float32(0)
    bits = rows.view(np.uint32)
    bits[:, 3] = group
    return bits


def _normals(sources: Sequence[TriangleList], vertex: Numbers, group: Numbers) -> Floats:
    normals = np.zeros((len(vertex), 3))
    for number, source in enumerate(sources):
        if "NORMAL" in source.attributes:
            rows = group == number
            normals[rows] = np.nan_to_num(source.attributes["NORMAL"][vertex[rows]], posinf=0.0, neginf=0.0)
    return normals


def _all_values(
    sources: Sequence[TriangleList],
    layout: dict[str, int],
    vertex: Numbers,
    group: Numbers,
    places: Floats,
    corners: Numbers,
    scale: float,
) -> tuple[Floats, list[list[Column]]]:
    """The attributes in the unit of lengths: how far a difference would be worth moving the surface."""
    counted = [name for name in layout if _counts(name)]
    values = np.zeros((len(vertex), sum(layout[name] for name in counted)))
    columns: list[list[Column]] = []
    for number, source in enumerate(sources):
        rows, at, found = np.flatnonzero(group == number), 0, []
        own = corners[group[corners[:, 0]] == number]
        for name in counted:
            if name in source.attributes:
                data = source.attributes[name][vertex[rows]].reshape(len(rows), -1).astype(np.float64)
                data = np.nan_to_num(data, posinf=0.0, neginf=0.0)
                weight = _weight(name, data, rows, places, own, scale)
                values[rows, at : at + data.shape[1]] = data * weight
                found.append(Column(name, at, at + data.shape[1], weight))
            at += layout[name]
        columns.append(found)
    return values, columns


def _counts(name: str) -> bool:
    """Whether an attribute should not slide: of morph targets only positions, for their normals follow."""
    return name.startswith(("NORMAL", "COLOR", "TEXCOORD", "POSITION/")) and not name.startswith(("NORMAL/", "COLOR/"))


def _weight(name: str, data: Floats, rows: Numbers, places: Floats, corners: Numbers, scale: float) -> float:
    """What one unit of an attribute is worth, in the mesh's longest sides."""
    if name.startswith("TEXCOORD"):
        uv = np.zeros((len(places), data.shape[1]))
        uv[rows] = data
        return _UV_WEIGHT * _surface_per_uv(uv[:, :2], places, corners)
    if name.startswith("POSITION/"):  # of a morph target: it is a surface too, and may be larger than the first
        moved = places[rows] * scale + data
        low, high = extremes(moved) if len(moved) else (0.0, 0.0)
        extent = float(np.max(high - low))
        return 1.0 / max(scale, extent)
    return _NORMAL_WEIGHT if name.startswith("NORMAL") else _COLOR_WEIGHT


def _surface_per_uv(uv: Floats, places: Floats, corners: Numbers) -> float:
    """The length on the surface that one unit of texture coordinates covers, on the whole."""
    p, t = places[corners], uv[corners]
    area = np.linalg.norm(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]), axis=1).sum()
    (a, b), (c, d) = (t[:, 1] - t[:, 0]).T, (t[:, 2] - t[:, 0]).T
    covered = np.abs(a * d - b * c).sum()
    return float(np.sqrt(area / covered)) if covered > 0 else 0.0


def points_on_edges(at: Numbers, points: int, which: Callable[[Numbers], Flags]) -> Flags:
    """Which points have an edge where `which` is true of its number of triangles."""
    edges = np.sort(at[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    keys, counts = np.unique(edges[edges[:, 0] != edges[:, 1]] @ np.array([points, 1]), return_counts=True)
    found = keys[which(counts)]
    marked = np.zeros(points, bool)
    marked[found // points] = marked[found % points] = True
    return marked
