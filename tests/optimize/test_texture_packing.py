"""Packing: occlusion goes where it cannot hurt, and reads the same there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from forge3d import images
from forge3d.document import Context, Document, Image, Material, Sampler, Texture, TextureInfo, TextureTransform, Wrap
from forge3d.document.material import Clearcoat
from forge3d.errors import RecipeError
from forge3d.optimize import Textures
from forge3d.optimize.texture_packing import pack_occlusion

from . import document, primitive

RNG = np.random.default_rng(8)
ROUGH = RNG.integers(0, 255, (32, 32, 3)).astype(np.uint8)
OCCLUSION = RNG.integers(0, 255, (32, 32, 3)).astype(np.uint8)


def scene(occlusion: np.ndarray = OCCLUSION, *, materials: int = 2) -> Document:
    """Materials that read the same two images at the same place, with a strength of their own."""
    pictures = [Image(images.encode(p, "png"), uri=f"{n}.png") for n, p in zip("or", (occlusion, ROUGH), strict=True)]
    textures = [Texture(image=picture) for picture in pictures]
    made = [
        Material(
            occlusion_texture=TextureInfo(texture=textures[0], strength=0.5),
            metallic_roughness_texture=TextureInfo(texture=textures[1]),
        )
        for _ in range(materials)
    ]
    return document(primitive(), materials=made, textures=textures, images=pictures)


def test_packed_texels_are_those_of_both() -> None:
    doc = scene()
    rough = doc.images[1]
    assert pack_occlusion(doc) == []
    assert doc.images == [rough]
    assert len(doc.textures) == 1
    np.testing.assert_array_equal(rough.pixels, np.dstack([OCCLUSION[..., 0], ROUGH[..., 1:]]))
    for material in doc.materials:
        assert material.occlusion_texture is not None
        assert material.metallic_roughness_texture is not None
        assert material.occlusion_texture.texture is material.metallic_roughness_texture.texture
        assert material.occlusion_texture.strength == 0.5
    assert Document.read(doc.to_bytes()).materials[0].occlusion_texture is not None


def test_the_smaller_of_the_two_is_scaled_up() -> None:
    doc = scene(np.full((16, 16, 1), 77, np.uint8))
    assert pack_occlusion(doc) == []
    assert doc.images[0].pixels.shape == (32, 32, 3)
    assert (doc.images[0].pixels[..., 0] == 77).all()


def test_grey_metallic_roughness_keeps_its_value() -> None:
    doc = scene()
    doc.images[1].data = images.encode(ROUGH[..., :1], "png")
    assert pack_occlusion(doc) == []
    np.testing.assert_array_equal(doc.images[0].pixels[..., 1:], ROUGH[..., [0, 0]])


def test_a_material_without_occlusion_may_share_the_image() -> None:
    doc = scene()
    doc.materials[1].occlusion_texture = None
    assert pack_occlusion(doc) == []
    assert doc.materials[1].occlusion_texture is None


def moved(doc: Document) -> None:
    doc.materials[1].occlusion_texture.transform = TextureTransform(scale=(2, 2))  # type: ignore[union-attr]


def other_set(doc: Document) -> None:
    doc.materials[0].occlusion_texture.tex_coord = 1  # type: ignore[union-attr]


def other_sampler(doc: Document) -> None:
    doc.textures[0].sampler = Sampler(wrap_s=Wrap.CLAMP_TO_EDGE)


def red_in_use(doc: Document) -> None:
    doc.materials[1].clearcoat = Clearcoat(texture=TextureInfo(texture=doc.textures[1]))


def other_use(doc: Document) -> None:
    doc.materials[1].clearcoat = Clearcoat(texture=TextureInfo(texture=doc.textures[0]))


def alone(doc: Document) -> None:
    doc.materials[1].metallic_roughness_texture = None


def other_pair(doc: Document) -> None:
    image = Image(images.encode(OCCLUSION, "png"))
    texture = Texture(image=image)
    doc.images.append(image)
    doc.textures.append(texture)
    doc.materials[1].occlusion_texture = TextureInfo(texture=texture)


def foreign(doc: Document) -> None:
    doc.extensions["EXT_lights_image_based"] = {"lights": [{"specularImages": [[doc.images[0]]]}]}


def with_fallback(doc: Document) -> None:
    doc.textures[1].fallback = doc.images[1]


def tall(doc: Document) -> None:
    doc.images[0].data = images.encode(OCCLUSION[:, :16], "png")


def tiny(doc: Document) -> None:
    doc.images[0].data = images.encode(OCCLUSION[:4, :4], "png")


def broken(doc: Document) -> None:
    doc.images[0].data = doc.images[0].data[:60]


@pytest.mark.parametrize(("change", "why"), [
    (moved, "different places"), (other_set, "different places"), (other_sampler, "different places"),
    (red_in_use, "red channel"), (other_use, "other uses"), (alone, "without the other"),
    (other_pair, "occlusion image"), (foreign, "extension"), (with_fallback, "fallback"), (tall, "proportions"),
    (tiny, "as large"), (broken, "decoded"),
])  # fmt: skip
def test_where_it_could_hurt_they_stay_apart(change: Callable[[Document], None], why: str) -> None:
    doc = scene()
    change(doc)
    data = [image.data for image in doc.images]
    skipped = pack_occlusion(doc)
    assert why in skipped[0].why
    assert [image.data for image in doc.images] == data


def test_textures_packs_and_stores() -> None:
    flat = np.full((32, 32, 1), 200, np.uint8)
    doc = scene(flat)
    doc.images[1].data = images.encode(np.dstack([flat, flat // 2, flat // 3]), "png")
    Textures(pack=True, data_quality=100)(doc, Context())
    assert [image.header.format for image in doc.images] == ["webp"]
    assert (doc.images[0].pixels == (200, 100, 66)).all()
    assert doc.images[0].uri == "r.webp"
    with pytest.raises(RecipeError, match="pack"):
        Textures(pack=True, format="keep")
