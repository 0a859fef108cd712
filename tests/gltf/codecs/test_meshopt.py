from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import peers

from forge3d.errors import InvalidAsset
from forge3d.gltf import Source
from forge3d.gltf.codecs import meshopt

from ..build import Array, grid, source

POSITIONS, _, TRIANGLES = grid()
VERTICES = np.round(POSITIONS * 1000).astype(np.uint16)
PADDED = np.column_stack([VERTICES, np.zeros(len(VERTICES), np.uint16)])
INDICES = TRIANGLES.reshape(-1)
UNIT = (POSITIONS + 1) / np.linalg.norm(POSITIONS + 1, axis=1, keepdims=True)
QUATERNIONS = np.column_stack([POSITIONS, np.full(len(POSITIONS), 2)])
QUATERNIONS /= np.linalg.norm(QUATERNIONS, axis=1, keepdims=True)
COLORS = np.column_stack([UNIT * 0.5 + 0.5, np.linspace(0, 1, len(UNIT))])


def decoded(data: bytes, like: Array, mode: str, filter: str = "NONE", version: int = 1) -> Array:
    stride = like[0].nbytes
    return meshopt.decode(data, len(like), stride, mode, filter, version=version).view(like.dtype).reshape(like.shape)


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_attributes_come_back_to_the_bit(version: Any, level: int) -> None:
    data = meshopt.encode_attributes(PADDED, version=version, level=level)
    assert data[0] == 0xA0 + version
    np.testing.assert_array_equal(decoded(data, PADDED, "ATTRIBUTES", version=version), PADDED)
    assert len(data) < PADDED.nbytes


@settings(deadline=None)
@given(
    st.sampled_from([4, 8, 12, 16, 32, 60, 64, 128, 252, 256]), st.integers(1, 600), st.integers(0, 255),
    st.sampled_from([0, 1]),
)  # fmt: skip
def test_the_least_size_is_exact(stride: int, count: int, value: int, version: Any) -> None:
    """Nothing compresses better than zeros, and zeros pass the check; other data do too."""
    zeros = np.zeros((count, stride), np.uint8)
    data = meshopt.encode_attributes(zeros, version=version, level=3)
    assert len(data) == meshopt._least_attribute_bytes(count, stride, version)
    np.testing.assert_array_equal(decoded(data, zeros, "ATTRIBUTES", version=version), zeros)
    other = np.random.default_rng(value).integers(0, value + 1, (count, stride)).astype(np.uint8)
    data = meshopt.encode_attributes(other, version=version, level=3)
    np.testing.assert_array_equal(decoded(data, other, "ATTRIBUTES", version=version), other)


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_triangles_come_back(dtype: Any) -> None:
    indices = INDICES.astype(dtype)
    result = decoded(meshopt.encode_triangles(indices), indices, "TRIANGLES")
    np.testing.assert_array_equal(canonical(result), canonical(indices))


def canonical(indices: Array) -> Array:
    """Triangles turned so that each begins with its least index."""
    triangles = indices.reshape(-1, 3)
    turn = triangles.argmin(axis=1)[:, None] + np.arange(3)
    return np.take_along_axis(triangles, turn % 3, axis=1)


@pytest.mark.parametrize("dtype", [np.uint16, np.uint32])
def test_index_sequences_come_back_to_the_bit(dtype: Any) -> None:
    indices = INDICES[:-1].astype(dtype)
    np.testing.assert_array_equal(decoded(meshopt.encode_indices(indices), indices, "INDICES"), indices)


@pytest.mark.parametrize(("bits", "dtype"), [(8, np.int8), (12, np.int16), (16, np.int16)])
def test_octahedral_filter(bits: int, dtype: Any) -> None:
    rows = meshopt.filter_octahedral(UNIT, bits=bits)
    assert rows.dtype == dtype
    result = decoded(meshopt.encode_attributes(rows), rows, "ATTRIBUTES", "OCTAHEDRAL")
    vectors = result[:, :3] / np.iinfo(dtype).max
    assert np.abs(vectors - UNIT).max() < 2.0 ** (2 - bits) + 2.0 ** (3 - 8 * rows.itemsize)


