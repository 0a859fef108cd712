"""The whole reduction of a mesh, recorded once: any number of triangles can be asked for afterwards.

The collapse itself is native (`native/collapse.cpp`). Points collapse onto each other; of a level, points inside a
chart then settle where the error of all the surface that they stand for is least, and their attributes with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ..document.geometry import Indices
from ..native.collapsing import Collapsing, NativeLevel
from .wedges import Floats, Numbers, TriangleList, Wedges, wedges


@dataclass(frozen=True, slots=True)
class Remainder:
    """What a collapse leaves of a primitive: triangles `(n, 3)` of new vertices, and where these come from.

    Attributes:
        place: for each new vertex the input vertex whose position (and skin, and morph) it has.
        look: the one whose other attributes it has; the same, except where the texture has slid.
        settled: numbers of the new vertices that have moved since, rising.
        moved: their new values by semantic, `(settled, …)`, `POSITION` among them.
    """

    triangles: Indices
    place: Numbers
    look: Numbers
    settled: Numbers = field(default_factory=lambda: np.zeros(0, np.int64))
    moved: dict[str, Floats] = field(default_factory=dict)

    def positions(self, original: npt.NDArray[np.float32]) -> Floats:
        """Where the new vertices are, `(vertices, 3)`, in the units of the original positions."""
        places = original[self.place].astype(np.float64)
        if len(self.settled):
            places[self.settled] = self.moved["POSITION"]
        return places


class Collapse:
    """The reduction of the primitives of a mesh.

    Args:
        sources: primitives that stand in one space; where they touch they stay together.
        report: called with the part done; what it raises ends the work.

    Attributes:
        costs: for each collapse what it costs, never falling: in squared lengths times area.
        errors: for each collapse an estimate of how far the surface, and what is drawn on it, has moved by then, in
            units of the positions; never falling.
        removed: triangles gone after 0, 1, 2, … collapses, `(collapses + 1,)`; empty where there is nothing to draw.
    """

    costs: Floats
    errors: Floats
    removed: Numbers

    def __init__(self, sources: Sequence[TriangleList], report: Callable[[float], None] | None = None):
        mesh = self._mesh = wedges(sources)
        self._starts = np.concatenate([[0], np.cumsum([len(source.triangles) for source in sources])])
        native = self._native = Collapsing(
            mesh.points, mesh.point_of, mesh.chart_of, mesh.group_of, mesh.values, mesh.normals, mesh.corners,
            mesh.locked, report,
        )  # fmt: skip
        total = int(self._starts[-1])
        # Triangles between fewer than three points go at once.
        removed = total - len(mesh.corners) + np.concatenate([[0], np.cumsum(native.removed)]).astype(np.int64)
        self.removed = removed if len(mesh.corners) else np.zeros(0, np.int64)
        self.costs = np.maximum.accumulate(native.cost) * mesh.scale**4
        self.errors = np.maximum.accumulate(native.distance) * mesh.scale

    def remainders(self, steps: int, settle: bool = True) -> list[Remainder]:
        """What is left of each primitive after so many collapses; triangles keep their order and the way they turn."""
        mesh, level = self._mesh, self._native.level(steps, settle)
        bounds = np.searchsorted(mesh.triangle_of[level.triangles], self._starts)
        home = _homes(mesh, len(bounds) - 1)
        return [
            self._remainder(level, group, level.corners[bounds[group] : bounds[group + 1]], home)
            for group in range(len(bounds) - 1)
        ]

    def _remainder(self, level: NativeLevel, group: int, corners: npt.NDArray[np.int32], home: _Homes) -> Remainder:
        mesh = self._mesh
        seen = np.zeros(len(mesh.point_of), bool)
        seen[corners.reshape(-1)] = True
        kept = np.flatnonzero(seen)
        numbers = (np.cumsum(seen) - 1)[corners].astype(np.uint32)
        look = mesh.vertex_of[kept]
        stayed = level.point_of[kept] == mesh.point_of[kept]
        place = look.copy()
        place[~stayed] = home.vertices(level.point_of[kept[~stayed]].astype(np.int64), group)
        settled = np.flatnonzero(level.settled[kept])
        moved = {"POSITION": level.places[kept[settled]] * mesh.scale + mesh.centre}
        for column in mesh.columns[group]:
            if column.weight > 0:
                values = level.values[kept[settled], column.start : column.stop] / column.weight
                moved[column.name] = _unit(values) if column.name == "NORMAL" else values
        return Remainder(numbers, place, look, settled, moved)


@dataclass(frozen=True, slots=True)
class _Homes:
    """A vertex of each primitive at each of its points."""

    keys: Numbers
    vertex: Numbers
    groups: int

    def vertices(self, points: Numbers, group: int) -> Numbers:
        return np.asarray(self.vertex[np.searchsorted(self.keys, points * self.groups + group)])


def _homes(mesh: Wedges, groups: int) -> _Homes:
    keys, first = np.unique(mesh.point_of * groups + mesh.group_of, return_index=True)
    return _Homes(keys, mesh.vertex_of[first], groups)


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Floats = vectors / np.where(lengths > 0, lengths, 1.0)
    return unit
