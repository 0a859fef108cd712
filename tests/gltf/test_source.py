from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge3d.errors import Forge3DError, InvalidAsset, LimitExceeded, ResourceRefused, UnsupportedFeature
from forge3d.gltf import Fault, Limits, Severity, Source, glb

from .build import codes, source

TEXT = b'{"asset": {"version": "2.0"}}'


def test_a_path_gives_its_folder_and_name(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"data")
    path = tmp_path / "a.gltf"
    path.write_text('{"asset":{"version":"2.0"},"buffers":[{"byteLength":4,"uri":"a.bin"}]}')
    for given in (path, str(path)):
        asset = Source.open(given)
        assert (asset.path, asset.name, asset.container) == (path, str(path), "gltf")
        assert asset.buffer(0) == b"data"
        assert asset.resource("a.bin") == b"data"
        assert asset.text == path.read_bytes()


def test_bytes_open_nothing_unless_given_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"data")
    text = b'{"asset":{"version":"2.0"},"buffers":[{"byteLength":4,"uri":"a.bin"}]}'
    with pytest.raises(ResourceRefused):
        Source.open(text).buffer(0)
    assert Source.open(text, base=tmp_path).buffer(0) == b"data"
    assert Source.open(text).path is None


def test_an_opened_source_is_returned_as_it_is() -> None:
    asset = Source.open(TEXT)
    assert Source.open(asset) is asset


def test_a_glb_is_taken_apart() -> None:
    asset = Source.open(glb.pack(TEXT, b"1234"))
    assert asset.container == "glb"
    assert asset.json == {"asset": {"version": "2.0"}}
    assert asset.glb_bin == b"1234"
    assert asset.text.rstrip() == TEXT


def test_faults_of_the_container_are_listed() -> None:
    asset = Source.open(glb.pack(TEXT, b"1234") + b"extra")
    (fault,) = asset.faults()
    assert (fault.code, fault.severity) == ("GLB_EXTRA_DATA", Severity.WARNING)
    assert fault.offset == len(glb.pack(TEXT, b"1234"))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "INVALID_JSON"),
        (b"\x89PNG\r\n\x1a\n", "INVALID_JSON"),
        (b"[]", "TYPE_MISMATCH"),
        (b"glTF", "GLB_UNEXPECTED_END_OF_HEADER"),
        (b"glTF" + bytes(20), "GLB_INVALID_VERSION"),
        (glb.pack(b"{]}"), "INVALID_JSON"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InvalidAsset) as caught:
        Source.open(data, name="upload")
    assert (caught.value.code, caught.value.file) == (code, "upload")


def test_a_broken_glb_is_explained_by_its_suffix(tmp_path: Path) -> None:
    path = tmp_path / "a.glb"
    path.write_bytes(b"garbage garbage")
    with pytest.raises(InvalidAsset, match="the magic is") as caught:
        Source.open(path)
    assert caught.value.code == "GLB_INVALID_MAGIC"
    path.write_bytes(TEXT)
    assert Source.open(path).container == "gltf"


def test_fbx_is_refused_with_advice() -> None:
    with pytest.raises(UnsupportedFeature, match=r"FBX: .*Blender"):
        Source.open(b"Kaydara FBX Binary  \0")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.glb", tmp_path, Path(os.devnull)):
        with pytest.raises(InvalidAsset, match=r"cannot be read|regular file") as caught:
            Source.open(path)
        assert caught.value.code == "IO_ERROR"


def test_file_size_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "a.gltf"
    path.write_bytes(TEXT)
    for given in (path, TEXT):
        with pytest.raises(LimitExceeded, match="max_file_bytes"):
            Source.open(given, limits=Limits(max_file_bytes=10))


def test_a_byte_order_mark_is_a_fault_but_read() -> None:
    asset = Source.open(b"\xef\xbb\xbf" + TEXT)
    assert codes(asset) == [("INVALID_JSON", "")]


def test_duplicate_keys_are_recorded() -> None:
    asset = Source.open(b'{"asset": {"version": "1.0", "version": "2.0"}}')
    assert asset.json == {"asset": {"version": "2.0"}}
    assert asset.duplicate_keys == ["/asset/version"]


def test_lists_are_checked_and_counted() -> None:
    assert Source.open(TEXT).entries("nodes") == []
    for value in ("text", 1, {}, None):
        with pytest.raises(InvalidAsset) as caught:
            source(nodes=value).entries("nodes")
        assert caught.value.pointer == "/nodes"
    with pytest.raises(InvalidAsset) as caught:
        source(nodes=[{}, 1]).entries("nodes")
    assert caught.value.pointer == "/nodes/1"
    with pytest.raises(LimitExceeded, match="max_objects"):
        source(nodes=[{}] * 3, limits=Limits(max_objects=2)).entries("nodes")


@pytest.mark.parametrize("number", [-1, 3, 2**40])
def test_numbers_out_of_range_are_refused(number: int) -> None:
    asset = source(bytes(4))
    for call in (asset.array, asset.layout, asset.view, asset.buffer, asset.image_bytes, asset.sparse, asset.meshopt):
        with pytest.raises(InvalidAsset):
            call(number)
    with pytest.raises(InvalidAsset):
        asset.draco(number, 0)


