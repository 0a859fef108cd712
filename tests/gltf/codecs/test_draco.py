from __future__ import annotations

import base64
import contextlib
import json
import subprocess
import time
from pathlib import Path
from typing import Any

import DracoPy
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests import peers

from forge3d.errors import Forge3DError, InvalidAsset, LimitExceeded, UnsupportedFeature
from forge3d.gltf import Limits, Source
from forge3d.gltf.codecs import draco, draco_encoding, draco_floats

from ..build import codes, grid, source

POSITIONS, COORDINATES, TRIANGLES = grid()
POINTS, FACES = len(POSITIONS), len(TRIANGLES)
LIMITS = Limits()


def encoded(**options: Any) -> bytes:
    return DracoPy.encode(POSITIONS.astype(np.float64), TRIANGLES, quantization_bits=14, **options)


# The payload that spins: a count inside the texture coordinates' data, 36 bytes in, says 2³⁰ and more
TEXTURED = encoded(
    compression_level=10, tex_coord=COORDINATES.astype(np.float64), tex_coord_quantization_bits=10,
    normals=POSITIONS.astype(np.float64), normal_quantization_bits=8,
)  # fmt: skip


def spinning() -> bytes:
    """Find the count by what it does: the one byte whose change makes the decoder slow."""
    for place in range(len(TEXTURED) - 1, 40, -1):
        if TEXTURED[place - 3 : place + 1] == bytes(4):
            continue
        data = bytearray(TEXTURED)
        data[place] = 0x7F
        try:
            draco.decode(bytes(data), Limits(codec_seconds=0.2))
        except LimitExceeded:
            return bytes(data)
        except InvalidAsset:
            continue
    raise AssertionError("this Draco does not spin any more")


@pytest.mark.parametrize("options", [{"compression_level": level} for level in (1, 7, 10)] + [{"preserve_order": True}])
def test_headers_say_what_was_encoded(options: dict[str, Any]) -> None:
    claim = draco.header(encoded(**options))
    assert (claim.faces, claim.points) == (FACES, POINTS)
    assert claim.sequential == bool(options.get("preserve_order"))


def test_metadata_before_the_header_are_skipped() -> None:
    data = encoded(create_metadata=True, quantization_range=10, quantization_origin=[-1, -2, -3])
    assert data[10] & 0x80
    assert draco.header(data)[:2] == (FACES, POINTS)
    named = encoded(generic_attributes={"temperature": COORDINATES})
    assert draco.header(named)[:2] == (FACES, POINTS)


def test_what_is_encoded_in_order_comes_back() -> None:
    joints = np.arange(4 * POINTS).reshape(POINTS, 4)
    data = encoded(
        preserve_order=True,
        generic_attributes={5: joints.astype(np.uint8), 7: joints.astype(np.uint16), 9: COORDINATES},
    )
    result = draco.decode(data, LIMITS, faces=FACES, points=POINTS)
    np.testing.assert_array_equal(result.indices, TRIANGLES.reshape(-1))
    assert result.indices.dtype == np.uint32
    np.testing.assert_array_equal(
        draco.stored_as(result.attributes[5], np.dtype("u1"), (POINTS, 4)), joints.astype("u1")
    )
    stored = draco.stored_as(result.attributes[7], np.dtype("<u2"), (POINTS, 4))
    assert stored.dtype == np.uint16
    np.testing.assert_array_equal(stored, joints)
    np.testing.assert_array_equal(result.attributes[9], COORDINATES)


def test_values_that_do_not_fit_their_accessor_are_refused() -> None:
    with pytest.raises(InvalidAsset, match="do not fit"):
        draco.stored_as(np.array([[300]], np.uint32), np.dtype("u1"), (1,))
    with pytest.raises(InvalidAsset, match="do not fit"):
        draco.stored_as(np.array([[np.nan]], np.float32), np.dtype("<i2"), (1,))
    with pytest.raises(InvalidAsset, match="shape"):
        draco.stored_as(np.zeros((3, 2), np.float32), np.dtype("<f4"), (3, 3))


