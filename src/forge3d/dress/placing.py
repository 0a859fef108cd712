"""From a garment's skeleton to a body's: where cloth goes when each of its bones goes to the body's.

Bones are matched by their places, not by their axes, which every exporter turns otherwise. All of the skeleton is
turned, scaled and moved at once (Umeyama 1991), then each bone turned the shortest way into the body's and stretched to
its length. So a coat modelled with raised arms fits a body with lowered ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document.scene import Matrix
from ..errors import NotWearable
from .bones import NEXT, PARENT
from .rig import Rig

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Placing:
    """How a garment's joints go to a body's.

    Attributes:
        joints: `(n,)`: the body's joint for each of the garment's.
        matrices: `(n, 4, 4)` float64: from the garment's space to the body's.
        folded: joints of the garment that the body lacks → the bones that take their place.
    """

    joints: Numbers
    matrices: Matrix
    folded: dict[str, str]


def placing(product: Rig, body: Rig, used: npt.NDArray[np.bool_]) -> Placing:
    """Match two rigs.

    Args:
        used: `(joints of the product,)`: which of them move any vertex.

    Raises:
        NotWearable: a joint that moves cloth is no known bone and hangs on none.
    """
    shared = [bone for bone in PARENT if bone in product.bones and bone in body.bones]
    lost = [
        joint.name or f"joint {n}"
        for n, joint in enumerate(product.skin.joints)
        if used[n] and not _bone(product, n, shared)
    ]
    if lost or not shared:
        raise NotWearable(
            f"the product's joints ({', '.join(lost[:8])}) are no bones that the body has too: name them as VRM or "
            'Mixamo does, or in the recipe, such as [wear.joints] "joint name" = "leftUpperArm"'
        )
    matrices = _by_bone(product, body, shared)
    joints, placed, folded = [], [], {}
    for number, joint in enumerate(product.skin.joints):
        bone = _bone(product, number, shared) or shared[0]
        joints.append(body.bones[bone])
        placed.append(matrices[bone])
        if used[number] and product.bones.get(bone) != number:
            folded[joint.name or f"joint {number}"] = bone
    return Placing(np.array(joints, np.int64), np.stack(placed), folded)


def _bone(product: Rig, joint: int, shared: list[str]) -> str | None:
    """The nearest bone at or above a joint that both rigs have."""
    bone = product.bone(joint)
    while bone is not None and bone not in shared:
        bone = PARENT[bone]
    return bone


def _by_bone(product: Rig, body: Rig, shared: list[str]) -> dict[str, Matrix]:
    turn, scale = alignment(
        np.array([product.head(bone) for bone in shared]), np.array([body.head(bone) for bone in shared])
    )
    own: dict[str, Matrix] = {}
    found: dict[str, Matrix] = {}
    for bone in shared:  # parents come first
        parent = _above(bone, shared)
        bent = own[parent] if parent is not None else np.eye(3)
        stretch = np.eye(3)
        end = _end(bone, shared)
        if end is not None:
            along = scale * turn @ (product.head(end) - product.head(bone))
            to = body.head(end) - body.head(bone)
            lengths = np.linalg.norm(along), np.linalg.norm(to)
            if min(lengths) > 1e-6:
                bent = shortest_turn(along / lengths[0], to / lengths[1])
                axis = along / lengths[0]
                stretch += (lengths[1] / lengths[0] - 1) * np.outer(axis, axis)
        own[bone] = bent
        matrix = np.eye(4)
        matrix[:3, :3] = bent @ stretch @ (scale * turn)
        matrix[:3, 3] = body.head(bone) - matrix[:3, :3] @ product.head(bone)
        found[bone] = matrix
    return found


def _above(bone: str, shared: list[str]) -> str | None:
    parent = PARENT[bone]
    while parent is not None and parent not in shared:
        parent = PARENT[parent]
    return parent


def _end(bone: str, shared: list[str]) -> str | None:
    end = NEXT.get(bone)
    while end is not None and end not in shared:
        end = NEXT.get(end)
    return end


def alignment(source: Matrix, target: Matrix) -> tuple[Matrix, float]:
    """Rotation `(3, 3)` and scale that take points `(n, 3)` nearest to others, both about their means (Umeyama 1991).

    Points on one line leave the turn about it open; then nothing is turned, nor scaled where there is one point.
    """
    a, b = source - source.mean(0), target - target.mean(0)
    left, values, right = np.linalg.svd(b.T @ a)
    if len(values) < 3 or values[0] < 1e-12:
        return np.eye(3), 1.0
    if values[1] < 1e-6 * values[0]:
        return np.eye(3), float(np.linalg.norm(b) / np.linalg.norm(a))
    flip = np.diag([1, 1, np.sign(np.linalg.det(left @ right))])
    return np.asarray(left @ flip @ right), float((values * np.diag(flip)).sum() / (a * a).sum())


def shortest_turn(source: npt.NDArray[Any], target: npt.NDArray[Any]) -> Matrix:
    """The rotation `(3, 3)` by the smallest angle that takes one unit vector to another."""
    cosine = float(source @ target)
    if cosine < -1 + 1e-9:
        side = np.eye(3)[np.abs(source).argmin()]
        across = np.cross(source, side)
        across /= np.linalg.norm(across)
        return np.asarray(2 * np.outer(across, across) - np.eye(3))
    x, y, z = np.cross(source, target)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / (1 + cosine))
