from __future__ import annotations

import struct
from pathlib import Path

import pytest

from forge3d.images.ktx2_header import Ktx2Header
from forge3d.images.ktx2_layout import Sample, read_codebooks, read_descriptor, read_key_values, sections

DATA = Path(__file__).parent / "data"


def opened(name: str) -> tuple[Ktx2Header, memoryview]:
    data = memoryview((DATA / f"{name}.ktx2").read_bytes())
    return Ktx2Header.parse(data), data


def test_descriptors() -> None:
    found = read_descriptor(*opened("rgba-etc1s"))
    assert (found.total, found.version, found.size, found.premultiplied) == (60, 2, 56, False)
    assert found.block == (3, 3, 0, 0)
    assert found.planes == (8, 8, 0, 0, 0, 0, 0, 0)
    assert found.samples == (Sample(0, 0, 64, 0, 2**32 - 1), Sample(15, 64, 64, 0, 2**32 - 1))


def test_key_values() -> None:
    found, broken = read_key_values(*opened("rgb-etc1s"))
    assert broken is None
    assert found == [("KTXwriter", b"Basis Universal 2.50\0")]


def test_sections_lie_one_after_the_other() -> None:
    header, data = opened("rgb-zstd")
    parts = sections(header)
    assert [part.name for part in parts] == [
        "header", "descriptor", "key/value data", "level 4", "level 3", "level 2", "level 1", "level 0",
    ]  # fmt: skip
    assert [part.end for part in parts[:-1]] == [part.start for part in parts[1:]]
    assert parts[-1].end == len(data)


def test_codebooks() -> None:
    header, data = opened("rgba-etc1s")
    books = read_codebooks(header, data)
    assert books is not None
    assert books.length == header.global_data[1]
    (image,) = books.slices
    assert image.colour[1] + image.alpha[1] == header.levels[0].length
    assert read_codebooks(header, data[:300]) is None


@pytest.mark.parametrize(("offset", "value"), [(0, 10**6), (0, 1), (4, 0x61616161)])
def test_metadata_that_cannot_be_read(offset: int, value: int) -> None:
    header, data = opened("rgb-etc1s")
    changed = bytearray(data)
    struct.pack_into("<I", changed, header.key_values[0] + offset, value)
    found, broken = read_key_values(header, memoryview(changed))
    assert broken is not None or found[0][0] != "KTXwriter"
