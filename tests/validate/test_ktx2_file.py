"""Every field of real KTX2 files, changed."""

from __future__ import annotations

import struct

import pytest

from .payloads import KTX2, changed, ours, textured

FILES = {name: (KTX2 / f"{name}.ktx2").read_bytes() for name in ("rgb-zstd", "rgba-uastc", "rgba-etc1s")}
LEVEL = 80
"""Where the first level's entry in the index is: offset, length, uncompressed length; 8 bytes each."""


def codes(data: bytes) -> set[str]:
    found = {code for code, at in ours(textured(data)) if at == "/images/0"}
    return {code.removeprefix("KTX2_") for code in found}


def descriptor(name: str, offset: int) -> int:
    """A byte of a file's data format descriptor."""
    start: int = struct.unpack_from("<I", FILES[name], 48)[0]
    return start + offset


@pytest.mark.parametrize("name", FILES)
def test_good_files(name: str) -> None:
    assert codes(FILES[name]) == set()


@pytest.mark.parametrize(
    ("name", "offset", "form", "value", "code"),
    [
        ("rgba-uastc", 12, "<I", 37, "NOT_BASIS"),
        ("rgba-uastc", 16, "<I", 4, "HEADER"),
        ("rgba-uastc", 40, "<I", 0, "HEADER"),
        ("rgba-uastc", 36, "<I", 6, "NOT_2D"),
        ("rgba-uastc", 28, "<I", 4, "NOT_2D"),
        ("rgba-uastc", 32, "<I", 2, "NOT_2D"),
        ("rgba-uastc", 20, "<I", 23, "SIZE"),
        ("rgba-uastc", 24, "<I", 18, "SIZE"),
        ("rgba-uastc", 44, "<I", 1, "SUPERCOMPRESSION"),
        ("rgba-etc1s", 44, "<I", 2, "SUPERCOMPRESSION"),
        ("rgba-uastc", LEVEL, "<Q", 10**6, "LEVELS"),
        ("rgba-uastc", LEVEL + 8, "<Q", 0, "LEVELS"),
        ("rgba-uastc", LEVEL + 8, "<Q", 464, "LEVEL_SIZE"),
        ("rgba-uastc", LEVEL + 16, "<Q", 496, "LEVEL_SIZE"),
        ("rgba-etc1s", LEVEL + 16, "<Q", 480, "LEVEL_SIZE"),
        ("rgb-zstd", LEVEL + 24, "<Q", 534, "LEVEL_ORDER"),
        ("rgb-zstd", LEVEL + 24, "<Q", 402, "OVERLAP"),
        ("rgba-uastc", LEVEL, "<Q", 184, "ALIGNMENT"),
        ("rgba-uastc", 72, "<Q", 40, "GLOBAL_DATA"),
        ("rgba-etc1s", 72, "<Q", 242, "GLOBAL_DATA"),
        ("rgba-etc1s", 200, "<H", 0, "GLOBAL_DATA"),
        ("rgba-etc1s", 220, "<I", 2, "GLOBAL_DATA"),
        ("rgba-etc1s", 228, "<I", 99, "GLOBAL_DATA"),
        ("rgba-etc1s", 236, "<I", 0, "GLOBAL_DATA"),
    ],
)
def test_fields_of_the_header(name: str, offset: int, form: str, value: int, code: str) -> None:
    assert code in codes(changed(FILES[name], offset, form, value))


@pytest.mark.parametrize(
    ("name", "offset", "value", "code"),
    [
        ("rgba-uastc", 0, 40, "DESCRIPTOR"),
        ("rgba-uastc", 8, 1, "DESCRIPTOR"),
        ("rgba-uastc", 15, 1, "PREMULTIPLIED"),
        ("rgba-uastc", 16, 7, "DESCRIPTOR"),
        ("rgba-uastc", 20, 8, "DESCRIPTOR"),
        ("rgba-uastc", 28, 8, "DESCRIPTOR"),
        ("rgba-uastc", 30, 63, "DESCRIPTOR"),
        ("rgba-uastc", 31, 9, "CHANNELS"),
        ("rgba-uastc", 40, 0, "DESCRIPTOR"),
        ("rgba-uastc", 12, 163, "SUPERCOMPRESSION"),
        ("rgba-etc1s", 47, 3, "CHANNELS"),
    ],
)
def test_fields_of_the_descriptor(name: str, offset: int, value: int, code: str) -> None:
    assert code in codes(changed(FILES[name], descriptor(name, offset), "<B", value))


def with_metadata(*entries: tuple[bytes, bytes]) -> bytes:
    """A file with other key/value data."""
    data, block = FILES["rgba-uastc"], b""
    for key, value in entries:
        entry = key + b"\0" + value
        block += struct.pack("<I", len(entry)) + entry + bytes(-len(entry) % 4)
    start, level = struct.unpack_from("<I", data, 56)[0], struct.unpack_from("<Q", data, LEVEL)[0]
    moved = start + len(block) + -(start + len(block)) % 16
    head = changed(changed(data[:start], 60, "<I", len(block)), LEVEL, "<Q", moved)
    return (head + block).ljust(moved, b"\0") + data[level:]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (((b"KTXorientation", b"rd\0"), (b"KTXswizzle", b"rgba\0")), set()),
        (((b"KTXorientation", b"ru\0"),), {"ORIENTATION"}),
        (((b"KTXswizzle", b"rrr1\0"),), {"SWIZZLE"}),
        (((b"b", b""), (b"a", b"")), {"KEY_VALUES"}),
        (((b"a", b""), (b"a", b"")), {"KEY_VALUES"}),
        (((b"\xff", b""),), {"KEY_VALUES"}),
    ],
)
def test_metadata(entries: tuple[tuple[bytes, bytes], ...], expected: set[str]) -> None:
    assert codes(with_metadata(*entries)) == expected


def test_metadata_that_cannot_be_walked() -> None:
    data = with_metadata((b"a", b"b"))
    start: int = struct.unpack_from("<I", data, 56)[0]
    assert "KEY_VALUES" in codes(changed(data, start, "<I", 10**6))
    assert "KEY_VALUES" in codes(changed(data, start + 4, "<I", 0x61616161))
    assert "KEY_VALUES" in codes(changed(data, 60, "<I", 10**6))
    assert "GAP" in codes(changed(FILES["rgba-uastc"], 60, "<I", 0))
