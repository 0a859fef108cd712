from __future__ import annotations

import struct
from typing import Any

import pytest

from forge3d.gltf import Limits

from .payloads import KTX2, changed, ours, textured
from .test_rules import judged

FILES = {name: (KTX2 / f"{name}.ktx2").read_bytes() for name in ("rgb-zstd", "rgba-uastc", "rgba-etc1s", "rgba-zstd")}
SLOT = "/materials/0/pbrMetallicRoughness/baseColorTexture"


def with_colours(data: bytes, primaries: int, transfer: int) -> bytes:
    place = struct.unpack_from("<I", data, 48)[0] + 13
    return changed(changed(data, place, "<B", primaries), place + 1, "<B", transfer)


@pytest.mark.parametrize("name", FILES)
def test_good_textures(name: str) -> None:
    mips = [] if name.endswith("zstd") else [("KTX2_MIPS", "/textures/0/extensions/KHR_texture_basisu/source")]
    assert ours(textured(FILES[name])) == mips


def test_colours_and_data() -> None:
    data = FILES["rgb-zstd"]
    colour, linear, unspecified = (with_colours(data, *said) for said in ((1, 2), (1, 1), (0, 1)))
    assert ours(textured(unspecified, slot="normalTexture")) == []
    assert ours(textured(linear, slot="normalTexture")) == [("KTX2_DATA_PRIMARIES", "/materials/0/normalTexture")]
    assert ours(textured(colour, slot="normalTexture")) == [("KTX2_COLOUR_SPACE", "/materials/0/normalTexture")]
    assert ours(textured(linear)) == [("KTX2_COLOUR_SPACE", SLOT)]
    assert ours(textured(with_colours(data, 4, 2))) == [("KTX2_PRIMARIES", SLOT)]


def test_mips_are_for_samplers_that_read_them() -> None:
    document: dict[str, Any] = {**textured(FILES["rgba-uastc"]), "samplers": [{"minFilter": 9729}]}
    document["textures"][0]["sampler"] = 0
    assert ours(document) == []
    document["samplers"][0]["minFilter"] = 9987
    assert {code for code, _ in ours(document)} == {"KTX2_MIPS"}


def test_payloads_are_transcoded() -> None:
    data = bytearray(FILES["rgba-zstd"])
    data[struct.unpack_from("<Q", data, 80)[0]] ^= 0xFF
    assert ("KTX2_DATA_INVALID", "/images/0") in ours(textured(bytes(data)))


def test_transcoding_is_bounded() -> None:
    report = judged(textured(FILES["rgba-uastc"]), limits=Limits(max_image_pixels=24 * 20 - 1))
    assert [(issue.code, issue.pointer) for issue in report.errors] == [("FORGE3D_LIMIT_EXCEEDED", "/images/0")]
