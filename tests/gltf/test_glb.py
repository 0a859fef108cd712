from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.errors import LimitExceeded
from forge3d.gltf import Severity, glb

JSON, BIN = 0x4E4F534A, 0x004E4942
TEXT = b'{"asset":{"version":"2.0"}} '  # 28 bytes, as it must be a multiple of 4


def chunk(kind: int, data: bytes) -> bytes:
    return struct.pack("<II", len(data), kind) + data


def container(*chunks: bytes, magic: bytes = b"glTF", version: int = 2, length: int | None = None) -> bytes:
    body = b"".join(chunks)
    return magic + struct.pack("<II", version, 12 + len(body) if length is None else length) + body


def faults(data: bytes) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.offset) for fault in glb.parse(data).faults]


def test_pack_writes_the_known_bytes() -> None:
    assert glb.pack(b"{}", b"\x01") == bytes.fromhex(
        "676c5446 02000000 24000000  04000000 4a534f4e 7b7d2020  04000000 42494e00 01000000"
    )


def test_pack_without_binary_has_no_second_chunk() -> None:
    assert glb.pack(b"{}") == glb.pack(b"{}", b"") == container(chunk(JSON, b"{}  "))


def test_pack_refuses_more_than_the_format_can_say() -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return 2**32

    with pytest.raises(LimitExceeded, match="GLB length"):
        glb.pack(b"{}", Huge())


@settings(deadline=None)
@given(text=st.binary(min_size=1), data=st.binary())
def test_parse_gives_back_what_was_packed(text: bytes, data: bytes) -> None:
    chunks = glb.parse(glb.pack(text, data))
    assert chunks.faults == []
    assert bytes(chunks.json or b"")[: len(text)] == text
    assert set(bytes(chunks.json or b"")[len(text) :]) <= {0x20}
    assert bytes(chunks.bin or b"")[: len(data)] == data
    assert (chunks.bin is None) == (not data)


@settings(deadline=None)
@given(st.binary(max_size=64) | st.binary(max_size=64).map(lambda rest: b"glTF\2\0\0\0" + rest))
def test_parse_takes_any_bytes(data: bytes) -> None:
    chunks = glb.parse(data)
    assert chunks.json is not None or any(fault.severity is Severity.ERROR for fault in chunks.faults)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"glTF", [("GLB_UNEXPECTED_END_OF_HEADER", 4)]),
        (container(chunk(JSON, TEXT), magic=b"glTG"), [("GLB_INVALID_MAGIC", 0)]),
        (container(chunk(JSON, TEXT), version=1), [("GLB_INVALID_VERSION", 4)]),
        (container(length=12), [("GLB_LENGTH_TOO_SMALL", 8)]),
        (container(chunk(JSON, TEXT), length=48 + 8), [("GLB_LENGTH_MISMATCH", 48)]),
        (container(chunk(JSON, TEXT), length=40), [("GLB_CHUNK_TOO_BIG", 12), ("GLB_LENGTH_MISMATCH", 48)]),
        (container(chunk(JSON, TEXT), length=48) + b"!", [("GLB_EXTRA_DATA", 48)]),
        (container(chunk(JSON, TEXT), b"\0\0", length=60), [("GLB_UNEXPECTED_END_OF_CHUNK_HEADER", 50)]),
        (container(chunk(JSON, TEXT))[:-1], [("GLB_UNEXPECTED_END_OF_CHUNK_DATA", 47)]),
        (container(chunk(JSON, TEXT[:-1])), [("GLB_CHUNK_LENGTH_UNALIGNED", 12)]),
        (container(chunk(JSON, TEXT), chunk(JSON, TEXT)), [("GLB_DUPLICATE_CHUNK", 48)]),
        (
            container(chunk(JSON, TEXT), chunk(BIN, b"1234"), chunk(BIN, b"1234")),
            [("GLB_DUPLICATE_CHUNK", 60)],
        ),
        (container(chunk(BIN, b"1234"), chunk(JSON, TEXT)), [("GLB_UNEXPECTED_FIRST_CHUNK", 12)]),
        (
            container(chunk(JSON, TEXT), chunk(7, b"1234"), chunk(BIN, b"1234")),
            [("GLB_UNKNOWN_CHUNK_TYPE", 48), ("GLB_UNEXPECTED_BIN_CHUNK", 60)],
        ),
        (container(chunk(JSON, b"")), [("GLB_EMPTY_CHUNK", 12)]),
        (container(chunk(JSON, TEXT), chunk(BIN, b"")), [("GLB_EMPTY_BIN_CHUNK", 48)]),
    ],
)
def test_each_fault_of_the_container(data: bytes, expected: list[tuple[str, int]]) -> None:
    assert faults(data) == expected


def test_unknown_chunks_are_kept_apart() -> None:
    chunks = glb.parse(container(chunk(JSON, TEXT), chunk(BIN, b"1234"), chunk(7, b"abcd")))
    assert chunks.bin == b"1234"
    assert [(kind, bytes(data)) for kind, data in chunks.others] == [(7, b"abcd")]


def test_a_cut_binary_chunk_keeps_what_there_is() -> None:
    assert glb.parse(container(chunk(JSON, TEXT), chunk(BIN, b"12345678"))[:-3]).bin == b"12345"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=40), st.integers(12, 120), st.integers(0, 60))
def test_the_beginning_of_a_file_tells_the_same_faults_as_far_as_it_goes(tail: bytes, cut: int, length: int) -> None:
    data = container(chunk(JSON, TEXT), tail, length=40 + length)
    told, whole = glb.parse(data[:cut], len(data)), glb.parse(data)
    assert told.faults == whole.faults[: len(told.faults)]
    assert glb.parse(data, len(data)).faults == whole.faults
    assert not told.json_is_cut
