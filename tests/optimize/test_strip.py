"""Nothing goes that somebody reads."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Channel,
    Context,
    Document,
    Material,
    Mesh,
    Node,
    Texture,
    TextureInfo,
    TextureTransform,
    Variant,
    VariantMapping,
)
from forge3d.lod import levels, with_levels
from forge3d.optimize import Strip

from . import QUAD, document, everything_drawn, placed, primitive, sphere

UVS = QUAD[:, :2].copy()


def painted(tex_coord: int, transformed: int | None = None) -> Material:
    transform = None if transformed is None else TextureTransform(tex_coord=transformed)
    return Material(base_color_texture=TextureInfo(texture=Texture(), tex_coord=tex_coord, transform=transform))


def test_sets_that_only_a_variant_or_a_texture_transform_reads_stay() -> None:
    """By the default material alone, every set here would look unused."""
    part = primitive(TEXCOORD_0=UVS, TEXCOORD_1=UVS + 1, TEXCOORD_2=UVS + 2, TEXCOORD_3=UVS + 3)
    part.material = Material()
    part.variants = [VariantMapping(material=painted(0, transformed=2), variants=[Variant(name="other")])]
    Strip()(document(part), Context())
    assert sorted(part.attributes) == ["POSITION", "TEXCOORD_0", "TEXCOORD_1", "TEXCOORD_2"]
    plain = primitive(TEXCOORD_0=UVS)
    Strip(unread=False)(document(plain), Context())
    assert "TEXCOORD_0" in plain.attributes
    Strip()(document(plain), Context())
    assert list(plain.attributes) == ["POSITION"]


def test_names_go_but_those_that_viewers_choose_by() -> None:
    part = primitive()
    part.attributes["POSITION"].name = "points"
    part.material = Material(name="oak")
    part.variants = [VariantMapping(material=Material(name="ash"), variants=[Variant(name="Ash")])]
    doc = document(part)
    doc.variants = [part.variants[0].variants[0]]
    doc.nodes[0].name, doc.meshes[0].name, doc.scenes[0].name = "node", "mesh", "Shop"
    times, turns = Accessor(np.float32([0, 1])), Accessor(np.float32([[0, 0, 0, 1]] * 2))
    sampler = AnimationSampler(input=times, output=turns)
    doc.animations = [Animation(name="Open", samplers=[sampler],
                                channels=[Channel(sampler=sampler, path="rotation", node=doc.nodes[0])])]  # fmt: skip
    other = doc.copy()
    Strip()(doc, Context())
    again = Document.read(doc.to_bytes())
    assert (again.nodes[0].name, again.meshes[0].name, [m.name for m in again.materials]) == (None, None, [None] * 2)
    assert again.meshes[0].primitives[0].attributes["POSITION"].name is None
    assert (again.variants[0].name, again.animations[0].name, again.scenes[0].name) == ("Ash", "Open", "Shop")
    assert other.meshes[0].primitives[0].attributes["POSITION"].name == "points"


def test_extras_go_but_those_of_levels_and_morph_targets() -> None:
    ball = Node(mesh=Mesh(primitives=[sphere(12)], extras={"targetNames": ["smile"], "mark": 1}), extras={"mark": 2})
    plain = placed(ball)
    doc = with_levels(plain, levels(plain, ratios=(0.5,)))
    doc.extras = {"mark": 3}
    coverage = doc.nodes[0].extras["MSFT_screencoverage"]
    Strip(names=False)(doc, Context())
    assert doc.nodes[0].extras == {"MSFT_screencoverage": coverage}
    assert doc.meshes[0].extras == {"targetNames": ["smile"]}
    assert doc.extras is None
    Strip(extras=False)(doc, Context())
    assert doc.meshes[0].extras is None
    assert doc.nodes[0].extras == {"MSFT_screencoverage": coverage}


@pytest.mark.parametrize(("option", "name"), [("colors", "COLOR_0"), ("tangents", "TANGENT")])
def test_colours_and_tangents_go_only_when_told(option: str, name: str) -> None:
    part = primitive(COLOR_0=np.ones((4, 4), np.float32), TANGENT=np.tile(np.float32([1, 0, 0, 1]), (4, 1)))
    part.material = Material(normal_texture=TextureInfo(texture=Texture()))
    part.attributes["TEXCOORD_0"] = Accessor(UVS)
    part.targets = [{"POSITION": Accessor(QUAD), name: Accessor(np.ones((4, len("rgb")), np.float32))}]
    doc = document(part)
    before = everything_drawn(doc)
    Strip()(doc, Context())
    assert everything_drawn(doc) == before
    Strip(**{option: True})(doc, Context())
    assert name not in part.attributes
    assert list(part.targets[0]) == ["POSITION"]
    once = doc.to_bytes()
    Strip(**{option: True})(doc, Context())
    assert doc.to_bytes() == once
