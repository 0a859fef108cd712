"""What a KHR_animation_pointer leads to, and whether the keyframes are values of that property."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from .judge import Clean, Judge
from .rules import ERROR, WARNING, rule

NAME = "KHR_animation_pointer"
UNRESOLVED = rule("FORGE3D_POINTER_UNRESOLVED", ERROR, NAME, "the pointer leads to no object")
NOT_ANIMATABLE = rule(
    "FORGE3D_POINTER_NOT_ANIMATABLE", WARNING, NAME, "no property that can be animated is known there"
)
OUTPUT = rule("FORGE3D_POINTER_OUTPUT_FORMAT", ERROR, NAME, "the keyframes are no values of the property")
COUNT = rule("FORGE3D_POINTER_OUTPUT_COUNT", ERROR, NAME, "there are not as many values as keyframes need")
DUPLICATE = rule("FORGE3D_POINTER_DUPLICATE", ERROR, NAME, "two channels of one animation drive the same property")

VECTORS = {
    "translation": "VEC3", "rotation": "VEC4", "scale": "VEC3", "offset": "VEC2", "color": "VEC3",
    "baseColorFactor": "VEC4", "diffuseFactor": "VEC4", "emissiveFactor": "VEC3", "specularColorFactor": "VEC3",
    "sheenColorFactor": "VEC3", "attenuationColor": "VEC3", "diffuseTransmissionColorFactor": "VEC3",
    "multiscatterColor": "VEC3",
}  # fmt: skip
_TEXTURE = r"(?:[^/]+/)*[A-Za-z]+Texture/extensions/KHR_texture_transform/(?:offset|rotation|scale)"
_FACTORS = (
    "alphaCutoff|emissiveFactor|normalTexture/scale|occlusionTexture/strength|"
    "pbrMetallicRoughness/(?:baseColorFactor|metallicFactor|roughnessFactor)"
)
ANIMATABLE = re.compile(
    "/nodes/[0-9]+/(?:translation|rotation|scale|weights(?:/[0-9]+)?|extensions/KHR_node_visibility/visible)|"
    "/meshes/[0-9]+/weights(?:/[0-9]+)?|"
    "/cameras/[0-9]+/(?:perspective/(?:aspectRatio|yfov|zfar|znear)|orthographic/(?:xmag|ymag|zfar|znear))|"
    rf"/materials/[0-9]+/(?:{_FACTORS}|{_TEXTURE}|extensions/KHR_materials_[A-Za-z]+(?:_[a-z]+)*/[A-Za-z/]+)|"
    "/extensions/KHR_lights_punctual/lights/[0-9]+/(?:color|intensity|range|spot/(?:inner|outer)ConeAngle)"
)
OBJECT = re.compile("/(?:extensions/KHR_lights_punctual/)?[a-z]+/[0-9]+")
FLOAT, UBYTE = 5126, 5121


class Value(NamedTuple):
    """What one keyframe is: accessor type, and how many elements a key takes."""

    kind: str
    elements: int
    boolean: bool = False


def check_pointers(judge: Judge) -> None:
    for _, animation, pointer in judge.entries("animations"):
        driven: set[str] = set()
        for place, channel in enumerate(animation.get("channels", ())):
            path = channel.get("target", {}).get("extensions", {}).get(NAME, {}).get("pointer")
            if path is None:
                continue
            here = f"{pointer}/channels/{place}"
            at = f"{here}/target/extensions/{NAME}/pointer"
            if path in driven:
                judge.report(DUPLICATE, at, path)
            driven.add(path)
            value = _value_at(path, at, judge)
            if value is not None and "sampler" in channel:
                _check_values(value, animation["samplers"][channel["sampler"]], f"{here}/sampler", judge)


def _value_at(path: str, at: str, judge: Judge) -> Value | None:
    """What the property at `path` holds; None, and an issue, where there is none."""
    owner = OBJECT.match(path)
    target = _resolve(judge.source.json, owner.group() if owner else path)
    if not isinstance(target, dict):
        judge.report(UNRESOLVED, at, path)
        return None
    if ANIMATABLE.fullmatch(path) is None:
        judge.report(NOT_ANIMATABLE, at, path)
        return None
    parent, _, leaf = path.rpartition("/")
    if parent != (owner.group() if owner else "") and _resolve(judge.source.json, parent) is None:
        judge.report(UNRESOLVED, at, f"{parent} is not there")
        return None
    if leaf == "weights":
        return Value("SCALAR", _targets(path, target, judge))
    if leaf == "rotation" and not path.startswith("/nodes/"):
        return Value("SCALAR", 1)
    if leaf == "scale" and not path.startswith("/nodes/"):
        return Value("VEC2" if "KHR_texture_transform" in path else "SCALAR", 1)
    if leaf == "specularFactor" and "pbrSpecularGlossiness" in path:
        return Value("VEC3", 1)
    return Value(VECTORS.get(leaf, "SCALAR"), 1, leaf == "visible")


def _targets(path: str, target: dict[str, Any], judge: Judge) -> int:
    """How many morph targets the mesh of a node, or a mesh, has."""
    mesh = judge.get("meshes", target.get("mesh")) if path.startswith("/nodes/") else None
    if mesh is None:
        mesh = judge.get("meshes", int(path.split("/")[2])) if path.startswith("/meshes/") else {}
    primitives = (mesh or {}).get("primitives") or [{}]
    return len(primitives[0].get("targets", ()))


def _resolve(value: Any, path: str) -> Any:
    for token in path.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isdigit() and len(key) < 10 and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def _check_values(value: Value, sampler: Clean, pointer: str, judge: Judge) -> None:
    times, output = (judge.get("accessors", sampler.get(key)) for key in ("input", "output"))
    if output is None:
        return
    component, normalized = output.get("componentType"), output.get("normalized", False)
    good = component == UBYTE and not normalized if value.boolean else component == FLOAT or normalized
    if output.get("type") != value.kind or not good:
        judge.report(OUTPUT, pointer, f"{value.kind} of {'unsigned bytes' if value.boolean else 'floats'} is expected")
    if value.boolean and sampler.get("interpolation") != "STEP":
        judge.report(OUTPUT, pointer, "true and false are interpolated by STEP only")
    if times is None or "count" not in times or "count" not in output:
        return
    expected = times["count"] * value.elements * (3 if sampler.get("interpolation") == "CUBICSPLINE" else 1)
    if expected and expected != output["count"]:
        judge.report(COUNT, pointer, f"{output['count']} values where {expected} are expected")
