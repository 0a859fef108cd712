"""The box a model stands in, in world space."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .accessor import Accessor, extremes
from .document import Document
from .geometry import used_vertices
from .sampling import Pose, pose_at
from .scene import Matrix, Scene
from .skinning import world_positions
from .traversal import MeshInstance, instance_matrices, walk, world_matrices

Vector = npt.NDArray[np.float64]
_MOST_PLACED, _AT_ONCE = 1 << 27, 1 << 20  # vertices times instances


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
        exact: from every vertex that is drawn, morphed and skinned; but where GPU instances make hundreds of millions
            of them, from the box of each instance, which is never smaller. False: from the boxes that the file
            declares, turned into the world; never smaller for rigid models, and quick, but blind to morphs and skins.
        time: seconds into the first animation; None: the pose at rest.
    """
    pose = None if time is None else pose_at(document, time)
    world = world_matrices(document, scene, pose=pose) if exact else {}
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for instance, places in _appearances(document, scene, pose):
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
                points = _placed(_corners(*declared), instance.world)
            if places is not None and len(points):
                points = _everywhere(points, places)
            if len(points) and np.isfinite(points).all():
                least, most = extremes(points)
                low, high = np.minimum(low, least), np.maximum(high, most)
    return Bounds(low, high) if np.isfinite(low).all() and np.isfinite(high).all() else None


def declared_bounds(position: Accessor) -> tuple[Vector, Vector] | None:
    """The file's `min` and `max` of a POSITION accessor as floats (it declares them as stored), where it has both."""
    low, high = position.bounds or ([], [])
    if not low or not high:
        return None
    scale = float(np.iinfo(position.dtype).max) if position.normalized and position.dtype.kind in "iu" else 1.0
    return np.maximum(np.array(low, float) / scale, -1 if scale > 1 else -np.inf), np.array(high, float) / scale


def _appearances(
    document: Document, scene: Scene | None, pose: Pose | None
) -> Iterator[tuple[MeshInstance, Matrix | None]]:
    """Every appearance of a mesh. Those of one rigid node come as one, in mesh space, with their `(n, 4, 4)` places."""
    for node, world in walk(document, scene, pose=pose, hidden=False):
        if node.mesh is None:
            continue
        if node.instancing is None or node.skin is not None:
            yield MeshInstance(node, node.mesh, world), None
        else:
            yield MeshInstance(node, node.mesh, np.eye(4)), world @ instance_matrices(node.instancing)


def _everywhere(points: Vector, places: Matrix) -> Vector:
    """Lowest and highest corners `(2 n, 3)` of the points at each place, where they are finite."""
    if len(points) * len(places) > _MOST_PLACED:
        points = _corners(*extremes(points))
    found: list[Vector] = []
    step = max(1, _AT_ONCE // len(points))
    for start in range(0, len(places), step):
        some = places[start : start + step]
        axes = [some[:, axis, :3] @ points.T + some[:, axis, 3:] for axis in range(3)]
        found += [np.stack([reach(axis, axis=1) for axis in axes], 1) for reach in (np.min, np.max)]
    # As float32, since that is what a vertex shader makes of it, and where one instance would be alone.
    boxes = np.concatenate(found).astype(np.float32).astype(np.float64)
    return boxes[np.isfinite(boxes).all(axis=1)]


def _corners(low: Vector, high: Vector) -> Vector:
    return np.array([[(low, high)[corner >> axis & 1][axis] for axis in range(3)] for corner in range(8)])


def _placed(points: Vector, world: Matrix) -> Vector:
    return np.asarray(points @ world[:3, :3].T + world[:3, 3])
