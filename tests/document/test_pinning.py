"""Unknown extensions: the numbering they may point to stays, or writing is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest

from forge3d.document import Accessor, Document, Image, Node
from forge3d.document.encoding import Encoding
from forge3d.document.equality import differences
from forge3d.errors import UnsupportedFeature

from .build import PIXEL, TRIANGLE, packed, triangle_file, written

OPAQUE = {"VENDOR_physics": {"node": 1, "accessor": 1, "bufferView": 2}}


def pinned_file(**more: Any) -> bytes:
    """A triangle, a second node, an image, a stray buffer view, and an extension that may point to any of them."""
    data = TRIANGLE.tobytes() + bytes([0, 1, 2, 0]) + b"strayxxx" + PIXEL
    views = [
        {"buffer": 0, "byteLength": 36},
        {"buffer": 0, "byteOffset": 36, "byteLength": 3, "name": "indices"},
        {"buffer": 0, "byteOffset": 40, "byteLength": 8},
        {"buffer": 0, "byteOffset": 48, "byteLength": len(PIXEL)},
    ]
    base = json.loads(json.dumps(ROOT))
    return packed({**base, "bufferViews": views, **more}, data)


ROOT = {
    "extensionsUsed": ["VENDOR_physics"],
    "scene": 0,
    "scenes": [{"nodes": [0, 1]}],
    "nodes": [{"mesh": 0}, {"name": "second", "extensions": OPAQUE}],
    "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
    "materials": [{"name": "a"}, {"name": "b"}],
    "images": [{"mimeType": "image/png", "bufferView": 3}],
    "accessors": [
        {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]},
        {"bufferView": 1, "componentType": 5121, "count": 3, "type": "SCALAR"},
    ],
}


def test_an_untouched_file_keeps_lists_accessors_and_bytes() -> None:
    original = pinned_file()
    before, data = written(original)
    root, binary = written(Document.read(original))
    for key in ("nodes", "meshes", "materials", "images", "accessors", "bufferViews", "extensionsUsed"):
        assert root[key] == before[key], key
    assert binary[: len(data)] == data
    assert differences(Document.read(original), Document.read(Document.read(original).to_bytes())) == []


def test_new_data_are_appended() -> None:
    read = Document.read(pinned_file())
    read.meshes[0].primitives[0].attributes["POSITION"] = Accessor(TRIANGLE * 2)
    read.images[0].data = PIXEL + b"!"
    read.nodes.append(Node(name="third"))
    root, data = written(read, encoding=Encoding())
    before, old = written(pinned_file())
    assert root["accessors"][:2] == before["accessors"]
    assert root["bufferViews"][:4] == before["bufferViews"]
    assert data[: len(old)] == old
    assert root["meshes"][0]["primitives"][0]["attributes"]["POSITION"] == 2
    assert root["images"][0]["bufferView"] == 5
    assert [node.get("name") for node in root["nodes"]] == [None, "second", "third"]
    again = Document.read(read.to_bytes())
    assert np.array_equal(again.meshes[0].primitives[0].attributes["POSITION"].array, TRIANGLE * 2)
    assert again.images[0].data == PIXEL + b"!"


def test_a_changed_order_of_a_list_does_not_move_the_numbers() -> None:
    read = Document.read(pinned_file())
    read.materials.reverse()
    root, _ = written(read)
    assert [material["name"] for material in root["materials"]] == ["a", "b"]
    assert root["meshes"][0]["primitives"][0]["material"] == 0


def test_a_removed_object_that_may_be_pointed_to_is_refused() -> None:
    read = Document.read(pinned_file())
    del read.materials[1]
    with pytest.raises(UnsupportedFeature, match="entry 1 of the materials") as caught:
        read.to_bytes()
    assert caught.value.name == "VENDOR_physics"


def test_an_object_that_left_the_list_but_is_in_use_stays() -> None:
    read = Document.read(pinned_file())
    read.materials.pop(0)
    assert [material["name"] for material in written(read)[0]["materials"]] == ["a", "b"]


def test_dropping_the_extension_frees_the_numbering() -> None:
    read = Document.read(pinned_file())
    del read.materials[1]
    root, data = written(read, drop_extensions=["VENDOR_physics"])
    assert [material["name"] for material in root["materials"]] == ["a"]
    assert "extensionsUsed" not in root
    assert b"stray" not in data


def test_copies_are_pinned_to_their_own_objects() -> None:
    copy = Document.read(pinned_file()).copy()
    assert copy.to_bytes() == Document.read(pinned_file()).to_bytes()
    del copy.materials[1]
    with pytest.raises(UnsupportedFeature):
        copy.to_bytes()


def test_extensions_in_tables_pin_nothing() -> None:
    nodes = [{"mesh": 0}, {"extensions": {"EXT_instance_features": {"featureIds": []}}}]
    assert Document.read(triangle_file(nodes=nodes)).pinned is None
    assert Document.read(pinned_file()).pinned is not None


def test_unknown_extensions_of_accessors_views_and_buffers_pin_too() -> None:
    hint = {"extensions": {"VENDOR_hint": {"node": 0}}}
    accessor = {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}
    view, buffer = {"buffer": 0, "byteLength": 36}, {"byteLength": 40}
    for change in (
        {"accessors": [{**accessor, **hint}], "meshes": []},
        {"accessors": [accessor], "bufferViews": [{**view, **hint}], "meshes": []},
        {"buffers": [{**buffer, **hint}]},
    ):
        read = Document.read(triangle_file(**change, nodes=[{}]))
        assert read.pinned is not None
        assert read.pinned.extensions == ("VENDOR_hint",)


def test_several_buffers_keep_their_numbers() -> None:
    uri = "data:application/octet-stream;base64," + base64.b64encode(TRIANGLE.tobytes()).decode()
    root = {
        "buffers": [{"byteLength": 4}, {"byteLength": 36, "uri": uri, "name": "second"}],
        "bufferViews": [{"buffer": 0, "byteLength": 4}, {"buffer": 1, "byteLength": 36}],
        "accessors": [{"bufferView": 1, "componentType": 5126, "count": 3, "type": "VEC3"}],
        "extensions": {"VENDOR_x": {"buffer": 1}},
    }
    original = packed(root, b"abcd")
    read = Document.read(original)
    read.accessors.append(Accessor(TRIANGLE + 7))
    again = Document.read(read.to_bytes())
    assert np.array_equal(again.accessors[0].array, TRIANGLE)
    assert np.array_equal(again.accessors[1].array, TRIANGLE + 7)
    written_root, data = written(read)
    assert written_root["buffers"][1] == {"byteLength": 36, "uri": uri, "name": "second"}
    assert written_root["bufferViews"][:2] == root["bufferViews"]
    assert data[:4] == b"abcd"


def test_an_image_brought_from_elsewhere_gets_a_view_of_its_own() -> None:
    read = Document.read(pinned_file())
    read.images.append(Image(PIXEL + b"new", mime_type="image/png"))
    root, _ = written(read)
    assert root["images"][1]["bufferView"] == 4


def test_a_first_buffer_without_bytes_keeps_its_number() -> None:
    uri = "data:application/octet-stream;base64," + base64.b64encode(TRIANGLE.tobytes()).decode()
    fallback = {"byteLength": 8, "extensions": {"EXT_meshopt_compression": {"fallback": True}}}
    root = {
        "buffers": [fallback, {"byteLength": 36, "uri": uri}],
        "bufferViews": [{"buffer": 1, "byteLength": 36}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
        "extensions": {"VENDOR_x": {"buffer": 1}},
    }
    read = Document.read(packed(root))
    read.accessors.append(Accessor(TRIANGLE + 7))
    again, data = written(read)
    assert again["buffers"][0] == fallback
    assert again["bufferViews"][1]["buffer"] == 1
    assert data == b""
    assert np.array_equal(Document.read(read.to_bytes()).accessors[1].array, TRIANGLE + 7)
