"""Texture coordinates: as many bits as the texture has texels for, and no texel moves far."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as Picture

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
    Primitive,
    Texture,
    TextureInfo,
    TextureTransform,
    Variant,
    VariantMapping,
)
from forge3d.optimize import Quantize

from . import document, primitive


def texture(size: int) -> Texture:
    out = io.BytesIO()
    Picture.new("L", (size, 1)).save(out, "PNG")
    return Texture(image=Image(out.getvalue()))


def mapped(uv: object, size: int = 1024, **slot: object) -> Primitive:
    part = primitive(TEXCOORD_0=np.asarray(uv, np.float32))
    part.material = Material(base_color_texture=TextureInfo(texture=texture(size), **slot))  # type: ignore[arg-type]
    return part


def sampled(part: Primitive) -> np.ndarray:
    """Where the texture is read: the coordinates with the slot's transform, by KHR_texture_transform's matrices."""
    assert part.material is not None
    info = part.material.base_color_texture
    assert info is not None
    uv = part.attributes[f"TEXCOORD_{info.uv_set}"].floats.astype(np.float64)
    move = info.transform or TextureTransform()
    c, s = np.cos(move.rotation), np.sin(move.rotation)
    rotation = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    translation = np.array([[1, 0, move.offset[0]], [0, 1, move.offset[1]], [0, 0, 1]])
    matrix = translation @ rotation @ np.diag([*move.scale, 1])
    return (np.concatenate([uv, np.ones((len(uv), 1))], axis=1) @ matrix.T)[:, :2]


INSIDE = [[0, 0], [1, 0.3], [0.123456, 1], [0.77, 0.5]]
TILED = [[-2, 0], [3.5, 0.3], [0.123456, 4], [0.77, 0.5]]


@pytest.mark.parametrize(("size", "bits"), [(64, 10), (512, 12), (1024, 12), (8192, 13)])
def test_bits_follow_the_texture(size: int, bits: int) -> None:
    part = mapped(INSIDE, size)
    before = sampled(part)
    Quantize()(document(part), Context())
    stored = part.attributes["TEXCOORD_0"]
    assert stored.dtype == np.uint16
    assert stored.normalized
    steps = stored.array / 65535 * (2**bits - 1)
    assert np.abs(steps - np.rint(steps)).max() < 0.07
    assert np.abs(sampled(part) - before).max() * size <= max(0.14, 0.54 * size / 4095)
    assert stored.array.max() == 65535  # 1 stays 1, so that an edge stays an edge
    assert part.material is not None
    assert part.material.base_color_texture is not None
    assert part.material.base_color_texture.transform is None


@pytest.mark.parametrize(
    "transform",
    [None, TextureTransform(offset=(0.25, -0.5), rotation=0.7, scale=(2.0, -3.0))],
)
def test_coordinates_outside_move_into_the_transform(transform: TextureTransform | None) -> None:
    part = mapped(TILED, transform=transform)
    before, doc = sampled(part), document(part)
    assert Quantize()(doc, Context()).skipped == []
    assert part.attributes["TEXCOORD_0"].dtype == np.uint16
    assert np.abs(sampled(part) - before).max() * 1024 < 0.51 * 3
    assert "KHR_texture_transform" in doc.extensions_required


def test_the_texture_transforms_own_set_is_kept() -> None:
    part = mapped(INSIDE, transform=TextureTransform(tex_coord=1))
    part.attributes["TEXCOORD_1"] = Accessor(np.array(TILED, np.float32))
    before = sampled(part)
    Quantize()(document(part), Context())
    assert part.material is not None
    assert part.material.base_color_texture is not None
    assert part.material.base_color_texture.uv_set == 1
    assert np.abs(sampled(part) - before).max() * 1024 < 0.51


def test_outliers_leave_the_coordinates_alone() -> None:
    far = [[-100000, 0], [1, 0], [1, 1], [0, 1]]
    part = mapped(far)
    change = Quantize()(document(part), Context())
    assert part.attributes["TEXCOORD_0"].dtype == np.float32
    assert "span 100001 of the texture" in change.skipped[0].why


def test_one_material_means_one_range_and_variants_count() -> None:
    inside, outside = mapped(INSIDE), mapped(TILED)
    look = Variant(name="other")
    inside.variants = [VariantMapping(material=outside.material, variants=[look])]  # type: ignore[arg-type]
    before = sampled(inside), sampled(outside)
    Quantize()(document(inside, outside, variants=[look]), Context())
    for part, old in zip((inside, outside), before, strict=True):
        assert np.abs(sampled(part) - old).max() * 1024 < 0.51
    assert inside.material is not None
    assert inside.material.base_color_texture is not None
    assert inside.material.base_color_texture.transform is not None


def test_short_integers_are_stretched_where_that_pays() -> None:
    rng = np.random.default_rng(3)
    many = rng.random((3000, 2)).astype(np.float32)
    part = mapped(many, 1024)
    part.attributes |= {"POSITION": Accessor(rng.random((3000, 3)).astype(np.float32))}
    part.attributes.pop("NORMAL", None)
    before, doc = sampled(part), document(part)
    plain = doc.copy()
    Quantize()(doc, Context())
    assert 4095 <= part.attributes["TEXCOORD_0"].array.max() < 4150
    assert part.material is not None
    assert part.material.base_color_texture is not None
    assert part.material.base_color_texture.transform is not None
    assert len(str(part.material.base_color_texture.transform.scale[0])) <= 4  # every slot writes it as JSON
    assert np.abs(sampled(part) - before).max() * 1024 < 0.13
    assert "KHR_texture_transform" in doc.extensions_required
    Quantize(texture_transform=False)(plain, Context())
    other = plain.meshes[0].primitives[0]
    assert other.attributes["TEXCOORD_0"].array.max() > 60000
    assert np.abs(sampled(other) - before).max() * 1024 < 0.14
    assert "KHR_texture_transform" not in plain.extensions_required


def test_occlusion_takes_fewer_bits() -> None:
    part = primitive(TEXCOORD_0=np.asarray(INSIDE, np.float32))
    part.material = Material(occlusion_texture=TextureInfo(texture=texture(2048)))
    Quantize()(document(part), Context())
    steps = part.attributes["TEXCOORD_0"].array / 65535 * 4095
    assert np.abs(steps - np.rint(steps)).max() < 0.07


def test_shared_accessors_stay_shared() -> None:
    part, other = mapped(INSIDE), primitive()
    other.attributes["TEXCOORD_0"] = part.attributes["TEXCOORD_0"]
    Quantize()(document(part, other), Context())
    assert other.attributes["TEXCOORD_0"] is part.attributes["TEXCOORD_0"]


def left_alone(doc: Document, part: Primitive) -> str:
    (skip,) = Quantize(position=0)(doc, Context()).skipped
    assert part.attributes["TEXCOORD_0"].dtype == np.float32
    return skip.why


def test_what_cannot_be_moved_is_named() -> None:
    part = mapped(TILED)
    doc = document(part)
    sampler = AnimationSampler(input=Accessor(np.zeros(1, np.float32)), output=Accessor(np.zeros((1, 2), np.float32)))
    path = "pbrMetallicRoughness/baseColorTexture/extensions/KHR_texture_transform/offset"
    pointer = Pointer(target=part.material, path=path)
    doc.animations = [
        Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="pointer", pointer=pointer)])
    ]
    assert "transform is animated" in left_alone(doc, part)
    bare = primitive(TEXCOORD_0=np.array(TILED, np.float32))
    assert "no texture reads them" in left_alone(document(bare), bare)
    morphed = mapped(INSIDE)
    morphed.targets = [{"TEXCOORD_0": Accessor(np.zeros((4, 2), np.float32))}]
    assert "are morphed" in left_alone(document(morphed), morphed)
    odd = mapped([[np.nan, 0], [1, 0], [1, 1], [0, 1]])
    assert "not all finite" in left_alone(document(odd), odd)
    foreign = mapped(INSIDE)
    foreign.extensions["EXT_other"] = {}
    assert "read by an extension" in left_alone(document(foreign), foreign)
