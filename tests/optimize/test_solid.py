"""Textures of one colour become factors; what they meant stays."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d import images
from forge3d.document import (
    Accessor,
    AlphaMode,
    Animation,
    AnimationSampler,
    Channel,
    Context,
    Document,
    Image,
    Material,
    Pointer,
    Texture,
    TextureInfo,
)
from forge3d.document.material import Clearcoat, Iridescence, Sheen
from forge3d.optimize import Prune
from forge3d.optimize.solid import solid_color

from . import document, primitive


def solid(*color: int, noise: int = 0) -> TextureInfo:
    pixels = np.full((4, 4, len(color)), color, np.uint8)
    pixels[1, 2] += np.uint8(noise)
    return TextureInfo(texture=Texture(image=Image(images.encode(pixels, "png"))))


def of(material: Material) -> Document:
    part = primitive(TEXCOORD_0=np.zeros((4, 2), np.float32))
    part.material = material
    infos = [slot.info for slot in material.textures()]
    return document(
        part, materials=[material], textures=[i.texture for i in infos], images=[i.texture.image for i in infos]
    )


def folded(material: Material, tolerance: int = 0) -> Material:
    Prune(solid=tolerance)(of(material), Context())
    return material


def test_colours_go_through_the_srgb_curve_and_alpha_does_not() -> None:
    """The stored 128 is 0.216 of the light: a naive 128 / 255 would more than double it."""
    material = Material(
        base_color_factor=(0.5, 1.0, 1.0, 0.5), base_color_texture=solid(128, 255, 0, 128), alpha_mode=AlphaMode.BLEND
    )
    doc = of(material)
    change = Prune(solid=0)(doc, Context())
    assert material.base_color_factor == pytest.approx((0.5 * 0.215861, 1.0, 0.0, 0.5 * 128 / 255), abs=1e-6)
    assert material.base_color_texture is None
    assert doc.textures == doc.images == []
    assert "TEXCOORD_0" not in doc.meshes[0].primitives[0].attributes
    assert "1 textures of one colour became factors" in change.notes


def test_opaque_materials_do_not_read_alpha() -> None:
    pixels = np.full((2, 2, 4), 255, np.uint8)
    pixels[0, 0, 3] = 7
    info = TextureInfo(texture=Texture(image=Image(images.encode(pixels, "png"))))
    material = folded(Material(base_color_texture=info, base_color_factor=(1.0, 1.0, 1.0, 0.25)))
    assert material.base_color_texture is None
    assert material.base_color_factor == (1.0, 1.0, 1.0, 0.25)
    masked = folded(Material(base_color_texture=info, alpha_mode=AlphaMode.MASK))
    assert masked.base_color_texture is info


def test_data_maps_are_numbers() -> None:
    material = folded(Material(metallic_roughness_texture=solid(9, 128, 51), roughness_factor=0.5))
    assert material.roughness_factor == pytest.approx(0.5 * 128 / 255)
    assert material.metallic_factor == pytest.approx(51 / 255)
    grey = folded(Material(metallic_roughness_texture=solid(51)))
    assert grey.roughness_factor == grey.metallic_factor == pytest.approx(51 / 255)


def test_layers_and_maps_without_a_factor() -> None:
    material = Material(
        occlusion_texture=solid(255, 0, 0),
        normal_texture=solid(128, 127, 255),
        emissive_texture=solid(255, 255, 255),
        emissive_factor=(0.5, 0.0, 1.0),
        clearcoat=Clearcoat(factor=0.5, texture=solid(51, 0, 0)),
        sheen=Sheen(roughness_factor=1.0, roughness_texture=solid(0, 0, 0, 102)),
        iridescence=Iridescence(thickness_texture=solid(0, 102, 0)),
    )
    folded(material)
    assert list(material.textures()) == []
    assert material.emissive_factor == (0.5, 0.0, 1.0)
    assert material.clearcoat is not None
    assert material.clearcoat.factor == pytest.approx(0.1)
    assert material.sheen is not None
    assert material.sheen.roughness_factor == pytest.approx(0.4)
    assert material.iridescence is not None
    assert material.iridescence.thickness_maximum == pytest.approx(100 + 300 * 0.4)


def test_maps_that_say_something_stay() -> None:
    bent, dark, drawn = solid(160, 128, 240), solid(200, 0, 0), solid(10, 20, 30, noise=9)
    material = folded(Material(normal_texture=bent, occlusion_texture=dark, base_color_texture=drawn))
    assert [slot.info for slot in material.textures()] == [drawn, bent, dark]
    assert folded(Material(base_color_texture=drawn), tolerance=9).base_color_texture is None


def test_animated_materials_and_told_slots_keep_their_textures() -> None:
    material = Material(base_color_texture=solid(9, 9, 9))
    doc = of(material)
    sampler = AnimationSampler(input=Accessor(np.float32([0])), output=Accessor(np.float32([[1, 1, 1, 1]])))
    pointer = Pointer(target=material, path="pbrMetallicRoughness/baseColorFactor")
    doc.animations = [Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="p", pointer=pointer)])]
    Prune(solid=0)(doc, Context())
    assert material.base_color_texture is not None
    told = solid(9, 9, 9)
    told.extras = {"source": "albedo"}
    assert folded(Material(base_color_texture=told)).base_color_texture is told


def test_by_default_every_texture_stays() -> None:
    material = Material(base_color_texture=solid(9, 9, 9))
    Prune()(of(material), Context())
    assert material.base_color_texture is not None


@pytest.mark.parametrize("encoded", ["png", "jpeg"])
def test_pictures_of_several_colours_are_told_by_their_code(encoded: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large pictures that deflate well are decoded only where their code is the same bits over and over."""
    pixels = np.full((1024, 1024, 3), (128, 127, 255), np.uint8)
    assert solid_color(Image(images.encode(pixels, encoded))) is not None
    grain = np.random.default_rng(5).integers(0, 255, (1024, 128, 1))
    pixels[:, :128] = grain // 16 * 16 if encoded == "png" else (grain > 250) * 90
    monkeypatch.setattr(Image, "pixels", property(lambda image: pytest.fail("was decoded")))
    assert solid_color(Image(images.encode(pixels, encoded, quality=50))) is None
