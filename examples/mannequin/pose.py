"""Turning joints: by angles, toward a direction, or so that feet stay where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from .skeleton import Skeleton

Array = npt.NDArray[np.float64]
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Pose:
    """How a body stands; directions and places are the world's, in metres of the medium size.

    Attributes:
        hips: how far they move from the bind pose.
        turns: degrees about x, y and z, applied in this order, beside the joint's parent.
        aims: the way that a bone points, from its joint to the next.
        ankles: places of the left and right ankle.
        knees: the way that the left and right knee point, roughly.
        soles: pitch (positive: heel up) and outward turn of the left and right foot in degrees.
    """

    hips: Triple = (0.0, 0.0, 0.0)
    turns: dict[str, Triple] = field(default_factory=dict)
    aims: dict[str, Triple] = field(default_factory=dict)
    ankles: tuple[Triple, Triple] = ((0.114, 0.082, -0.028), (-0.114, 0.082, -0.028))
    knees: tuple[Triple, Triple] = ((0.12, 0.0, 1.0), (-0.12, 0.0, 1.0))
    soles: tuple[tuple[float, float], tuple[float, float]] = ((0.0, 0.0), (0.0, 0.0))


@dataclass(frozen=True)
class Posed:
    """Joint rotations of a pose: `local` `(n, 3, 3)` beside the parent, `world` ones, and `places` `(n, 3)`."""

    local: Array
    world: Array
    places: Array


def posed(bones: Skeleton, pose: Pose) -> Posed:
    """The joints of a body in a pose.

    Raises:
        ValueError: an ankle lies beyond the leg's reach.
    """
    s, count = bones.scale, len(bones.names)
    local, world, places = np.tile(np.eye(3), (count, 1, 1)), np.tile(np.eye(3), (count, 1, 1)), np.zeros((count, 3))
    legs: dict[str, Array] = {}
    for k, (name, parent, offset) in enumerate(zip(bones.names, bones.parents, bones.offsets, strict=True)):
        above = world[parent] if parent >= 0 else np.eye(3)
        places[k] = offset + np.array(pose.hips) * s if parent < 0 else places[parent] + above @ offset
        if name.endswith("UpperLeg"):
            legs |= _leg(bones, pose, name[: -len("UpperLeg")], places[k], s)
        if name in legs:
            world[k] = _toward(above @ _way(bones, k), legs[name]) @ above
        elif name.endswith("Foot"):
            pitch, out = pose.soles[0 if name.startswith("left") else 1]
            world[k] = turn("y", out if name.startswith("left") else -out) @ turn("x", pitch)
        elif name in pose.aims:
            world[k] = _toward(above @ _way(bones, k), np.array(pose.aims[name])) @ above
        else:
            world[k] = above
        if name in pose.turns:
            x, y, z = pose.turns[name]
            world[k] = world[k] @ turn("z", z) @ turn("y", y) @ turn("x", x)
        local[k] = above.T @ world[k]
    return Posed(local, world, places)


def _leg(bones: Skeleton, pose: Pose, side: str, hip: Array, s: float) -> dict[str, Array]:
    """Directions of thigh and shin that put the ankle in its place, by the law of cosines."""
    which = 0 if side == "left" else 1
    k = bones.index(f"{side}UpperLeg")
    thigh, shin = (float(np.linalg.norm(bones.offsets[k + step])) for step in (1, 2))
    reach = np.array(pose.ankles[which]) * s - hip
    length = float(np.linalg.norm(reach))
    if length > thigh + shin + 1e-3:
        raise ValueError(f"the {side} ankle lies {length:.3f} m from the hip; the leg is {thigh + shin:.3f} m long")
    length = min(length, thigh + shin - 1e-6)
    along = reach / np.linalg.norm(reach)
    cosine = (thigh**2 + length**2 - shin**2) / (2 * thigh * length)
    ahead = np.array(pose.knees[which])
    ahead = ahead - along * (ahead @ along)
    ahead /= np.linalg.norm(ahead)
    upper = along * cosine + ahead * np.sqrt(max(1 - cosine**2, 0.0))
    lower = (along * length - upper * thigh) / shin
    return {f"{side}UpperLeg": upper, f"{side}LowerLeg": lower}


def _way(bones: Skeleton, k: int) -> Array:
    """Unit vector from a joint to the next in the bind pose; a hand points on along the forearm."""
    child = bones.parents.index(k) if k in bones.parents else k
    offset = bones.offsets[child]
    return np.asarray(offset / np.linalg.norm(offset))


def _toward(here: Array, there: Array) -> Array:
    """The shortest rotation from one direction to another."""
    a, b = here / np.linalg.norm(here), there / np.linalg.norm(there)
    axis, cosine = np.cross(a, b), float(a @ b)
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + cross + cross @ cross / max(1 + cosine, 1e-6))


def turn(axis: str, degrees: float) -> Array:
    """`(3, 3)`, counter-clockwise seen from the axis' tip."""
    from ..modelling.surface import rotation

    return np.asarray(rotation(axis, degrees)[:3, :3])


def quaternions(rotations: Array) -> Array:
    """`(n, 3, 3)` rotations as unit quaternions `(n, 4)` of x, y, z, w ≥ 0 (Bar-Itzhack 2000, by the largest part)."""
    m = rotations
    trace = np.trace(m, axis1=1, axis2=2)
    parts = np.stack([1 + 2 * m[:, k, k] - trace for k in range(3)] + [1 + trace], axis=-1)
    which = parts.argmax(axis=1)
    found = np.empty((len(m), 4))
    for i, k in enumerate(which):
        r = m[i]
        sums = np.array([[0, r[0, 1] + r[1, 0], r[0, 2] + r[2, 0], r[2, 1] - r[1, 2]],
                         [r[0, 1] + r[1, 0], 0, r[1, 2] + r[2, 1], r[0, 2] - r[2, 0]],
                         [r[0, 2] + r[2, 0], r[1, 2] + r[2, 1], 0, r[1, 0] - r[0, 1]],
                         [r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1], 0]])  # fmt: skip
        row = sums[k]
        row[k] = parts[i, k]
        found[i] = row / np.linalg.norm(row)
    return np.where(found[:, 3:] < 0, -found, found)
