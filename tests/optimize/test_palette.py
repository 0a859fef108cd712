"""Plain colours share a material, and each part still finds its own."""

from __future__ import annotations

from typing import Any

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
    Mesh,
    Node,
    Pointer,
    Texture,
    TextureInfo,
    Variant,
    VariantMapping,
)
from forge3d.document.statistics import statistics
from forge3d.images.colour import decode_values
from forge3d.optimize import Join, Palette

from . import placed, primitive


def swatches(*materials: Material, **attributes: Any) -> Document:
    nodes = []
    for number, material in enumerate(materials):
        part = primitive(**attributes)
        part.material = material
        nodes.append(Node(mesh=Mesh(primitives=[part]), translation=(float(number), 0.0, 0.0)))
    return placed(*nodes, materials=list(dict.fromkeys(materials)))


def color(r: float, g: float, b: float, a: float = 1.0, **options: Any) -> Material:
    return Material(base_color_factor=(r, g, b, a), **options)


def seen(doc: Document, number: int, slot: str, srgb: bool) -> np.ndarray:
    """What a viewer reads of a slot at the first vertex of a part, in [0, 1]; white where there is no texture."""
    part = doc.meshes[number].primitives[0]
    assert part.material is not None
    info = getattr(part.material, slot)
    if info is None:
        return np.ones(4)
    u, v = part.attributes[f"TEXCOORD_{info.tex_coord}"].floats[0]
    pixels = info.texture.image.pixels
    texel = pixels[int(v * pixels.shape[0]), int(u * pixels.shape[1])]
    return decode_values(texel, srgb=srgb)


def test_five_colours_become_cells_of_one_texture_and_join() -> None:
    colors = [(1.0, 0.0, 0.0), (0.0, 0.5, 0.0), (0.2, 0.2, 1.0), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)]
    materials = [color(*c, roughness_factor=0.2 * n, metallic_factor=0.0) for n, c in enumerate(colors)]
    doc = swatches(*materials, materials[0])
    change = Palette()(doc, Context())
    (material,) = doc.materials
    assert material.base_color_factor == (1.0, 1.0, 1.0, 1.0)
    assert material.metallic_factor == 0.0  # what all have alike is not rounded
    for number, expected in enumerate([*colors, colors[0]]):
        assert seen(doc, number, "base_color_texture", True)[:3] == pytest.approx(np.array(expected), abs=0.005)
        rough = seen(doc, number, "metallic_roughness_texture", False)[1] * material.roughness_factor
        assert rough == pytest.approx(0.2 * (number % 5), abs=0.002)
    assert material.emissive_texture is None
    assert [image.header.width for image in doc.images] == [16, 16]
    assert change.notes[0].startswith("5 materials became one")
    Join()(doc, Context())
    assert statistics(doc).draw_calls == 1


def test_alpha_is_a_share_and_opaque_materials_ignore_it() -> None:
    blended = [color(1, 1, 1, a, alpha_mode=AlphaMode.BLEND) for a in (0.2, 0.4, 0.8)]
    doc = swatches(*blended)
    Palette(least=3, block=1)(doc, Context())
    (material,) = doc.materials
    assert material.base_color_factor == (1.0, 1.0, 1.0, 0.8)
    alphas = [seen(doc, n, "base_color_texture", False)[3] * 0.8 for n in range(3)]
    assert alphas == pytest.approx([0.2, 0.4, 0.8], abs=0.002)
    opaque = swatches(*(color(1, 0, 0, a) for a in (0.2, 0.4, 0.8)))
    Palette(least=2)(opaque, Context())
    assert len(opaque.materials) == 3  # one look: Dedup's work, not a palette's


def test_other_textures_and_sets_are_kept() -> None:
    bumps = TextureInfo(texture=Texture(image=Image(images.encode(np.zeros((2, 2, 3), np.uint8), "png"))))
    uv = np.zeros((4, 2), np.float32)
    doc = swatches(*(color(n / 4, 0, 0, normal_texture=bumps) for n in range(5)), TEXCOORD_0=uv)
    Palette()(doc, Context())
    (material,) = doc.materials
    assert material.normal_texture is bumps
    assert material.base_color_texture is not None
    assert material.base_color_texture.tex_coord == 1
    assert set(doc.meshes[0].primitives[0].attributes) == {"POSITION", "TEXCOORD_0", "TEXCOORD_1"}


@pytest.mark.parametrize("why", ["variants", "animated", "extras", "textured", "extension", "few", "sides"])
def test_what_stays(why: str) -> None:
    materials = [color(n / 5, 0, 0) for n in range(4 if why == "few" else 5)]
    doc = swatches(*materials)
    part = doc.meshes[0].primitives[0]
    if why == "variants":
        look = Variant(name="red")
        doc.variants = [look]
        part.variants = [VariantMapping(material=materials[1], variants=[look])]
    elif why == "animated":
        sampler = AnimationSampler(input=Accessor(np.float32([0])), output=Accessor(np.ones((1, 4), np.float32)))
        pointer = Pointer(target=materials[0], path="pbrMetallicRoughness/baseColorFactor")
        doc.animations = [Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="p", pointer=pointer)])]
    elif why == "extras":
        materials[0].extras = {"fabric": "wool"}
    elif why == "textured":
        materials[0].base_color_texture = TextureInfo(texture=Texture(image=Image(b"x")))
    elif why == "extension":
        materials[0].extensions["EXT_wobble"] = {}
    elif why == "sides":
        materials[0].double_sided = True
    Palette()(doc, Context())
    assert doc.materials == materials
    assert part.material is materials[0]
