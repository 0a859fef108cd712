"""The box a model stands in, in world space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .accessor import Accessor
from .document import Document
from .geometry import used_vertices
from .sampling import pose_at
from .scene import Scene
from .skinning import world_positions
from .traversal import MeshInstance, mesh_instances, world_matrices

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Bounds:
    """An axis-aligned box: corners `min` and `max`, `(3,)` float64, metres."""

    min: Vector
    max: Vector

    @property
    def extent(self) -> Vector:
        return self.max - self.min

    @property
    def center(self) -> Vector:
        return (self.min + self.max) / 2

    @property
    def diagonal(self) -> float:
        return float(np.linalg.norm(self.extent))


@np.errstate(over="ignore", invalid="ignore")  # what is not finite is left out below
def bounds(
    document: Document, scene: Scene | None = None, *, exact: bool = True, time: float | None = None
) -> Bounds | None:
    """The box around everything visible in the scene; None where there is nothing.

    Args:
        exact: from every vertex that is drawn, morphed and skinned. False: from the boxes that the file declares,
            turned into the world; never smaller for rigid models, and quick, but blind to morphs and skins.
        time: seconds into the first animation; None: the pose at rest.
    """
    pose = None if time is None else pose_at(document, time)
    world = world_matrices(document, scene, pose=pose) if exact else {}
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for instance in mesh_instances(document, scene, pose=pose):
        for primitive in instance.mesh.primitives:
            position = primitive.attributes.get("POSITION")
            if position is None or len(position) == 0:
                continue
            declared = None if exact else declared_bounds(position)
            if declared is None:
                used = used_vertices(primitive)
                placed = world_positions(primitive, instance, world, pose).astype(np.float64)
                points = placed if used is None else placed[used]
            else:
                points = _corners(instance, *declared)
            if len(points) and np.isfinite(points).all():
                low, high = np.minimum(low, points.min(axis=0)), np.maximum(high, points.max(axis=0))
    return Bounds(low, high) if np.isfinite(low).all() and np.isfinite(high).all() else None


def declared_bounds(position: Accessor) -> tuple[Vector, Vector] | None:
    """The file's `min` and `max` of a POSITION accessor as floats (it declares them as stored), where it has both."""
    low, high = position.bounds or ([], [])
    if not low or not high:
        return None
    scale = float(np.iinfo(position.dtype).max) if position.normalized and position.dtype.kind in "iu" else 1.0
    return np.maximum(np.array(low, float) / scale, -1 if scale > 1 else -np.inf), np.array(high, float) / scale


def _corners(instance: MeshInstance, low: Vector, high: Vector) -> Vector:
    corners = np.array([[(low, high)[corner >> axis & 1][axis] for axis in range(3)] for corner in range(8)])
    return np.asarray(corners @ instance.world[:3, :3].T + instance.world[:3, 3])