@pytest.mark.parametrize("seed", range(40))
def test_headers_of_ragged_meshes_do_not_claim_more_than_there_is(seed: int) -> None:
    """Degenerate, non-manifold and torn triangles: what `check` relies on holds for them too."""
    random = np.random.default_rng(seed)
    positions = random.random((20, 3)).round(seed % 3)
    triangles = random.integers(0, 20, (random.integers(1, 90), 3)).astype(np.uint32)
    options = {"tex_coord": random.random((20, 2)).round(1), "tex_coord_quantization_bits": 8} if seed % 2 else {}
    data = DracoPy.encode(positions, triangles, compression_level=1 + seed % 10, **options)
    result = draco.decode(data, LIMITS)
    claim = draco.header(data)
    assert 3 * claim.faces == len(result.indices)
    assert claim.points <= len(result.attributes[0]) <= 3 * claim.faces


PEER = """
import draco3d from 'draco3dgltf';
const module = await draco3d.createEncoderModule({});
const builder = new module.MeshBuilder(), mesh = new module.Mesh(), encoder = new module.Encoder();
builder.AddFacesToMesh(mesh, 1, [0, 1, 2]);
builder.AddFloatAttributeToMesh(mesh, module.POSITION, 3, 3, new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]));
const ids = [
  builder.AddInt8Attribute(mesh, module.GENERIC, 3, 1, new Int8Array([-128, 0, 127])),
  builder.AddUInt8Attribute(mesh, module.GENERIC, 3, 1, new Uint8Array([0, 1, 255])),
  builder.AddInt16Attribute(mesh, module.GENERIC, 3, 1, new Int16Array([-32768, 0, 32767])),
  builder.AddUInt16Attribute(mesh, module.GENERIC, 3, 1, new Uint16Array([0, 1, 65535])),
  builder.AddUInt32Attribute(mesh, module.GENERIC, 3, 1, new Uint32Array([0, 1, 16777217])),
];
encoder.SetEncodingMethod(module.MESH_SEQUENTIAL_ENCODING);
const out = new module.DracoInt8Array(), size = encoder.EncodeMeshToDracoBuffer(mesh, out);
const bytes = Uint8Array.from({ length: size }, (_, i) => out.GetValue(i) & 255);
console.log(JSON.stringify({ ids, data: Buffer.from(bytes).toString('base64') }));
"""


@pytest.mark.peers
def test_every_integer_type_of_the_original_encoder_comes_back() -> None:
    peers.require_node()
    out = subprocess.run(
        ["node", "--input-type=module", "-e", PEER],
        cwd=peers.FOLDER, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    answer = json.loads(out.stdout)
    result = draco.decode(base64.b64decode(answer["data"]), LIMITS, faces=1, points=3)
    expected: list[tuple[str, list[int]]] = [
        ("i1", [-128, 0, 127]), ("u1", [0, 1, 255]), ("i2", [-32768, 0, 32767]), ("u2", [0, 1, 65535]),
        ("u4", [0, 1, 16777217]),
    ]  # fmt: skip
    for unique_id, (dtype, values) in zip(answer["ids"], expected, strict=True):
        stored = draco.stored_as(result.attributes[unique_id], np.dtype(dtype), (3,))
        assert (stored.dtype, stored.tolist()) == (np.dtype(dtype), values)


def varint(value: int) -> bytes:
    out = b""
    while value >= 0x80:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


SEQUENTIAL, EDGEBREAKER = b"DRACO\2\2\1\0\0\0", b"DRACO\2\2\1\1\0\0\0"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "do not begin"),
        (b"DRACO\2\2", "do not begin"),
        (b"draco\2\2\1\1\0\0", "do not begin"),
        (b"DRACO\2\1\1\1\0\0", "2.1 is not 2.2"),
        (b"DRACO\2\2\0\0\0\0", "not a triangle mesh"),
        (b"DRACO\2\2\1\7\0\0", "not a triangle mesh"),
        (b"DRACO\2\2\1\1\0\0\1", "traversal 1"),
        (EDGEBREAKER, "end inside the header"),
        (EDGEBREAKER + b"\xff" * 9, "too long"),
        (b"DRACO\2\2\1\1\0\x80" + b"\x7f" * 20, "end inside the header"),
        (SEQUENTIAL + varint(2**31) + varint(5) + bytes(100), "cannot hold 2147483648 faces"),
        (SEQUENTIAL + varint(3) + varint(2**31) + bytes(100), "3 faces cannot have 2147483648 points"),
        (EDGEBREAKER + varint(2**32 - 1) + varint(50) + bytes(100), "cannot have 4294967295 points"),
        (TEXTURED[:-1], "cannot be decoded"),
        (EDGEBREAKER + varint(36) + varint(50) + bytes(100), "cannot be decoded"),
    ],
)  # fmt: skip
def test_lies_are_refused(data: bytes, message: str) -> None:
    with pytest.raises(InvalidAsset, match=message) as caught:
        draco.decode(data, LIMITS)
    assert caught.value.code == "DRACO_DATA_INVALID"


