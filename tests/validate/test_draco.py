from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from .payloads import draco_document, draco_extension, grid, ours, uri
from .test_rules import found

PRIMITIVE = "/meshes/0/primitives/0"
EXTENSION = f"{PRIMITIVE}/extensions/KHR_draco_mesh_compression"


def test_a_good_payload_has_no_issue() -> None:
    assert found(draco_document()) == []


def test_what_is_decoded_is_judged_where_it_is_drawn() -> None:
    positions, normals, triangles = grid()
    far = draco_document(positions=positions * np.float32(3))
    assert ("ACCESSOR_ELEMENT_OUT_OF_MAX_BOUND", "/accessors/0/max/0") in found(far)
    folded = draco_document(triangles=np.concatenate([triangles[:-3], np.uint32([0, 0, 1])]))
    assert ("ACCESSOR_INDEX_TRIANGLE_DEGENERATE", f"{PRIMITIVE}/indices") in found(folded)
    coloured = draco_document(positions=normals * np.float32(7), normals=normals)
    coloured["meshes"][0]["primitives"][0]["attributes"]["NORMAL"] = 0  # the payload's positions as normals
    draco_extension(coloured)["attributes"]["NORMAL"] = draco_extension(coloured)["attributes"]["POSITION"]
    assert ("ACCESSOR_VECTOR3_NON_UNIT", f"{PRIMITIVE}/attributes/NORMAL") in found(coloured)


def test_each_of_two_payloads_of_one_accessor_is_judged() -> None:
    document, far = draco_document(), draco_document(positions=grid()[0] * np.float32(3))
    document["buffers"] += far["buffers"]
    document["bufferViews"].append({**far["bufferViews"][0], "buffer": 1})
    first = document["meshes"][0]["primitives"][0]
    extension = {"KHR_draco_mesh_compression": {**draco_extension(document), "bufferView": 1}}
    document["meshes"][0]["primitives"].append({**first, "extensions": extension})
    assert ("ACCESSOR_ELEMENT_OUT_OF_MAX_BOUND", "/accessors/0/max/0") in found(document)


@pytest.mark.parametrize("accessors", [(0, 1), (2,)])
def test_counts_against_the_payload(accessors: tuple[int, ...]) -> None:
    document = draco_document()
    for number in accessors:
        document["accessors"][number]["count"] -= 3
    assert {code for code, _ in ours(document)} == {"DRACO_ACCESSOR_MISMATCH"}


def test_unequal_counts_are_told_once_at_the_attribute() -> None:
    document = draco_document()
    document["accessors"][1]["count"] -= 3
    unequal = {pointer for code, pointer in found(document) if code == "MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT"}
    assert unequal == {f"{PRIMITIVE}/attributes/NORMAL"}


def test_types_and_ids_against_the_payload() -> None:
    document = draco_document()
    document["accessors"][1]["type"] = "VEC4"
    assert "DRACO_ACCESSOR_MISMATCH" in {code for code, _ in ours(document)}
    document = draco_document()
    draco_extension(document)["attributes"]["NORMAL"] = 77
    assert ("DRACO_ACCESSOR_MISMATCH", f"{EXTENSION}/attributes/NORMAL") in ours(document)


def test_declarations() -> None:
    document = draco_document()
    draco_extension(document)["attributes"]["TEXCOORD_0"] = 0
    assert ("DRACO_ATTRIBUTE_UNKNOWN", f"{EXTENSION}/attributes/TEXCOORD_0") in ours(document)
    assert ("DRACO_ATTRIBUTE_SHARED", f"{EXTENSION}/attributes/TEXCOORD_0") in ours(document)
    document = draco_document()
    document["meshes"][0]["primitives"][0]["mode"] = 1
    assert ("DRACO_MODE", f"{PRIMITIVE}/mode") in ours(document)
    document = draco_document()
    del document["extensionsRequired"]
    assert ours(document) == [
        ("DRACO_NOT_REQUIRED", f"{PRIMITIVE}/attributes/NORMAL"),
        ("DRACO_NOT_REQUIRED", f"{PRIMITIVE}/attributes/POSITION"), ("DRACO_NOT_REQUIRED", f"{PRIMITIVE}/indices"),
    ]  # fmt: skip


def with_fallback() -> dict[str, Any]:
    """Uncompressed positions beside the payload."""
    document, positions = draco_document(), grid()[0].tobytes()
    document["buffers"].append({"byteLength": len(positions), "uri": uri(positions)})
    document["bufferViews"].append({"buffer": 1, "byteLength": len(positions), "target": 34962})
    document["accessors"][0]["bufferView"] = 1
    return document


def test_uncompressed_data_beside_a_required_payload() -> None:
    assert ours(with_fallback()) == [("DRACO_REDUNDANT_DATA", f"{PRIMITIVE}/attributes/POSITION")]


def test_bounds_are_exact_for_uncompressed_data_and_not_for_draco() -> None:
    for document, codes in ((draco_document(), set()), (with_fallback(), {"ACCESSOR_MAX_MISMATCH"})):
        document["accessors"][0]["max"] = [1.001, 1, 0]
        assert {code for code, _ in found(document) if not code.startswith("FORGE3D")} == codes
