"""Animations as they are declared (specification §3.11); keyframe data are in `animation_data`."""

from __future__ import annotations

from typing import Any

from .formats import TIMES, form_of
from .judge import Clean, Judge
from .kinds import NOTHING, Text
from .references import UNRESOLVED, Index
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


class AnimationPath:
    """What a channel drives; "pointer" counts where KHR_animation_pointer is used."""

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        more = ("pointer",) if "KHR_animation_pointer" in judge.extensions else ()
        return Text((*TYPES, *more)).read(value, pointer, judge)


def check_animation(animation: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    """An animation without usable lists of channels and samplers is not looked into any further."""
    if not {"channels", "samplers"} <= animation.keys():
        animation.pop("samplers", None)
        animation["unlinkedChannels"] = animation.pop("channels", ())


def check_animations(judge: Judge) -> None:
    """Hold samplers and channels against accessors and nodes."""
    for _, animation, pointer in judge.entries("animations"):
        samplers = animation.get("samplers", ())
        for place, sampler in enumerate(samplers):
            _check_sampler(sampler, f"{pointer}/samplers/{place}", judge)
        _check_channels(animation, pointer, judge)
        for place, channel in enumerate(animation.get("unlinkedChannels", ())):
            target = channel.get("target", {})
            if "KHR_animation_pointer" in target.get("extensions", {}):
                here = f"{pointer}/channels/{place}/target/extensions/KHR_animation_pointer"
                _check_pointer({**target, "node": None}, here, judge)


def _check_channels(animation: Clean, pointer: str, judge: Judge) -> None:
    samplers, channels = animation.get("samplers", ()), animation.get("channels", ())
    used: set[int] = set()
    last = {_target_key(channel): place for place, channel in enumerate(channels)}
    lost = [str(place) for place, channel in enumerate(channels) if "sampler" not in channel]
    for place, channel in enumerate(channels):
        here = f"{pointer}/channels/{place}"
        target = channel.get("target", {})
        if "node" in target:
            _check_target(target, f"{here}/target", judge)
        if "KHR_animation_pointer" in target.get("extensions", {}):
            _check_pointer(target, f"{here}/target/extensions/KHR_animation_pointer", judge)
        if "sampler" not in channel:
            continue
        index = channel["sampler"]
        if index >= len(samplers):
            judge.report(UNRESOLVED, f"{here}/sampler", f"there are {len(samplers)} samplers")
            del channel["sampler"]
        else:
            used.add(index)
            if "target" in channel:
                _check_output(samplers[index], target, f"{here}/sampler", judge)
        key = _target_key(channel)
        if key is not None and last[key] > place:
            judge.report(DUPLICATE, f"{here}/target", f"channel {last[key]} drives it as well")
    # The Khronos validator leaves each channel without a sampler on its path, less the last step that it takes back.
    # Its published reports say so: the same pointer is given here, although it leads nowhere.
    path = "/".join([pointer, "channels", *lost][: len(lost) + 1])
    for place in range(len(samplers)):
        if place not in used:
            judge.report(UNUSED, f"{path}/samplers/{place}")


def _target_key(channel: Clean) -> object:
    target = channel.get("target", {})
    return (target["node"], target.get("path")) if "node" in target else None


def _check_pointer(target: Clean, pointer: str, judge: Judge) -> None:
    """With KHR_animation_pointer a target has the path "pointer" and no node."""
    judge.report(INCOMPLETE, pointer, "the Khronos validator does not judge what the pointer leads to")
    if judge.get("nodes", target.get("node")) is not None:
        judge.report(POINTER_NODE, pointer)
    if target.get("path") != "pointer":
        judge.report(POINTER_PATH, pointer)


def _check_sampler(sampler: Clean, pointer: str, judge: Judge) -> None:
    for key, purpose in (("input", "animation input"), ("output", "animation output")):
        here = f"{pointer}/{key}"
        if key in sampler and Index("accessors").resolve(sampler[key], here, judge) is NOTHING:
            del sampler[key]
        accessor = judge.get("accessors", sampler.get(key))
        if accessor is None:
            continue
        use_accessor(judge, sampler[key], "animation input" if key == "input" else "animation output", here)
        use_view(judge, accessor, "data", here)
        view = judge.get("bufferViews", accessor.get("bufferView"))
        if view is not None and "byteStride" in view:
            judge.report(STRIDE, here, f"the {purpose} has a byteStride")
        if key == "input":
            _check_input(sampler, accessor, here, judge)


def _check_input(sampler: Clean, accessor: Clean, pointer: str, judge: Judge) -> None:
    if form_of(accessor) not in TIMES:
        judge.report(INPUT_FORMAT, pointer)
    if "min" not in accessor or "max" not in accessor:
        judge.report(INPUT_BOUNDS, pointer)
    if sampler.get("interpolation") == "CUBICSPLINE" and accessor.get("count", -1) < 2:
        judge.report(INPUT_COUNT, pointer)


def _check_target(target: Clean, pointer: str, judge: Judge) -> None:
    Index("nodes").resolve(target["node"], f"{pointer}/node", judge)
    node, path = judge.get("nodes", target["node"]), target.get("path")
    if node is None:
        return
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
    path = target.get("path")
    if path not in TYPES:
        return
    component, normalized = values.get("componentType"), values.get("normalized", False)
    plain = not normalized if component == FLOAT else path in QUANTIZABLE and normalized and component in NORMALIZED
    if values.get("type") != TYPES[path] or not plain:
        judge.report(OUTPUT_FORMAT, pointer)
    if times is None or "count" not in times or "count" not in values:
        return
    each = 1
    if path == "weights":
        mesh = judge.get("meshes", (judge.get("nodes", target.get("node")) or {}).get("mesh"))
        each = _morphs(mesh) if mesh is not None else 0
    if sampler.get("interpolation") == "CUBICSPLINE":
        each *= 3
    elif sampler.get("interpolation") is False:  # it is no text
        return
    expected, count = each * times["count"], values["count"]
    if each and count != expected:
        judge.report(OUTPUT_COUNT, pointer, f"{count} values where {expected} are expected")