def test_the_header_is_held_against_the_accessors() -> None:
    with pytest.raises(InvalidAsset, match="50 faces where the accessors declare 49"):
        draco.decode(TEXTURED, LIMITS, faces=49)
    with pytest.raises(InvalidAsset, match="36 points where the accessors declare 35"):
        draco.decode(TEXTURED, LIMITS, points=35)
    with pytest.raises(InvalidAsset, match="36 points where the accessors declare 37"):
        draco.decode(encoded(preserve_order=True), LIMITS, points=37)


def test_memory_is_limited_before_decoding() -> None:
    with pytest.raises(LimitExceeded, match="max_decoded_bytes"):
        draco.decode(TEXTURED, Limits(max_decoded_bytes=1000))


def test_a_payload_that_spins_meets_its_deadline() -> None:
    data = spinning()
    start = time.monotonic()
    with pytest.raises(LimitExceeded, match="codec_seconds"):
        draco.decode(data, Limits(codec_seconds=0.1))
    assert time.monotonic() - start < 2


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(11, len(TEXTURED) - 1), st.integers(0, 255)), min_size=1, max_size=4))
def test_mutated_payloads_raise_nothing_else(changes: list[tuple[int, int]]) -> None:
    data = bytearray(TEXTURED)
    for place, value in changes:
        data[place] = value
    with contextlib.suppress(Forge3DError):
        draco.decode(bytes(data), Limits(codec_seconds=1.0), faces=FACES)


# In a file


def draco_source(data: bytes = b"", limits: Limits | None = None, **change: Any) -> Source:
    data = data or encoded(preserve_order=True, tex_coord=COORDINATES.astype(np.float64))
    ids = {attribute["attribute_type"]: attribute["unique_id"] for attribute in DracoPy.decode(data).attributes}
    extension = {"bufferView": 0, "attributes": {"POSITION": ids[0], "TEXCOORD_0": ids[3]}}
    primitive = {
        "attributes": {"POSITION": 0, "TEXCOORD_0": 1},
        "indices": 2,
        "extensions": {"KHR_draco_mesh_compression": {**extension, **change.pop("extension", {})}},
        **change.pop("primitive", {}),
    }
    accessors: list[dict[str, Any]] = [
        {"componentType": 5126, "count": POINTS, "type": "VEC3"},
        {"componentType": 5126, "count": POINTS, "type": "VEC2"},
        {"componentType": 5123, "count": 3 * FACES, "type": "SCALAR"},
        {"componentType": 5126, "count": 2, "type": "SCALAR"},
    ]
    for number, replacement in change.pop("accessors", {}).items():
        accessors[number].update(replacement)
    return source(
        data,
        limits,
        bufferViews=[{"buffer": 0, "byteLength": len(data)}],
        accessors=accessors,
        meshes=[{"primitives": [primitive]}],
    )


