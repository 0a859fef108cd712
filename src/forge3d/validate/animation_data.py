"""Keyframe data (specification §3.11)."""

from __future__ import annotations

import numpy as np

from .formats import TIMES, form_of
from .judge import Clean, Judge
from .mesh_data import Finding, find, floats, non_unit, report
from .nodes import QUATERNION_TOLERANCE
from .rows import Array
from .rules import ERROR, rule

NEGATIVE = rule("ACCESSOR_ANIMATION_INPUT_NEGATIVE", ERROR, "3.11", "times must not be negative")
NON_INCREASING = rule(
    "ACCESSOR_ANIMATION_INPUT_NON_INCREASING", ERROR, "3.11", "each time must be after the one before"
)
QUATERNION = rule(
    "ACCESSOR_ANIMATION_SAMPLER_OUTPUT_NON_NORMALIZED_QUATERNION", ERROR, "3.11", "rotations are not unit quaternions"
)


def check_animation_data(judge: Judge, arrays: dict[int, Array]) -> None:
    known: dict[tuple[int, bool], list[Finding]] = {}
    for _, animation, pointer in judge.entries("animations"):
        samplers = animation.get("samplers", ())
        for place, sampler in enumerate(samplers):
            times = arrays.get(sampler.get("input", -1))
            if times is not None and form_of(judge.get("accessors", sampler["input"]) or {}) in TIMES:
                if (id(times), False) not in known:
                    known[id(times), False] = _check_times(times)
                report(known[id(times), False], f"{pointer}/samplers/{place}/input", judge)
        for place, channel in enumerate(animation.get("channels", ())):
            if "sampler" in channel and channel.get("target", {}).get("path") == "rotation":
                index = channel["sampler"]
                _check_rotations(samplers[index], f"{pointer}/channels/{place}/sampler", judge, arrays, known)


def _check_times(times: Array) -> list[Finding]:
    """Each time against the one before that is not negative."""
    negative = times < 0
    good = np.flatnonzero(~negative)
    late = np.zeros(len(times), bool)
    late[good[1:]] = times[good[1:]] <= times[good[:-1]]
    if len(good) and good[0] > 0:
        late[good[0]] = times[good[0]] <= 0
    return [*find(NEGATIVE, negative), *find(NON_INCREASING, late)]


def _check_rotations(
    sampler: Clean, pointer: str, judge: Judge, arrays: dict[int, Array], known: dict[tuple[int, bool], list[Finding]]
) -> None:
    values = arrays.get(sampler.get("output", -1))
    if values is None or values[0].size != 4:
        return
    cubic = sampler.get("interpolation") == "CUBICSPLINE"
    key = id(values), cubic
    if key not in known:
        accessor = judge.get("accessors", sampler["output"]) or {}
        keys = values.reshape(-1, 4)[1 if cubic else 0 :: 3 if cubic else 1]  # in-tangent, value, out-tangent
        quaternions = floats(keys, bool(accessor.get("normalized")))
        known[key] = find(QUATERNION, non_unit(quaternions, QUATERNION_TOLERANCE))
    report(known[key], pointer, judge)
