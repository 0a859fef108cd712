"""What the door lets in, and what it says to the rest."""

from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.aws.intake.desk import png

from forge3d.aws.intake.judging import START_BYTES, Accepted, Refused, judge
from forge3d.gltf import Limits, glb

TEXT = b'{"asset":{"version":"2.0"}}'
GLB = glb.pack(TEXT, bytes(100))
LONG = b'{"scenes":[' + b"{}," * START_BYTES + b'{}],"asset":{"version":"2.0"}}'
LIMITS = Limits()


def judged(name: str, data: bytes, **more: str) -> Accepted:
    return judge(name, len(data), data[:START_BYTES], limits=LIMITS, **more)


@pytest.mark.parametrize(
    ("name", "data", "media_type"),
    [
        ("chair.glb", GLB, "model/gltf-binary"),
        ("CHAIR.GLB", GLB, "model/gltf-binary"),
        ("chair.glb", glb.pack(TEXT, bytes(1 << 20)), "model/gltf-binary"),
        ("chair.glb", glb.pack(LONG, bytes(100)), "model/gltf-binary"),
        ("chair.gltf", TEXT, "model/gltf+json"),
        ("chair.gltf", b"\xef\xbb\xbf \n" + TEXT, "model/gltf+json"),
        ("chair.gltf", LONG, "model/gltf+json"),
        ("chair.gltf", '{"é":'.encode() * START_BYTES, "model/gltf+json"),  # the build reads all of it
        ("wood.png", png(7, 5), "image/png"),
        ("chair.bin", b"anything", "application/octet-stream"),
    ],
)
def test_good_files_are_taken(name: str, data: bytes, media_type: str) -> None:
    assert judged(name, data) == Accepted(media_type, name.lower().endswith(("glb", "gltf")))


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("chair.fbx", b"Kaydara FBX Binary", "TYPE_NOT_TAKEN"),
        ("chair", GLB, "TYPE_NOT_TAKEN"),
        ("chair.glb", b"", "EMPTY"),
        ("chair.glb", b"PK\x03\x04" + bytes(1000), "NOT_WHAT_IT_SAYS"),
        ("chair.glb", b"Kaydara FBX Binary  \0", "NOT_WHAT_IT_SAYS"),
        ("chair.glb", b"<!doctype html>", "NOT_WHAT_IT_SAYS"),
        ("chair.gltf", GLB, "NOT_WHAT_IT_SAYS"),
        ("chair.glb", TEXT, "GLB_INVALID_MAGIC"),
        ("chair.glb", GLB[:8], "GLB_UNEXPECTED_END_OF_HEADER"),
        ("chair.glb", b"glTF" + struct.pack("<II", 1, 20) + bytes(8), "GLB_INVALID_VERSION"),
        ("chair.glb", GLB[:-1], "GLB_UNEXPECTED_END_OF_CHUNK_DATA"),
        ("chair.glb", glb.pack(TEXT, bytes(1 << 20))[:-5000], "GLB_UNEXPECTED_END_OF_CHUNK_DATA"),
        ("chair.glb", GLB[:8] + struct.pack("<I", len(GLB) + 4) + GLB[12:], "GLB_LENGTH_MISMATCH"),
        ("chair.glb", glb.pack(b"[]  "), "INVALID_JSON"),
        ("chair.glb", glb.pack(b'{"asset":{"version":"1.0"}}'), "UNKNOWN_ASSET_MAJOR_VERSION"),
        ("chair.gltf", b"solid cube", "INVALID_JSON"),
        ("chair.gltf", b'{"asset":{"version":"2.0"}', "INVALID_JSON"),
        ("chair.gltf", b'{"a":' * 10_000, "INVALID_JSON"),
        ("chair.gltf", b'{"a":' + b"9" * 5000 + b"}", "INVALID_JSON"),
        ("chair.gltf", b'{"\xff":1}', "INVALID_JSON"),
        ("chair.gltf", b"{}", "UNDEFINED_PROPERTY"),
        ("chair.gltf", b'{"asset":[]}', "UNDEFINED_PROPERTY"),
        ("wood.png", b"\xff\xd8\xff\xe0", "IMAGE_UNEXPECTED_EOS"),
        ("wood.jpg", png(7, 5), "NOT_WHAT_IT_SAYS"),
        ("wood.png", b"nothing", "IMAGE_UNRECOGNIZED_FORMAT"),
        ("wood.png", png(1, 1)[:16] + struct.pack(">II", 40_000, 40_000) + png(1, 1)[24:], "TOO_LARGE"),
    ],
)  # fmt: skip
def test_bad_files_are_refused_with_a_reason(name: str, data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        judged(name, data)
    assert refused.value.code == code
    assert len(refused.value.message) > 20


def test_size_is_judged_before_anything_is_read() -> None:
    with pytest.raises(Refused) as refused:
        judge("chair.glb", LIMITS.max_file_bytes + 1, b"", limits=LIMITS)
    assert refused.value.code == "TOO_LARGE"
    with pytest.raises(Refused) as refused:
        judge("chair.gltf", LIMITS.max_json_bytes + 1, b"{", limits=LIMITS)
    assert refused.value.code == "TOO_LARGE"
    liar = glb.pack(TEXT)[:12] + struct.pack("<II", LIMITS.max_json_bytes + 4, glb.JSON)
    liar = liar[:8] + struct.pack("<I", LIMITS.max_json_bytes + 24) + liar[12:]
    with pytest.raises(Refused) as refused:
        judge("chair.glb", LIMITS.max_json_bytes + 24, liar, limits=LIMITS)
    assert refused.value.code == "TOO_LARGE"


@pytest.mark.parametrize("declared", ["", "binary/octet-stream", "model/gltf-binary", "Model/GLTF-Binary; a=b"])
def test_what_the_upload_may_say_it_is(declared: str) -> None:
    judged("chair.glb", GLB, declared=declared)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"declared": "text/html"}, "CONTENT_TYPE_MISMATCH"),
        ({"declared": "image/png"}, "CONTENT_TYPE_MISMATCH"),
        ({"encoding": "gzip"}, "ENCODED"),
    ],
)
def test_what_it_may_not_say(more: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        judged("chair.glb", GLB, **more)
    assert refused.value.code == code


def test_a_picture_whose_metadata_come_first_is_left_to_the_build() -> None:
    jpeg = b"\xff\xd8" + (b"\xff\xe1" + struct.pack(">H", 65_533) + bytes(65_531)) * 3
    assert judged("wood.jpg", jpeg) == Accepted("image/jpeg", is_model=False)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["a.glb", "a.gltf", "a.png", "a.jpg", "a.webp", "a.avif", "a.ktx2", "a.bin"]), st.binary())
def test_any_bytes_are_judged(name: str, data: bytes) -> None:
    for start in (b"", b"glTF\2\0\0\0", b"\x89PNG\r\n\x1a\n", b"\xabKTX 20\xbb\r\n\x1a\n", b"\0\0\0\x1cftypavif"):
        with suppress(Refused):  # nothing else is ever raised
            judged(name, start + data)