def test_a_primitive_is_decoded_into_its_accessors_types() -> None:
    asset = draco_source()
    arrays = asset.draco(0, 0)
    assert arrays is not None
    assert set(arrays.attributes) == {"POSITION", "TEXCOORD_0"}
    assert np.abs(arrays.attributes["POSITION"] - POSITIONS).max() < 1e-3
    np.testing.assert_array_equal(arrays.attributes["TEXCOORD_0"], COORDINATES)
    assert arrays.indices.dtype == np.uint16
    np.testing.assert_array_equal(arrays.indices, TRIANGLES.reshape(-1))
    assert asset.draco(0, 0) is arrays
    assert not any(array.flags.writeable for array in (arrays.indices, *arrays.attributes.values()))


def test_accessors_of_a_primitive_read_through_the_compression() -> None:
    asset = draco_source()
    arrays = asset.draco(0, 0)
    assert arrays is not None
    assert asset.array(0) is arrays.attributes["POSITION"]
    assert asset.array(2) is arrays.indices
    assert asset.array(3).tolist() == [0, 0]
    assert asset.faults() == []


def test_the_payload_stays_at_hand() -> None:
    data = encoded(preserve_order=True, tex_coord=COORDINATES.astype(np.float64))
    payload = draco_source(data).draco_data(0, 0)
    assert payload is not None
    assert payload.data == data
    assert set(payload.ids) == {"POSITION", "TEXCOORD_0"}
    plain = source(meshes=[{"primitives": [{"attributes": {}}]}])
    assert plain.draco_data(0, 0) is plain.draco(0, 0) is None


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"accessors": {2: {"count": 3 * FACES - 3}}}, "DRACO_ACCESSOR_MISMATCH", "/meshes/0/primitives/0/extensions"),
        ({"accessors": {2: {"count": 3 * FACES + 1}}}, "DRACO_ACCESSOR_MISMATCH", "/meshes/0/primitives/0/extensions"),
        (
            {"accessors": {0: {"count": 9}}},
            "MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT",
            "/meshes/0/primitives/0/attributes",
        ),
        (
            {"accessors": {0: {"count": 9}, 1: {"count": 9}}},
            "DRACO_ACCESSOR_MISMATCH",
            "/meshes/0/primitives/0/extensions",
        ),
        ({"accessors": {0: {"type": "VEC4"}}}, "DRACO_ACCESSOR_MISMATCH", "/meshes/0/primitives/0/extensions"),
        (
            {"accessors": {0: {"count": 2**31}}},
            "MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT",
            "/meshes/0/primitives/0/attributes",
        ),
        ({"accessors": {2: {"componentType": 5121}}}, "", ""),
        (
            {"extension": {"attributes": {"POSITION": 77}}},
            "DRACO_ACCESSOR_MISMATCH",
            "/meshes/0/primitives/0/extensions",
        ),
        ({"extension": {"attributes": {"NORMAL": 0}}}, "UNDEFINED_PROPERTY", "/meshes/0/primitives/0/attributes"),
        ({"extension": {"attributes": {}}}, "EMPTY_ENTITY", "/meshes/0/primitives/0/extensions"),
        ({"extension": {"attributes": {"POSITION": -1}}}, "VALUE_NOT_IN_RANGE", "/meshes/0/primitives/0/extensions"),
        ({"extension": {"attributes": []}}, "TYPE_MISMATCH", "/meshes/0/primitives/0/extensions"),
        ({"extension": {"bufferView": 4}}, "UNRESOLVED_REFERENCE", "/meshes/0/primitives/0/extensions"),
        (
            {"primitive": {"attributes": {"POSITION": 9, "TEXCOORD_0": 1}}},
            "UNRESOLVED_REFERENCE",
            "/meshes/0/primitives/0",
        ),
    ],
)
def test_broken_primitives_are_named(change: dict[str, Any], code: str, pointer: str) -> None:
    asset = draco_source(**change)
    if not code:
        assert asset.draco(0, 0) is not None
        return
    with pytest.raises(InvalidAsset) as caught:
        asset.draco(0, 0)
    assert caught.value.code == code
    assert str(caught.value.pointer).startswith(pointer)
    assert code in dict(codes(asset))


