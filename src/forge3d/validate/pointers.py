"""KHR_animation_pointer: what each pointer leads to, and whether the keyframes are values of that property."""

from __future__ import annotations

from typing import Any

import numpy as np

from .judge import Clean, Judge
from .mesh_data import find, floats, non_unit, report
from .nodes import QUATERNION_TOLERANCE
from .object_model import MUTABLE, READ_ONLY, Mutable, Pointer, is_index, parse
from .rows import Array
from .rules import ERROR, WARNING, rule

NAME = "KHR_animation_pointer"
UNRESOLVED = rule("FORGE3D_POINTER_UNRESOLVED", ERROR, NAME, "the pointer leads to no object")
NO_VALUE = rule(
    "FORGE3D_POINTER_UNDEFINED", ERROR, NAME, "the property has no default, and the file does not define it"
)
READONLY = rule("FORGE3D_POINTER_READ_ONLY", ERROR, NAME, "the property cannot be set")
NOT_ANIMATABLE = rule("FORGE3D_POINTER_NOT_ANIMATABLE", ERROR, NAME, "the object model has no such mutable property")
UNKNOWN = rule(
    "FORGE3D_POINTER_UNKNOWN_EXTENSION", WARNING, NAME, "the property is of an extension that is not known here"
)
MATRIX = rule("FORGE3D_POINTER_NODE_MATRIX", ERROR, NAME, "a node with a matrix has no such property to animate")
OUTPUT = rule("FORGE3D_POINTER_OUTPUT_FORMAT", ERROR, NAME, "the keyframes are no values of the property")
STEP = rule("FORGE3D_POINTER_STEP", ERROR, NAME, "true and false are interpolated by STEP only")
COUNT = rule("FORGE3D_POINTER_OUTPUT_COUNT", ERROR, NAME, "there are not as many values as keyframes need")
VALUE = rule("FORGE3D_POINTER_VALUE", ERROR, NAME, "keyframes are out of the property's range")
NON_UNIT = rule("FORGE3D_POINTER_ROTATION_NON_UNIT", ERROR, NAME, "rotations are not unit quaternions")
DUPLICATE = rule("FORGE3D_POINTER_DUPLICATE", ERROR, NAME, "two channels of one animation drive the same property")

FLOAT, UBYTE, UINT = 5126, 5121, 5125
NODE_PATHS = ("translation", "rotation", "scale", "weights")
PLACED = ("translation", "rotation", "scale")
TOLERANCE = 1e-6
"""How far a float keyframe may be out of the property's range, as rounding leaves it."""


def check_pointers(judge: Judge) -> None:
    """Every channel with a pointer, as declared: where it leads, and its sampler against the property there."""
    for _, animation, pointer in judge.entries("animations"):
        driven = _core_targets(animation)
        for place, channel in enumerate(animation.get("channels", ())):
            path = _path(channel)
            if path is None:
                continue
            here = f"{pointer}/channels/{place}"
            at = f"{here}/target/extensions/{NAME}/pointer"
            if _is_driven(path, driven):
                judge.report(DUPLICATE, at, path)
            driven.add(path)
            value = _value_at(path, at, judge)
            if value is not None and "sampler" in channel:
                channel["property"] = value
                sampler = animation["samplers"][channel["sampler"]]
                _check_output(value, _elements(value, path, judge), sampler, f"{here}/sampler", judge)


def _path(channel: Clean) -> str | None:
    path: str | None = channel.get("target", {}).get("extensions", {}).get(NAME, {}).get("pointer")
    return path


def _core_targets(animation: Clean) -> set[str]:
    """Pointers to what channels drive without the extension."""
    targets = [channel.get("target", {}) for channel in animation.get("channels", ())]
    return {
        f"/nodes/{target['node']}/{target['path']}"
        for target in targets
        if "node" in target and target.get("path") in NODE_PATHS
    }


def _is_driven(path: str, driven: set[str]) -> bool:
    """Whether the property, an element of it, or the array that it is an element of is in `driven`."""
    parent, _, leaf = path.rpartition("/")
    if path in driven or (is_index(leaf) and parent in driven):
        return True
    return path.endswith("/weights") and any(other.startswith(f"{path}/") for other in driven)


def _value_at(path: str, at: str, judge: Judge) -> Mutable | None:
    """What the property at `path` holds; None, and an issue, where there is none."""
    pointer = parse(path)
    if "extras" in pointer.tokens:
        return None  # means what its application says
    if pointer.template in READ_ONLY:
        judge.report(READONLY, at, path)
        return None
    element = pointer.template.endswith("/weights/{}")
    template = pointer.template.removesuffix("/{}") if element else pointer.template
    value = MUTABLE.get(template)
    owner = _resolve(judge.source.json, pointer.tokens[: -2 if element else -1])
    if isinstance(owner, list):
        judge.report(NOT_ANIMATABLE, at, f"{path}: only the whole can be animated")
    elif not isinstance(owner, dict):
        judge.report(UNRESOLVED, at, f"there is no {_parent(path, element)}")
    elif value is None:
        _report_unknown(pointer, path, at, judge)
    elif template.startswith("/nodes/{}/") and "matrix" in owner and pointer.tokens[-1] in PLACED:
        judge.report(MATRIX, at, path)
    elif value.array and not _is_target(pointer, owner, element, judge):
        judge.report(UNRESOLVED, at, f"{path}: the mesh has {_targets(pointer, owner, judge)} morph targets")
    elif not value.default and pointer.tokens[-1] not in owner:
        judge.report(NO_VALUE, at, path)
    else:
        return Mutable() if element else value
    return None


