"""Light between surfaces, baked once for a pose: what places on them see of the sky, and of each other.

Vertices are the places, of meshes refined where triangles are large; where there are too many, those that lie and face
alike share one, and read the nearest four. The light of a frame's sky on all of them is worked out in relight.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..light.points import Points, outside_of, points_of, uncovered
from ..light.transfer import CELLS, Transfer, alone, gathered, transfer
from .refining import Shapes
from .scene import SceneState
from .solid import solid

VERTICES = 12_000
"""To which meshes are refined."""

MOST_TRIANGLES = 2_000_000
"""In one scene, each instance counted, beyond which nothing is baked: preparing the rays would take many seconds."""

_RAYS = 1_500_000
_MOST_RAYS = 4  # into each cell
_SLOTS = ("base_color_texture", "metallic_roughness_texture", "emissive_texture", "specular_glossiness.texture")
_LEAST_OPEN = 0.05
_INSIDE = 0.5  # of its rays meet backs: a place within something


@dataclass(frozen=True, slots=True, eq=False)
class Baked:
    """A pose's light.

    Attributes:
        origin: `(3,)`, the world's place that is zero among the sites.
        read: `(vertices, 4)` uint32, the points that a vertex reads, see `gathered`; of every vertex of every instance,
            draw after draw.
    """

    origin: npt.NDArray[np.float64]
    points: Points
    read: npt.NDArray[np.uint32]
    transfer: Transfer


def bakes(state: SceneState) -> bool:
    """Whether a scene has no more than `MOST_TRIANGLES`, strips and the like counted as if they were lists."""
    corners = [draw.primitive.indices or draw.primitive.attributes.get("POSITION") for draw in state.draws]
    counts = [0 if at is None else len(at) * len(draw.worlds) for at, draw in zip(corners, state.draws, strict=True)]
    return sum(counts) <= 3 * MOST_TRIANGLES


def bake(state: SceneState, shapes: Shapes) -> Baked:
    """Cast the rays.

    Raises:
        InvalidAsset: see `solid`.
    """
    whole = solid(state, shapes, _SLOTS)
    two_sided = np.zeros(len(whole.places), bool)
    two_sided[whole.corners[whole.two_sided]] = True
    points = points_of(whole.places, two_sided, state.hull.diagonal)
    rays = int(np.clip(_RAYS / (CELLS / 2 * max(points.sites, 1)), 1, _MOST_RAYS))
    made = transfer(whole.stage, points.point_of, len(points.places), points.two_sided, rays=rays)
    inside = made.looks[: len(points.places), 7] > _INSIDE
    openness = made.openness(len(points.places))
    if points.reach:
        outside = points.places.copy()
        # What is read is visible, and so are the places that know its light best: not those under something.
        outside[:, 3:] *= np.maximum(openness, _LEAST_OPEN)[:, None] ** 0.5
        outside[inside] = np.inf
        read = gathered(whole.places, outside, points.reach, points.point_of)
    else:
        read = alone(outside_of(points.point_of, inside, whole.corners))
    read = uncovered(read, openness, whole.corners)
    return Baked(whole.origin, points, read, made)