def test_strips_are_not_decoded() -> None:
    with pytest.raises(UnsupportedFeature, match="KHR_draco_mesh_compression"):
        draco_source(primitive={"mode": 5}).draco(0, 0)
    assert ("UNSUPPORTED_FEATURE", "/meshes/0/primitives/0") in codes(draco_source(primitive={"mode": 5}))


def test_decoded_bytes_are_limited() -> None:
    with pytest.raises(LimitExceeded, match="max_decoded_bytes"):
        draco_source(limits=Limits(max_decoded_bytes=FACES * 80 - 1)).draco(0, 0)


def test_real_files_decode(shared_assets: Path) -> None:
    cube = Source.open(shared_assets / "models" / "asset-auditor" / "blender-default-cube-draco.glb")
    positions = cube.array(0)
    assert positions.shape == (24, 3)
    np.testing.assert_allclose([positions.min(axis=0), positions.max(axis=0)], [[-1] * 3, [1] * 3], atol=1e-3)
    assert cube.array(3).dtype == np.uint16
    assert set(np.unique(cube.array(3))) == set(range(24))
    engine = Source.open(shared_assets / "models" / "assimp" / "draco" / "2CylinderEngine.gltf")
    assert engine.faults() == []
    accessors = engine.entries("accessors")
    for mesh in engine.entries("meshes"):
        for primitive in mesh["primitives"]:
            number = primitive["attributes"]["POSITION"]
            low, high = np.array(accessors[number]["min"]), np.array(accessors[number]["max"])
            positions = engine.array(number)
            assert len(positions) == accessors[number]["count"]
            np.testing.assert_allclose(positions.min(axis=0), low, atol=1e-3 * (high - low).max())
            np.testing.assert_allclose(positions.max(axis=0), high, atol=1e-3 * (high - low).max())
            assert engine.array(primitive["indices"]).max() == len(positions) - 1


def test_where_tangents_stand_is_not_guessed() -> None:
    """It is left open by no place that fits, by two, and by ids of two bytes."""
    tangents = np.tile(np.float32([1, 0, 0, -1]), (POINTS, 1))
    attributes = {"POSITION": POSITIONS, "TANGENT": tangents}
    done = draco_encoding.encode(TRIANGLES, attributes)
    found = [
        draco_floats.Stored(a["attribute_type"], a["data_type"], a["num_components"], a["unique_id"])
        for a in DracoPy.decode(done.data).attributes
    ]
    number = done.ids["TANGENT"]
    assert draco_floats.as_floats(done.data[:11], done.data[:11], found, number, 0.5) is None
    assert draco_floats.as_floats(done.data * 2, done.data * 2, found, number, 0.5) is None
    far = [stored._replace(unique_id=stored.unique_id + 128) for stored in found]
    assert draco_floats.as_floats(done.data, done.data, far, number + 128, 0.5) is None


@pytest.mark.parametrize("broken", [None, b"DRACO", "other"])
def test_tangents_that_would_not_come_back_go_in_exactly(broken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    tangents = np.random.default_rng(1).uniform(-1, 1, (POINTS, 4)).astype(np.float32)
    attributes = {"POSITION": POSITIONS, "TANGENT": tangents}
    made = encoded() if broken == "other" else broken
    monkeypatch.setattr(draco_encoding, "as_floats", lambda *_: made)
    done = draco_encoding.encode(TRIANGLES, attributes, keep_order=True)
    np.testing.assert_array_equal(done.attributes["TANGENT"], tangents)
    assert any(np.array_equal(a["data"], tangents) for a in DracoPy.decode(done.data).attributes)