def _parent(path: str, element: bool) -> str:
    return path.rsplit("/", 2 if element else 1)[0] or "such property"


def _report_unknown(pointer: Pointer, path: str, at: str, judge: Judge) -> None:
    extensions = [after for before, after in zip(pointer.tokens, pointer.tokens[1:], strict=False)
                  if before == "extensions"]  # fmt: skip
    unknown = [name for name in extensions if name not in judge.known]
    if unknown:
        judge.report(UNKNOWN, at, f"{path} is for {unknown[0]} to say")
    else:
        judge.report(NOT_ANIMATABLE, at, path)


def _is_target(pointer: Pointer, owner: Clean, element: bool, judge: Judge) -> bool:
    count = _targets(pointer, owner, judge)
    return int(pointer.tokens[-1]) < count if element else count > 0


def _targets(pointer: Pointer, owner: Clean, judge: Judge) -> int:
    """How many morph targets a mesh, or a node's mesh, has."""
    number = owner.get("mesh") if pointer.tokens[0] == "nodes" else int(pointer.tokens[1])
    mesh = judge.get("meshes", number) if type(number) is int else None
    primitives = [primitive for primitive in (mesh or {}).get("primitives", ()) if primitive is not None]
    return len(primitives[0].get("targets", ())) if primitives else 0


def _elements(value: Mutable, path: str, judge: Judge) -> int:
    """How many elements of the output accessor one keyframe takes."""
    if not value.array:
        return 1
    pointer = parse(path)
    return _targets(pointer, _resolve(judge.source.json, pointer.tokens[:-1]), judge)


def _resolve(value: Any, tokens: tuple[str, ...]) -> Any:
    for token in tokens:
        if isinstance(value, dict):
            value = value.get(token)
        elif isinstance(value, list) and is_index(token) and int(token) < len(value):
            value = value[int(token)]
        else:
            return None
    return value


def _check_output(value: Mutable, elements: int, sampler: Clean, pointer: str, judge: Judge) -> None:
    times, output = (judge.get("accessors", sampler.get(key)) for key in ("input", "output"))
    if output is None:
        return
    component, normalized = output.get("componentType"), output.get("normalized", False)
    good = component == UBYTE and not normalized if value.boolean else component != UINT
    if output.get("type") != value.kind or not good:
        what = "unsigned bytes" if value.boolean else "floats, bytes or shorts"
        judge.report(OUTPUT, pointer, f"{value.kind} of {what} is expected")
    if value.boolean and sampler.get("interpolation", "LINEAR") != "STEP":
        judge.report(STEP, pointer)
    if times is None or "count" not in times or "count" not in output:
        return
    expected = times["count"] * elements * (3 if sampler.get("interpolation") == "CUBICSPLINE" else 1)
    if expected != output["count"]:
        judge.report(COUNT, pointer, f"{output['count']} values where {expected} are expected")


def check_pointer_data(judge: Judge, arrays: dict[int, Array]) -> None:
    """Hold keyframes against the ranges of what they drive; the tangents of splines may be anything."""
    for _, animation, pointer in judge.entries("animations"):
        for place, channel in enumerate(animation.get("channels", ())):
            value = channel.get("property")
            if value is None or value.boolean:
                continue
            sampler = animation["samplers"][channel["sampler"]]
            output = sampler.get("output", -1)
            if output in arrays:
                accessor = judge.get("accessors", output) or {}
                cubic = sampler.get("interpolation") == "CUBICSPLINE"
                keys = arrays[output][1::3] if cubic and not value.array else arrays[output]
                if accessor.get("type") == value.kind:
                    here = f"{pointer}/channels/{place}/sampler"
                    _check_keys(value, keys, bool(accessor.get("normalized")), here, judge)


def _check_keys(value: Mutable, keys: Array, normalized: bool, pointer: str, judge: Judge) -> None:
    numbers = floats(keys, normalized).reshape(len(keys), -1)
    with np.errstate(invalid="ignore"):
        outside = (numbers < value.low - TOLERANCE) | (numbers > value.high + TOLERANCE) | (numbers <= value.above)
    report(find(VALUE, outside.any(axis=1)), pointer, judge)
    if value.unit:
        report(find(NON_UNIT, non_unit(numbers, QUATERNION_TOLERANCE)), pointer, judge)
