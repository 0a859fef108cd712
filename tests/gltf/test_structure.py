from __future__ import annotations

from typing import Any

import pytest

from forge3d.gltf import Limits
from forge3d.gltf.references import REFERENCES, REQUIRED, Mismatch, select, steps
from forge3d.gltf.structure import LISTS, node_faults

from .build import codes, source


def test_a_small_valid_file_has_no_faults() -> None:
    assert codes(source(scene=0, scenes=[{"nodes": [0]}], nodes=[{"children": [1]}, {}])) == []


@pytest.mark.parametrize("key", LISTS)
def test_lists_must_be_arrays_of_objects(key: str) -> None:
    assert codes(source(**{key: "text"}))[0] == ("TYPE_MISMATCH", f"/{key}")
    assert codes(source(**{key: [3]}))[0] == ("TYPE_MISMATCH", f"/{key}/0")
    assert codes(source(**{key: []})) == [("EMPTY_ENTITY", f"/{key}")]


def nest(path: str, value: Any) -> tuple[dict[str, Any], str]:
    """A root object that holds `value` at `path`, and its pointer."""
    pointer = ""
    for step in reversed(steps(path)):
        value = [value] if step == "[]" else {"KEY": value} if step == "{}" else {step: value}
        pointer = ("/0" if step == "[]" else "/KEY" if step == "{}" else f"/{step}") + pointer
    return value, pointer


@pytest.mark.parametrize("path", REFERENCES)
@pytest.mark.parametrize(
    ("value", "code"),
    [(7, "UNRESOLVED_REFERENCE"), (2**31, "UNRESOLVED_REFERENCE"), (-1, "INVALID_INDEX"), (True, "TYPE_MISMATCH"),
     (1.5, "TYPE_MISMATCH"), ("0", "TYPE_MISMATCH"), (None, "TYPE_MISMATCH"), ([], "TYPE_MISMATCH")],
)  # fmt: skip
def test_every_reference_is_checked(path: str, value: Any, code: str) -> None:
    root, pointer = nest(path, value)
    assert (code, pointer) in codes(source(**root))


@pytest.mark.parametrize("path", REQUIRED)
def test_required_properties_are_missed(path: str) -> None:
    root, pointer = nest(path, {})
    found = codes(source(**root))
    assert ("UNDEFINED_PROPERTY", pointer) in found


@pytest.mark.parametrize("path", [*REFERENCES, *REQUIRED])
@pytest.mark.parametrize("value", ["text", 3, None, [], {}, [[]], [{}], {"a": []}])
def test_no_value_on_the_way_raises(path: str, value: Any) -> None:
    parts = steps(path)
    for length in range(1, len(parts)):
        root, _ = nest("".join(part if part in "[]{}" else f".{part}" for part in parts[:length]), value)
        assert isinstance(codes(source(**root)), list)


def test_references_of_animations_count_in_the_animation() -> None:
    animation = {"samplers": [{"input": 0, "output": 0}], "channels": [{"sampler": 1, "target": {"path": "scale"}}]}
    accessors = [{"componentType": 5126, "count": 1, "type": "SCALAR"}]
    assert codes(source(animations=[animation], accessors=accessors)) == [
        ("UNRESOLVED_REFERENCE", "/animations/0/channels/0/sampler")
    ]


def test_textures_of_materials_are_found_at_any_depth() -> None:
    material = {
        "pbrMetallicRoughness": {"baseColorTexture": {"index": 3}},
        "extensions": {"VENDOR_new": {"deep": {"fooTexture": {"index": -1}}}},
        "emissiveTexture": {},
        "extras": {"someTexture": {"index": 99}},
    }
    assert set(codes(source(materials=[material]))) == {
        ("UNRESOLVED_REFERENCE", "/materials/0/pbrMetallicRoughness/baseColorTexture/index"),
        ("INVALID_INDEX", "/materials/0/extensions/VENDOR_new/deep/fooTexture/index"),
        ("UNDEFINED_PROPERTY", "/materials/0/emissiveTexture"),
    }


def nodes(*children: list[int], **more: Any) -> list[tuple[str, str]]:
    asset = source(nodes=[{"children": list_} if list_ else {} for list_ in children], **more)
    found = [(fault.code, fault.pointer) for fault in node_faults(asset)]
    assert set(found) <= set(codes(asset))
    return found


def test_loops_of_nodes() -> None:
    assert nodes([1], [2], [0]) == [("NODE_LOOP", f"/nodes/{n}") for n in range(3)]
    assert nodes([0]) == [("NODE_LOOP", "/nodes/0")]
    assert nodes([1], [2], [1])[0] == ("NODE_PARENT_OVERRIDE", "/nodes/2/children/0")
    assert nodes([1], [2], []) == []


