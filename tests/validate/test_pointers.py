from __future__ import annotations

import struct
from typing import Any

import pytest

from forge3d.validate.object_model import MUTABLE, READ_ONLY

from .payloads import ours, uri

AT = "/animations/0/channels/0/target/extensions/KHR_animation_pointer/pointer"
SAMPLER = "/animations/0/channels/0/sampler"
LIGHTS = {"KHR_lights_punctual": {"lights": [{"type": "spot", "spot": {}}, {"type": "point", "range": 2}]}}


def driven(pointer: str, kind: str = "SCALAR", count: int = 2, mode: str = "LINEAR", **output: Any) -> dict[str, Any]:
    """A channel with a pointer, into a file that has one of most things."""
    target = {"path": "pointer", "extensions": {"KHR_animation_pointer": {"pointer": pointer}}}
    info = {"index": 0, "extensions": {"KHR_texture_transform": {}}}
    morphs = {"attributes": {"POSITION": 2}, "targets": [{"POSITION": 2}, {"POSITION": 2}]}
    extensions = {"KHR_node_visibility": {}, "ACME_sail": {"angle": 1}}
    used = ["KHR_animation_pointer", "KHR_lights_punctual", "KHR_texture_transform", "KHR_node_visibility", "ACME_sail"]
    return {
        "extensionsUsed": used, "extensions": LIGHTS,
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": info}, "emissiveFactor": [1, 1, 1]}],
        "nodes": [{}, {"mesh": 0, "extensions": extensions}, {"matrix": [2, *[0] * 4, 2, *[0] * 4, 2, *[0] * 4, 1]}],
        "meshes": [{"primitives": [morphs]}], "textures": [{}],
        "cameras": [{"type": "perspective", "perspective": {"yfov": 1, "znear": 1}}],
        "animations": [{
            "channels": [{"sampler": 0, "target": target}],
            "samplers": [{"input": 0, "output": 1, "interpolation": mode}],
        }],
        "accessors": [
            {"componentType": 5126, "type": "SCALAR", "count": 2, "min": [0], "max": [1]},
            {"componentType": 5126, "type": kind, "count": count, **output},
            {"componentType": 5126, "type": "VEC3", "count": 3, "min": [0, 0, 0], "max": [0, 0, 0]},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        driven("/materials/0/pbrMetallicRoughness/baseColorFactor", "VEC4"),
        driven("/materials/0/alphaCutoff"),
        driven("/materials/0/alphaCutoff", componentType=5121),
        driven("/materials/0/alphaCutoff", componentType=5123, normalized=True),
        driven("/materials/0/alphaCutoff", count=6, mode="CUBICSPLINE"),
        driven("/materials/0/pbrMetallicRoughness/baseColorTexture/extensions/KHR_texture_transform/offset", "VEC2"),
        driven("/nodes/0/rotation", "VEC4"),
        driven("/nodes/1/weights", count=4),
        driven("/nodes/1/weights/1"),
        driven("/meshes/0/weights", count=4),
        driven("/meshes/0/weights", count=12, mode="CUBICSPLINE"),
        driven("/nodes/1/extensions/KHR_node_visibility/visible", componentType=5121, mode="STEP"),
        driven("/cameras/0/perspective/yfov"),
        driven("/extensions/KHR_lights_punctual/lights/1/range"),
        driven("/extensions/KHR_lights_punctual/lights/0/spot/outerConeAngle"),
        driven("/nodes/0/extras/anything"),
    ],
)
def test_pointers_that_lead_somewhere(document: dict[str, Any]) -> None:
    assert ours(document) == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/materials/0/name", "NOT_ANIMATABLE"),
        ("/materials/0/doubleSided", "NOT_ANIMATABLE"),
        ("/nodes/0/mesh", "NOT_ANIMATABLE"),
        ("/materials/0/emissiveFactor/0", "NOT_ANIMATABLE"),
        ("/nowhere", "NOT_ANIMATABLE"),
        ("/materials/1/alphaCutoff", "UNRESOLVED"),
        ("/materials/00/alphaCutoff", "UNRESOLVED"),
        ("/materials/-1/alphaCutoff", "UNRESOLVED"),
        ("/materials/0/normalTexture/scale", "UNRESOLVED"),
        ("/nodes/0/extensions/KHR_node_visibility/visible", "UNRESOLVED"),
        ("/nodes/0/weights", "UNRESOLVED"),
        ("/nodes/1/weights/2", "UNRESOLVED"),
        ("/extensions/KHR_lights_punctual/lights/1/spot/innerConeAngle", "UNRESOLVED"),
        ("/extensions/KHR_lights_punctual/lights/0/range", "UNDEFINED"),
        ("/cameras/0/perspective/zfar", "UNDEFINED"),
        ("/nodes/2/translation", "NODE_MATRIX"),
        ("/nodes/0/matrix", "READ_ONLY"),
        ("/nodes/1/weights.length", "READ_ONLY"),
        ("/nodes/1/extensions/ACME_sail/angle", "UNKNOWN_EXTENSION"),
    ],
)
def test_pointers_that_lead_nowhere(path: str, code: str) -> None:
    assert ours(driven(path)) == [(f"POINTER_{code}", AT)]


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (driven("/materials/0/emissiveFactor", "VEC4"), "OUTPUT_FORMAT"),
        (driven("/materials/0/alphaCutoff", componentType=5125), "OUTPUT_FORMAT"),
        (driven("/materials/0/alphaCutoff", count=3), "OUTPUT_COUNT"),
        (driven("/materials/0/alphaCutoff", mode="CUBICSPLINE"), "OUTPUT_COUNT"),
        (driven("/nodes/1/weights"), "OUTPUT_COUNT"),
        (driven("/nodes/1/extensions/KHR_node_visibility/visible", mode="STEP"), "OUTPUT_FORMAT"),
        (driven("/nodes/1/extensions/KHR_node_visibility/visible", componentType=5121), "STEP"),
    ],
)
def test_samplers_against_their_property(document: dict[str, Any], code: str) -> None:
    assert ours(document) == [(f"POINTER_{code}", SAMPLER)]


