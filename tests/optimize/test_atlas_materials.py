"""One atlas shows what many textures showed."""

from __future__ import annotations

from math import pi
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge3d import images
from forge3d.document import (
    AlphaMode,
    Context,
    Document,
    Filter,
    Image,
    Material,
    Mesh,
    Node,
    Sampler,
    Texture,
    TextureInfo,
    TextureTransform,
    Variant,
    VariantMapping,
    Wrap,
)
from forge3d.document.material import Clearcoat, Unlit
from forge3d.document.statistics import statistics
from forge3d.images.colour import decode_values
from forge3d.optimize import AtlasMaterials, Join
from forge3d.optimize.atlas.packing import pack

from . import placed, primitive

SQUARE = np.float32([[0, 0], [1, 0], [1, 1], [0, 1]])
RNG = np.random.default_rng(7)


def picture(width: int = 8, height: int = 8, channels: int = 3) -> np.ndarray:
    return RNG.integers(0, 256, (height, width, channels)).astype(np.uint8)


def slot(pixels: np.ndarray, wrap: Wrap = Wrap.REPEAT, **options: Any) -> TextureInfo:
    image = Image(images.encode(pixels, "png"))
    return TextureInfo(texture=Texture(image=image, sampler=Sampler(wrap_s=wrap, wrap_t=wrap)), **options)


def shop(*materials: Material, uv: np.ndarray = SQUARE) -> Document:
    nodes = []
    for number, material in enumerate(materials):
        part = primitive(TEXCOORD_0=uv)
        part.material = material
        nodes.append(Node(mesh=Mesh(primitives=[part]), translation=(2.0 * number, 0.0, 0.0)))
    textures = [s.info.texture for m in materials for s in m.textures()]
    listed = [t.image for t in textures if t.image is not None]
    return placed(*nodes, materials=list(dict.fromkeys(materials)), textures=textures, images=listed)


def texel(info: TextureInfo, uv: np.ndarray, *, srgb: bool) -> np.ndarray:
    """The nearest texel at `uv`, wrapped as the sampler says, in [0, 1]."""
    assert info.texture.image is not None
    pixels = info.texture.image.pixels
    size = np.array([pixels.shape[1], pixels.shape[0]])
    at = np.floor(uv * size + 1e-4).astype(int)
    sampler = info.texture.sampler
    if sampler is None or sampler.wrap_s is Wrap.REPEAT:
        at %= size
    elif sampler.wrap_s is Wrap.MIRRORED_REPEAT:
        at %= 2 * size
        at = np.where(at < size, at, 2 * size - 1 - at)
    at = np.clip(at, 0, size - 1)
    return decode_values(pixels[at[1], at[0]], srgb=srgb)


def assert_shows(doc: Document, number: int, old: TextureInfo, uv: np.ndarray, factor: Any = 1.0) -> None:
    """At the middles of texels the atlas holds what the old texture held, times the factor."""
    part = doc.meshes[number].primitives[0]
    assert part.material is not None
    info = part.material.base_color_texture
    assert info is not None
    new = part.attributes["TEXCOORD_0"].array.astype(float)
    assert old.texture.image is not None
    size = np.array(old.texture.image.pixels.shape[1::-1])
    span = uv[2] - uv[0]
    for share in (np.array([0.5, 0.5]), np.array([2.5, 6.5]), np.array([7.5, 7.5])):
        at = share / size / span  # a share of the square
        here = texel(info, new[0] + (new[2] - new[0]) * at, srgb=True) * part.material.base_color_factor[:3]
        there = texel(old, uv[0] + span * at, srgb=True)[:3] * factor
        assert here == pytest.approx(there, abs=0.004), share


def test_two_textures_become_tiles_of_one_and_join() -> None:
    first, second = slot(picture()), slot(picture(16, 8))
    doc = shop(
        Material(base_color_texture=first), Material(base_color_texture=second, base_color_factor=(1, 0.5, 0, 1))
    )
    change = AtlasMaterials()(doc, Context())
    assert len(doc.materials) == 1
    assert_shows(doc, 0, first, SQUARE)
    assert_shows(doc, 1, second, SQUARE, np.array([1, 0.5, 0]))
    assert "2 materials became one" in change.notes[0]
    Join()(doc, Context())
    assert statistics(doc).draw_calls == 1


