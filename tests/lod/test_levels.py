"""Levels: fewer and fewer triangles, each from the original, with the error that was measured."""

from __future__ import annotations

import numpy as np
import pytest
from tests.optimize import document, grid, placed, primitive, sphere

from forge3d.document import Accessor, Context, Document, Image, Instancing, Material, Mesh, Node, Texture, TextureInfo
from forge3d.document.geometry import triangles
from forge3d.errors import RecipeError, UnsupportedFeature
from forge3d.lod import levels
from forge3d.surface.deviation import Surface, deviation


def bumpy() -> Document:
    return document(grid(24, height=lambda x, y: 0.1 * np.sin(7 * x) * np.cos(5 * y)))


def surface(doc: Document) -> Surface:
    part = doc.meshes[0].primitives[0]
    return Surface(part.attributes["POSITION"].array, triangles(part))


def test_three_halvings_by_default_with_errors_that_rise() -> None:
    doc = bumpy()
    before = surface(doc)
    found = levels(doc)
    assert [level.triangles for level in found] == pytest.approx([576, 288, 144], abs=1)  # most edges take two
    assert all(
        level.ratio == level.triangles / 1152 <= most for level, most in zip(found, (0.5, 0.25, 0.125), strict=True)
    )
    assert found[0].error < found[1].error < found[2].error < 0.05
    for level in found:
        assert level.triangles == len(surface(level.document).triangles)
        assert level.error == pytest.approx(deviation(before, surface(level.document)).largest, rel=1e-4)
    assert np.array_equal(before.triangles, surface(doc).triangles)  # the document itself did not change


def test_what_may_be_asked_for() -> None:
    doc = bumpy()
    assert [level.triangles for level in levels(doc, 2)] == pytest.approx([576, 288], abs=1)
    assert [level.triangles for level in levels(doc, ratios=(0.75, 0.1))] == pytest.approx([864, 115], abs=1)
    assert [level.triangles for level in levels(doc, triangles=(700, 100))] == pytest.approx([700, 100], abs=1)
    fine, coarse = levels(doc, errors=(0.002, 0.01))
    assert 1152 > fine.triangles > coarse.triangles
    assert fine.error < coarse.error < 0.03


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"count": 3, "ratios": (0.5,)}, "only one of"),
        ({"count": 0}, "1 to 16"),
        ({"ratios": (0.25, 0.5)}, "fall"),
        ({"ratios": (1.0,)}, "between 0 and 1"),
        ({"ratios": ()}, "between 0 and 1"),
        ({"triangles": (0,)}, "at least 1"),
        ({"errors": (0.1, 0.01)}, "rise"),
        ({"count": 2, "texture_sizes": (512,)}, "texture_sizes needs 2 sizes"),
    ],
)
def test_wishes_that_cannot_be_met_say_why(wishes: dict[str, object], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        levels(bumpy(), **wishes)  # type: ignore[arg-type]


def test_a_model_that_is_too_small_says_so() -> None:
    context = Context()
    single = document(primitive([[0, 0, 0], [1, 0, 0], [0, 1, 0]], (0, 1, 2)))
    assert levels(single, context=context) == []
    assert context.warnings[0] == "level 1 is left out: it cannot have fewer than 1 of 1 triangles"


def test_no_level_gives_up_the_models_shape() -> None:
    doc = document(sphere(16))
    found = levels(doc, ratios=(0.5, 0.01))
    assert found[-1].triangles > 0.01 * 480
    assert found[-1].error < 0.2


def test_flat_parts_give_their_triangles_first() -> None:
    doc = placed(*(Node(mesh=Mesh(primitives=[part])) for part in (grid(16), sphere(16))))
    (level,) = levels(doc, ratios=(0.5,))
    flat, ball = (len(triangles(mesh.primitives[0])) for mesh in level.document.meshes)
    assert ball == len(triangles(sphere(16)))
    assert flat < 20


def test_instances_and_placed_meshes_count_once_and_their_size_counts() -> None:
    node = Node(mesh=Mesh(primitives=[sphere(16)]))
    node.instancing = Instancing(attributes={"SCALE": Accessor(np.array([[1, 1, 1], [10, 10, 10]], np.float32))})
    (small,), (large,) = (levels(doc, ratios=(0.5,)) for doc in (document(sphere(16)), placed(node)))
    assert small.triangles == large.triangles
    assert large.error == pytest.approx(10 * small.error, rel=1e-3)


def test_textures_of_each_level() -> None:
    from forge3d.images import encode

    image = Image(encode(np.zeros((64, 64, 3), np.uint8), "png"))
    texture = Texture(image=image)
    doc = bumpy()
    part = doc.meshes[0].primitives[0]
    part.material = Material(base_color_texture=TextureInfo(texture=texture))
    doc.materials, doc.textures, doc.images = [part.material], [texture], [image]
    found = levels(doc, 2, texture_sizes=(32, 16))
    assert [level.document.images[0].header.width for level in found] == [32, 16]
    assert image.header.width == 64


def test_a_document_with_levels_is_refused() -> None:
    doc = bumpy()
    doc.nodes[0].extensions["MSFT_lod"] = {"ids": []}
    with pytest.raises(UnsupportedFeature, match="MSFT_lod"):
        levels(doc)
