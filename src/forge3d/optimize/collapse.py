"""Edge collapse of one triangle list, recorded once: any number of triangles can be asked for afterwards.

Points collapse onto each other, so every position that is left is one of the input's. A wedge of the point that goes
becomes the wedge of the other point in which its chart continues: in the middle of a chart that is the only one, on a
seam there is one on either side. Where a chart does not continue across the edge (off a seam, or where three charts
meet) its wedge keeps its attributes and moves: the texture slides, which costs extra.

What a collapse costs is the quadric error of the surface and of its attributes (`quadrics`); which may happen is in
`candidates`. Many collapses that do not touch happen at once, cheapest first: arrays in place of a heap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..document.geometry import Indices
from .candidates import Edges, Flags, Groups, collapsible, keeps_facing, stays_surface
from .quadrics import AttributeQuadrics, Floats, Numbers, Quadrics
from .wedges import Wedges, wedges

LEAST_FACING = 0.2  # cosine of the angle that a triangle may turn by in one collapse
BORDER_WEIGHT = 10.0  # of an open edge, in areas of a square on it
SEAM_WEIGHT = 1.0
SLIDE_WEIGHT = 4.0  # of the error of attributes that leave their chart
_SHARE = 0.3  # of the points that could go, the part that is looked at in one pass: the cheapest ones
_SHORT = 1e-6  # of an edge's squared length, to put short edges first where the surface is flat


@dataclass(frozen=True, slots=True)
class Remainder:
    """What a collapse leaves: triangles `(n, 3)` of new vertices, and where these come from.

    Attributes:
        place: for each new vertex the input vertex whose position (and skin, and morph) it has.
        look: the one whose other attributes it has; the same, except where the texture has slid.
    """

    triangles: Indices
    place: Numbers
    look: Numbers


class Collapse:
    """The whole reduction of one triangle list.

    Args:
        positions: `(vertices, 3)`.
        attributes: what else the vertices carry; see `wedges.wedges`.
        triangles: `(n, 3)` vertex numbers.
        locked: numbers of vertices that must stay where they are.

    Attributes:
        errors: for each collapse an estimate of how far the surface, and what is drawn on it, has moved by then, in
            units of `positions`; never falling.
        removed: triangles gone after 0, 1, 2, … collapses, `(collapses + 1,)`.
    """

    errors: Floats
    removed: Numbers

    def __init__(
        self,
        positions: npt.NDArray[np.float32],
        attributes: Mapping[str, npt.NDArray[np.float32]],
        triangles: Indices,
        locked: Numbers,
    ):
        mesh = self._mesh = wedges(positions, attributes, triangles)
        held = np.zeros(len(mesh.points) + 1, bool)  # one more, for vertices in no triangle
        held[mesh.point_at[locked]] = True
        work = _Work(mesh, held[:-1])
        while work.step():
            pass
        cost, gone, merged, moved = work.record()
        self._wedges = _Chain.of(merged, len(mesh.point_of))
        self._points = _Chain.of(moved, len(mesh.points))
        dropped = len(triangles) - len(mesh.corners)  # those between fewer than three points go at once
        removed = dropped + np.concatenate([[0], np.cumsum(gone)]).astype(np.int64)
        self.removed = removed[removed < len(triangles)]  # something always stays
        self.errors = np.maximum.accumulate(np.sqrt(cost[: max(0, len(self.removed) - 1)])) * mesh.scale

    def remainder(self, steps: int) -> Remainder:
        """What is left after so many collapses; triangles keep their order and the way they turn."""
        mesh = self._mesh
        corners = self._wedges.after(steps)[mesh.corners]
        point = self._points.after(steps)[mesh.point_of]
        kept, numbers = np.unique(corners[_whole(point[corners])], return_inverse=True)
        vertex_at = np.zeros(len(mesh.points), np.int64)
        vertex_at[mesh.point_of] = mesh.vertex_of
        look = mesh.vertex_of[kept]
        place = np.where(point[kept] == mesh.point_of[kept], look, vertex_at[point[kept]])
        return Remainder(numbers.reshape(-1, 3).astype(np.uint32), place, look)


@dataclass(frozen=True, slots=True)
class _Chain:
    """What each thing becomes, and in which collapse."""

    becomes: Numbers
    when: Numbers

    @classmethod
    def of(cls, moves: Numbers, count: int) -> _Chain:
        """From rows of (thing, what it becomes, when); each thing goes once at most."""
        chain = cls(np.arange(count), np.full(count, np.iinfo(np.int64).max))
        chain.becomes[moves[:, 0]], chain.when[moves[:, 0]] = moves[:, 1], moves[:, 2]
        return chain

    def after(self, steps: int) -> Numbers:
        """What each thing is after so many collapses."""
        now = np.where(self.when < steps, self.becomes, np.arange(len(self.becomes)))
        while not np.array_equal(following := now[now], now):
            now = following
        return now


def _whole(at: Numbers) -> Flags:
    """Triangles `(n, 3)` of points that are three different ones."""
    return np.asarray((at[:, 0] != at[:, 1]) & (at[:, 1] != at[:, 2]) & (at[:, 2] != at[:, 0]))


class _Work:
    """The mesh while it collapses, and the record of what happened."""

    def __init__(self, mesh: Wedges, locked: Flags):
        self.mesh, self.locked, self.corners, self.point_of = mesh, locked, mesh.corners, mesh.point_of.copy()
        places = mesh.points[mesh.point_of[mesh.corners]]
        normals = np.cross(places[:, 1] - places[:, 0], places[:, 2] - places[:, 0])
        lengths = np.linalg.norm(normals, axis=1)
        self.areas = lengths / 2
        normals /= np.where(lengths > 0, lengths, 1.0)[:, None]
        self.surface, self.weights = Quadrics.zeros(len(mesh.points)), np.zeros(len(mesh.points))
        for corner in range(3):
            owners = mesh.point_of[mesh.corners[:, corner]]
            offsets = -np.einsum("tc,tc->t", normals, places[:, corner])
            self.surface.add_planes(owners, normals, offsets, self.areas)
            self.weights += np.bincount(owners, self.areas, len(mesh.points))
        self._hold_outlines(normals)
        self.attributes = AttributeQuadrics.of(mesh.values, mesh.corners, places, self.areas)
        self.costs: list[Floats] = []
        self.gone: list[Numbers] = []
        self.merged: list[Numbers] = []
        self.moved: list[Numbers] = []
        self.share = _SHARE

    def _hold_outlines(self, normals: Floats) -> None:
        """Planes upright on the triangles along open edges and seams, so that these keep their line."""
        mesh = self.mesh
        edges = self._edges()
        for marked, weight in ((edges.count == 1, BORDER_WEIGHT), (edges.seams(), SEAM_WEIGHT)):
            keys = edges.keys[marked]
            for corner in range(3):
                a, b = (mesh.point_of[mesh.corners[:, c]] for c in (corner, (corner + 1) % 3))
                on = np.isin(a * edges.points + b, keys)
                along = mesh.points[b[on]] - mesh.points[a[on]]
                upright = np.cross(along, normals[on])
                length = np.linalg.norm(along, axis=1)
                upright /= np.where(length > 0, length, 1.0)[:, None]
                offsets = -np.einsum("tc,tc->t", upright, mesh.points[a[on]])
                for owners in (a[on], b[on]):
                    self.surface.add_planes(owners, upright, offsets, weight * length**2)

    def step(self) -> bool:
        """One pass; False when nothing is left to collapse."""
        if len(self.corners) == 0:
            return False
        edges = self._edges()
        chosen = collapsible(edges, self.locked)
        if len(chosen) == 0:
            return False
        live = np.unique(self.corners)
        rows, gone, kept = self._partners(edges, chosen, live)
        cost = self._cost(edges, chosen, rows, gone, kept)
        chosen, cost = self._cheapest(edges, chosen, cost)
        picked = self._independent(edges, chosen, cost)
        if len(picked) == 0:
            wider, self.share = self.share < 1.0, min(1.0, self.share * 2)
            return wider
        self.share = _SHARE
        self._collapse(edges, chosen[picked], cost[picked], live)
        return True

    def _edges(self) -> Edges:
        return Edges.of(self.point_of[self.corners], self.mesh.chart_of[self.corners], len(self.mesh.points))

    def _partners(self, edges: Edges, chosen: Numbers, live: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Wedges that would go and what each becomes: rows of `chosen`, wedges of a, wedges of b.

        A wedge continues in the chart that its own continues in; there, in the wedge with the most similar normal. One
        whose chart does not continue stays itself.
        """
        mesh = self.mesh
        rows, gone = Groups.of(self.point_of[live], live, len(mesh.points)).expand(edges.a[chosen])
        sides, own = edges.charts[chosen][rows], mesh.chart_of[gone]
        first, second = sides[:, 0, 0] == own, sides[:, 1, 0] == own
        kept = gone.copy()
        on = np.flatnonzero(first | second)
        charts = np.where(first, sides[:, 0, 1], sides[:, 1, 1])[on]
        pair, found = Groups.of(mesh.chart_of[live], live, int(mesh.chart_of.max()) + 1).expand(charts)
        if len(pair) != len(on):  # somewhere a chart of b has several wedges
            apart = np.square(mesh.normals[gone[on][pair]] - mesh.normals[found]).sum(axis=1)
            order = np.lexsort((found, apart, pair))
            found = found[order[np.flatnonzero(np.diff(pair[order], prepend=-1))]]
        kept[on] = found
        return rows, gone, kept

    def _cost(self, edges: Edges, chosen: Numbers, rows: Numbers, gone: Numbers, kept: Numbers) -> Floats:
        """The mean squared distance that each collapse would bring about."""
        a, b = edges.a[chosen], edges.b[chosen]
        target = self.mesh.points[b]
        total = self.surface.at(a, target)
        slid = self.attributes.at(gone, target[rows], self.mesh.values[kept])
        slid = np.maximum(slid, 0.0) * np.where(gone == kept, SLIDE_WEIGHT, 1.0)
        total += np.bincount(rows, slid, len(chosen))
        cost: Floats = np.maximum(total, 0.0) / np.maximum(self.weights[a], 1e-30)
        return cost

    def _cheapest(self, edges: Edges, chosen: Numbers, cost: Floats) -> tuple[Numbers, Floats]:
        """The collapses that cost no more than the cheapest `share` of points do."""
        order = np.argsort(cost, kind="stable")
        _, first = np.unique(edges.a[chosen[order]], return_index=True)
        best = np.sort(cost[order[first]])
        limit = best[min(len(best) - 1, int(len(best) * self.share))]
        below = order[: np.searchsorted(cost[order], limit, "right")]
        return chosen[below], cost[below]

    def _independent(self, edges: Edges, chosen: Numbers, cost: Floats) -> Numbers:
        """Rows of `chosen` that can happen at once, cheapest first: no two points that go are neighbours."""
        mesh = self.mesh
        at = self.point_of[self.corners]
        around = Groups.of(at.reshape(-1), np.repeat(np.arange(len(at)), 3), len(mesh.points))
        a, b = edges.a[chosen], edges.b[chosen]
        good = np.flatnonzero(stays_surface(edges, chosen) & keeps_facing(mesh.points, at, around, a, b, LEAST_FACING))
        length = np.square(mesh.points[a[good]] - mesh.points[b[good]]).sum(axis=1)
        good = good[np.argsort(cost[good] + _SHORT * length, kind="stable")]
        good = good[np.sort(np.unique(a[good], return_index=True)[1])]  # each point's best
        good = good[np.sort(np.unique(b[good], return_index=True)[1])]  # one a target: two might meet in one edge
        last = len(good)
        rank = np.full(len(mesh.points), last)
        rank[a[good]] = np.arange(last)
        lowest = np.full(len(mesh.points), last)
        np.minimum.at(lowest, edges.a, rank[edges.b])
        return good[rank[a[good]] < lowest[a[good]]]

    def _collapse(self, edges: Edges, chosen: Numbers, cost: Floats, live: Numbers) -> None:
        rows, gone, kept = self._partners(edges, chosen, live)
        a, b = edges.a[chosen], edges.b[chosen]
        self.surface.merge(b, a)
        np.add.at(self.weights, b, self.weights[a])
        merges = gone != kept
        self.attributes.merge(kept[merges], gone[merges])
        becomes = np.arange(len(self.point_of))
        becomes[gone] = kept
        self.point_of[gone] = b[rows]
        corners = becomes[self.corners]
        self.corners = corners[_whole(self.point_of[corners])]
        when = sum(map(len, self.costs)) + np.arange(len(a))
        self.costs.append(cost)
        self.gone.append(edges.count[chosen])
        self.merged.append(np.stack([gone, kept, when[rows]], axis=1)[merges])
        self.moved.append(np.stack([a, b, when], axis=1))

    def record(self) -> tuple[Floats, Numbers, Numbers, Numbers]:
        """Of each collapse its cost and the triangles it removed; what merged and what moved, as `_Chain`."""
        none = np.zeros(0, np.int64)
        return (
            np.concatenate([np.zeros(0), *self.costs]),
            np.concatenate([none, *self.gone]),
            np.concatenate([none.reshape(0, 3), *self.merged]),
            np.concatenate([none.reshape(0, 3), *self.moved]),
        )
