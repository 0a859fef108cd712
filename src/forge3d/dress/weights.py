"""Which joints move a vertex, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Primitive
from ..document.accessor import FloatArray
from ..document.scene import Matrix
from ..document.skinning import blended_matrices

MOST = 4


@dataclass(frozen=True, slots=True, eq=False)
class Influences:
    """Joints `(n, k)` int64 and their weights `(n, k)` float32, which sum up to 1 in each row."""

    joints: npt.NDArray[np.int64]
    weights: FloatArray

    def blended(self, matrices: Matrix) -> FloatArray:
        """Each vertex's matrix `(n, 4, 4)`, of joints' matrices `(joints, 4, 4)`."""
        return blended_matrices([(self.joints, self.weights)], matrices)

    def rows(self, rows: npt.NDArray[Any]) -> Influences:
        return Influences(self.joints[rows], self.weights[rows])


def influences(primitive: Primitive) -> Influences | None:
    """A primitive's own, over every JOINTS_n and WEIGHTS_n; None where it has none."""
    joints, weights = [], []
    for number in range(len(primitive.attributes)):
        pair = [primitive.attributes.get(f"{kind}_{number}") for kind in ("JOINTS", "WEIGHTS")]
        if pair[0] is None or pair[1] is None:
            break
        joints.append(pair[0].array.astype(np.int64))
        weights.append(np.abs(pair[1].floats))
    if not joints:
        return None
    return condensed(np.concatenate(joints, 1), np.concatenate(weights, 1), MOST * len(joints))


def condensed(joints: npt.NDArray[np.int64], weights: FloatArray, most: int = MOST) -> Influences:
    """Each joint once in its row, the heaviest `most` of them, summing up to 1; without weights the first counts."""
    order = np.argsort(joints, axis=1, kind="stable")
    joints, weights = np.take_along_axis(joints, order, 1), np.take_along_axis(weights, order, 1).astype(np.float32)
    for column in range(joints.shape[1] - 1, 0, -1):
        same = joints[:, column] == joints[:, column - 1]
        weights[same, column - 1] += weights[same, column]
        weights[same, column] = 0
    order = np.argsort(-weights, axis=1, kind="stable")[:, :most]
    joints, weights = np.take_along_axis(joints, order, 1), np.take_along_axis(weights, order, 1)
    total = weights.sum(1, keepdims=True)
    weights = np.where(
        total > 0, weights / np.where(total > 0, total, 1), np.eye(1, weights.shape[1], dtype=np.float32)
    )
    return Influences(np.where(weights > 0, joints, np.where(total > 0, 0, joints)), weights.astype(np.float32))


def mixed(of: Influences, corners: npt.NDArray[np.int64], shares: npt.NDArray[Any]) -> Influences:
    """Influences between vertices: of rows `corners` `(m, 3)` with barycentric `shares` `(m, 3)`."""
    joints = of.joints[corners].reshape(len(corners), -1)
    weights = (of.weights[corners] * shares[..., None].astype(np.float32)).reshape(len(corners), -1)
    return condensed(joints, weights)
