from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from forge3d.errors import InvalidAsset, LimitExceeded, ResourceRefused
from forge3d.gltf import Limits, Source

from .build import codes, source


def view(asset: Source, pointer: str = "/bufferViews/0") -> tuple[str | None, str | None]:
    with pytest.raises(InvalidAsset) as caught:
        asset.view(0)
    assert str(caught.value.pointer).startswith(pointer)
    return caught.value.code, caught.value.pointer


def test_views_are_parts_of_their_buffer() -> None:
    asset = source(b"abcdefgh", bufferViews=[{"buffer": 0, "byteOffset": 2, "byteLength": 3}])
    assert asset.view(0) == b"cde"
    assert asset.view(0).readonly
    assert asset.buffer(0) == b"abcdefgh"
    assert asset.place(0) == (0, 2, 3, 0)


def test_padding_of_the_binary_chunk_is_not_part_of_the_buffer() -> None:
    asset = source(b"abcde")
    assert (asset.buffer(0), asset.stored_buffer(0)) == (b"abcde", b"abcde\0\0\0")
    assert asset.faults() == []


def test_more_than_padding_is_a_warning() -> None:
    asset = source(bytes(8), buffers=[{"byteLength": 4}])
    assert codes(asset) == [("BUFFER_GLB_CHUNK_TOO_BIG", "/buffers/0")]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"byteLength": 9}, "BUFFER_VIEW_TOO_LONG", "/bufferViews/0/byteLength"),
        ({"byteLength": 2**40}, "BUFFER_VIEW_TOO_LONG", "/bufferViews/0/byteLength"),
        ({"byteOffset": 7}, "BUFFER_VIEW_TOO_LONG", "/bufferViews/0/byteLength"),
        ({"byteOffset": 8}, "BUFFER_VIEW_TOO_LONG", "/bufferViews/0/byteOffset"),
        ({"byteOffset": 2**31}, "BUFFER_VIEW_TOO_LONG", "/bufferViews/0/byteOffset"),
        ({"byteOffset": -1}, "VALUE_NOT_IN_RANGE", "/bufferViews/0/byteOffset"),
        ({"byteLength": 0}, "VALUE_NOT_IN_RANGE", "/bufferViews/0/byteLength"),
        ({"byteLength": "4"}, "TYPE_MISMATCH", "/bufferViews/0/byteLength"),
        ({"byteStride": 300}, "VALUE_NOT_IN_RANGE", "/bufferViews/0/byteStride"),
        ({"byteStride": None}, "TYPE_MISMATCH", "/bufferViews/0/byteStride"),
        ({"buffer": 1}, "UNRESOLVED_REFERENCE", "/bufferViews/0/buffer"),
        ({"buffer": True}, "TYPE_MISMATCH", "/bufferViews/0/buffer"),
        ({"extensions": 1}, "TYPE_MISMATCH", "/bufferViews/0/extensions"),
        ({"extensions": {"EXT_meshopt_compression": []}}, "TYPE_MISMATCH", "/bufferViews/0/extensions/EXT_meshopt"),
        (
            {"extensions": {"EXT_meshopt_compression": {}}},
            "UNDEFINED_PROPERTY",
            "/bufferViews/0/extensions/EXT_meshopt",
        ),
    ],
)
def test_broken_views_are_refused_by_name(change: dict[str, Any], code: str, pointer: str) -> None:
    asset = source(bytes(8), bufferViews=[{"buffer": 0, "byteLength": 4, **change}])
    assert view(asset)[0] == code
    assert str(view(asset)[1]).startswith(pointer)
    assert any(found == code and place.startswith(pointer) for found, place in codes(asset))


@pytest.mark.parametrize(
    ("stride", "code"),
    [
        (2, "VALUE_NOT_IN_RANGE"),
        (255, "VALUE_NOT_IN_RANGE"),
        (6, "VALUE_MULTIPLE_OF"),
        (12, "BUFFER_VIEW_TOO_BIG_BYTE_STRIDE"),
    ],
)
def test_strides_that_readers_can_live_with_are_faults(stride: int, code: str) -> None:
    asset = source(bytes(8), bufferViews=[{"buffer": 0, "byteLength": 8, "byteStride": stride}])
    assert asset.view(0) == bytes(8)
    assert codes(asset) == [(code, "/bufferViews/0/byteStride")]


