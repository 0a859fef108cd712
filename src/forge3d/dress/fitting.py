"""Keeping a body out of the cloth: the skin pushes outward where cloth comes too near, in every pose.

What is pushed is not the cloth's single vertices but a field on the skin: each place of it says how far all that lies
above it moves along its normal. So layers, seams and buttons that lie over each other move together and stay in order,
and the field is smooth, so no vertex leaves its neighbours behind. Where another limb bends into the cloth (a sleeve
against the waist), the cloth is pressed towards its own skin in the same way, as far as there is room.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ..document.accessor import FloatArray
from ..document.scene import Matrix
from ..native.threads import each
from .body import Body, Points, Skinned, Touch, moved
from .weights import Influences

_ROUNDS = 8
_SPREADING = 24  # how many edges the field fades over
_ASIDE = 0.01  # of the body's height: cloth that slid further from its skin in a pose is not over it any more
_FOLD = 0.008  # of the body's height: how far a pose may push cloth; in folds of skin it stays inside
_OTHER_LIMB = 0.03  # of the body's height: skin that far from the cloth's own, when nothing is bent


@dataclass(frozen=True, slots=True, eq=False)
class _Pose:
    """The skin as it is then, and the matrices `(n, 4, 4)` that take each vertex of the cloth there."""

    surface: Skinned
    matrices: FloatArray


def fitted(points: Points, held: Influences, body: Body, poses: Sequence[Matrix], clearance: float) -> Points:
    """Where a garment's vertices go so that none is nearer to the skin than `clearance` metres, `(n, 3)`.

    Args:
        points: `(n, 3)`, in the body's space.
        held: the body's joints that move them.
        poses: joints' matrices of poses that count; a third of the clearance is kept there.
    """
    posed = each(lambda pose: _Pose(body.posed(pose), held.blended(pose)), poses)
    points = _pushed_out(points, body, posed, clearance)
    points = _pressed(points, body, posed, clearance / 3)
    return _pushed_out(points, body, posed, clearance / 3)


def _pushed_out(points: Points, body: Body, posed: Sequence[_Pose], clearance: float) -> Points:
    near, spent = _ASIDE * body.height, np.zeros(len(points))
    for _ in range(_ROUNDS):
        touch = body.surface.at(points)
        above = each(partial(_above, points=points, touch=touch, near=near), posed)
        missing = clearance / 3 - np.min(above, axis=0, initial=np.inf)
        need = np.maximum(clearance - touch.outside, np.minimum(missing, _FOLD * body.height - spent))
        if need.max(initial=0) < clearance / 20:
            break
        outward = _at(touch, spread(touch, np.maximum(need, 0), body))
        points, spent = points + touch.normal * outward[:, None], spent + outward
    return points


def _above(pose: _Pose, points: Points, touch: Touch, near: float) -> Points:
    return pose.surface.above(touch, moved(points, pose.matrices), near)


def _pressed(points: Points, body: Body, posed: Sequence[_Pose], least: float) -> Points:
    """Cloth pressed towards its own skin, to `least` metres of it at most, where other limbs bend into it."""
    touch = body.surface.at(points)
    own = body.surface.places(touch)

    def wanted(pose: _Pose) -> Points:
        met = pose.surface.at(moved(points, pose.matrices))
        strange = np.linalg.norm(body.surface.places(met) - own, axis=1) > _OTHER_LIMB * body.height
        return np.where(strange, least - met.outside, 0)

    want = np.max(each(wanted, posed), axis=0, initial=0)
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
