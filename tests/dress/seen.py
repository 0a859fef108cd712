"""Whether what was removed of a body would have been seen."""

from __future__ import annotations

import numpy as np

from forge3d.document import Document
from forge3d.document.geometry import triangles
from forge3d.document.sampling import pose_at
from forge3d.document.skinning import world_positions
from forge3d.document.traversal import mesh_instances, world_matrices
from forge3d.surface.rays import RayCaster

DIRECTIONS = np.array(
    [[x, y, z] for x in (-1, 0, 1) for y in (-1, -0.4, 0, 0.4, 1) for z in (-1, 0, 1) if (x or z)], np.float64
)


def removed_in_sight(
    dressed: Document, whole: Document, animation: str | None = None, time: float = 0.0, rows: int = 120
) -> float:
    """Of parallel rays that meet a figure from all around and above and below, the part that first meets skin which
    `dressed` lacks.

    Args:
        dressed: without the covered skin. whole: the same with it.
        rows: of rays over the figure's height.
    """
    corners, gone = [], []
    for (some, _), (every, points) in zip(
        _parts(dressed, animation, time), _parts(whole, animation, time), strict=True
    ):
        kept = {tuple(face) for face in some.tolist()}
        corners.append(points[every])
        gone.append(np.array([tuple(face) not in kept for face in every.tolist()], bool))
    surface, lost = np.concatenate(corners), np.concatenate(gone)
    rays, center = RayCaster(surface), (surface.min((0, 1)) + surface.max((0, 1))) / 2
    radius = float(np.linalg.norm(np.ptp(surface, axis=(0, 1)))) / 2
    met = []
    for direction in DIRECTIONS / np.linalg.norm(DIRECTIONS, axis=1, keepdims=True):
        side = np.cross(direction, [0.0, 1.0, 0.0])
        side /= np.linalg.norm(side)
        across, up = np.meshgrid(*[np.linspace(-radius, radius, rows)] * 2)
        start = center - 2 * radius * direction + across.reshape(-1, 1) * side
        start = start + up.reshape(-1, 1) * np.cross(side, direction)
        met.append(rays.nearest(start, np.broadcast_to(direction, start.shape)).triangle)
    hit = np.concatenate(met)
    return float(lost[hit[hit >= 0]].mean())


def _parts(document: Document, animation: str | None, time: float) -> list[tuple[np.ndarray, np.ndarray]]:
    """Triangles and world positions of every primitive."""
    chosen = [a for a in document.animations if a.name == animation]
    pose = pose_at(document, time, chosen) if chosen else None
    world = world_matrices(document, pose=pose)
    return [
        (triangles(primitive), world_positions(primitive, instance, world, pose).astype(np.float64))
        for instance in mesh_instances(document, pose=pose)
        for primitive in instance.mesh.primitives
    ]
