from __future__ import annotations

from pathlib import Path

import pytest

from forge3d.errors import InvalidAsset
from forge3d.images.basis import transcode

DATA = Path(__file__).parent / "data"


def test_targets() -> None:
    data = (DATA / "rgba-uastc.ktx2").read_bytes()
    assert transcode(data, 0, "rgba8").shape == (20, 24, 4)
    assert transcode(data, 0, "astc_4x4").shape == (5, 6, 16)
    assert transcode((DATA / "rgba-etc1s.ktx2").read_bytes(), 0, "etc2").shape == (5, 6, 16)


def test_damaged_payloads() -> None:
    data = bytearray((DATA / "rgb-zstd.ktx2").read_bytes())
    data[534] ^= 0xFF
    with pytest.raises(InvalidAsset, match="cannot be decoded"):
        transcode(bytes(data), 0, "rgba8")