def test_gutters_go_on_as_the_texture_does() -> None:
    """A naive atlas has its neighbour beside the edge, and filters it in."""
    pixels = picture()
    for wrap, column in ((Wrap.REPEAT, 7), (Wrap.CLAMP_TO_EDGE, 0), (Wrap.MIRRORED_REPEAT, 0)):
        doc = shop(Material(base_color_texture=slot(pixels, wrap)), Material(base_color_texture=slot(picture())))
        AtlasMaterials()(doc, Context())
        part = doc.meshes[0].primitives[0]
        assert part.material is not None
        assert part.material.base_color_texture is not None
        atlas = part.material.base_color_texture.texture.image
        assert atlas is not None
        x, y = np.rint(part.attributes["TEXCOORD_0"].array[0] * atlas.pixels.shape[1::-1]).astype(int)
        np.testing.assert_array_equal(atlas.pixels[y : y + 8, x : x + 8], pixels)
        np.testing.assert_array_equal(atlas.pixels[y : y + 8, x - 1], pixels[:, column])


@pytest.mark.parametrize("wrap", list(Wrap))
@pytest.mark.parametrize("uv", [SQUARE + 3, SQUARE * 2 - 0.5, SQUARE * 0.5 + 0.25, 1 - SQUARE])
def test_coordinates_anywhere_find_their_texels(wrap: Wrap, uv: np.ndarray) -> None:
    first, second = slot(picture(), wrap), slot(picture(), wrap)
    doc = shop(Material(base_color_texture=first), Material(base_color_texture=second), uv=uv)
    AtlasMaterials()(doc, Context())
    assert_shows(doc, 0, first, uv)
    assert_shows(doc, 1, second, uv)


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60)), min_size=1, max_size=20))
def test_rectangles_never_overlap(sizes: list[tuple[int, int]]) -> None:
    packed = pack(sizes, 512)
    assert packed is not None
    (width, height), places = packed
    taken = np.zeros((height, width), int)
    for (x, y), (w, h) in zip(places, sizes, strict=True):
        assert x + w <= width
        assert y + h <= height
        taken[y : y + h, x : x + w] += 1
    assert taken.max() == 1
    assert pack(sizes, 1) == (((1, 1), [(0, 0)]) if sizes == [(1, 1)] else None)


def test_transforms_are_baked_and_small_atlases_scale() -> None:
    moved = TextureTransform(offset=(0.25, 0.5), scale=(0.5, 0.5))
    first = slot(picture(), transform=moved)
    doc = shop(Material(base_color_texture=first), Material(base_color_texture=slot(picture())))
    AtlasMaterials()(doc, Context())
    first.transform = None
    part = doc.meshes[0].primitives[0]
    assert part.material is not None
    info = part.material.base_color_texture
    assert info is not None
    assert info.transform is None
    span = SQUARE * 0.5 + np.float32([0.25, 0.5])
    at = part.attributes["TEXCOORD_0"].array
    middle = texel(info, at[0] + (at[2] - at[0]) * (0.5 / 4), srgb=True)
    assert middle == pytest.approx(texel(first, span[0] + 0.5 / 8, srgb=True), abs=0.004)
    big = shop(*(Material(base_color_texture=slot(picture(64, 64))) for _ in range(4)))
    AtlasMaterials(size=64, gutter=1)(big, Context())
    assert big.materials[0].base_color_texture is not None
    image = big.materials[0].base_color_texture.texture.image
    assert image is not None
    assert max(image.header.width, image.header.height) == 64


def test_occlusion_roughness_and_metalness_share_a_picture() -> None:
    rough, occluded = slot(picture(4, 4)), slot(picture(8, 8), strength=0.5)
    doc = shop(
        Material(base_color_texture=slot(picture(8, 8)), metallic_roughness_texture=rough, roughness_factor=0.5),
        Material(base_color_texture=slot(picture(8, 8)), occlusion_texture=occluded, metallic_factor=0.0),
    )
    AtlasMaterials()(doc, Context())
    (material,) = doc.materials
    assert material.metallic_roughness_texture is not None
    assert material.occlusion_texture is not None
    assert material.occlusion_texture.texture is material.metallic_roughness_texture.texture
    assert material.occlusion_texture.strength == 1.0
    at = doc.meshes[1].primitives[0].attributes["TEXCOORD_0"].array
    found = texel(material.occlusion_texture, at[0] + (at[2] - at[0]) * (2.5 / 8), srgb=False)
    red = texel(occluded, np.array([2.5 / 8, 2.5 / 8]), srgb=False)[0]
    assert found == pytest.approx([1 + 0.5 * (red - 1), 1.0, 0.0], abs=0.003)
    here = doc.meshes[0].primitives[0].attributes["TEXCOORD_0"].array
    first = texel(material.metallic_roughness_texture, here[0] + (here[2] - here[0]) * (0.5 / 8), srgb=False)
    assert first[1] == pytest.approx(texel(rough, np.zeros(2), srgb=False)[1] * 0.5, abs=0.2)  # 4 texels over 8