@pytest.mark.parametrize(
    ("buffer", "code", "pointer"),
    [
        ({"byteLength": 12}, "BUFFER_BYTE_LENGTH_MISMATCH", "/buffers/0"),
        ({"byteLength": -4}, "VALUE_NOT_IN_RANGE", "/buffers/0/byteLength"),
        ({}, "UNDEFINED_PROPERTY", "/buffers/0"),
        ({"byteLength": 4, "uri": 5}, "TYPE_MISMATCH", "/buffers/0/uri"),
        ({"byteLength": 4, "uri": "data:;base64,AA=="}, "BUFFER_BYTE_LENGTH_MISMATCH", "/buffers/0"),
        ({"byteLength": 4, "uri": "data:;base64,`"}, "INVALID_URI", "/buffers/0/uri"),
    ],
)
def test_broken_buffers_are_refused_by_name(buffer: dict[str, Any], code: str, pointer: str) -> None:
    asset = source(bytes(8), buffers=[buffer])
    with pytest.raises(InvalidAsset) as caught:
        asset.buffer(0)
    assert (caught.value.code, caught.value.pointer) == (code, pointer)
    assert code in dict(codes(asset))


def test_a_glb_without_a_binary_chunk_lacks_its_data() -> None:
    assert codes(source(buffers=[{"byteLength": 4}])) == [("BUFFER_MISSING_GLB_DATA", "/buffers/0")]


def test_a_placeholder_buffer_is_judged_by_what_it_declares() -> None:
    views = [{"buffer": 1, "byteLength": 8}, {"buffer": 1, "byteLength": 9}]
    accessors = [
        {"bufferView": 0, "componentType": 5121, "count": 8, "type": "SCALAR"},
        {"bufferView": 0, "componentType": 5121, "count": 9, "type": "SCALAR"},
    ]
    asset = source(bytes(4), buffers=[{"byteLength": 4}, {"byteLength": 8}], bufferViews=views, accessors=accessors)
    assert codes(asset) == [
        ("BUFFER_VIEW_TOO_LONG", "/bufferViews/1/byteLength"),
        ("ACCESSOR_TOO_LONG", "/accessors/1"),
    ]
    with pytest.raises(InvalidAsset):
        asset.array(0)


@pytest.mark.parametrize(
    "uri", ["../secret.bin", "%2e%2e/secret.bin", "http://127.0.0.1:9/a.bin", "file:///etc/passwd"]
)
def test_refused_resources_are_faults(tmp_path: Path, uri: str) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret.bin").write_bytes(bytes(4))
    root = {"asset": {"version": "2.0"}, "buffers": [{"byteLength": 4, "uri": uri}]}
    (folder / "a.gltf").write_text(json.dumps(root))
    asset = Source.open(folder / "a.gltf")
    assert codes(asset) == [("RESOURCE_REFUSED", "/buffers/0/uri")]
    with pytest.raises(ResourceRefused):
        asset.buffer(0)


def test_a_buffer_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(4))
    (tmp_path / "a.gltf").write_text('{"asset":{"version":"2.0"},"buffers":[{"byteLength":4,"uri":"a.bin"}]}')
    asset = Source.open(tmp_path / "a.gltf", limits=Limits(max_resource_bytes=4))
    buffer = asset.buffer(0)
    (tmp_path / "a.bin").unlink()
    assert asset.buffer(0) is buffer


def test_a_file_is_in_memory_once_for_all_buffers_that_name_it(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(4))
    root = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": 4, "uri": "a.bin"}, {"byteLength": 2, "uri": "a.bin"}],
    }
    (tmp_path / "a.gltf").write_text(json.dumps(root))
    asset = Source.open(tmp_path / "a.gltf")
    assert asset.buffer(0).obj is asset.buffer(1).obj


def test_external_bytes_are_limited(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(bytes(5))
    (tmp_path / "a.gltf").write_text('{"asset":{"version":"2.0"},"buffers":[{"byteLength":4,"uri":"a.bin"}]}')
    asset = Source.open(tmp_path / "a.gltf", limits=Limits(max_resource_bytes=4))
    with pytest.raises(LimitExceeded, match="max_resource_bytes"):
        asset.buffer(0)
    assert codes(asset) == [("LIMIT_EXCEEDED", "/buffers/0/uri")]
