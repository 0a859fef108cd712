"""Morph targets and skins on the CPU: where vertices really are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .accessor import FloatArray
from .sampling import Pose
from .scene import Matrix, Node, Primitive, Skin
from .traversal import MeshInstance


def morph_weights(instance_node: Node, pose: Pose | None = None) -> Sequence[float]:
    """The weights that count (§3.7.2.2): animated, else the node's, else the mesh's, else none."""
    animated = pose.nodes.get(instance_node) if pose is not None else None
    if animated is not None and "weights" in animated:
        weights: Sequence[float] = animated["weights"]
        return weights
    mesh = instance_node.mesh
    if mesh is not None and pose is not None:
        mesh = pose.of(mesh)
    return instance_node.weights or (mesh.weights if mesh is not None else [])


def morphed(primitive: Primitive, semantic: str, weights: Sequence[float]) -> FloatArray:
    """An attribute with its morph targets added, float32 in natural shape. TANGENT's w is not morphed (§3.7.2.2)."""
    base = primitive.attributes[semantic].floats
    used = [
        (weight, target[semantic].floats)
        for weight, target in zip(weights, primitive.targets, strict=False)
        if weight and semantic in target
    ]
    if not used:
        return base
    out = base.astype(np.float32)
    for weight, delta in used:
        out[:, : delta.shape[1]] += np.float32(weight) * delta
    return out


def joint_matrices(skin: Skin, world: Mapping[Node, Matrix]) -> Matrix:
    """Matrices `(joints, 4, 4)` float64 from bind pose to world: the joint's world matrix · inverse bind matrix.

    A joint outside the scene counts as standing at the origin.
    """
    joints = np.stack([world.get(joint, np.eye(4)) for joint in skin.joints])
    if skin.inverse_bind_matrices is None:
        return joints
    return joints @ skin.inverse_bind_matrices.floats[: len(joints)].astype(np.float64)


def vertex_matrices(primitive: Primitive, joints: Matrix) -> FloatArray | None:
    """The blended matrix of each vertex `(n, 4, 4)` float32, over every JOINTS_n/WEIGHTS_n; None where unskinned."""
    sets = []
    for number in range(len(primitive.attributes)):
        indices, weights = (primitive.attributes.get(f"{kind}_{number}") for kind in ("JOINTS", "WEIGHTS"))
        if indices is None or weights is None:
            break
        sets.append((indices.array, weights.floats))
    return blended_matrices(sets, joints) if sets else None


def blended_matrices(sets: Sequence[tuple[npt.NDArray[Any], FloatArray]], joints: Matrix) -> FloatArray:
    """`(n, 4, 4)` float32: the joints' matrices, mixed for each vertex. `sets`: indices and weights, `(n, 4)` each.

    Weights that do not sum up to 1 are a fault of the file (§3.7.3.3). They are scaled until they do, as three.js does,
    and a vertex without any follows its first joint; else the mesh would shrink towards the origin there.
    """
    matrices = joints.astype(np.float32).reshape(-1, 16)
    first = sets[0][0][:, 0]
    blended = np.zeros((len(first), 16), np.float32)
    total = np.zeros((1, 1), np.float32)
    for columns, shares in sets:
        total = total + np.abs(shares).sum(1, keepdims=True)
        for influence in range(columns.shape[1]):
            share = shares[:, influence : influence + 1]
            if share.any():
                # An index past the joints is a fault of the file; it must not be one of ours.
                blended += share * matrices[np.minimum(columns[:, influence], len(matrices) - 1)]
    without = total[:, 0] == 0
    blended /= np.where(total == 0, 1, total)
    blended[without] = matrices[np.minimum(first[without], len(matrices) - 1)]
    return blended.reshape(-1, 4, 4)


def world_positions(
    primitive: Primitive, instance: MeshInstance, world: Mapping[Node, Matrix], pose: Pose | None = None
) -> FloatArray:
    """Where the primitive's vertices are in the world `(n, 3)` float32: morphed, then skinned or transformed.

    A skinned mesh ignores its own node's transform (§3.7.3.3).
    """
    positions = morphed(primitive, "POSITION", morph_weights(instance.node, pose))
    skin = instance.node.skin
    if skin is not None and skin.joints:
        matrices = vertex_matrices(primitive, joint_matrices(skin, world))
        if matrices is not None:
            return np.asarray(np.einsum("nij,nj->ni", matrices[:, :3, :3], positions) + matrices[:, :3, 3])
    points: FloatArray = (positions @ instance.world[:3, :3].T + instance.world[:3, 3]).astype(np.float32)
    return points