def test_normal_maps_keep_their_scale_and_plain_materials_are_flat() -> None:
    bumps = np.zeros((8, 8, 3), np.uint8)
    bumps[:] = (200, 128, 220)
    doc = shop(Material(normal_texture=slot(bumps, scale=0.5)), Material())
    AtlasMaterials()(doc, Context())
    (material,) = doc.materials
    assert material.normal_texture is not None
    assert material.normal_texture.scale == 0.5
    flat = texel(material.normal_texture, doc.meshes[1].primitives[0].attributes["TEXCOORD_0"].array[0], srgb=False)
    assert flat == pytest.approx([0.5, 0.5, 1.0], abs=0.003)
    assert material.base_color_texture is None  # all have the same factors, so nothing is painted


def test_masked_materials_keep_alpha_and_groups_stay_apart() -> None:
    pixels = picture(8, 8, 4)
    masked = [Material(base_color_texture=slot(pixels), alpha_mode=AlphaMode.MASK) for _ in range(2)]
    unlit = [Material(base_color_texture=slot(picture()), unlit=Unlit()) for _ in range(2)]
    doc = shop(*masked, *unlit)
    AtlasMaterials()(doc, Context())
    assert [m.alpha_mode for m in doc.materials] == [AlphaMode.MASK, AlphaMode.OPAQUE]
    info = doc.materials[0].base_color_texture
    assert info is not None
    at = doc.meshes[0].primitives[0].attributes["TEXCOORD_0"].array
    found = texel(info, at[0] + (at[2] - at[0]) * (0.5 / 8), srgb=False)
    assert found[3] == pytest.approx(pixels[0, 0, 3] / 255)


def test_hard_pixels_stay_hard() -> None:
    hard = [Material(base_color_texture=slot(picture())) for _ in range(2)]
    for material in hard:
        assert material.base_color_texture is not None
        assert material.base_color_texture.texture.sampler is not None
        material.base_color_texture.texture.sampler.mag_filter = Filter.NEAREST
    doc = shop(*hard, *(Material(base_color_texture=slot(picture())) for _ in range(2)))
    AtlasMaterials()(doc, Context())
    found = [m.base_color_texture.texture.sampler.mag_filter for m in doc.materials]  # type: ignore[union-attr]
    assert found == [Filter.NEAREST, Filter.LINEAR]


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("repeats", "repeats its texture: coordinates span 5 × 5"),
        ("variant", "belongs to a variant"),
        ("layers", "clearcoat.texture"),
        ("sets", "without TEXCOORD_1"),
        ("coordinates", "different coordinates"),
        ("turned", "turns its normal map"),
        ("broken", "cannot be decoded"),
        ("extras", "has extras"),
    ],
)
def test_what_does_not_fit_is_named(why: str, told: str) -> None:
    good = [Material(name="good", base_color_texture=slot(picture())) for _ in range(2)]
    info = slot(picture())
    odd = Material(name="odd", base_color_texture=info)
    doc = shop(*good, odd)
    part = doc.meshes[2].primitives[0]
    if why == "repeats":
        part.attributes["TEXCOORD_0"] = primitive(TEXCOORD_0=SQUARE * 5).attributes["TEXCOORD_0"]
    elif why == "variant":
        look = Variant(name="a")
        doc.variants, part.variants = [look], [VariantMapping(material=odd, variants=[look])]
    elif why == "layers":
        odd.clearcoat = Clearcoat(factor=1.0, texture=slot(picture()))
    elif why == "sets":
        info.tex_coord = 1
    elif why == "coordinates":
        odd.normal_texture = slot(picture(), tex_coord=1)
    elif why == "turned":
        info.transform = TextureTransform(rotation=pi / 2)
        odd.normal_texture = slot(picture(), transform=TextureTransform(rotation=pi / 2))
    elif why == "broken":
        odd.base_color_texture = TextureInfo(texture=Texture(image=Image(b"nothing")))
    elif why == "extras":
        odd.extras = 1
    change = AtlasMaterials()(doc, Context())
    assert [skip.what for skip in change.skipped] == ["material 'odd'"]
    assert told in change.skipped[0].why
    assert part.material is odd
    assert len(doc.materials) == 2


def test_a_real_model_reads_its_own_texels(shared_assets: Path) -> None:
    doc = Document.read(shared_assets / "models/blender-io/12_orm_two_uvmaps/12_orm_two_uvmaps.gltf")
    before = [m.name for m in doc.materials]
    change = AtlasMaterials()(doc, Context())
    assert [m.name for m in doc.materials] == before  # one material: nothing to put together
    assert all("different" in skip.why for skip in change.skipped)
