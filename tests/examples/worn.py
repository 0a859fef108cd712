"""Garments on a mannequin: how far inside the body they come when it moves."""

from __future__ import annotations

import numpy as np

from forge3d import Document
from forge3d.document.sampling import pose_at
from forge3d.document.scene import Node
from forge3d.document.skinning import world_positions
from forge3d.document.traversal import mesh_instances, world_matrices
from forge3d.surface.rays import RayCaster


def posed(document: Document, animation: str | None, time: float = 0.0) -> list[np.ndarray]:
    """World positions of every primitive, in file order."""
    chosen = [a for a in document.animations if a.name == animation]
    pose = pose_at(document, time, chosen) if chosen else None
    world = world_matrices(document, pose=pose)
    return [
        world_positions(primitive, instance, world, pose).astype(np.float64)
        for instance in mesh_instances(document, pose=pose)
        for primitive in instance.mesh.primitives
    ]


def share_joints(garment: Document, body: Document) -> list[Node]:
    """Let the garment's skins follow the body's joints of the same names; its nodes are added to the body's scene."""
    joints = {node.name: node for node in body.nodes}
    worn = [node for node in garment.nodes if node.mesh is not None]
    for skin in garment.skins:
        skin.joints = [joints[joint.name] for joint in skin.joints]
        skin.skeleton = None
    assert body.scene is not None
    body.scene.nodes += worn
    body.nodes += worn
    return worn


def inside(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Which points lie inside a closed surface of triangles `(m, 3, 3)`: rays to two sides both meet it from within."""
    rays = RayCaster(corners)
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    within = np.ones(len(points), dtype=bool)
    for direction in (np.array([0.37, 0.21, 0.905]), np.array([-0.41, 0.14, -0.90])):
        met = rays.nearest(points, np.broadcast_to(direction, points.shape)).triangle
        within &= (met >= 0) & (normal[met] @ direction > 0)
    return within
