"""What the Khronos validator does not look into: KTX2, instances, levels of detail, animation pointers, metadata."""

from __future__ import annotations

import base64
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .test_rules import found, triangle

KTX2 = Path(__file__).parents[1] / "images" / "data"


def ours(document: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(code.removeprefix("FORGE3D_"), at) for code, at in found(document) if code.startswith("FORGE3D_")]


def textured(data: bytes, slot: str = "baseColorTexture") -> dict[str, Any]:
    info = {"index": 0}
    material = {slot: info} if slot == "normalTexture" else {"pbrMetallicRoughness": {slot: info}}
    return {
        "extensionsUsed": ["KHR_texture_basisu"], "extensionsRequired": ["KHR_texture_basisu"],
        "images": [{"uri": "data:image/ktx2;base64," + base64.b64encode(data).decode()}],
        "textures": [{"extensions": {"KHR_texture_basisu": {"source": 0}}}], "materials": [material],
    }  # fmt: skip


def changed(data: bytes, offset: int, form: str, value: int) -> bytes:
    out = bytearray(data)
    struct.pack_into(form, out, offset, value)
    return bytes(out)


@pytest.mark.parametrize(
    ("offset", "form", "value", "code"),
    [
        (12, "<I", 37, "KTX2_NOT_BASIS"),
        (36, "<I", 6, "KTX2_NOT_2D"),
        (20, "<I", 23, "KTX2_SIZE"),
        (80, "<Q", 10**6, "KTX2_LEVELS"),
        (88, "<Q", 0, "KTX2_LEVELS"),
    ],
)
def test_ktx2_files_are_looked_into(offset: int, form: str, value: int, code: str) -> None:
    data = (KTX2 / "rgb-uastc.ktx2").read_bytes()
    good = ours(textured(data))
    assert {name for name, _ in good} <= {"KTX2_COLOUR_SPACE"}
    assert (code, "/images/0") in ours(textured(changed(data, offset, form, value)))


def test_a_ktx2_files_colour_space_is_that_of_its_slot() -> None:
    data = (KTX2 / "rgb-uastc.ktx2").read_bytes()
    transfer = struct.unpack_from("<I", data, 48)[0] + 14
    srgb, linear = changed(data, transfer, "<B", 2), changed(data, transfer, "<B", 1)
    assert ours(textured(srgb)) == []
    assert ours(textured(linear, "normalTexture")) == []
    assert ours(textured(srgb, "normalTexture")) == [("KTX2_COLOUR_SPACE", "/materials/0/normalTexture")]
    here = "/materials/0/pbrMetallicRoughness/baseColorTexture"
    assert ours(textured(linear)) == [("KTX2_COLOUR_SPACE", here)]


def instanced(**accessors: dict[str, Any]) -> dict[str, Any]:
    document = triangle()
    first = len(document["accessors"])
    document["accessors"] += accessors.values()
    attributes = {name: first + place for place, name in enumerate(accessors)}
    document["nodes"][0]["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": attributes}}
    document["extensionsUsed"] = document["extensionsRequired"] = ["EXT_mesh_gpu_instancing"]
    return document


VEC3 = {"componentType": 5126, "type": "VEC3", "count": 2}
HERE = "/nodes/0/extensions/EXT_mesh_gpu_instancing"


