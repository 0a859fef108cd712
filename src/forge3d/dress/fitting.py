"""Keeping a body out of the cloth: the skin pushes outward where cloth comes too near, in every pose.

What is pushed is not the cloth's single vertices but a field on the skin: each place of it says how far all that lies
above it moves along its normal. So layers, seams and buttons that lie over each other move together and stay in order,
and the field is smooth, so no vertex leaves its neighbours behind.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..document.scene import Matrix
from .body import Body, Points, Skinned, Touch, bent
from .weights import Influences

_ROUNDS = 8
_SPREADING = 24  # how many edges the field fades over
_DEEPEST = 0.05  # of the body's height: further inside, cloth belongs to another limb that bends into this one


def fitted(points: Points, held: Influences, body: Body, poses: Sequence[Matrix], clearance: float) -> Points:
    """Where a garment's vertices go so that none is nearer to the skin than `clearance` metres, `(n, 3)`.

    Args:
        points: `(n, 3)`, in the body's space.
        held: the body's joints that move them.
        poses: joints' matrices of poses that count; a third of the clearance is kept there.
    """
    surfaces = [(body.surface, np.empty((0, 4, 4)))] + [(body.posed(pose), pose) for pose in poses]
    deepest = _DEEPEST * body.height
    for _ in range(_ROUNDS):
        at_rest = body.surface.at(points)
        need = np.zeros(len(points))
        for number, (surface, pose) in enumerate(surfaces):
            if number == 0:
                outside, wanted = at_rest.outside, clearance
            else:
                outside, wanted = surface.at(bent(points, held, pose)).outside, clearance / 3
            missing = wanted - outside
            need = np.maximum(need, np.where(missing < (deepest if number else np.inf), missing, 0))
        if need.max(initial=0) < clearance / 20:
            break
        points = points + pushed(at_rest, need, body)
    return points


def pushed(touch: Touch, need: Points, body: Body) -> Points:
    """The field's displacement of each vertex `(n, 3)`, at least `need` `(n,)` metres outward."""
    least = np.zeros(len(body.points))
    np.maximum.at(least, touch.corners.ravel(), np.repeat(np.maximum(need, 0), 3))
    field = least
    first, second = body.edges.T
    count = np.bincount(body.edges.ravel(), minlength=len(least))
    for _ in range(_SPREADING):
        sums = np.bincount(first, field[second], len(least)) + np.bincount(second, field[first], len(least))
        field = np.maximum(least, sums / np.maximum(count, 1))
    amount = np.einsum("mc,mc->m", touch.shares, field[touch.corners])
    return np.asarray(touch.normal * amount[:, None])


def inside(points: Points, surface: Skinned, tolerance: float = 0.0) -> float:
    """The part of points that lies more than `tolerance` metres inside a surface, 0 to 1."""
    return float((surface.at(points).outside < -tolerance).mean()) if len(points) else 0.0
