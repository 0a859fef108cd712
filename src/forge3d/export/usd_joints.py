"""Weights and joint matrices in the shapes that UsdSkel takes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..document import Primitive
from ..document.scene import Matrix


def influences(primitive: Primitive, order: Sequence[int]) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Joints and weights of each vertex, `(n, k)`, weights summing to 1; only as many as some vertex needs.

    Args:
        order: the skeleton's joints as places in the skin.
    """
    sets = []
    for number in range(len(primitive.attributes)):
        joints, given = (primitive.attributes.get(f"{kind}_{number}") for kind in ("JOINTS", "WEIGHTS"))
        if joints is None or given is None:
            break
        sets.append((joints.array.astype(np.int64), given.floats))
    if not sets:
        joints = primitive.attributes["JOINTS_0"]
        sets = [(joints.array.astype(np.int64), np.zeros((len(joints), 4), np.float32))]
    indices = np.concatenate([columns for columns, _ in sets], axis=1).clip(0, len(order) - 1)
    weights = np.abs(np.concatenate([shares for _, shares in sets], axis=1))
    heaviest = np.argsort(-weights, axis=1, kind="stable")
    count = max(1, int((weights > 0).sum(axis=1).max(initial=1)))
    indices = np.take_along_axis(indices, heaviest, axis=1)[:, :count]
    weights = np.take_along_axis(weights, heaviest, axis=1)[:, :count]
    total = weights.sum(axis=1, keepdims=True)
    weights = np.where(total > 0, weights / np.where(total > 0, total, 1), np.eye(1, count))
    here = np.empty(len(order), np.int32)
    here[np.asarray(order)] = np.arange(len(order))
    return here[indices].astype(np.int32), weights.astype(np.float32)


def decomposed(matrices: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Translations `(n, 3)`, unit quaternions (x, y, z, w) and scales `(n, 3)` of `(n, 4, 4)`; shear is lost."""
    linear = matrices[:, :3, :3]
    scales = np.linalg.norm(linear, axis=1)
    scales[np.linalg.det(linear) < 0, 0] *= -1
    turn = linear / np.where(np.abs(scales) > 1e-12, scales, 1.0)[:, None, :]
    return matrices[:, :3, 3].copy(), _quaternions(turn), scales


def _quaternions(turns: Matrix) -> Matrix:
    """Of rotations `(n, 3, 3)`, by the largest component (Shepperd 1978)."""
    trace = np.trace(turns, axis1=1, axis2=2)
    diagonal = np.diagonal(turns, axis1=1, axis2=2)
    squares = np.concatenate([1 + 2 * diagonal - trace[:, None], 1 + trace[:, None]], axis=1)  # 4x², 4y², 4z², 4w²
    skew = np.stack([turns[:, (i + 2) % 3, (i + 1) % 3] - turns[:, (i + 1) % 3, (i + 2) % 3] for i in range(3)], axis=1)
    found = np.empty((len(turns), 4))
    for row, largest in enumerate(np.argmax(squares, axis=1)):
        part, turn = np.sqrt(max(squares[row, largest], 1e-30)), turns[row]
        if largest == 3:
            found[row] = [*(skew[row] / part), part]
        else:
            j, k = (largest + 1) % 3, (largest + 2) % 3
            found[row, largest], found[row, 3] = part, skew[row, largest] / part
            found[row, j], found[row, k] = (
                (turn[j, largest] + turn[largest, j]) / part,
                (turn[k, largest] + turn[largest, k]) / part,
            )
    found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-30)
    return found
