"""Animations as they are declared (specification §3.11); keyframe data are in `animation_data`."""

from __future__ import annotations

from typing import Any

from .judge import Clean, Judge
from .kinds import UNRESOLVED, Text
from .rules import ERROR, INFORMATION, WARNING, rule
from .usage import UNUSED, use_accessor, use_view

DUPLICATE = rule("ANIMATION_DUPLICATE_TARGETS", ERROR, "3.11", "two channels of one animation drive the same thing")
MATRIX = rule("ANIMATION_CHANNEL_TARGET_NODE_MATRIX", ERROR, "3.11", "a node with a matrix cannot be animated")
NO_MORPHS = rule("ANIMATION_CHANNEL_TARGET_NODE_WEIGHTS_NO_MORPHS", ERROR, "3.11", "the node has no morph targets")
SKINNED = rule("ANIMATION_CHANNEL_TARGET_NODE_SKIN", WARNING, "3.7.3.2", "the transform of a skinned mesh is ignored")
INPUT_FORMAT = rule("ANIMATION_SAMPLER_INPUT_ACCESSOR_INVALID_FORMAT", ERROR, "3.11", "times are float scalars")
INPUT_BOUNDS = rule("ANIMATION_SAMPLER_INPUT_ACCESSOR_WITHOUT_BOUNDS", ERROR, "3.11", "times must declare min and max")
INPUT_COUNT = rule(
    "ANIMATION_SAMPLER_INPUT_ACCESSOR_TOO_FEW_ELEMENTS", ERROR, "3.11", "a cubic spline needs two keyframes"
)
STRIDE = rule("ANIMATION_SAMPLER_ACCESSOR_WITH_BYTESTRIDE", ERROR, "3.6.2.4", "keyframe data have no byteStride")
OUTPUT_FORMAT = rule(
    "ANIMATION_SAMPLER_OUTPUT_ACCESSOR_INVALID_FORMAT", ERROR, "3.11", "the channel's values cannot be of this type"
)
OUTPUT_COUNT = rule(
    "ANIMATION_SAMPLER_OUTPUT_ACCESSOR_INVALID_COUNT", ERROR, "3.11", "there are not as many values as keyframes need"
)
POINTER_NODE = rule(
    "KHR_ANIMATION_POINTER_ANIMATION_CHANNEL_TARGET_NODE", ERROR, "KHR_animation_pointer",
    "a channel with a pointer has no node",
)  # fmt: skip
POINTER_PATH = rule(
    "KHR_ANIMATION_POINTER_ANIMATION_CHANNEL_TARGET_PATH", ERROR, "KHR_animation_pointer",
    "a channel with a pointer has the path 'pointer'",
)  # fmt: skip
INCOMPLETE = rule("INCOMPLETE_EXTENSION_SUPPORT", INFORMATION, "", "the extension is judged in part")

FLOAT = 5126
NORMALIZED = (5120, 5121, 5122, 5123)
TYPES = {"translation": "VEC3", "rotation": "VEC4", "scale": "VEC3", "weights": "SCALAR"}
QUANTIZABLE = ("rotation", "weights")


