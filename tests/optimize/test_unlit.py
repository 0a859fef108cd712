"""Materials that show their own colour."""

from __future__ import annotations

import numpy as np

from forge3d.document import (
    Accessor,
    AlphaMode,
    Animation,
    AnimationSampler,
    Channel,
    Context,
    Document,
    Material,
    Pointer,
    Texture,
    TextureInfo,
)
from forge3d.document.material import Clearcoat, EmissiveStrength, SpecularGlossiness
from forge3d.optimize import Prune, Unlit

from . import document, primitive


def unlit(material: Material) -> Material:
    part = primitive()
    part.material = material
    doc = document(part, materials=[material])
    Unlit()(doc, Context())
    return Document.read(doc.to_bytes()).materials[0]


def test_base_colour_and_alpha_are_all_that_stays() -> None:
    texture = TextureInfo(texture=Texture(), tex_coord=1)
    made = unlit(Material(
        base_color_factor=(0.5, 0.25, 1, 0.5), base_color_texture=texture, normal_texture=texture,
        emissive_texture=texture, emissive_factor=(1, 1, 1), alpha_mode=AlphaMode.BLEND, double_sided=True,
        clearcoat=Clearcoat(factor=1.0, texture=texture),
    ))  # fmt: skip
    assert [slot.path for slot in made.textures()] == ["base_color_texture"]
    assert [name for name, _ in made.layers()] == ["unlit"]
    assert (made.base_color_factor, made.alpha_mode, made.double_sided) == ((0.5, 0.25, 1, 0.5), AlphaMode.BLEND, True)
    assert (made.metallic_factor, made.emissive_factor) == (0, (0, 0, 0))


def test_lamps_show_their_emission_and_older_materials_their_diffuse_colour() -> None:
    glow = TextureInfo(texture=Texture())
    lamp = unlit(Material(
        base_color_factor=(0, 0, 0, 1), emissive_factor=(0.5, 0.125, 0), emissive_texture=glow,
        emissive_strength=EmissiveStrength(strength=4.0),
    ))  # fmt: skip
    assert lamp.base_color_factor == (1, 0.5, 0, 1)
    assert lamp.base_color_texture is not None
    assert unlit(Material(specular_glossiness=SpecularGlossiness(diffuse_factor=(1, 0, 0, 1)))).base_color_factor == (
        1, 0, 0, 1)  # fmt: skip


def test_normals_are_then_unused() -> None:
    part = primitive(NORMAL=np.tile(np.float32([0, 0, 1]), (4, 1)))
    part.material = Material()
    doc = document(part, materials=[part.material])
    doc.apply(Unlit(), Prune())
    assert list(part.attributes) == ["POSITION"]
    once = doc.to_bytes()
    doc.apply(Unlit())
    assert doc.to_bytes() == once


def test_animated_materials_stay_lit() -> None:
    glowing, fading = Material(), Material()
    doc = document(materials=[glowing, fading])
    sampler = AnimationSampler(input=Accessor(np.float32([0])), output=Accessor(np.float32([[1, 1, 1]])))
    channels = [
        Channel(sampler=sampler, path="pointer", pointer=Pointer(target=material, path=path))
        for material, path in ((glowing, "emissiveFactor"), (fading, "pbrMetallicRoughness/baseColorFactor"))
    ]
    doc.animations = [Animation(samplers=[sampler], channels=channels)]
    change = Unlit()(doc, Context())
    assert "emissiveFactor is animated" in change.skipped[0].why
    assert glowing.unlit is None
    assert fading.unlit is not None
