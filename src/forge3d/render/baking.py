"""Light between surfaces, baked once for a pose: what places on them see of the sky, and of each other.

Vertices are the places, of meshes refined where triangles are large; where there are too many, those that lie and face
alike share one, and read the nearest four. The light of a frame's sky on all of them is worked out in relight.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..light.transfer import CELLS, Transfer, alone, gathered, transfer
from ..native.rows import distinct_rows
from .refining import Shapes
from .scene import SceneState
from .solid import solid

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Ints32 = npt.NDArray[np.int32]

VERTICES = 12_000
"""To which meshes are refined."""

MOST_POINTS = 24_000
"""Beyond which vertices share places."""

MOST_TRIANGLES = 2_000_000
"""Beyond which nothing is baked: half a second's rays would need seconds of preparation."""

_RAYS = 1_500_000
_MOST_RAYS = 4  # into each cell
_SLOTS = ("base_color_texture", "metallic_roughness_texture", "emissive_texture", "specular_glossiness.texture")
_INSIDE = 0.5  # of its rays meet backs: a place within something
_FILLED = 4  # edges, over which places outside stand in for those within


@dataclass(frozen=True, slots=True, eq=False)
class Baked:
    """A pose's light.

    Attributes:
        origin: `(3,)`, the world's place that is zero among the sites.
        places: `(points, 6)` float32: position and normal.
        two_sided: so many of the points, the first ones, have a back too. Sites are the points' fronts, then the backs.
        points_of: `(vertices, 4)` uint32, the points that a vertex reads, see `gathered`; of every vertex of every
            instance, draw after draw.
    """

    origin: npt.NDArray[np.float64]
    places: Floats
    two_sided: int
    points_of: npt.NDArray[np.uint32]
    transfer: Transfer


def bake(state: SceneState, shapes: Shapes) -> Baked:
    """Cast the rays.

    Raises:
        InvalidAsset: see `solid`.
    """
    whole = solid(state, shapes, _SLOTS)
    two_sided = np.zeros(len(whole.places), bool)
    two_sided[whole.corners[whole.two_sided]] = True
    reach = 0.0
    rows = np.column_stack([whole.places + np.float32(0), two_sided.astype(np.float32)])  # adding 0: -0 is 0
    kinds: Ints | Ints32 = (found := distinct_rows(rows))[0]
    if len(found[1]) > MOST_POINTS:
        kinds, reach = _clusters(whole.places, two_sided, state.hull.diagonal)
    point_of, places, backs = _numbered(kinds, whole.places, two_sided)
    rays = int(np.clip(_RAYS / (CELLS / 2 * max(len(places) + backs, 1)), 1, _MOST_RAYS))
    made = transfer(whole.stage, point_of, len(places), backs, rays=rays)
    inside = made.looks[: len(places), 7] > _INSIDE
    if reach:
        outside = places.copy()
        outside[inside] = np.inf
        points_of = gathered(whole.places, outside, reach, point_of)
    else:
        points_of = alone(_outside(point_of, inside, whole.corners))
    return Baked(whole.origin, places, backs, points_of, made)


def _clusters(places: Floats, two_sided: npt.NDArray[np.bool_], diagonal: float) -> tuple[Ints, float]:
    """Numbers `(vertices,)` for what lies in one cube and faces one octant, and the cubes' side.

    Cubes are so large that there are `MOST_POINTS` numbers at most.
    """
    facing = ((places[:, 3:] > 0) @ [1, 2, 4] * 2 + two_sided).astype(np.int64)
    low = places[:, :3].min(0)
    side = diagonal / 256
    while True:
        cell = ((places[:, :3] - low) / np.float32(side)).astype(np.int64)
        key = ((cell[:, 0] << 20 | cell[:, 1]) << 20 | cell[:, 2]) << 4 | facing
        found, kinds = np.unique(key, return_inverse=True)
        if len(found) <= MOST_POINTS:
            return kinds, side
        side *= max((len(found) / MOST_POINTS) ** 0.5, 1.1)


def _numbered(kinds: Ints | Ints32, places: Floats, two_sided: npt.NDArray[np.bool_]) -> tuple[Ints, Floats, int]:
    """Points from equal numbers of vertices: the point of each vertex, where points are, and how many have two sides.

    Those with two sides come first.
    """
    count = int(kinds.max(initial=-1)) + 1
    sides = np.zeros(count, bool)
    sides[kinds] = two_sided
    number = np.empty(count, np.int64)
    number[np.argsort(~sides, kind="stable")] = np.arange(count)
    point_of = number[kinds]
    vertices = np.bincount(point_of, minlength=count)
    mean = [np.bincount(point_of, column, count) / vertices for column in places.T.astype(np.float64)]
    means = np.stack(mean, 1) if count else np.zeros((0, 6))
    means[:, 3:] /= np.maximum(np.linalg.norm(means[:, 3:], axis=1, keepdims=True), 1e-12)
    return point_of, means.astype(np.float32), int(sides.sum())


def _outside(point_of: Ints, inside: npt.NDArray[np.bool_], corners: npt.NDArray[np.int32]) -> Ints:
    """The point of each vertex, where what lies within something takes that of a neighbour which does not."""
    found = point_of.copy()
    hidden = inside[found]
    for _ in range(_FILLED if hidden.any() else 0):
        ends = np.concatenate([corners[:, [a, b]] for a, b in ((0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2))])
        ends = ends[hidden[ends[:, 0]] & ~hidden[ends[:, 1]]]
        found[ends[:, 0]] = found[ends[:, 1]]
        hidden[ends[:, 0]] = False
    return found
