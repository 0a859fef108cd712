"""Four poses that a shop window knows, and an idle loop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .pose import Pose, Triple

RELAXED = Pose(
    hips=(0.0, -0.006, 0.0),
    turns={
        "spine": (-1.0, 0.0, 0.0), "upperChest": (2.0, 0.0, 0.0),
        "leftHand": (0.0, 0.0, 6.0), "rightHand": (0.0, 0.0, -6.0),
    },
    aims={
        "leftUpperArm": (0.31, -0.950, -0.03), "leftLowerArm": (0.12, -0.965, 0.22),
        "rightUpperArm": (-0.31, -0.950, -0.03), "rightLowerArm": (-0.12, -0.965, 0.22),
    },
)  # fmt: skip

# The weight on the right leg, the pelvis falls to the left, the shoulders the other way; the left hand on the hip.
CONTRAPPOSTO = Pose(
    hips=(-0.055, -0.012, 0.0),
    turns={
        "hips": (0.0, 6.0, -5.0), "spine": (0.0, -3.0, 4.0), "chest": (-1.0, -3.0, 4.0), "upperChest": (0.0, -3.0, 3.0),
        "neck": (0.0, 6.0, -2.0), "head": (-2.0, 10.0, -4.0), "leftShoulder": (0.0, 0.0, 4.0),
    },
    aims={
        "leftUpperArm": (0.78, -0.56, -0.30), "leftLowerArm": (-0.60, -0.69, 0.40), "leftHand": (-0.16, -0.82, 0.55),
        "rightUpperArm": (-0.35, -0.935, -0.06), "rightLowerArm": (-0.16, -0.95, 0.26),
    },
    ankles=((0.150, 0.082, 0.055), (-0.085, 0.082, -0.045)),
    knees=((0.32, 0.0, 1.0), (-0.15, 0.0, 1.0)),
    soles=((0.0, 14.0), (0.0, 4.0)),
)  # fmt: skip

WALK = Pose(
    hips=(0.0, -0.042, 0.0),
    turns={
        "hips": (2.0, -7.0, 0.0), "spine": (1.0, 4.0, 0.0), "chest": (1.0, 5.0, 0.0), "upperChest": (0.0, 5.0, 0.0),
        "neck": (-1.0, -4.0, 0.0), "head": (-1.0, -3.0, 0.0), "rightToes": (-30.0, 0.0, 0.0),
    },
    aims={
        "leftUpperArm": (0.30, -0.88, -0.37), "leftLowerArm": (0.12, -0.985, -0.04),
        "rightUpperArm": (-0.29, -0.91, 0.26), "rightLowerArm": (-0.06, -0.78, 0.62),
    },
    ankles=((0.075, 0.088, 0.250), (-0.075, 0.150, -0.330)),
    knees=((0.05, 0.0, 1.0), (-0.05, 0.0, 1.0)),
    soles=((-7.0, 0.0), (32.0, 0.0)),
)  # fmt: skip

REACH = Pose(
    hips=(0.0, -0.012, 0.01),
    turns={
        "hips": (0.0, 8.0, 2.0), "spine": (-3.0, 3.0, 2.0), "chest": (-3.0, 3.0, 3.0), "upperChest": (-3.0, 4.0, 3.0),
        "neck": (-4.0, -4.0, 0.0), "head": (-12.0, -8.0, 0.0),
        "rightShoulder": (0.0, 6.0, -24.0), "leftShoulder": (0.0, 0.0, 2.0),
    },
    aims={
        "rightUpperArm": (-0.42, 0.74, 0.52), "rightLowerArm": (-0.12, 0.90, 0.42),
        "leftUpperArm": (0.50, -0.84, -0.22), "leftLowerArm": (0.40, -0.82, 0.40),
    },
    ankles=((0.130, 0.082, -0.070), (-0.105, 0.082, 0.070)),
    knees=((0.15, 0.0, 1.0), (-0.10, 0.0, 1.0)),
    soles=((0.0, 8.0), (0.0, 0.0)),
)  # fmt: skip

POSES = {"Relaxed": RELAXED, "Contrapposto": CONTRAPPOSTO, "Walk": WALK, "Reach": REACH}
IDLE_SECONDS, IDLE_KEYS = 4.0, 33


def idle(phase: float) -> Pose:
    """The relaxed pose, breathing once a loop while its weight wanders; the feet stay where they are.

    Args:
        phase: 0 to 1 through the loop.
    """
    wave, slow = np.sin(2 * np.pi * phase), np.cos(2 * np.pi * phase)
    breath = 0.5 - 0.5 * np.cos(2 * np.pi * phase)

    def added(base: Triple, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Triple:
        return base[0] + x, base[1] + y, base[2] + z

    still = (0.0, 0.0, 0.0)
    turns = {
        "hips": added(still, 0.0, 1.2 * wave, -0.9 * wave),
        "spine": added(RELAXED.turns["spine"], -0.6 * breath, -0.6 * wave, 0.6 * wave),
        "chest": added(still, -1.4 * breath, -0.5 * wave, 0.5 * wave),
        "upperChest": added(RELAXED.turns["upperChest"], -0.6 * breath, -0.4 * wave, 0.2 * wave),
        "neck": added(still, 1.2 * breath, 1.0 * slow, 0.0),
        "head": added(still, 0.8 * breath, 3.0 * slow, 0.6 * wave),
        "leftShoulder": added(still, 0.0, 0.0, 2.2 * breath),
        "rightShoulder": added(still, 0.0, 0.0, -2.2 * breath),
        "leftHand": added(RELAXED.turns["leftHand"], 0.0, 0.0, 2.0 * wave),
        "rightHand": added(RELAXED.turns["rightHand"], 0.0, 0.0, 2.0 * wave),
    }
    aims = {
        bone: added(way, 0.012 * wave + (0.010 if way[0] > 0 else -0.010) * breath, 0.0, 0.014 * slow)
        for bone, way in RELAXED.aims.items()
    }
    return replace(
        RELAXED, hips=added(RELAXED.hips, 0.011 * wave, 0.002 * breath - 0.002, 0.004 * slow), turns=turns, aims=aims
    )
