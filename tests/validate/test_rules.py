"""Small files, each breaking one thing, with the exact issues they must give."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge3d.errors import InvalidAsset, LimitExceeded
from forge3d.gltf import Limits, Source, glb
from forge3d.validate import Report, all_rules, validate


def judged(document: dict[str, Any], **options: Any) -> Report:
    return validate(json.dumps({"asset": {"version": "2.0"}, **document}).encode(), **options)


def found(document: dict[str, Any], *, unused: bool = False) -> list[tuple[str, str | None]]:
    issues = judged(document).issues
    return sorted((issue.code, issue.pointer) for issue in issues if unused or issue.code != "UNUSED_OBJECT")


def data_uri(*arrays: np.ndarray) -> tuple[str, list[dict[str, int]], int]:
    """All arrays in one buffer: its URI, a buffer view for each, its length."""
    blob, views = b"", []
    for array in arrays:
        blob += b"\0" * (-len(blob) % 4)
        views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": array.nbytes})
        blob += array.tobytes()
    return "data:application/octet-stream;base64," + base64.b64encode(blob).decode(), views, len(blob)


def triangle(**changes: Any) -> dict[str, Any]:
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    normals = np.array([[0, 0, 1]] * 3, np.float32)
    indices = np.array([0, 1, 2], np.uint16)
    arrays = changes.pop("arrays", {"positions": positions, "normals": normals, "indices": indices})
    uri, views, length = data_uri(*arrays.values())
    for view, target in zip(views, (34962, 34962, 34963), strict=True):
        view["target"] = target
    return {
        "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": 3, "min": [0, 0, 0], "max": [1, 1, 0]},
            {"bufferView": 1, "componentType": 5126, "type": "VEC3", "count": 3},
            {"bufferView": 2, "componentType": 5123, "type": "SCALAR", "count": 3},
        ],
        "bufferViews": views, "buffers": [{"uri": uri, "byteLength": length}], **changes,
    }  # fmt: skip


def with_arrays(**changes: np.ndarray) -> dict[str, Any]:
    arrays = {
        "positions": np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32),
        "normals": np.array([[0, 0, 1]] * 3, np.float32),
        "indices": np.array([0, 1, 2], np.uint16),
    }
    return triangle(arrays={**arrays, **changes})


def test_a_clean_triangle_has_no_issue_and_is_described() -> None:
    report = judged(triangle())
    assert report.issues == []
    assert report.valid
    assert report.info["totalTriangleCount"] == 1
    assert report.info["resources"][0]["storage"] == "data-uri"


INDICES = "/meshes/0/primitives/0/indices"
NORMAL = "/meshes/0/primitives/0/attributes/NORMAL"


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ({"indices": np.array([0, 1, 3], np.uint16)}, [("ACCESSOR_INDEX_OOB", INDICES)]),
        ({"indices": np.array([0, 1, 1], np.uint16)}, [("ACCESSOR_INDEX_TRIANGLE_DEGENERATE", INDICES)]),
        ({"normals": np.array([[0, 0, 2]] * 3, np.float32)}, [("ACCESSOR_VECTOR3_NON_UNIT", NORMAL)]),
        ({"normals": np.array([[0, 0, np.nan]] * 3, np.float32)}, [("ACCESSOR_INVALID_FLOAT", "/accessors/1")]),
        (
            {"positions": np.array([[0, 0, 0], [2, 0, 0], [0, 1, 0]], np.float32)},
            [
                ("ACCESSOR_ELEMENT_OUT_OF_MAX_BOUND", "/accessors/0/max/0"),
                ("ACCESSOR_MAX_MISMATCH", "/accessors/0/max/0"),
            ],
        ),
        (
            {"positions": np.array([[0, 0, 0], [1, 0, 0], [0, 0.5, 0]], np.float32)},
            [("ACCESSOR_MAX_MISMATCH", "/accessors/0/max/1")],
        ),
    ],
)
def test_data_are_looked_into(arrays: dict[str, np.ndarray], expected: list[tuple[str, str]]) -> None:
    assert found(with_arrays(**arrays)) == expected


def test_one_issue_counts_all_elements() -> None:
    issue = judged(with_arrays(normals=np.array([[0, 0, 2], [0, 0, 1], [3, 0, 0]], np.float32))).errors[0]
    assert issue.count == 2
    assert "the first is 0" in issue.message


def test_every_use_of_a_shared_accessor_is_told_of() -> None:
    document = with_arrays(normals=np.array([[0, 0, 2]] * 3, np.float32))
    document["meshes"].append(document["meshes"][0])
    pointers = [pointer for code, pointer in found(document) if code == "ACCESSOR_VECTOR3_NON_UNIT"]
    assert pointers == [f"/meshes/{mesh}/primitives/0/attributes/NORMAL" for mesh in (0, 1)]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"nodes": [{"mesh": 0, "scale": [1, 2]}]}, [
            ("ARRAY_LENGTH_NOT_IN_LIST", "/nodes/0/scale"), ("NODE_EMPTY", "/nodes/0"),
            ("UNRESOLVED_REFERENCE", "/nodes/0/mesh"),
        ]),
        ({"nodes": [{"children": [1]}, {"children": [0]}]}, [("NODE_LOOP", "/nodes/0"), ("NODE_LOOP", "/nodes/1")]),
        ({"scene": 0.0, "scenes": [{}]}, []),
        ({"scene": True, "scenes": [{}]}, [("TYPE_MISMATCH", "/scene")]),
        ({"a/b~c": 1}, [("UNEXPECTED_PROPERTY", "/a~1b~0c")]),
        ({"extensionsUsed": ["KHR_materials_unlit"], "extensions": {"KHR_materials_unlit": {}}}, [
            ("UNEXPECTED_EXTENSION_OBJECT", "/extensions/KHR_materials_unlit"),
        ]),
        ({"images": [{"uri": "../../etc/passwd"}]}, [("FORGE3D_RESOURCE_REFUSED", "/images/0/uri")]),
        ({"images": [{"uri": "http://example.org/a.png"}]}, [("NON_RELATIVE_URI", "/images/0/uri")]),
        ({"materials": [{"alphaMode": "MASKED"}]}, [("VALUE_NOT_IN_LIST", "/materials/0/alphaMode")]),
    ],
)  # fmt: skip
def test_structure(document: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert found(document) == expected


def test_the_first_fault_does_not_hide_the_others() -> None:
    document = with_arrays(indices=np.array([0, 1, 9], np.uint16))
    document["nodes"][0]["rotation"] = [0, 0, 0, 3]
    document["materials"] = [{"alphaCutoff": "x"}, 7]
    codes = {code for code, _ in found(document)}
    assert codes == {"ACCESSOR_INDEX_OOB", "VALUE_NOT_IN_RANGE", "TYPE_MISMATCH", "MATERIAL_ALPHA_CUTOFF_INVALID_MODE"}


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b'{"asset": {"version": "2.0"}, "x": NaN}', b"\xff\xfe"])
def test_what_is_not_gltf_gives_a_report_too(text: bytes) -> None:
    report = validate(text)
    assert report.errors
    assert report.info == {}


def test_json_with_a_byte_order_mark_is_invalid() -> None:
    report = validate(b'\xef\xbb\xbf{"asset": {"version": "2.0"}}')
    assert [issue.code for issue in report.issues] == ["INVALID_JSON"]


def test_glb_faults_have_offsets() -> None:
    whole = glb.pack(b'{"asset": {"version": "2.0"}}')
    assert validate(whole).issues == []
    cut = validate(whole[:-3]).issues
    assert [(issue.code, issue.offset) for issue in cut] == [("GLB_UNEXPECTED_END_OF_CHUNK_DATA", len(whole) - 3)]
    assert cut[0].to_dict().keys() == {"code", "message", "severity", "offset"}


def test_paths_sources_and_bytes_give_the_same_report(tmp_path: Path) -> None:
    path = tmp_path / "triangle.gltf"
    path.write_text(json.dumps({"asset": {"version": "2.0"}, **triangle()}))
    by_path = validate(path, name="x").to_dict()
    assert validate(path.read_bytes(), name="x").to_dict() == by_path
    assert validate(Source.open(path, name="x")).to_dict() == by_path
    assert json.loads(validate(path).to_json())["uri"] == str(path)


def test_missing_and_oversized_files_raise(tmp_path: Path) -> None:
    with pytest.raises(InvalidAsset):
        validate(tmp_path / "none.glb")
    with pytest.raises(LimitExceeded):
        judged(triangle(), limits=Limits(max_file_bytes=10))
    assert judged(triangle(), limits=Limits(max_json_depth=2)).errors[0].code == "FORGE3D_LIMIT_EXCEEDED"


def test_broken_draco_and_meshopt_payloads_are_caught() -> None:
    view = {"buffer": 0, "byteOffset": 0, "byteLength": 36}
    meshopt = triangle()
    meshopt["bufferViews"][0]["extensions"] = {
        "EXT_meshopt_compression": {**view, "byteStride": 12, "count": 3, "mode": "ATTRIBUTES"}
    }
    meshopt["extensionsUsed"] = meshopt["extensionsRequired"] = ["EXT_meshopt_compression"]
    draco = triangle()
    draco["meshes"][0]["primitives"][0]["extensions"] = {
        "KHR_draco_mesh_compression": {"bufferView": 0, "attributes": {"POSITION": 0}}
    }
    for index in (0, 2):
        del draco["accessors"][index]["bufferView"]
    draco["extensionsUsed"] = draco["extensionsRequired"] = ["KHR_draco_mesh_compression"]
    for document, code in ((meshopt, "FORGE3D_MESHOPT_DATA_INVALID"), (draco, "FORGE3D_DRACO_DATA_INVALID")):
        assert code in {issue.code for issue in judged(document).errors}


def test_the_list_of_rules_is_complete_and_each_says_something() -> None:
    rules = all_rules()
    assert len(rules) == len({rule.code for rule in rules}) >= 170
    assert all(rule.summary and rule.code.isupper() for rule in rules)


def test_validating_imports_no_image_library() -> None:
    script = "import sys, forge3d.validate as v; v.all_rules(); sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
