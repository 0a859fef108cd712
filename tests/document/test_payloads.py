"""Encoded data that nobody touched are written back byte for byte; touched ones are decoded."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import DracoPy
import numpy as np
import pytest

from forge3d.document import Accessor, Document, Material
from forge3d.document.encoding import Encoding
from forge3d.document.equality import differences
from forge3d.document.payload import DracoPayload, MeshoptPayload, SparsePayload, ZeroPayload
from forge3d.errors import InvalidAsset

from .build import TRIANGLE, document, packed, triangle, written

GRID = np.stack([*np.meshgrid(np.arange(30), np.arange(30)), np.zeros((30, 30))], axis=-1).reshape(-1, 3)
POINTS = GRID.astype(np.float32)


def view_bytes(root: dict[str, Any], data: bytes, number: int, extension: str) -> bytes:
    compressed = root["bufferViews"][number]["extensions"][extension]
    return data[compressed["byteOffset"] :][: compressed["byteLength"]]


# Meshopt.


def compressed_pair(extension: str = "EXT_meshopt_compression") -> bytes:
    """Two point clouds whose positions share one compressed buffer view."""
    first, second = (triangle(POSITION=POINTS + offset) for offset in (0, 5))
    return document(first, second).to_bytes(encoding=Encoding(extension))  # type: ignore[arg-type]


@pytest.mark.parametrize("extension", ["EXT_meshopt_compression", "KHR_meshopt_compression"])
def test_a_compressed_view_is_kept_while_all_its_accessors_are(extension: str) -> None:
    original = compressed_pair(extension)
    root, data = written(original)
    assert extension in root["extensionsRequired"]
    read = Document.read(original)
    again, binary = written(read)
    assert view_bytes(again, binary, 0, extension) == view_bytes(root, data, 0, extension)
    assert not read.accessors[0].decoded
    payload = read.accessors[0].payload
    assert isinstance(payload, MeshoptPayload)
    assert set(payload.accessors) == {primitive.attributes["POSITION"] for primitive in read.meshes[0].primitives}
    assert differences(Document.read(original), Document.read(read.to_bytes())) == []
    assert np.array_equal(read.meshes[0].primitives[1].attributes["POSITION"].array, POINTS + 5)


def test_a_compressed_view_is_decoded_when_one_of_its_accessors_has_gone() -> None:
    read = Document.read(compressed_pair())
    del read.meshes[0].primitives[1]
    root, _ = written(read)
    assert "extensions" not in root["bufferViews"][0]
    again = Document.read(read.to_bytes())
    assert np.array_equal(again.meshes[0].primitives[0].attributes["POSITION"].array, POINTS)
    assert "EXT_meshopt_compression" not in again.extensions_used


def test_the_placeholder_buffer_has_no_bytes() -> None:
    root, _ = written(compressed_pair())
    assert root["buffers"][1]["extensions"] == {"EXT_meshopt_compression": {"fallback": True}}
    assert "uri" not in root["buffers"][1]
    spans = sorted((v["byteOffset"], v["byteLength"]) for v in root["bufferViews"] if v["buffer"] == 1)
    assert all(start + length <= root["buffers"][1]["byteLength"] for start, length in spans)
    assert all(a + b <= c for (a, b), (c, _) in pairwise(spans))


def with_fallback() -> tuple[dict[str, Any], bytes]:
    """A point cloud that is there twice: compressed, and as it is."""
    root, data = written(document(triangle(POSITION=POINTS)).to_bytes(encoding=Encoding()))
    compressed = data
    start = len(compressed) + -len(compressed) % 4
    data = compressed + bytes(start - len(compressed)) + POINTS.tobytes()
    root["bufferViews"][0] |= {"buffer": 0, "byteOffset": start}
    root["buffers"] = [{"byteLength": len(data)}, root["buffers"][1]]
    root["extensionsRequired"] = []
    return root, data


def test_uncompressed_bytes_beside_the_compressed_ones_are_kept() -> None:
    again, binary = written(Document.read(packed(*with_fallback())))
    view = again["bufferViews"][0]
    assert view["buffer"] == 0
    assert binary[view["byteOffset"] :][: view["byteLength"]] == POINTS.tobytes()
    assert "extensions" in view
    assert "extensionsRequired" not in again


@pytest.mark.parametrize(("key", "value"), [("byteOffset", 0.5), ("byteOffset", 2**40), ("byteLength", "all")])
def test_a_lie_about_the_uncompressed_bytes_is_told(key: str, value: object) -> None:
    root, data = with_fallback()
    root["bufferViews"][0][key] = value
    with pytest.raises(InvalidAsset, match="/bufferViews/0"):
        Document.read(packed(root, data)).to_bytes()


# Sparse and zeros.


def sparse_file() -> bytes:
    data = TRIANGLE.tobytes() + np.array([2], np.uint16).tobytes() + b"\0\0" + np.array([7, 8, 9], np.float32).tobytes()
    sparse = {
        "count": 1,
        "indices": {"bufferView": 1, "componentType": 5123, "extras": {"of": "indices"}},
        "values": {"bufferView": 2, "extras": {"of": "values"}},
        "extras": {"of": "sparse"},
    }
    kind = {"componentType": 5126, "count": 3, "type": "VEC3"}
    accessors = [
        {"bufferView": 0, **kind, "sparse": sparse},
        {**kind, "sparse": sparse},
        {**kind, "name": "zeros"},
    ]
    views = [
        {"buffer": 0, "byteLength": 36},
        {"buffer": 0, "byteOffset": 36, "byteLength": 2},
        {"buffer": 0, "byteOffset": 40, "byteLength": 12},
    ]
    return packed({"accessors": accessors, "bufferViews": views}, data)


def test_sparse_accessors_stay_sparse() -> None:
    read = Document.read(sparse_file())
    again = Document.read(read.to_bytes())
    for copy in (read, again):
        dense, bare, zeros = copy.accessors
        assert dense.array.tolist() == [[0, 0, 0], [1, 0, 0], [7, 8, 9]]
        assert bare.array.tolist() == [[0, 0, 0], [0, 0, 0], [7, 8, 9]]
        assert zeros.array.tolist() == [[0, 0, 0]] * 3
        assert isinstance(dense.payload, SparsePayload)
        assert isinstance(zeros.payload, ZeroPayload)
        assert dense.payload.json == {name: {"extras": {"of": name}} for name in ("sparse", "indices", "values")}
    assert differences(read, again) == []
    root, data = written(read)
    assert "bufferView" not in root["accessors"][2]
    assert len(data) == 36 + 2 + 2 + 12 + 0  # the base, one index, one value: shared by the two sparse accessors


def test_a_new_accessor_in_place_of_a_sparse_one_is_dense() -> None:
    read = Document.read(sparse_file())
    read.accessors = [Accessor(read.accessors[0].array)]
    root, _ = written(read)
    assert "sparse" not in root["accessors"][0]


# Draco.


def draco_file(*, fallback: bool = False) -> bytes:
    faces = np.array([[0, 1, 2], [2, 1, 3]])
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float64)
    payload = DracoPy.encode(points, faces, quantization_bits=11)
    decoded = DracoPy.decode(payload)
    ids = {attribute["attribute_type"]: attribute["unique_id"] for attribute in decoded.attributes}
    kind = {"componentType": 5126, "count": len(decoded.points), "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]}
    plain = np.asarray(decoded.points, np.float32).tobytes()
    extension = {"bufferView": 0, "attributes": {"POSITION": ids[0]}, "extras": {"kept": True}}
    position = {**kind, "bufferView": 1} if fallback else kind
    indices = {"componentType": 5123, "count": 6, "type": "SCALAR"}
    primitive = {
        "attributes": {"POSITION": 0},
        "indices": 1,
        "extensions": {"KHR_draco_mesh_compression": extension},
    }
    root = {
        "extensionsUsed": ["KHR_draco_mesh_compression"],
        "extensionsRequired": ["KHR_draco_mesh_compression"],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive, {**primitive, "material": 0}]}],
        "materials": [{}],
        "accessors": [position, indices],
        "bufferViews": [{"buffer": 0, "byteLength": len(payload)}],
    }
    padded = payload + bytes(-len(payload) % 4)
    if fallback:
        root["bufferViews"] += [{"buffer": 0, "byteOffset": len(padded), "byteLength": len(plain)}]  # type: ignore[operator]
        indices["bufferView"] = 1
        indices["componentType"] = 5121
    return packed(root, padded + plain)


def test_a_draco_payload_is_kept_and_shared() -> None:
    original = draco_file()
    read = Document.read(original)
    first, second = read.meshes[0].primitives
    assert isinstance(first.draco, DracoPayload)
    assert first.draco is second.draco
    assert first.attributes["POSITION"] is second.attributes["POSITION"]
    again, binary = written(read)
    assert not read.accessors[0].decoded
    payload = again["meshes"][0]["primitives"][0]["extensions"]["KHR_draco_mesh_compression"]
    view = again["bufferViews"][payload["bufferView"]]
    assert binary[view["byteOffset"] :][: view["byteLength"]] == first.draco.data
    assert payload["extras"] == {"kept": True}
    assert len(again["bufferViews"]) == 1
    assert all("bufferView" not in accessor for accessor in again["accessors"])
    assert again["extensionsRequired"] == ["KHR_draco_mesh_compression"]
    assert differences(read, Document.read(read.to_bytes())) == []


def test_a_changed_primitive_is_written_decoded() -> None:
    read = Document.read(draco_file())
    first, second = read.meshes[0].primitives
    first.attributes["POSITION"] = Accessor(first.attributes["POSITION"].floats * 2)
    again = Document.read(read.to_bytes())
    one, two = again.meshes[0].primitives
    assert one.draco is None
    assert two.draco is not None
    assert np.array_equal(one.attributes["POSITION"].array, two.attributes["POSITION"].array * 2)
    assert one.indices is not None
    assert second.indices is not None
    assert np.array_equal(one.indices.array, second.indices.array)


def test_removing_the_payload_decodes_all() -> None:
    read = Document.read(draco_file())
    for primitive in read.meshes[0].primitives:
        primitive.draco = None
    again = Document.read(read.to_bytes())
    assert "KHR_draco_mesh_compression" not in again.extensions_used + again.extensions_required
    assert np.array_equal(again.accessors[0].array, read.accessors[0].array)


def test_a_document_with_draco_and_fallback_data_uses_what_draco_gives() -> None:
    read = Document.read(draco_file(fallback=True))
    primitive = read.meshes[0].primitives[0]
    assert primitive.attributes["POSITION"] is read.accessors[0]
    assert sorted(map(tuple, primitive.attributes["POSITION"].array.tolist()))[0] == (0, 0, 0)
    root, _ = written(read)
    assert len(root["bufferViews"]) == 1


# Images.


def test_declared_compression_is_what_is_written() -> None:
    made = document(triangle(POSITION=POINTS), materials=[Material()])
    made.extensions_used = ["KHR_draco_mesh_compression", "VENDOR_known_to_the_shop"]
    made.extensions_required = ["KHR_draco_mesh_compression"]
    root, _ = written(made)
    assert root["extensionsUsed"] == ["VENDOR_known_to_the_shop"]
    assert "extensionsRequired" not in root