def check_target(target: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    """A channel's target: with KHR_animation_pointer it has the path "pointer" and no node."""
    if "KHR_animation_pointer" not in target.get("extensions", {}):
        return
    here = f"{pointer}/extensions/KHR_animation_pointer"
    judge.report(INCOMPLETE, here, "what the pointer leads to is not judged")
    if "node" in raw:
        judge.report(POINTER_NODE, here)
    if raw.get("path") != "pointer":
        judge.report(POINTER_PATH, here)


class AnimationPath:
    """What a channel drives; "pointer" counts where KHR_animation_pointer is used."""

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        more = ("pointer",) if "KHR_animation_pointer" in judge.extensions else ()
        return Text((*TYPES, *more)).read(value, pointer, judge)


def check_animation(animation: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    """What the animation says in itself: samplers that exist, no two channels alike."""
    samplers = animation.get("samplers", ())
    used: set[int] = set()
    targets: set[object] = set()
    for place, channel in enumerate(animation.get("channels", ())):
        if channel is None:
            continue
        here = f"{pointer}/channels/{place}"
        sampler = channel.get("sampler")
        if sampler is not None and "samplers" in animation and sampler >= len(samplers):
            judge.report(UNRESOLVED, f"{here}/sampler", f"there are {len(samplers)} samplers")
            del channel["sampler"]
        elif sampler is not None:
            used.add(sampler)
    seen: dict[object, int] = {}
    for place, channel in enumerate(animation.get("channels", ())):
        target = (channel or {}).get("target", {})
        key = _target_key(target)
        if key is None:
            continue
        if key in seen and key not in targets:
            judge.report(DUPLICATE, f"{pointer}/channels/{seen[key]}/target", f"channel {place} drives it as well")
        targets.add(key) if key in seen else seen.__setitem__(key, place)
    for place, sampler in enumerate(samplers):
        if sampler is not None and place not in used:
            judge.report(UNUSED, f"{pointer}/samplers/{place}")


def _target_key(target: Clean) -> object:
    if "node" not in target or "path" not in target:
        return None
    return target["node"], target["path"]


def check_animations(judge: Judge) -> None:
    """Hold samplers and channels against accessors and nodes."""
    for _, animation, pointer in judge.entries("animations"):
        samplers = animation.get("samplers", ())
        for place, sampler in enumerate(samplers):
            if sampler is not None:
                _check_sampler(sampler, f"{pointer}/samplers/{place}", judge)
        for place, channel in enumerate(animation.get("channels", ())):
            if channel is None:
                continue
            here = f"{pointer}/channels/{place}"
            target = channel.get("target", {})
            node = judge.get("nodes", target.get("node"))
            if node is not None and "path" in target:
                _check_target(node, target["path"], f"{here}/target", judge)
            index = channel.get("sampler")
            sampler = samplers[index] if index is not None and index < len(samplers) else None
            if sampler is not None and target.get("path") in TYPES:
                _check_output(sampler, target, f"{here}/sampler", judge)


def _check_sampler(sampler: Clean, pointer: str, judge: Judge) -> None:
    for key, purpose in (("input", "animation input"), ("output", "animation output")):
        accessor = judge.get("accessors", sampler.get(key))
        if accessor is None:
            continue
        here = f"{pointer}/{key}"
        use_accessor(judge, sampler[key], "animation input" if key == "input" else "animation output", here)
        use_view(judge, accessor, "data", here)
        view = judge.get("bufferViews", accessor.get("bufferView"))
        if view is not None and "byteStride" in view:
            judge.report(STRIDE, here, f"the {purpose} has a byteStride")
        if key == "input":
            _check_input(sampler, accessor, here, judge)


def _check_input(sampler: Clean, accessor: Clean, pointer: str, judge: Judge) -> None:
    form = (accessor.get("type"), accessor.get("componentType"), accessor.get("normalized", False))
    if form != ("SCALAR", FLOAT, False):
        judge.report(INPUT_FORMAT, pointer)
    if "min" not in accessor or "max" not in accessor:
        judge.report(INPUT_BOUNDS, pointer)
    if sampler.get("interpolation") == "CUBICSPLINE" and accessor.get("count", 2) < 2:
        judge.report(INPUT_COUNT, pointer)


def _check_target(node: Clean, path: str, pointer: str, judge: Judge) -> None:
    if path in ("translation", "rotation", "scale"):
        if "matrix" in node:
            judge.report(MATRIX, pointer)
        if "skin" in node:
            judge.report(SKINNED, f"{pointer}/path")
    elif path == "weights":
        mesh = judge.get("meshes", node.get("mesh"))
        if mesh is None or not _morphs(mesh):
            judge.report(NO_MORPHS, pointer)


def _morphs(mesh: Clean) -> int:
    usable = [entry for entry in mesh.get("primitives", ()) if entry is not None]
    return len(usable[0].get("targets", ())) if usable else 0


def _check_output(sampler: Clean, target: Clean, pointer: str, judge: Judge) -> None:
    times, values = (judge.get("accessors", sampler.get(key)) for key in ("input", "output"))
    if values is None:
        return
    path = target["path"]
    component, normalized = values.get("componentType"), values.get("normalized", False)
    plain = component == FLOAT or (path in QUANTIZABLE and normalized and component in NORMALIZED)
    if values.get("type") != TYPES[path] or not plain:
        judge.report(OUTPUT_FORMAT, pointer)
    if times is None:
        return
    each = 1
    if path == "weights":
        mesh = judge.get("meshes", (judge.get("nodes", target.get("node")) or {}).get("mesh"))
        each = _morphs(mesh) if mesh is not None else 0
    if sampler.get("interpolation") == "CUBICSPLINE":
        each *= 3
    expected, count = each * times.get("count", -1), values.get("count", -1)
    if each and count != expected:
        judge.report(OUTPUT_COUNT, pointer, f"{count} values where {expected} are expected")