@pytest.mark.parametrize(
    ("accessors", "expected"),
    [
        ({"TRANSLATION": VEC3, "_ID": {**VEC3, "componentType": 5121}}, []),
        ({"TRANSLATION": {**VEC3, "componentType": 5122}}, [("INSTANCING_FORMAT", f"{HERE}/attributes/TRANSLATION")]),
        ({"ROTATION": VEC3}, [("INSTANCING_FORMAT", f"{HERE}/attributes/ROTATION")]),
        ({"COLOR": VEC3}, [("INSTANCING_SEMANTIC", f"{HERE}/attributes/COLOR")]),
        ({"TRANSLATION": VEC3, "SCALE": {**VEC3, "count": 3}}, [("INSTANCING_COUNT", f"{HERE}/attributes")]),
    ],
)
def test_instance_attributes(accessors: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert ours(instanced(**accessors)) == expected


def test_instance_rotations_are_unit_quaternions_and_need_a_mesh() -> None:
    document = instanced(ROTATION={"bufferView": 3, "componentType": 5126, "type": "VEC4", "count": 1})
    data = np.array([0, 0, 0, 2], np.float32).tobytes()
    document["buffers"].append({
        "uri": "data:application/octet-stream;base64," + base64.b64encode(data).decode(), "byteLength": 16,
    })  # fmt: skip
    document["bufferViews"].append({"buffer": 1, "byteLength": 16})
    assert ours(document) == [("INSTANCING_ROTATION_NON_UNIT", f"{HERE}/attributes/ROTATION")]
    del document["nodes"][0]["mesh"]
    assert ("INSTANCING_NO_MESH", HERE) in ours(document)


def test_levels_of_detail() -> None:
    document = triangle()
    document["extensionsUsed"] = ["MSFT_lod"]
    document["nodes"] = [
        {"mesh": 0, "extensions": {"MSFT_lod": {"ids": [1]}}, "extras": {"MSFT_screencoverage": [0.5, 0.1]}},
        {"mesh": 0},
    ]
    assert ours(document) == []
    document["scenes"][0]["nodes"] = [0, 1]
    document["nodes"][0]["extras"]["MSFT_screencoverage"] = [0.1, 0.5]
    assert ours(document) == [
        ("LOD_IN_SCENE", "/nodes/0/extensions/MSFT_lod/ids/0"),
        ("LOD_SCREENCOVERAGE", "/nodes/0/extras/MSFT_screencoverage"),
    ]
    document["nodes"][0]["extensions"]["MSFT_lod"]["ids"] = [0, 2]
    codes = found(document)
    assert ("FORGE3D_LOD_OF_ITSELF", "/nodes/0/extensions/MSFT_lod/ids/0") in codes
    assert ("UNRESOLVED_REFERENCE", "/nodes/0/extensions/MSFT_lod/ids/1") in codes


def driven(pointer: str, kind: str = "SCALAR", count: int = 2, **output: Any) -> dict[str, Any]:
    target = {"path": "pointer", "extensions": {"KHR_animation_pointer": {"pointer": pointer}}}
    return {
        "extensionsUsed": ["KHR_animation_pointer"], "materials": [{"pbrMetallicRoughness": {}}], "nodes": [{}],
        "animations": [{"channels": [{"sampler": 0, "target": target}], "samplers": [{"input": 0, "output": 1}]}],
        "accessors": [
            {"componentType": 5126, "type": "SCALAR", "count": 2, "min": [0], "max": [1]},
            {"componentType": 5126, "type": kind, "count": count, **output},
        ],
    }  # fmt: skip


AT = "/animations/0/channels/0/target/extensions/KHR_animation_pointer/pointer"
SAMPLER = "/animations/0/channels/0/sampler"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (driven("/materials/0/pbrMetallicRoughness/baseColorFactor", "VEC4"), []),
        (driven("/materials/0/alphaCutoff"), []),
        (driven("/nodes/0/rotation", "VEC4"), []),
        (driven("/materials/0/emissiveFactor", "VEC4"), [("POINTER_OUTPUT_FORMAT", SAMPLER)]),
        (driven("/materials/0/alphaCutoff", count=3), [("POINTER_OUTPUT_COUNT", SAMPLER)]),
        (driven("/materials/0/name"), [("POINTER_NOT_ANIMATABLE", AT)]),
        (driven("/materials/1/alphaCutoff"), [("POINTER_UNRESOLVED", AT)]),
        (driven("/materials/0/normalTexture/scale"), [("POINTER_UNRESOLVED", AT)]),
        (driven("/nowhere"), [("POINTER_UNRESOLVED", AT)]),
        (driven("/nodes/0/extensions/KHR_node_visibility/visible"), [("POINTER_UNRESOLVED", AT)]),
    ],
)
def test_animation_pointers(document: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert ours(document) == expected


def test_two_channels_with_one_pointer() -> None:
    document = driven("/materials/0/alphaCutoff")
    document["animations"][0]["channels"] *= 2
    assert ours(document) == [("POINTER_DUPLICATE", AT.replace("channels/0", "channels/1"))]


def test_volumes_that_scatter() -> None:
    scatter: dict[str, Any] = {"KHR_materials_volume_scatter": {"scatterAnisotropy": 2}}
    document = {"extensionsUsed": list(scatter), "materials": [{"extensions": scatter}]}
    here = "/materials/0/extensions/KHR_materials_volume_scatter"
    assert found(document) == [
        ("FORGE3D_VOLUME_SCATTER_NO_VOLUME", here), ("VALUE_NOT_IN_RANGE", f"{here}/scatterAnisotropy"),
    ]  # fmt: skip


def test_metadata_packets() -> None:
    packets: list[dict[str, Any]] = [{"@context": {"dc": "http://purl.org/dc/elements/1.1/"}, "dc:title": "Chair"}]
    document = {
        "extensionsUsed": ["KHR_xmp_json_ld"], "extensions": {"KHR_xmp_json_ld": {"packets": packets}},
        "nodes": [{"extensions": {"KHR_xmp_json_ld": {"packet": 0}}}],
    }  # fmt: skip
    assert ours(document) == []
    packets[0]["xmp:Rating"] = 5
    packets.append({"dc:title": "Table"})
    document["nodes"] = [{"extensions": {"KHR_xmp_json_ld": {"packet": 2}}}]
    assert ours(document) == [
        ("XMP_NO_CONTEXT", "/extensions/KHR_xmp_json_ld/packets/1"),
        ("XMP_PACKET_UNRESOLVED", "/nodes/0/extensions/KHR_xmp_json_ld/packet"),
        ("XMP_UNKNOWN_PREFIX", "/extensions/KHR_xmp_json_ld/packets/0/xmp:Rating"),
    ]