def test_a_tail_below_a_loop_is_not_on_it() -> None:
    assert nodes([1], [0, 2], [3], []) == [("NODE_LOOP", "/nodes/0"), ("NODE_LOOP", "/nodes/1")]


def test_a_node_has_one_parent() -> None:
    assert nodes([2], [2], []) == [("NODE_PARENT_OVERRIDE", "/nodes/1/children/0")]
    assert nodes([1, 1], []) == [("NODE_PARENT_OVERRIDE", "/nodes/0/children/1")]


def test_scenes_hold_roots() -> None:
    assert nodes([1], [], scenes=[{"nodes": [0, 1]}]) == [("SCENE_NON_ROOT_NODE", "/scenes/0/nodes/1")]


def test_chains_of_nodes_are_limited() -> None:
    chain = [[number + 1] for number in range(50_000)] + [[]]
    assert nodes(*chain) == [("LIMIT_EXCEEDED", "/nodes/50000")]
    assert nodes([1], [2], [], limits=Limits(max_node_depth=2)) == []
    assert nodes([1], [2], [], limits=Limits(max_node_depth=1)) == [("LIMIT_EXCEEDED", "/nodes/2")]


def test_attributes_have_equal_counts() -> None:
    accessors = [{"componentType": 5126, "count": count, "type": "VEC3"} for count in (3, 3, 4)]
    primitive = {
        "attributes": {"POSITION": 0, "NORMAL": 1, "COLOR_0": 2},
        "targets": [{"POSITION": 0}, {"POSITION": 1, "NORMAL": 2}],
    }
    assert codes(source(accessors=accessors, meshes=[{"primitives": [primitive]}])) == [
        ("MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT", "/meshes/0/primitives/0/attributes/COLOR_0"),
        ("MESH_PRIMITIVE_MORPH_TARGET_INVALID_ATTRIBUTE_COUNT", "/meshes/0/primitives/0/targets/1/NORMAL"),
    ]


def test_alignment() -> None:
    views = [{"buffer": 0, "byteLength": 40}, {"buffer": 0, "byteOffset": 2, "byteLength": 38}]
    accessors = [
        {"bufferView": 0, "byteOffset": 2, "componentType": 5126, "count": 1, "type": "SCALAR"},
        {"bufferView": 1, "componentType": 5126, "count": 1, "type": "SCALAR"},
        {"bufferView": 1, "byteOffset": 2, "componentType": 5126, "count": 1, "type": "MAT2"},
        {"bufferView": 0, "componentType": 5126, "count": 1, "type": "SCALAR", "normalized": True},
    ]
    asset = source(bytes(40), bufferViews=views, accessors=accessors)
    assert codes(asset) == [
        ("ACCESSOR_OFFSET_ALIGNMENT", "/accessors/0/byteOffset"),
        ("ACCESSOR_TOTAL_OFFSET_ALIGNMENT", "/accessors/0"),
        ("ACCESSOR_TOTAL_OFFSET_ALIGNMENT", "/accessors/1"),
        ("ACCESSOR_MATRIX_ALIGNMENT", "/accessors/2/byteOffset"),
        ("ACCESSOR_NORMALIZED_INVALID", "/accessors/3/normalized"),
    ]
    assert asset.array(0).tolist() == [0.0]


def test_faults_do_not_stop_at_the_first() -> None:
    found = codes(
        source(
            bytes(4),
            scene=9,
            nodes=[{"mesh": 4}, {"children": [1]}],
            bufferViews=[{"buffer": 0, "byteLength": 5}],
            accessors=[{"bufferView": 0, "componentType": 1, "count": 1, "type": "SCALAR"}],
            images=[{"uri": "http://127.0.0.1:9/a.png"}],
        )
    )
    assert {code for code, _ in found} == {
        "UNRESOLVED_REFERENCE", "NODE_LOOP", "BUFFER_VIEW_TOO_LONG", "VALUE_NOT_IN_LIST", "RESOURCE_REFUSED",
    }  # fmt: skip


def test_select_walks_and_reports() -> None:
    root = {"a": [{"b": {"x/y": 1}}, {"b": []}, {}, 3]}
    found = list(select(root, steps("a[].b{}")))
    assert found[0] == (1, "/a/0/b/x~1y")
    assert [item.args[0] for item in found if isinstance(item, Mismatch)] == ["/a/1/b", "/a/3"]
    assert len(found) == 3