def test_octahedral_filter_keeps_the_sign_of_tangents() -> None:
    sign = np.where(np.arange(len(UNIT)) % 2, -1.0, 1.0)
    rows = meshopt.filter_octahedral(np.column_stack([UNIT, sign]), bits=8)
    result = decoded(meshopt.encode_attributes(rows), rows, "ATTRIBUTES", "OCTAHEDRAL")
    np.testing.assert_array_equal(np.sign(result[:, 3]), sign)


@pytest.mark.parametrize("bits", [8, 12, 16])
def test_quaternion_filter(bits: int) -> None:
    rows = meshopt.filter_quaternion(QUATERNIONS, bits=bits)
    result = decoded(meshopt.encode_attributes(rows), rows, "ATTRIBUTES", "QUATERNION") / 32767
    assert np.abs(np.abs((result * QUATERNIONS).sum(axis=1)) - 1).max() < 2.0 ** (1 - bits)


@pytest.mark.parametrize("shared", ["none", "vector", "component"])
def test_exponential_filter(shared: Any) -> None:
    rows = meshopt.filter_exponential(POSITIONS, bits=15, shared=shared)
    result = decoded(meshopt.encode_attributes(rows), rows, "ATTRIBUTES", "EXPONENTIAL").view(np.float32)
    assert np.abs(result - POSITIONS).max() <= np.abs(POSITIONS).max() * 2.0**-13


@pytest.mark.parametrize(("bits", "dtype"), [(8, np.uint8), (12, np.uint16)])
def test_color_filter(bits: int, dtype: Any) -> None:
    rows = meshopt.filter_color(COLORS, bits=bits)
    assert rows.dtype == dtype
    result = decoded(meshopt.encode_attributes(rows, version=1), rows, "ATTRIBUTES", "COLOR")
    assert np.abs(result / np.iinfo(dtype).max - COLORS).max() < 2.0 ** (3 - bits)


V0 = meshopt.encode_attributes(PADDED, version=0)
V1 = meshopt.encode_attributes(PADDED, version=1)
COUNT = len(PADDED)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((V0, 2**31, 8, "ATTRIBUTES"), "cannot hold"),
        ((V1, 2**31, 8, "ATTRIBUTES"), "cannot hold"),
        ((V1, 10**6, 256, "ATTRIBUTES"), "cannot hold"),
        ((V0[:20], COUNT, 8, "ATTRIBUTES"), "cannot hold"),
        ((b"", 1, 4, "ATTRIBUTES"), "cannot hold"),
        ((V0, 0, 8, "ATTRIBUTES"), "less than 1"),
        ((V0, COUNT, 6, "ATTRIBUTES"), "byteStride 6"),
        ((V0, COUNT, 260, "ATTRIBUTES"), "byteStride 260"),
        ((V0, COUNT, 12, "ATTRIBUTES", "OCTAHEDRAL"), "byteStride 12"),
        ((V0, COUNT, 4, "ATTRIBUTES", "QUATERNION"), "byteStride 4"),
        ((V0, COUNT, 8, "ATTRIBUTES", "FANCY"), "FANCY"),
        ((V0, COUNT, 8, "POINTS"), "POINTS"),
        ((V1, COUNT, 8, "ATTRIBUTES", "NONE", 0), "version 0"),
        ((V0, COUNT, 8, "ATTRIBUTES", "COLOR", 0), "COLOR"),
        ((V0, COUNT, 4, "TRIANGLES"), "cannot hold|announce"),
        ((meshopt.encode_triangles(INDICES), len(INDICES) + 1, 2, "TRIANGLES"), "multiple of 3"),
        ((meshopt.encode_triangles(INDICES), 3 * 2**30, 2, "TRIANGLES"), "cannot hold"),
        ((meshopt.encode_triangles(INDICES), len(INDICES), 3, "TRIANGLES"), "byteStride 3"),
        ((meshopt.encode_triangles(INDICES), len(INDICES), 2, "TRIANGLES", "OCTAHEDRAL"), "is not for TRIANGLES"),
        ((meshopt.encode_indices(INDICES), 2**31, 4, "INDICES"), "cannot hold"),
        ((b"\xa0" + meshopt.encode_indices(INDICES)[1:], len(INDICES), 4, "INDICES"), "0xa0"),
        ((V0[:-1] + b"\xff" * 0, COUNT, 8, "ATTRIBUTES"), "cannot be decoded"),
        ((V0 + b"\0" * 8, COUNT, 8, "ATTRIBUTES"), "cannot be decoded"),
    ],
)
def test_lies_are_refused(arguments: tuple[Any, ...], message: str) -> None:
    *arguments, version = arguments if len(arguments) == 6 else (*arguments, 1)
    with pytest.raises(InvalidAsset, match=message) as caught:
        meshopt.decode(*arguments, version=version)
    payload = ("cannot", "announce", "version 0")
    assert caught.value.code == ("MESHOPT_DATA_INVALID" if message.startswith((*payload, "0xa0")) else meshopt.LAYOUT)


