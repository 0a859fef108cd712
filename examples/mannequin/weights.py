"""Which joints each point of the skin follows: by shares along the bones, spread over shoulders and hips."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..modelling.curves import smoothstep
from .body import Body
from .form import Limb

Array = npt.NDArray[np.float64]

# Up the trunk: joint, the height where it takes over, half of the height over which it does, and how the border leans
# (metres up for a metre forward): medium metres.
_TRUNK = [
    ("spine", 1.035, 0.060, 0.0), ("chest", 1.150, 0.065, 0.0), ("upperChest", 1.270, 0.070, 0.0),
    ("neck", 1.478, 0.030, 0.45), ("head", 1.562, 0.024, 0.50),
]  # fmt: skip


def weights(body: Body) -> Array:
    """Shares of every joint `(points, joints)` that sum up to 1."""
    bones, points = body.bones, body.points
    table = np.zeros((len(points), len(bones.names)))
    trunk = _up_the_trunk(body)
    table += trunk
    for side in ("left", "right"):
        for part, joints in (("Arm", ("UpperArm", "LowerArm", "Hand")), ("Leg", ("UpperLeg", "LowerLeg", "Foot"))):
            limb = body.form.arm if part == "Arm" else body.form.leg
            at = _vertices(body, side, part)
            table[at] = 0.0
            for joint, share in zip(joints, _along(limb, points[at]), strict=True):
                table[at, bones.index(side + joint)] = share
        _toes(body, side, table)
    _collarbones(body, table)
    table = _spread(body, table)
    shares: Array = table / table.sum(axis=1, keepdims=True)
    return shares


def _up_the_trunk(body: Body) -> Array:
    s = body.form.measures.scale
    y, z = body.points[:, 1] / s, body.points[:, 2] / s
    shares = np.zeros((len(y), len(body.bones.names)))
    rest = np.ones(len(y))
    for joint, height, half, lean in reversed(_TRUNK):
        above = smoothstep(height - half, height + half, y + lean * (z + 0.02))
        shares[:, body.bones.index(joint)] = rest * above
        rest = rest * (1 - above)
    shares[:, body.bones.index("hips")] = rest
    return shares


def _vertices(body: Body, side: str, part: str) -> npt.NDArray[np.int64]:
    """The limb's own points, without the loop that it shares with the trunk."""
    own = {"Arm": ("Arm", "Palm", "Finger", "Thumb"), "Leg": ("Leg", "Foot", "Sole")}[part]
    of_limb = np.array([c.startswith(tuple(side + p for p in own)) for c in body.charts])
    return np.setdiff1d(np.unique(body.quads[of_limb]), np.unique(body.quads[~of_limb]))


def _along(limb: Limb, points: Array) -> tuple[Array, Array, Array]:
    mirrored = np.abs(points * [1, 0, 0]) + points * [0, 1, 1]
    t = limb.share(mirrored)
    lower = smoothstep(0.84, 1.16, t)
    end = smoothstep(1.88, 2.05, t)
    return 1 - lower, lower * (1 - end), lower * end


def _toes(body: Body, side: str, table: Array) -> None:
    foot, toes = body.bones.index(side + "Foot"), body.bones.index(side + "Toes")
    joint = body.bones.places[toes]
    way = joint - body.bones.places[foot]
    way = way * [1, 0, 1] / np.hypot(way[0], way[2])
    bent = table[:, foot] * smoothstep(-0.022, 0.030, (body.points - joint) @ way)
    table[:, toes] += bent
    table[:, foot] -= bent


def _collarbones(body: Body, table: Array) -> None:
    """The upper chest gives way to the shoulders' joints toward the arms."""
    s = body.form.measures.scale
    x, y = body.points[:, 0] / s, body.points[:, 1] / s
    chest = body.bones.index("upperChest")
    share = smoothstep(0.035, 0.125, np.abs(x)) * smoothstep(1.30, 1.42, y)
    moved = table[:, chest] * share
    for side, sign in (("left", 1), ("right", -1)):
        table[:, body.bones.index(side + "Shoulder")] += np.where(x * sign > 0, moved, 0.0)
    table[:, chest] -= moved


def _spread(body: Body, table: Array) -> Array:
    """Averages over neighbours: many times about shoulders and hips, where limbs meet the trunk, a few elsewhere."""
    quads, points = body.quads, body.points
    pairs = np.concatenate([quads[:, [k, (k + 1) % 4]] for k in range(4)])
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    count = np.maximum(np.bincount(pairs[:, 0], minlength=len(points)), 1)[:, None]
    s = body.form.measures.scale
    near = np.full(len(points), 0.08)
    for side in ("left", "right"):
        for joint, low, reach in (("UpperArm", 0.0, 0.17), ("UpperLeg", -0.05, 0.21)):
            place = body.bones.place(side + joint) + np.array([0, low * s, 0])
            near = np.maximum(near, smoothstep(reach * s, 0.5 * reach * s, np.linalg.norm(points - place, axis=1)))
    for _ in range(26):
        total = np.stack([np.bincount(pairs[:, 0], column[pairs[:, 1]], len(points)) for column in table.T], axis=1)
        table = table + (total / count - table) * (0.7 * near)[:, None]
    return table