def test_images_come_from_views_uris_and_files(tmp_path: Path) -> None:
    (tmp_path / "a b.png").write_bytes(b"picture")
    root = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": 4}],
        "bufferViews": [{"buffer": 0, "byteLength": 3}],
        "images": [
            {"bufferView": 0},
            {"uri": "data:image/png;base64,AAEC"},
            {"uri": "a%20b.png"},
            {},
            {"uri": "no.png"},
        ],
    }
    asset = Source.open(glb.pack(json.dumps(root).encode(), b"abcd"), base=tmp_path)
    assert [asset.image_bytes(number) for number in range(3)] == [b"abc", b"\0\1\2", b"picture"]
    with pytest.raises(InvalidAsset) as caught:
        asset.image_bytes(3)
    assert caught.value.pointer == "/images/3"
    assert codes(asset) == [("IO_ERROR", "/images/4/uri")]


def test_a_layout_tells_without_decoding() -> None:
    asset = source(accessors=[{"bufferView": 9, "componentType": 5121, "count": 5, "type": "MAT3", "normalized": True}])
    layout = asset.layout(0)
    assert (layout.shape, layout.dtype, layout.normalized, layout.view) == ((5, 3, 3), np.uint8, True, 9)
    assert layout.nbytes == 45


def test_faults_become_errors_and_back() -> None:
    fault = Fault("GLB_EXTRA_DATA", Severity.WARNING, "", "5 bytes follow", 48)
    error = fault.error("a.glb")
    assert str(error) == "a.glb: 5 bytes follow (byte 48)"
    assert error.code == "GLB_EXTRA_DATA"


def test_every_real_model_opens_and_reads(shared_assets: Path) -> None:
    paths = [path for path in (shared_assets / "models").rglob("*") if path.suffix in (".gltf", ".glb")]
    assert len(paths) > 100
    for path in paths:
        asset = Source.open(path)
        assert asset.faults() == [], path.name
        assert asset.duplicate_keys == [], path.name
        for number in range(len(asset.entries("accessors"))):
            assert asset.array(number).shape == asset.layout(number).shape
        if "assimp" not in path.parts:  # its models are broken on purpose
            assert_bounds(asset, path.name)


def assert_bounds(asset: Source, name: str) -> None:
    """Positions lie within the bounds that the file declares."""
    accessors = asset.entries("accessors")
    for mesh in asset.entries("meshes"):
        for primitive in mesh["primitives"]:
            number = primitive["attributes"]["POSITION"]
            array = asset.array(number)
            np.testing.assert_allclose(array.min(axis=0), accessors[number]["min"], rtol=1e-3, atol=1e-3, err_msg=name)
            np.testing.assert_allclose(array.max(axis=0), accessors[number]["max"], rtol=1e-3, atol=1e-3, err_msg=name)


CORPUS_RULES = {
    "UNRESOLVED_REFERENCE", "NODE_LOOP", "NODE_PARENT_OVERRIDE", "SCENE_NON_ROOT_NODE", "VALUE_MULTIPLE_OF",
    "BUFFER_BYTE_LENGTH_MISMATCH", "BUFFER_GLB_CHUNK_TOO_BIG", "BUFFER_MISSING_GLB_DATA", "BUFFER_VIEW_TOO_LONG",
    "BUFFER_VIEW_INVALID_BYTE_STRIDE", "BUFFER_VIEW_TOO_BIG_BYTE_STRIDE", "ACCESSOR_TOO_LONG",
    "ACCESSOR_OFFSET_ALIGNMENT", "ACCESSOR_TOTAL_OFFSET_ALIGNMENT", "ACCESSOR_SMALL_BYTESTRIDE",
    "ACCESSOR_MATRIX_ALIGNMENT", "ACCESSOR_NORMALIZED_INVALID", "ACCESSOR_SPARSE_COUNT_OUT_OF_RANGE",
    "ACCESSOR_SPARSE_INDEX_OOB", "ACCESSOR_SPARSE_INDICES_NON_INCREASING", "MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT",
    "MESH_PRIMITIVE_MORPH_TARGET_INVALID_ATTRIBUTE_COUNT", "IO_ERROR",
}  # fmt: skip


def test_the_khronos_corpus_agrees(shared_assets: Path) -> None:
    """Same code at the same place, no more and no less, for the rules of structure and bounds and of the container."""
    reports = sorted((shared_assets / "validator").rglob("*.report.json"))
    assert len(reports) > 200
    different = []
    for report in reports:
        path = report.with_name(report.name.removesuffix(".report.json"))
        messages = json.loads(report.read_text())["issues"]["messages"]
        expected = {place(**message) for message in messages if ours(message["code"])}
        found = {(fault.code, fault.pointer, fault.offset) for fault in faults_of(path) if ours(fault.code)}
        if found != expected:
            different.append((path.name, expected ^ found))
    # the root's extension is missing there: we say so of each use, Khronos of the extension
    assert [name for name, _ in different] == ["dependency.gltf"], different


def ours(code: str) -> bool:
    return code in CORPUS_RULES or code.startswith("GLB_")


def place(code: str, pointer: str = "", offset: int | None = None, **_: Any) -> tuple[str, str, int | None]:
    return code, pointer, offset


def faults_of(path: Path) -> list[Fault]:
    try:
        return Source.open(path).faults()
    except Forge3DError:
        return glb.parse(path.read_bytes()).faults if path.suffix == ".glb" else []
