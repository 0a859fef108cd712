from __future__ import annotations

from typing import Any

import meshopt as codec
import numpy as np
import pytest

from forge3d.gltf.codecs import meshopt

from .payloads import POINTS, grid, meshopt_document, ours, uri
from .test_rules import found

VIEW = "/bufferViews/0"
HERE = f"{VIEW}/extensions/{meshopt.EXT}"


@pytest.mark.parametrize("name", meshopt.EXTENSIONS)
def test_good_payloads_have_no_issue(name: str) -> None:
    assert found(meshopt_document(name)) == []


def test_what_is_decoded_is_judged_where_it_is_drawn() -> None:
    long = grid()[1] * np.float32(2)
    assert found(meshopt_document(normals=long)) == [
        ("ACCESSOR_VECTOR3_NON_UNIT", "/meshes/0/primitives/0/attributes/NORMAL")
    ]
    beyond = np.where(grid()[2] == 7, 900, grid()[2]).astype(np.uint32)
    assert ("ACCESSOR_INDEX_OOB", "/meshes/0/primitives/0/indices") in found(meshopt_document(triangles=beyond))


@pytest.mark.filterwarnings("error")
def test_filtered_numbers_without_end_are_told_of_and_bounded_by_nothing() -> None:
    words = np.full((POINTS, 3), 0x7F7FFFFF, np.int32)  # exponents of 127 with the largest mantissas of both signs
    words[0, 0] = 0x7F800000
    document = meshopt_document(normals=words.view(np.float32))
    document["bufferViews"][1]["extensions"][meshopt.EXT]["filter"] = "EXPONENTIAL"
    document["accessors"][1].update(min=[0, 0, 0], max=[1, 1, 1])
    assert [code for code, at in found(document) if str(at).startswith("/accessors/1")] == ["ACCESSOR_INVALID_FLOAT"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"count": POINTS - 1}, "MESHOPT_LENGTH"),
        ({"byteStride": 16}, "MESHOPT_STRIDE"),
        ({"byteStride": 10}, "MESHOPT_LAYOUT_INVALID"),
        ({"filter": "OCTAHEDRAL"}, "MESHOPT_LAYOUT_INVALID"),
        ({"mode": "TRIANGLES"}, "MESHOPT_LAYOUT_INVALID"),
        ({"count": 2**31}, "MESHOPT_DATA_INVALID"),
    ],
)
def test_header_lies(change: dict[str, Any], code: str) -> None:
    document = meshopt_document()
    document["bufferViews"][0]["extensions"][meshopt.EXT].update(change)
    assert code in {found for found, at in ours(document) if str(at).startswith(HERE)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"count": 149}, "MESHOPT_LAYOUT_INVALID"),
        ({"byteStride": 8}, "MESHOPT_LAYOUT_INVALID"),
        ({"filter": "EXPONENTIAL"}, "MESHOPT_LAYOUT_INVALID"),
        ({"mode": "INDICES"}, "MESHOPT_DATA_INVALID"),
    ],
)
def test_lies_about_indices(change: dict[str, Any], code: str) -> None:
    document = meshopt_document()
    document["bufferViews"][2]["extensions"][meshopt.EXT].update(change)
    assert code in {found for found, _ in ours(document)}


def test_the_older_extension_has_the_older_payload_only() -> None:
    document = meshopt_document(meshopt.KHR)
    for owner in (*document["bufferViews"], document["buffers"][1]):
        owner["extensions"] = {meshopt.EXT: owner["extensions"][meshopt.KHR]}
    document["extensionsUsed"] = document["extensionsRequired"] = [meshopt.EXT]
    assert {code for code, _ in ours(document)} == {"MESHOPT_DATA_INVALID"}


def test_fallback_buffers() -> None:
    document = meshopt_document()
    document["bufferViews"].append({"buffer": 1, "byteLength": 4})
    document["bufferViews"][0]["extensions"][meshopt.EXT]["buffer"] = 1
    assert [at for code, at in ours(document) if code == "MESHOPT_FALLBACK_USED"] == [
        f"{HERE}/buffer", "/bufferViews/3/buffer",
    ]  # fmt: skip
    document = meshopt_document()
    del document["extensionsRequired"]
    assert ours(document) == [("MESHOPT_NOT_REQUIRED", "/buffers/1")]


def test_one_extension_a_view() -> None:
    document = meshopt_document()
    document["extensionsUsed"] = document["extensionsRequired"] = [meshopt.EXT, meshopt.KHR]
    extensions = document["bufferViews"][0]["extensions"]
    extensions[meshopt.KHR] = extensions[meshopt.EXT]
    assert ours(document) == [("MESHOPT_TWICE", f"{VIEW}/extensions")]


def test_a_filter_and_the_type_that_it_makes() -> None:
    document = meshopt_document()
    document["bufferViews"][0]["extensions"][meshopt.EXT]["filter"] = "EXPONENTIAL"
    document["accessors"][0] = {"bufferView": 0, "componentType": 5123, "type": "VEC3", "count": POINTS}
    assert ("MESHOPT_FILTER_TYPE", "/accessors/0") in ours(document)


@pytest.mark.parametrize("bits", [12, 15])
def test_filters_round_and_their_bounds_may_be_those_of_before(bits: int) -> None:
    document = meshopt_document()
    positions = grid()[0] * np.float32(0.987654)
    data = meshopt.encode_attributes(codec.encode_filter_exp(positions, bits))
    document["buffers"].append({"uri": uri(data), "byteLength": len(data)})
    document["bufferViews"][0]["extensions"][meshopt.EXT].update(
        buffer=2, byteOffset=0, byteLength=len(data), filter="EXPONENTIAL"
    )
    document["accessors"][0]["max"] = positions.max(axis=0).tolist()
    assert found(document) == []
    document["accessors"][0]["max"] = [0.9, 0.9, 0]
    assert ("ACCESSOR_ELEMENT_OUT_OF_MAX_BOUND", "/accessors/0/max/0") in found(document)