@settings(deadline=None)
@given(st.data())
def test_mutated_payloads_raise_nothing_else(data: st.DataObject) -> None:
    original = data.draw(st.sampled_from([V0, V1, meshopt.encode_triangles(INDICES), meshopt.encode_indices(INDICES)]))
    payload = bytearray(original)
    for _ in range(data.draw(st.integers(1, 4))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    mode = data.draw(st.sampled_from(meshopt.MODES))
    count = data.draw(st.sampled_from([COUNT, len(INDICES), 3 * COUNT]))
    try:
        result = meshopt.decode(bytes(payload), count, data.draw(st.sampled_from([2, 4, 8])), mode)
    except InvalidAsset:
        return
    assert not result.flags.writeable


# In a file


def compressed_source(extension: str, data: bytes, limits: Any = None, **change: Any) -> Source:
    value = {"buffer": 0, "byteLength": len(data), "byteStride": 8, "count": COUNT, "mode": "ATTRIBUTES", **change}
    views = [{"buffer": 1, "byteLength": PADDED.nbytes, "byteStride": 8, "extensions": {extension: value}}]
    buffers = [{"byteLength": len(data)}, {"byteLength": PADDED.nbytes, "extensions": {extension: {"fallback": True}}}]
    accessors = [{"bufferView": 0, "componentType": 5123, "count": COUNT, "type": "VEC3"}]
    return source(data, limits, buffers=buffers, bufferViews=views, accessors=accessors)


@pytest.mark.parametrize(("extension", "data"), [(meshopt.EXT, V0), (meshopt.KHR, V0), (meshopt.KHR, V1)])
def test_accessors_read_through_the_compression(extension: str, data: bytes) -> None:
    asset = compressed_source(extension, data)
    np.testing.assert_array_equal(asset.array(0), VERTICES)
    assert asset.faults() == []
    compressed = asset.meshopt(0)
    assert compressed is not None
    assert (compressed.data, compressed.mode, compressed.filter) == (data, "ATTRIBUTES", "NONE")


@pytest.mark.parametrize(
    ("data", "change", "code"),
    [
        (V1, {}, "MESHOPT_DATA_INVALID"),
        (V0, {"count": 2**31}, "MESHOPT_DATA_INVALID"),
        (V0, {"count": COUNT - 1}, "BUFFER_VIEW_TOO_LONG"),
        (V0, {"mode": 3}, "TYPE_MISMATCH"),
        (V0, {"byteLength": len(V0) + 1}, "BUFFER_VIEW_TOO_LONG"),
        (V0, {"buffer": 7}, "UNRESOLVED_REFERENCE"),
    ],
)
def test_broken_views_are_named(data: bytes, change: dict[str, Any], code: str) -> None:
    asset = compressed_source(meshopt.EXT, data, **change)
    with pytest.raises(InvalidAsset) as caught:
        asset.array(0)
    assert caught.value.code == code
    assert str(caught.value.pointer).startswith("/bufferViews/0")
    assert code in {fault.code for fault in asset.faults()}


@pytest.mark.parametrize("extension", ["EXT_meshopt_compression", "KHR_meshopt_compression"])
def test_real_files_decode_to_their_fallback(shared_assets: Path, extension: str) -> None:
    folder = shared_assets / "models" / "gltf-pipeline" / extension
    asset = Source.open(folder / "meshopt-fallback" / "meshopt-fallback.gltf")
    alone = Source.open(folder / "meshopt-no-fallback" / "meshopt-no-fallback.gltf")
    assert asset.faults() == alone.faults() == []
    fallback = asset.buffer(1)
    for number, view in enumerate(asset.entries("bufferViews")):
        result, plain = asset.view(number), fallback[view["byteOffset"] :][: view["byteLength"]]
        assert result == alone.view(number)
        compressed = asset.meshopt(number)
        assert compressed is not None
        if compressed.mode == "TRIANGLES":
            triangles = [np.frombuffer(data, "<u2") for data in (result, plain)]
            np.testing.assert_array_equal(canonical(triangles[0]), canonical(triangles[1]))
        elif compressed.filter == "NONE":
            assert result == plain


# Beside the original in JavaScript

PEER = """
import { MeshoptDecoder, MeshoptEncoder } from 'meshoptimizer';
import { readFileSync } from 'node:fs';
await MeshoptDecoder.ready; await MeshoptEncoder.ready;
const text = (bytes) => Buffer.from(bytes).toString('base64');
const bytes = (text) => new Uint8Array(Buffer.from(text, 'base64'));
const jobs = JSON.parse(readFileSync(0));
const answers = jobs.map((job) => {
  if (job.encode) {
    return text(MeshoptEncoder.encodeGltfBuffer(bytes(job.data), job.count, job.stride, job.mode, job.version));
  }
  const target = new Uint8Array(job.count * job.stride);
  MeshoptDecoder.decodeGltfBuffer(target, job.count, job.stride, bytes(job.data), job.mode, job.filter);
  return text(target);
});
console.log(JSON.stringify(answers));
"""


def peer(jobs: list[dict[str, Any]]) -> list[bytes]:
    peers.require_node()
    out = subprocess.run(
        ["node", "--input-type=module", "-e", PEER],
        cwd=peers.FOLDER, input=json.dumps(jobs), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return [base64.b64decode(answer) for answer in json.loads(out.stdout)]


def job(data: bytes, like: Array, mode: str, **more: Any) -> dict[str, Any]:
    return {"data": base64.b64encode(data).decode(), "count": len(like), "stride": like[0].nbytes, "mode": mode, **more}


FILTERED: list[tuple[str, Callable[[], Array]]] = [
    ("OCTAHEDRAL", lambda: meshopt.filter_octahedral(UNIT, bits=8)),
    ("OCTAHEDRAL", lambda: meshopt.filter_octahedral(UNIT, bits=12)),
    ("QUATERNION", lambda: meshopt.filter_quaternion(QUATERNIONS)),
    ("EXPONENTIAL", lambda: meshopt.filter_exponential(POSITIONS, shared="vector")),
    ("COLOR", lambda: meshopt.filter_color(COLORS)),
]


@pytest.mark.peers
def test_the_original_decodes_what_we_encode_to_the_same_bytes() -> None:
    cases = [(meshopt.encode_attributes(PADDED, version=v), PADDED, "ATTRIBUTES", "NONE") for v in (0, 1)]
    cases += [(meshopt.encode_attributes(rows(), version=1), rows(), "ATTRIBUTES", name) for name, rows in FILTERED]
    for dtype in (np.uint16, np.uint32):
        indices = INDICES.astype(dtype)
        cases.append((meshopt.encode_triangles(indices), indices, "TRIANGLES", "NONE"))
        cases.append((meshopt.encode_indices(indices), indices, "INDICES", "NONE"))
    theirs = peer([job(data, like, mode, filter=filter) for data, like, mode, filter in cases])
    for (data, like, mode, filter), answer in zip(cases, theirs, strict=True):
        ours = meshopt.decode(data, len(like), like[0].nbytes, mode, filter)
        if filter in ("QUATERNION", "OCTAHEDRAL", "COLOR"):  # SIMD and scalar code may round a last bit differently
            difference = ours.view(like.dtype).astype(np.int64) - np.frombuffer(answer, like.dtype)
            assert np.abs(difference).max() <= 1, filter
        else:
            assert ours.tobytes() == answer, (mode, filter)


@pytest.mark.peers
def test_we_decode_what_the_original_encodes() -> None:
    wide = INDICES.astype(np.uint32)
    cases: list[tuple[Array, str, int]] = [(PADDED, "ATTRIBUTES", 0), (PADDED, "ATTRIBUTES", 1)]
    cases += [(wide, "TRIANGLES", 0), (wide, "INDICES", 0)]
    theirs = peer([job(like.tobytes(), like, mode, encode=True, version=v) for like, mode, v in cases])
    for (like, mode, _), data in zip(cases, theirs, strict=True):
        result = decoded(data, like, mode)
        if mode == "TRIANGLES":
            np.testing.assert_array_equal(canonical(result), canonical(like))
        else:
            np.testing.assert_array_equal(result, like)
