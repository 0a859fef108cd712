"""Keeping a body out of the cloth: the skin pushes outward where cloth comes too near, in every pose.

What is pushed is not the cloth's single vertices but a field on the skin: each place of it says how far all that lies
above it moves along its normal. So layers, seams and buttons that lie over each other move together and stay in order,
and the field is smooth, so no vertex leaves its neighbours behind. Where another limb bends into the cloth (a sleeve
against the waist), the cloth is pressed towards its own skin in the same way, as far as there is room.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..document.scene import Matrix
from .body import Body, Points, Skinned, Touch, bent
from .weights import Influences

_ROUNDS = 8
_SPREADING = 24  # how many edges the field fades over
_ASIDE = 0.01  # of the body's height: cloth that slid further from its skin in a pose is not over it any more
_FOLD = 0.008  # of the body's height: how far a pose may push cloth; in folds of skin it stays inside
_OTHER_LIMB = 0.03  # of the body's height: skin that far from the cloth's own, when nothing is bent


def fitted(points: Points, held: Influences, body: Body, poses: Sequence[Matrix], clearance: float) -> Points:
    """Where a garment's vertices go so that none is nearer to the skin than `clearance` metres, `(n, 3)`.

    Args:
        points: `(n, 3)`, in the body's space.
        held: the body's joints that move them.
        poses: joints' matrices of poses that count; a third of the clearance is kept there.
    """
    posed = [(body.posed(pose), pose) for pose in poses]
    points = _pushed_out(points, held, body, posed, clearance)
    points = _pressed(points, held, body, posed, clearance / 3)
    return _pushed_out(points, held, body, posed, clearance / 3)


def _pushed_out(
    points: Points, held: Influences, body: Body, posed: Sequence[tuple[Skinned, Matrix]], clearance: float
) -> Points:
    near, spent = _ASIDE * body.height, np.zeros(len(points))
    for _ in range(_ROUNDS):
        touch = body.surface.at(points)
        need = clearance - touch.outside
        for surface, pose in posed:
            missing = clearance / 3 - surface.above(touch, bent(points, held, pose), near)
            need = np.maximum(need, np.minimum(missing, _FOLD * body.height - spent))
        if need.max(initial=0) < clearance / 20:
            break
        outward = _at(touch, spread(touch, np.maximum(need, 0), body))
        points, spent = points + touch.normal * outward[:, None], spent + outward
    return points


def _pressed(
    points: Points, held: Influences, body: Body, posed: Sequence[tuple[Skinned, Matrix]], least: float
) -> Points:
    """Cloth pressed towards its own skin, to `least` metres of it at most, where other limbs bend into it."""
    touch = body.surface.at(points)
    own = np.einsum("mc,mcx->mx", touch.shares, body.points[touch.corners])
    want = np.zeros(len(points))
    for surface, pose in posed:
        met = surface.at(bent(points, held, pose))
        other = np.einsum("mc,mcx->mx", met.shares, body.points[met.corners])
        strange = np.linalg.norm(other - own, axis=1) > _OTHER_LIMB * body.height
        want = np.maximum(want, np.where(strange, least - met.outside, 0))
    room = np.maximum(touch.outside - least, 0)
    part = np.divide(np.minimum(want, room), room, out=np.zeros_like(room), where=room > 0)
    if not part.any():
        return points
    return np.asarray(points - touch.normal * (_at(touch, spread(touch, part, body)) * room)[:, None])


def spread(touch: Touch, least: Points, body: Body) -> Points:
    """A smooth field over the body's vertices, at least as high as asked for `(n,)` where the cloth is above them."""
    floor = np.zeros(len(body.points))
    np.maximum.at(floor, touch.corners.ravel(), np.repeat(least, 3))
    field = floor
    first, second = body.edges.T
    count = np.bincount(body.edges.ravel(), minlength=len(floor))
    for _ in range(_SPREADING):
        sums = np.bincount(first, field[second], len(floor)) + np.bincount(second, field[first], len(floor))
        field = np.maximum(floor, sums / np.maximum(count, 1))
    return field


def _at(touch: Touch, field: Points) -> Points:
    return np.asarray(np.einsum("mc,mc->m", touch.shares, field[touch.corners]))


def inside(points: Points, surface: Skinned, tolerance: float = 0.0) -> float:
    """The part of points that lies more than `tolerance` metres inside a surface, 0 to 1."""
    return float((surface.at(points).outside < -tolerance).mean()) if len(points) else 0.0
