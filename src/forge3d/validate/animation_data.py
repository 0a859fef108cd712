"""Keyframe data (specification §3.11)."""

from __future__ import annotations

import numpy as np

from .accessor_data import Array
from .judge import Clean, Judge
from .mesh_data import floats, non_unit, tell
from .nodes import QUATERNION_TOLERANCE
from .rules import ERROR, rule

NEGATIVE = rule("ACCESSOR_ANIMATION_INPUT_NEGATIVE", ERROR, "3.11", "times must not be negative")
NON_INCREASING = rule(
    "ACCESSOR_ANIMATION_INPUT_NON_INCREASING", ERROR, "3.11", "each time must be after the one before"
)
QUATERNION = rule(
    "ACCESSOR_ANIMATION_SAMPLER_OUTPUT_NON_NORMALIZED_QUATERNION", ERROR, "3.11", "rotations are not unit quaternions"
)


def check_animation_data(judge: Judge, arrays: dict[int, Array]) -> None:
    for _, animation, pointer in judge.entries("animations"):
        samplers = animation.get("samplers", ())
        for place, sampler in enumerate(samplers):
            times = arrays.get((sampler or {}).get("input", -1))
            if times is not None and times.ndim == 1 and times.dtype == np.float32:
                here = f"{pointer}/samplers/{place}/input"
                tell(NEGATIVE, times < 0, judge, here)
                tell(NON_INCREASING, np.diff(times, prepend=-np.inf) <= 0, judge, here)
        for place, channel in enumerate(animation.get("channels", ())):
            if channel is None or channel.get("target", {}).get("path") != "rotation":
                continue
            index = channel.get("sampler")
            if index is not None and index < len(samplers) and samplers[index] is not None:
                _check_rotations(samplers[index], f"{pointer}/channels/{place}/sampler", judge, arrays)


def _check_rotations(sampler: Clean, pointer: str, judge: Judge, arrays: dict[int, Array]) -> None:
    values = arrays.get(sampler.get("output", -1))
    if values is None or values.ndim != 2 or values.shape[1] != 4:
        return
    accessor = judge.get("accessors", sampler["output"]) or {}
    if sampler.get("interpolation") == "CUBICSPLINE":
        values = values[1::3]  # in-tangent, value, out-tangent
    quaternions = floats(values, bool(accessor.get("normalized")))
    tell(QUATERNION, non_unit(quaternions, QUATERNION_TOLERANCE), judge, pointer)
