"""Which edges may collapse: an edge a → b moves point a, with all that stands on it, onto point b."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .quadrics import Floats, Numbers

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Groups:
    """Members by owner, stored one after another: those of owner n are `members[starts[n]:starts[n + 1]]`."""

    starts: Numbers
    members: Numbers

    @classmethod
    def of(cls, owners: Numbers, members: Numbers, count: int) -> Groups:
        """Group `members` by their `owners`, each from 0 to `count`."""
        starts = np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=count))])
        return cls(starts, members[np.argsort(owners, kind="stable")])

    def size(self, owners: Numbers) -> Numbers:
        return self.starts[owners + 1] - self.starts[owners]

    def expand(self, owners: Numbers) -> tuple[Numbers, Numbers]:
        """All members of all `owners`: for each the row of its owner, and the member."""
        sizes = self.size(owners)
        rows = np.repeat(np.arange(len(owners)), sizes)
        within = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return rows, self.members[self.starts[owners][rows] + within]


@dataclass(frozen=True, slots=True)
class Edges:
    """Directed edges a → b between points, sorted; `count` triangles lie on each.

    `charts` `(n, 2, 2)`: on the first and the last of these triangles the chart at a and the chart at b.
    """

    a: Numbers
    b: Numbers
    count: Numbers
    charts: Numbers
    keys: Numbers
    points: int

    @classmethod
    def of(cls, at: Numbers, charts: Numbers, points: int) -> Edges:
        """Edges of triangles whose corners are at the points `at` and in `charts`, both `(triangles, 3)`."""
        pairs = np.array([(0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2)])
        at, charts = at[:, pairs].reshape(-1, 2), charts[:, pairs].reshape(-1, 2)
        keys = at[:, 0] * points + at[:, 1]
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        last = np.append(first, len(keys))[1:] - 1
        sides = np.stack([charts[order[first]], charts[order[last]]], axis=1)
        return cls(keys[first] // points, keys[first] % points, last - first + 1, sides, keys[first], points)

    def has(self, a: Numbers, b: Numbers) -> Flags:
        """Whether there is an edge between two points, each."""
        wanted = a * self.points + b
        found = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.asarray(self.keys[found] == wanted)

    def marked(self, which: Flags) -> Flags:
        """Points with an edge that `which` marks."""
        return np.bincount(self.a[which], minlength=self.points) > 0

    def seams(self) -> Flags:
        """Edges with a different chart on either side."""
        return np.asarray((self.charts[:, 0] != self.charts[:, 1]).any(axis=1))


def collapsible(edges: Edges, locked: Flags) -> Numbers:
    """Numbers of the edges that may collapse as far as borders, seams' ends and locks go.

    A point on an open edge goes along that edge only; one where more than two triangles meet in an edge stays; and so
    does one whose chart would have to continue in two charts at once.
    """
    at_a, at_b = edges.charts[:, :, 0], edges.charts[:, :, 1]
    torn = (at_a[:, 0] == at_a[:, 1]) & (at_b[:, 0] != at_b[:, 1])
    border = edges.marked(edges.count == 1)
    crowded = edges.marked(edges.count > 2)
    held = locked | crowded
    return np.flatnonzero(~torn & (edges.count <= 2) & ~held[edges.a] & (~border[edges.a] | (edges.count == 1)))


def stays_surface(edges: Edges, chosen: Numbers) -> Flags:
    """Whether a and b share no neighbour but those across the edge (the link condition, Dey et al. 1999).

    Otherwise the collapse would fold the surface onto itself, or close a tube.
    """
    starts = np.searchsorted(edges.a, np.arange(edges.points + 1))
    rows, around = Groups(starts, edges.b).expand(edges.a[chosen])
    shared = edges.has(edges.b[chosen][rows], around)
    return np.asarray(np.bincount(rows, shared, len(chosen)) == edges.count[chosen])


def keeps_facing(points: Floats, at: Numbers, around: Groups, a: Numbers, b: Numbers, least: float) -> Flags:
    """Whether no triangle turns by more than the angle of cosine `least` when a moves onto b.

    Args:
        at: `(triangles, 3)` points; around: triangles of each point.
    """
    rows, triangle = around.expand(a)
    corner = at[triangle]
    stays = (corner != b[rows, None]).all(axis=1)
    rows, corner = rows[stays], corner[stays]
    before = points[corner]
    after = np.where((corner == a[rows, None])[..., None], points[b[rows]][:, None], before)
    old, new = (np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]) for p in (before, after))
    lengths = np.linalg.norm(old, axis=1) * np.linalg.norm(new, axis=1)
    turned = (np.einsum("nc,nc->n", old, new) <= least * lengths) & (old != 0).any(axis=1)
    return np.asarray(np.bincount(rows, turned, len(a)) == 0)