@pytest.mark.parametrize(
    ("path", "kind", "values", "code"),
    [
        ("/materials/0/emissiveFactor", "VEC3", [0, 0.5, 1, 1, 1, 1.0000001], None),
        ("/materials/0/emissiveFactor", "VEC3", [0, 0.5, 1, 1, 1, 1.5], "VALUE"),
        ("/materials/0/alphaCutoff", "SCALAR", [0, -1], "VALUE"),
        ("/cameras/0/perspective/yfov", "SCALAR", [1, 0], "VALUE"),
        ("/nodes/0/rotation", "VEC4", [0, 0, 0, 1, 0, 0, 0, 2], "ROTATION_NON_UNIT"),
    ],
)
def test_keyframes_are_values_of_the_property(path: str, kind: str, values: list[float], code: str | None) -> None:
    document = driven(path, kind, bufferView=0)
    data = struct.pack(f"<{len(values)}f", *values)
    document["buffers"] = [{"uri": uri(data), "byteLength": len(data)}]
    document["bufferViews"] = [{"buffer": 0, "byteLength": len(data)}]
    assert ours(document) == ([(f"POINTER_{code}", SAMPLER)] if code else [])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("/materials/0/alphaCutoff", "/materials/0/alphaCutoff"),
        ("/nodes/1/weights", "/nodes/1/weights/0"),
        ("/nodes/1/weights/0", "/nodes/1/weights"),
    ],
)
def test_two_channels_with_one_property(first: str, second: str) -> None:
    document, other = driven(first, count=4 if first.endswith("weights") else 2), driven(second)
    document["animations"][0]["channels"] += other["animations"][0]["channels"]
    assert ("POINTER_DUPLICATE", AT.replace("channels/0", "channels/1")) in ours(document)


def test_a_pointer_and_a_node_with_one_property() -> None:
    document = driven("/nodes/0/rotation", "VEC4")
    document["animations"][0]["channels"].append({"sampler": 0, "target": {"node": 0, "path": "rotation"}})
    assert ours(document) == [("POINTER_DUPLICATE", AT)]


def test_the_table_holds_the_whole_object_model() -> None:
    transforms = [path for path in MUTABLE if "KHR_texture_transform" in path]
    assert len(transforms) == 3 * 24  # five core textures, and those of the extensions
    assert not set(MUTABLE) & READ_ONLY
    assert all(path.startswith("/") and not path.endswith("/") for path in MUTABLE)
