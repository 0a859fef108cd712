"""Textures as KTX2: what is asked of the encoder for each use, and the extension in the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from forge3d import images
from forge3d.document import AlphaMode, Context, Document, Image, Material, Texture, TextureInfo
from forge3d.errors import DependencyMissing
from forge3d.gltf import Source
from forge3d.images import ktx_program
from forge3d.optimize import Textures

from . import document, primitive
from .test_textures import picture, shown, slot

DATA = Path(__file__).parent.parent / "images" / "data"
PIXELS = np.random.default_rng(1).integers(0, 255, (21, 23, 4)).astype(np.uint8)
ETC1S = (DATA / "rgb-etc1s-mips.ktx2").read_bytes()
UASTC = (DATA / "rgb-zstd.ktx2").read_bytes()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the encoder was asked for; it answers with a file of 24 × 20 pixels."""
    calls: list[dict[str, Any]] = []

    def encode(pixels: np.ndarray, codec: str, **options: Any) -> bytes:
        calls.append({"pixels": pixels, "codec": codec, **options})
        return ETC1S if codec == "etc1s" else UASTC

    monkeypatch.setattr(ktx_program, "encode_ktx2", encode)
    monkeypatch.setattr("forge3d.optimize.textures.find_ktx", lambda: "ktx")
    return calls


def test_colour_is_etc1s_and_data_are_uastc(asked: list[dict[str, Any]]) -> None:
    for field in ("base_color_texture", "normal_texture", "metallic_roughness_texture", "occlusion_texture"):
        image = picture(PIXELS)
        assert Textures(format="ktx2")(shown(image, Material(**{field: slot()})), Context()).skipped == []
        assert (image.mime_type, image.uri) == ("image/ktx2", "skin.ktx2")
    assert [call["codec"] for call in asked] == ["etc1s", "uastc", "uastc", "uastc"]
    assert [call["srgb"] for call in asked] == [True, False, False, False]
    assert [call["normal_map"] for call in asked] == [False, True, False, False]
    assert {call["pixels"].shape for call in asked} == {(20, 24, 3)}  # blocks of four, and no alpha that is not read
    red, rough = asked[3]["pixels"], asked[2]["pixels"]
    assert (red[..., 0] == red[..., 1]).all()  # some viewers read a file of one channel as red alone
    assert (rough[..., 0] == 255).all()


def test_alpha_that_is_read_stays(asked: list[dict[str, Any]]) -> None:
    image = picture(PIXELS)
    Textures(format="ktx2")(shown(image, Material(base_color_texture=slot(), alpha_mode=AlphaMode.MASK)), Context())
    assert asked[0]["pixels"].shape == (20, 24, 4)


def test_grey_pictures_become_three_channels(asked: list[dict[str, Any]]) -> None:
    image = Image(images.encode(PIXELS[:20, :20, :1], "png"))
    Textures(format="ktx2")(shown(image, Material(occlusion_texture=slot())), Context())
    np.testing.assert_array_equal(asked[0]["pixels"], PIXELS[:20, :20, [0, 0, 0]])


def test_the_extension_is_required_unless_there_is_a_fallback(asked: list[dict[str, Any]]) -> None:
    for fallback in (False, True):
        doc = shown(picture(PIXELS[..., :3]), Material(base_color_texture=slot()))
        Textures(format="ktx2", fallback=fallback)(doc, Context())
        written = Source.open(doc.to_bytes()).json
        assert written["extensionsUsed"] == ["KHR_texture_basisu"]
        assert ("extensionsRequired" in written) is not fallback
        assert written["textures"][0]["extensions"] == {"KHR_texture_basisu": {"source": 0}}
        assert written["textures"][0].get("source") == (1 if fallback else None)
        assert Document.read(doc.to_bytes()).images[0].header.codec == "etc1s"


def test_colour_and_numbers_in_one_image_stay(asked: list[dict[str, Any]]) -> None:
    image = picture(PIXELS)
    doc = shown(image, Material(base_color_texture=slot(), occlusion_texture=slot()))
    assert "as colour and as numbers" in Textures(format="ktx2")(doc, Context()).skipped[0].why
    assert asked == []


def test_without_the_program_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    image = picture(PIXELS)
    texture = Texture(image=image)
    doc = document(primitive(), materials=[Material(base_color_texture=TextureInfo(texture=texture))],
                   textures=[texture], images=[image])  # fmt: skip
    data = image.data
    with pytest.raises(DependencyMissing, match="KTX-Software"):
        Textures(format="ktx2")(doc, Context())
    assert image.data is data
