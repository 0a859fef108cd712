"""What is read, and what is refused with which words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge3d.document import Document, Interpolation, Mode, Node
from forge3d.document.bounds import bounds
from forge3d.document.traversal import world_matrices
from forge3d.errors import InvalidAsset, LimitExceeded, ResourceRefused, UnsupportedFeature
from forge3d.gltf import Source

from .build import TRIANGLE, packed, triangle_file


def test_a_triangle() -> None:
    read = Document.read(triangle_file())
    primitive = read.meshes[0].primitives[0]
    assert primitive.mode is Mode.TRIANGLES
    assert np.array_equal(primitive.attributes["POSITION"].array, TRIANGLE)
    assert primitive.indices is not None
    assert primitive.indices.array.tolist() == [0, 1, 2]
    assert read.scene is read.scenes[0]
    assert read.scene is not None
    assert read.scene.nodes == [read.nodes[0]]
    assert read.nodes[0].mesh is read.meshes[0]
    assert not primitive.indices.array.flags.writeable


def test_nothing_is_decoded_before_it_is_asked_for() -> None:
    read = Document.read(triangle_file())
    assert not any(accessor.decoded for accessor in read.accessors)
    assert read.accessors[0].bounds == ([0, 0, 0], [1, 1, 0])


def test_one_opened_source_can_be_read_twice() -> None:
    source = Source.open(triangle_file())
    first, second = Document.read(source), Document.read(source)
    assert first.nodes[0] is not second.nodes[0]


def test_an_index_may_be_written_as_a_float() -> None:
    read = Document.read(triangle_file(nodes=[{"mesh": 0.0}], scene=0.0))
    assert read.nodes[0].mesh is read.meshes[0]
    assert read.scene is read.scenes[0]


POINTER = {"path": "pointer", "extensions": {"KHR_animation_pointer": {"pointer": "/nodes/0/rotation"}}}

BROKEN: list[tuple[dict[str, Any], str, str]] = [
    ({"scene": 1}, "/scene", "UNRESOLVED_REFERENCE"),
    ({"scene": -1}, "/scene", "INVALID_INDEX"),
    ({"scene": "0"}, "/scene", "TYPE_MISMATCH"),
    ({"scene": True}, "/scene", "TYPE_MISMATCH"),
    ({"nodes": {}}, "/nodes", "TYPE_MISMATCH"),
    ({"nodes": [7]}, "/nodes/0", "TYPE_MISMATCH"),
    ({"nodes": [{"mesh": 5}]}, "/nodes/0/mesh", "UNRESOLVED_REFERENCE"),
    ({"nodes": [{"mesh": None}]}, "/nodes/0/mesh", "TYPE_MISMATCH"),
    ({"nodes": [{"name": 7}]}, "/nodes/0/name", "TYPE_MISMATCH"),
    ({"nodes": [{"translation": [1, 2]}]}, "/nodes/0/translation", "ARRAY_LENGTH_NOT_IN_LIST"),
    ({"nodes": [{"translation": [1, 2, "3"]}]}, "/nodes/0/translation", "TYPE_MISMATCH"),
    ({"nodes": [{"translation": 1}]}, "/nodes/0/translation", "TYPE_MISMATCH"),
    ({"nodes": [{"matrix": [1] * 15}]}, "/nodes/0/matrix", "ARRAY_LENGTH_NOT_IN_LIST"),
    ({"nodes": [{"extensions": []}]}, "/nodes/0/extensions", "TYPE_MISMATCH"),
    ({"nodes": [{"children": [0]}]}, "/nodes/0", "NODE_LOOP"),
    ({"nodes": [{"children": [1]}, {"children": [0]}]}, "/nodes/0", "NODE_LOOP"),
    ({"nodes": [{"children": [1, 1]}, {}]}, "/nodes/0/children", "NODE_PARENT_OVERRIDE"),
    ({"nodes": [{"children": [2]}, {"children": [2]}, {}]}, "/nodes/1/children", "NODE_PARENT_OVERRIDE"),
    ({"scenes": [{"nodes": [0, 0]}]}, "/scenes/0/nodes", "DUPLICATE_ELEMENTS"),
    ({"nodes": [{}, {"children": [0]}]}, "/scenes/0/nodes", "SCENE_NON_ROOT_NODE"),
    ({"meshes": [{}]}, "/meshes/0", "UNDEFINED_PROPERTY"),
    ({"meshes": [{"primitives": [{}]}]}, "/meshes/0/primitives/0", "UNDEFINED_PROPERTY"),
    ({"meshes": [{"primitives": [{"attributes": {}, "mode": 9}]}]}, "/meshes/0/primitives/0/mode", "VALUE_NOT_IN_LIST"),
    (
        {"meshes": [{"primitives": [{"attributes": {"POSITION": 9}}]}]},
        "/meshes/0/primitives/0/attributes/POSITION",
        "UNRESOLVED_REFERENCE",
    ),
    (
        {"meshes": [{"primitives": [{"attributes": {"TANGENT": 0}}]}]},
        "/meshes/0/primitives/0/attributes/TANGENT",
        "MESH_PRIMITIVE_ATTRIBUTES_ACCESSOR_INVALID_FORMAT",
    ),
    (
        {"meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 0}]}]},
        "/meshes/0/primitives/0/indices",
        "MESH_PRIMITIVE_INDICES_ACCESSOR_INVALID_FORMAT",
    ),
    (
        {"meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "targets": [{"NORMAL": 0}]}]}]},
        "/meshes/0/primitives/0/targets",
        "MESH_PRIMITIVE_MORPH_TARGET_NO_BASE_ACCESSOR",
    ),
    ({"materials": [{"alphaMode": "GLASS"}]}, "/materials/0/alphaMode", "VALUE_NOT_IN_LIST"),
    ({"materials": [{"alphaMode": []}]}, "/materials/0/alphaMode", "VALUE_NOT_IN_LIST"),
    ({"materials": [{"doubleSided": 1}]}, "/materials/0/doubleSided", "TYPE_MISMATCH"),
    ({"materials": [{"normalTexture": {}}]}, "/materials/0/normalTexture", "UNDEFINED_PROPERTY"),
    ({"materials": [{"normalTexture": 3}]}, "/materials/0/normalTexture", "TYPE_MISMATCH"),
    (
        {"materials": [{"pbrMetallicRoughness": {"metallicFactor": "1"}}]},
        "/materials/0/pbrMetallicRoughness/metallicFactor",
        "TYPE_MISMATCH",
    ),
    (
        {"materials": [{"extensions": {"KHR_materials_ior": 3}}]},
        "/materials/0/extensions/KHR_materials_ior",
        "TYPE_MISMATCH",
    ),
    (
        {"materials": [{"extensions": {"KHR_materials_clearcoat": {"clearcoatFactor": []}}}]},
        "/materials/0/extensions/KHR_materials_clearcoat/clearcoatFactor",
        "TYPE_MISMATCH",
    ),
    ({"samplers": [{"wrapS": 1}]}, "/samplers/0/wrapS", "VALUE_NOT_IN_LIST"),
    ({"cameras": [{"type": "fisheye"}]}, "/cameras/0/type", "VALUE_NOT_IN_LIST"),
    ({"cameras": [{"type": "perspective"}]}, "/cameras/0", "UNDEFINED_PROPERTY"),
    (
        {"cameras": [{"type": "perspective", "perspective": {"yfov": 1}}]},
        "/cameras/0/perspective",
        "UNDEFINED_PROPERTY",
    ),
    ({"skins": [{"joints": [0], "inverseBindMatrices": 0}]}, "/skins/0", "SKIN_IBM_INVALID_FORMAT"),
    (
        {"animations": [{"samplers": [{"input": 1, "output": 0}], "channels": []}]},
        "/animations/0/samplers/0/input",
        "ANIMATION_SAMPLER_INPUT_ACCESSOR_INVALID_FORMAT",
    ),
    (
        {"animations": [{"samplers": [], "channels": [{"sampler": 0, "target": {"path": "scale"}}]}]},
        "/animations/0/channels/0/sampler",
        "UNRESOLVED_REFERENCE",
    ),
    ({"extensionsUsed": [3]}, "/extensionsUsed", "ARRAY_TYPE_MISMATCH"),
    (
        {"extensions": {"KHR_lights_punctual": {"lights": [{}]}}},
        "/extensions/KHR_lights_punctual/lights/0",
        "UNDEFINED_PROPERTY",
    ),
    (
        {"nodes": [{"extensions": {"KHR_lights_punctual": {"light": 0}}}]},
        "/nodes/0/extensions/KHR_lights_punctual/light",
        "UNRESOLVED_REFERENCE",
    ),
    (
        {"nodes": [{"extensions": {"KHR_node_visibility": {"visible": 0}}}]},
        "/nodes/0/extensions/KHR_node_visibility/visible",
        "TYPE_MISMATCH",
    ),
    (
        {"accessors": [{"componentType": 1, "count": 1, "type": "VEC3"}]},
        "/accessors/0/componentType",
        "VALUE_NOT_IN_LIST",
    ),
    (
        {"accessors": [{"componentType": 5126, "count": 1, "type": "VEC3", "min": [0]}]},
        "/accessors/0/min",
        "ARRAY_LENGTH_NOT_IN_LIST",
    ),
    (
        {"accessors": [{"componentType": 5126, "count": 1, "type": "VEC3", "max": [0, 0, "0"]}]},
        "/accessors/0/max",
        "ARRAY_TYPE_MISMATCH",
    ),
]


@pytest.mark.parametrize(("change", "pointer", "code"), BROKEN)
def test_what_is_broken_is_named(change: dict[str, Any], pointer: str, code: str) -> None:
    with pytest.raises(InvalidAsset) as caught:
        Document.read(Source.open(triangle_file(**change), name="chair.glb"))
    assert (caught.value.pointer, caught.value.code, caught.value.file) == (pointer, code, "chair.glb")


def test_attributes_of_different_lengths() -> None:
    accessors = [
        {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"},
        {"bufferView": 0, "componentType": 5126, "count": 2, "type": "VEC3"},
    ]
    meshes = [{"primitives": [{"attributes": {"POSITION": 0, "NORMAL": 1}}]}]
    with pytest.raises(InvalidAsset, match=r"different counts: \[2, 3\]"):
        Document.read(triangle_file(accessors=accessors, meshes=meshes))


def test_indices_past_the_vertices_are_found_when_they_are_used() -> None:
    accessors = [
        {"bufferView": 0, "componentType": 5126, "count": 2, "type": "VEC3"},
        {"bufferView": 1, "componentType": 5121, "count": 3, "type": "SCALAR"},
    ]
    read = Document.read(triangle_file(accessors=accessors))
    with pytest.raises(InvalidAsset, match="index 2 points to no vertex: there are 2") as caught:
        _ = read.accessors[1].array
    assert caught.value.pointer == "/accessors/1"


@pytest.mark.parametrize(
    ("accessor", "view"),
    [({"byteOffset": 4}, {}), ({"count": 4}, {}), ({}, {"byteLength": 35}), ({"bufferView": 9}, {})],
)
def test_data_out_of_bounds_are_found_when_they_are_used(accessor: dict[str, Any], view: dict[str, Any]) -> None:
    accessors = [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", **accessor}]
    views = [{"buffer": 0, "byteLength": 36, **view}]
    read = Document.read(packed({"accessors": accessors, "bufferViews": views}, TRIANGLE.tobytes()))
    with pytest.raises(InvalidAsset):
        _ = read.accessors[0].array


def test_ten_thousand_nested_nodes_are_no_trouble() -> None:
    count = 10_000
    nodes: list[dict[str, Any]] = [{"children": [number + 1], "translation": [1, 0, 0]} for number in range(count - 1)]
    read = Document.read(triangle_file(nodes=[*nodes, {"mesh": 0}]))
    copy = read.copy()
    assert copy.to_bytes() == read.to_bytes()
    again = Document.read(copy.to_bytes())
    assert world_matrices(again)[again.nodes[-1]][0, 3] == count - 1
    box = bounds(again)
    assert box is not None
    assert box.max[0] == count


# Versions and formats.


def test_other_versions_are_refused_with_advice(tmp_path: Path) -> None:
    for version, advice in (("1.0", "convert it with gltf-pipeline"), ("3.0", "only glTF 2")):
        with pytest.raises(UnsupportedFeature, match=advice):
            Document.read(json.dumps({"asset": {"version": version}}).encode())
    with pytest.raises(UnsupportedFeature, match="gltf-pipeline"):
        Document.read(json.dumps({"techniques": {}, "meshes": {}}).encode())
    with pytest.raises(UnsupportedFeature, match="minVersion"):
        Document.read(json.dumps({"asset": {"version": "2.0", "minVersion": "3.0"}}).encode())
    assert Document.read(json.dumps({"asset": {"version": "2.1"}}).encode()).asset.version == "2.1"


def test_missing_asset_is_an_error() -> None:
    with pytest.raises(InvalidAsset) as caught:
        Document.read(b"{}")
    assert caught.value.code == "UNDEFINED_PROPERTY"


@pytest.mark.parametrize(("name", "label"), [("chair.fbx", "FBX"), ("chair.BLEND", "Blender"), ("chair.step", "STEP")])
def test_foreign_formats_are_refused_with_advice(tmp_path: Path, name: str, label: str) -> None:
    (tmp_path / name).write_bytes(b"\0binary")
    with pytest.raises(UnsupportedFeature, match=f"{label}.*convert|{label}.*export"):
        Document.read(tmp_path / name)
    with pytest.raises(UnsupportedFeature, match="FBX"):
        Document.read(b"Kaydara FBX Binary  \x00")


def test_a_required_extension_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnsupportedFeature, match="VENDOR_codec: the file says that no reader"):
        Document.read(triangle_file(extensionsUsed=["VENDOR_codec"], extensionsRequired=["VENDOR_codec"]))


def test_resources_stay_inside_the_folder(tmp_path: Path) -> None:
    (tmp_path / "secret.bin").write_bytes(bytes(36))
    (tmp_path / "model").mkdir()
    root = {
        "asset": {"version": "2.0"},
        "buffers": [{"uri": "../secret.bin", "byteLength": 36}],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
        "images": [{"uri": "http://example.com/a.png"}],
    }
    (tmp_path / "model" / "chair.gltf").write_text(json.dumps(root))
    read = Document.read(tmp_path / "model" / "chair.gltf")
    with pytest.raises(ResourceRefused):
        _ = read.accessors[0].array
    with pytest.raises(ResourceRefused):
        _ = read.images[0].data


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InvalidAsset, match="cannot be read"):
        Document.read(tmp_path / "nothing.glb")


@pytest.mark.parametrize("target", [{"node": 0, "path": "scale"}, POINTER])
def test_values_must_fit_what_they_animate(target: dict[str, Any]) -> None:
    data = np.array([0, 1], np.float32).tobytes()
    root = {
        "nodes": [{}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 2, "type": "SCALAR"}],
        "bufferViews": [{"buffer": 0, "byteLength": 8}],
        "animations": [{"samplers": [{"input": 0, "output": 0}], "channels": [{"sampler": 0, "target": target}]}],
    }
    with pytest.raises(InvalidAsset) as caught:
        Document.read(packed(root, data))
    assert caught.value.pointer == "/animations/0/channels/0"


# Meaning.


def test_defaults_are_those_of_the_specification() -> None:
    root = {"materials": [{}], "samplers": [{}], "nodes": [{}], "cameras": []}
    read = Document.read(packed(root))
    material = read.materials[0]
    assert material.base_color_factor == (1, 1, 1, 1)
    assert (material.metallic_factor, material.roughness_factor, material.alpha_cutoff) == (1, 1, 0.5)
    assert material.alpha_mode == "OPAQUE"
    assert (read.samplers[0].wrap_s, read.samplers[0].mag_filter) == (10497, None)
    assert read.nodes[0].rotation == (0, 0, 0, 1)


def test_whole_numbers_become_floats() -> None:
    node: Node = Document.read(packed({"nodes": [{"translation": [1, 2, 3], "weights": [1]}]})).nodes[0]
    assert [type(value) for value in (*node.translation, *node.weights)] == [float] * 4


def test_interpolation_defaults_to_linear() -> None:
    data = np.array([0, 1], np.float32).tobytes()
    root = {
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 2, "type": "SCALAR"}],
        "bufferViews": [{"buffer": 0, "byteLength": 8}],
        "animations": [{"samplers": [{"input": 0, "output": 0}], "channels": []}],
    }
    assert Document.read(packed(root, data)).animations[0].samplers[0].interpolation is Interpolation.LINEAR


def test_more_instances_than_the_limit_are_refused() -> None:
    zeros = {"componentType": 5126, "type": "VEC3", "count": 2_000_000}
    instancing = {"EXT_mesh_gpu_instancing": {"attributes": {"TRANSLATION": 0}}}
    file = {"asset": {"version": "2.0"}, "accessors": [zeros], "nodes": [{"extensions": instancing}]}
    with pytest.raises(LimitExceeded, match="instances"):
        Document.read(json.dumps(file).encode())
