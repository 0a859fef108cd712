"""Where parts of a model touch along open edges, so that simplifying them apart would open a gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..document import Node
from ..document.geometry import Indices
from ..document.scene import Matrix
from ..native.rows import distinct_rows
from ..surface.deviation import Surface
from .wedges import Numbers, points_on_edges

_FINEST = 1e-6  # of the extent: points closer than this are in one place


@dataclass(frozen=True, slots=True)
class Touching:
    """A surface that moves as one, and the nodes that place it."""

    surface: Surface
    nodes: list[Node]


def shared_borders(parts: list[Touching], worlds: dict[Node, Matrix]) -> list[Numbers]:
    """For each part the vertices where it meets another, or itself in another place, on an open edge of either.

    Points are compared in the world, for every node that places a part; GPU instances are taken as one, and skinned
    meshes in their bind pose. Closed parts that merely lie on each other stay free.
    """
    points: list[npt.NDArray[np.float64]] = []
    rows: list[npt.NDArray[np.int64]] = []  # appearance, part, vertex, on an open edge
    for number, part in enumerate(parts):
        positions, corners = part.surface.positions, part.surface.triangles
        used = np.unique(corners).astype(np.int64)
        is_open = open_edge_vertices(positions, corners)[used]
        for matrix in _appearances(part.nodes, worlds):
            points.append(positions[used].astype(np.float64) @ matrix[:3, :3].T + matrix[:3, 3])
            same = np.ones(len(used), np.int64)
            rows.append(np.stack([same * len(rows), same * number, used, is_open], axis=1))
    if len(rows) < 2:
        return [np.empty(0, np.int64) for _ in parts]
    appearance, owner, vertex, opened = np.concatenate(rows).T
    place = _same_place(np.concatenate(points))
    count = int(place.max()) + 1
    on_edge = np.bincount(place, weights=opened, minlength=count) > 0
    pairs = np.unique(place * len(rows) + appearance) // len(rows)
    met = np.bincount(pairs, minlength=count) > 1
    locked = (on_edge & met)[place]
    return [np.unique(vertex[locked & (owner == number)]) for number in range(len(parts))]


def open_edge_vertices(positions: npt.NDArray[np.float32], corners: Indices) -> npt.NDArray[np.bool_]:
    """Which vertices lie, by their place, on an edge that only one triangle has."""
    place = distinct_rows(positions + np.float32(0))[0].astype(np.int64)
    return points_on_edges(place[corners], len(positions), lambda triangles: triangles == 1)[place]


def _appearances(nodes: list[Node], worlds: dict[Node, Matrix]) -> list[Matrix]:
    """The matrices that put a primitive into the world; a skinned one counts in its bind pose, once."""
    rigid = [worlds[node] for node in nodes if node.skin is None]
    return rigid if len(rigid) == len(nodes) and nodes else [*rigid, np.eye(4)]


def _same_place(points: npt.NDArray[np.float64]) -> Numbers:
    """A number for each point, equal for points in the same place up to rounding."""
    low = points.min(axis=0)
    extent = float((points.max(axis=0) - low).max()) or 1.0
    x, y, z = np.rint((points - low) / (extent * _FINEST)).astype(np.int64).T
    place: Numbers = np.unique((x << 40) + (y << 20) + z, return_inverse=True)[1]
    return place.reshape(-1)
