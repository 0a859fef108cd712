"""Specular-glossiness materials, as other programs draw them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.peers import khronos_errors

from forge3d import images
from forge3d.document import (
    Accessor,
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
    TextureTransform,
)
from forge3d.document.material import SpecularGlossiness
from forge3d.optimize import MetalRough, Prune
from forge3d.render import Orbit, Renderer

from . import document, sphere

SHADES = np.array([[[255, 128, 0, 0], [10, 20, 30, 255]], [[255, 255, 255, 102], [0, 0, 0, 51]]], np.uint8)


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as made:
        yield made


def converted(older: SpecularGlossiness) -> Material:
    part = sphere(16)
    part.material = Material(specular_glossiness=older)
    doc = document(part, materials=[part.material])
    MetalRough()(doc, Context())
    made = Document.read(doc.to_bytes()).materials[0]
    assert made.specular_glossiness is None
    return made


def shaded(**values: object) -> SpecularGlossiness:
    texture = Texture(image=Image(images.encode(SHADES, "png"), mime_type="image/png"))
    info = TextureInfo(texture=texture, tex_coord=1, transform=TextureTransform(scale=(2.0, 3.0)))
    return SpecularGlossiness(texture=info, **values)  # type: ignore[arg-type]


def test_coloured_reflection_becomes_a_specular_colour() -> None:
    made = converted(
        SpecularGlossiness(diffuse_factor=(0.5, 0.25, 0, 0.75), specular_factor=(1, 0.5, 0.25), glossiness_factor=0.75)
    )
    assert (made.base_color_factor, made.metallic_factor, made.roughness_factor) == ((0.5, 0.25, 0, 0.75), 0, 0.25)
    assert made.ior is not None
    assert made.specular is not None
    assert (made.ior.ior, made.specular.color_factor, made.specular.factor) == (0, (1, 0.5, 0.25), 1)


def test_grey_reflection_is_an_index_of_refraction_or_nothing() -> None:
    water = converted(SpecularGlossiness(specular_factor=(0.25, 0.25, 0.25)))
    assert water.ior is not None
    assert water.ior.ior == pytest.approx(3)
    plain = converted(SpecularGlossiness(specular_factor=(0.04, 0.04, 0.04)))
    assert list(plain.layers()) == []
    assert (plain.metallic_factor, plain.roughness_factor) == (0, 0)
    none = converted(SpecularGlossiness(specular_factor=(0, 0, 0)))
    assert none.ior is not None
    assert none.ior.ior == 1


def test_what_has_no_diffuse_colour_is_a_metal() -> None:
    gold = converted(SpecularGlossiness(diffuse_factor=(0, 0, 0, 1), specular_factor=(1, 0.75, 0.25)))
    assert list(gold.layers()) == []
    assert (gold.base_color_factor, gold.metallic_factor) == ((1, 0.75, 0.25, 1), 1)
    etched = converted(shaded(diffuse_factor=(0, 0, 0, 0.5)))
    assert [slot.path for slot in etched.textures()] == ["base_color_texture", "metallic_roughness_texture"]
    assert etched.base_color_factor == (1, 1, 1, 0.5)


def test_textures_are_taken_apart_by_channel() -> None:
    """Glossiness is not sRGB, and its factor multiplies before it is turned into roughness."""
    made = converted(shaded(glossiness_factor=0.5))
    assert made.specular is not None
    colours, rough = made.specular.color_texture, made.metallic_roughness_texture
    assert colours is not None
    assert rough is not None
    assert colours.texture.image is not None
    assert rough.texture.image is not None
    np.testing.assert_array_equal(colours.texture.image.pixels, SHADES[..., :3])
    assert rough.texture.image.pixels[..., 1].tolist() == [[255, 128], [204, 230]]
    assert rough.texture.image.pixels[..., 2].min() == 255, "metal is as the factor says"
    assert made.roughness_factor == 1
    for info in (colours, rough):
        assert info.tex_coord == 1
        assert info.transform is not None
        assert info.transform.scale == (2, 3)


def test_one_texture_is_taken_apart_once_for_each_glossiness() -> None:
    older = shaded()
    assert older.texture is not None
    materials = [
        Material(specular_glossiness=SpecularGlossiness(texture=older.texture, glossiness_factor=gloss))
        for gloss in (1.0, 1.0, 0.5)
    ]
    doc = document(materials=materials)
    MetalRough()(doc, Context())
    assert len(doc.textures) == 4


def test_animated_and_broken_materials_stay() -> None:
    moving, broken = (Material(specular_glossiness=SpecularGlossiness()) for _ in range(2))
    broken.specular_glossiness = SpecularGlossiness(texture=TextureInfo(texture=Texture(image=Image(b"no picture"))))
    doc = document(materials=[moving, broken])
    sampler = AnimationSampler(input=Accessor(np.float32([0])), output=Accessor(np.float32([1])))
    path = "extensions/KHR_materials_pbrSpecularGlossiness/glossinessFactor"
    pointer = Pointer(target=moving, path=path)
    doc.animations = [
        Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="pointer", pointer=pointer)])
    ]
    change = MetalRough()(doc, Context())
    assert [skip.why.split(":")[0] for skip in change.skipped] == ["is animated", "texture"]
    assert all(material.specular_glossiness is not None for material in doc.materials)


@pytest.mark.parametrize(
    "older",
    [
        SpecularGlossiness(diffuse_factor=(0.5, 0.2, 0.1, 1), specular_factor=(0.05, 0.03, 0.01)),
        SpecularGlossiness(diffuse_factor=(0.1, 0.2, 0.6, 1), specular_factor=(0.04, 0.04, 0.04)),
        SpecularGlossiness(diffuse_factor=(0, 0, 0, 1), specular_factor=(1, 0.7, 0.3), glossiness_factor=0.7),
        shaded(diffuse_factor=(0, 0, 0, 1), glossiness_factor=0.8),
    ],
    ids=["tinted", "plain", "metal", "textured"],
)
def test_pictures_stay_alike(renderer: Renderer, older: SpecularGlossiness) -> None:
    """Where little is reflected or nothing diffuse: what is left for the diffuse colour is counted differently."""
    part = sphere(48)
    points = part.attributes["POSITION"].array
    part.attributes["TEXCOORD_1"] = part.attributes["TEXCOORD_0"] = Accessor(np.ascontiguousarray(points[:, :2]))
    part.material = Material(specular_glossiness=older)
    doc = document(part, materials=[part.material])
    before = renderer.render(doc.copy(), camera=Orbit(yaw=20, pitch=20), size=(96, 96)).pixels.astype(int)
    MetalRough()(doc, Context())
    after = renderer.render(doc, camera=Orbit(yaw=20, pitch=20), size=(96, 96)).pixels.astype(int)
    assert before[..., :3].max() > 60
    assert np.abs(before - after).mean() < 1.5


@pytest.mark.peers
def test_a_real_model_is_valid_afterwards(shared_assets: Path, tmp_path: Path) -> None:
    name = "04_sphere_specular_glossiness"
    doc = Document.read(shared_assets / "models" / "blender-io" / name / f"{name}.gltf")
    doc.apply(MetalRough(), Prune())
    doc.write(tmp_path / "new.glb")
    assert "KHR_materials_pbrSpecularGlossiness" not in (tmp_path / "new.glb").read_bytes().decode("latin-1")
    assert khronos_errors([tmp_path / "new.glb"]) == []
