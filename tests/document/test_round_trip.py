"""Reading and writing again: nothing is lost, on any object, under any extension."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forge3d import __version__
from forge3d.document import Document
from forge3d.document.equality import differences
from forge3d.document.material import LAYERS
from forge3d.document.property import Property

from .build import written
from .everything import EXTENSIONS, arrays, everything, everything_file

MOVED = ("accessors", "bufferViews", "buffers", "extensionsUsed", "extensionsRequired")


@pytest.fixture(scope="module")
def read() -> Document:
    return Document.read(everything_file())


def without_views(value: Any) -> Any:
    """JSON without the numbers of buffer views, which the writer lays out anew."""
    if isinstance(value, dict):
        hidden = ("bufferView", "values", "stringOffsets")
        return {key: "*" if key in hidden else without_views(entry) for key, entry in value.items()}
    return [without_views(entry) for entry in value] if isinstance(value, list) else value


def test_every_json_object_comes_back(read: Document) -> None:
    root, _ = written(read)
    expected = without_views(everything())
    expected["asset"]["generator"] = f"forge3d {__version__} (from test)"
    for key in expected:
        assert without_views(root[key]) == expected[key], key
    assert set(root) == set(expected) | set(MOVED)


def test_every_accessor_comes_back_in_its_place(read: Document) -> None:
    again = Document.read(read.to_bytes())
    for number, (array, kind, normalized) in enumerate(arrays()):
        accessor = again.accessors[number]
        assert (accessor.type, accessor.normalized, accessor.dtype) == (kind, normalized, array.dtype)
        assert np.array_equal(accessor.array, array)
        assert (accessor.name, accessor.extras) == (f"accessor {number}", {"number": number})


def test_the_document_is_the_same(read: Document) -> None:
    once = read.to_bytes()
    again = Document.read(once)
    assert differences(read, again) == []
    assert again.to_bytes() == once
    assert differences(read, read.copy()) == []


def test_what_is_written_is_declared(read: Document) -> None:
    root, _ = written(read)
    assert root["extensionsUsed"] == EXTENSIONS
    assert root["extensionsRequired"] == ["KHR_texture_basisu"]
    bare = read.copy()
    bare.extensions_used.clear()
    root, _ = written(bare)
    assert sorted(root["extensionsUsed"]) == sorted(EXTENSIONS)
    assert root["extensionsRequired"] == ["EXT_mesh_gpu_instancing", "KHR_texture_basisu"]


def test_typed_fields_hold_objects(read: Document) -> None:
    material = read.materials[0]
    assert [name for name, _ in material.layers()] == list(LAYERS)
    assert len(list(material.textures())) == 5 + sum(1 for _, layer in material.layers() for _ in texture_fields(layer))
    assert read.nodes[0].visible is False
    assert read.nodes[3].light is read.lights[0]
    assert read.nodes[2].instancing is not None
    assert list(read.nodes[2].instancing.attributes) == ["TRANSLATION", "_ID"]
    assert read.nodes[2].extensions["MSFT_lod"] == {"ids": [read.nodes[4], read.nodes[3]]}
    primitive = read.meshes[0].primitives[0]
    assert primitive.variants[0].variants == read.variants
    assert primitive.variants[0].material is read.materials[1]
    assert read.textures[1].image is read.images[1]
    assert read.textures[1].fallback is read.images[0]
    assert material.base_color_texture is not None
    assert material.base_color_texture.uv_set == 5
    assert read.asset.xmp is read.scenes[1].xmp is read.xmp_packets[0]
    pointers = [channel.pointer for channel in read.animations[0].channels if channel.pointer is not None]
    assert [(pointer.target, pointer.path) for pointer in pointers] == [
        (read.nodes[2], "translation"),
        (read.materials[1], "pbrMetallicRoughness/baseColorFactor"),
        (read.meshes[0], "weights/0"),
        (read.cameras[0], "perspective/yfov"),
        (read.lights[0], "intensity"),
        (read.nodes[1], ""),
        (None, "extensions/EXT_lights_image_based/lights/0/intensity"),
    ]


def texture_fields(layer: Property) -> list[str]:
    return [name for name in dir(layer) if name.endswith("texture") and getattr(layer, name) is not None]


def test_references_follow_when_lists_change(read: Document) -> None:
    changed = read.copy()
    changed.nodes.reverse()
    changed.materials.reverse()
    changed.images.reverse()
    changed.textures.insert(0, changed.textures.pop())
    root, _ = written(changed)
    assert root["nodes"][2]["extensions"]["MSFT_lod"] == {"ids": [0, 1]}
    assert root["materials"][0]["extensions"]["MSFT_lod"] == {"ids": [1]}
    assert root["extensions"]["EXT_lights_image_based"]["lights"][0]["specularImages"] == [[2, 1, 0]]
    features = root["meshes"][0]["primitives"][0]["extensions"]["EXT_mesh_features"]["featureIds"]
    assert features[1]["texture"]["index"] == 0
    targets = [channel["target"] for channel in root["animations"][0]["channels"]]
    pointers = [t["extensions"]["KHR_animation_pointer"]["pointer"] for t in targets if t["path"] == "pointer"]
    assert pointers[:2] == ["/nodes/2/translation", "/materials/0/pbrMetallicRoughness/baseColorFactor"]


def test_tables_of_metadata_begin_at_multiples_of_eight(read: Document) -> None:
    root, data = written(read)
    table = root["extensions"]["EXT_structural_metadata"]["propertyTables"][0]["properties"]["p"]
    view = root["bufferViews"][table["values"]]
    assert view["byteOffset"] % 8 == 0
    assert data[view["byteOffset"] :][: view["byteLength"]] == b"12345678"


def test_changing_a_copy_leaves_the_original(read: Document) -> None:
    before = read.to_bytes()
    copy = read.copy()
    copy.materials[0].name = "changed"
    copy.nodes[0].extras["mark"] = "changed"
    copy.nodes[2].extensions["MSFT_lod"]["ids"].clear()
    copy.images[0].data = b"changed"
    copy.animations[0].channels.clear()
    assert read.to_bytes() == before
    assert differences(read, copy) != []
