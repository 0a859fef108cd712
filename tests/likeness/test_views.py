from __future__ import annotations

import numpy as np
import pytest
from tests.render.shapes import node, placed, quad, unlit

from forge3d.document import Accessor, Animation, AnimationSampler, Channel, Document, Variant, VariantMapping
from forge3d.errors import RecipeError
from forge3d.likeness import Drawing, Thresholds, compare_models, sides
from forge3d.render import Renderer

SMALL = (32, 32)


def card(color: tuple[float, float, float, float] = (1, 0, 0, 1)) -> Document:
    return placed(node(quad(unlit(color))))


def test_sides() -> None:
    assert sides(1) == [(0, 0)]
    assert sides(4) == [(0, 0), (90, 0), (180, 0), (270, 0)]
    assert sides(6) == [*sides(4), (45, 60), (225, -30)]
    assert len(sides(9)) == 9
    for count in (0, 361):
        with pytest.raises(RecipeError, match="sides="):
            sides(count)


def test_a_pair_for_each_side(renderer: Renderer) -> None:
    pairs = list(compare_models(renderer, card(), card(), Drawing(size=SMALL)))
    assert [pair.name for pair in pairs] == ["0°", "90°", "180°", "270°", "45°, 60° above", "225°, 30° below"]
    assert all(pair.difference is not None and pair.difference.identical for pair in pairs)
    assert pairs[1].difference is not None
    assert pairs[1].difference.object is None  # a card has no thickness: nothing is seen from its edge


def test_the_camera_is_that_of_the_reference(renderer: Renderer) -> None:
    small = placed(node(quad(unlit((1, 0, 0, 1)), size=1.0)))
    (pair,) = compare_models(
        renderer, card(), small, Drawing(sides=1, size=(64, 64)), thresholds=Thresholds(min_iou=0.9)
    )
    assert pair.difference is not None
    assert pair.difference.iou == pytest.approx(0.25, abs=0.02)
    assert pair.exit_code == 1


def test_times_and_variants(renderer: Renderer) -> None:
    first, second = card(), card()
    for document, way in ((first, 2.0), (second, -2.0)):
        moves = AnimationSampler(
            input=Accessor(np.array([0, 1], np.float32)),
            output=Accessor(np.array([[0, 0, 0], [way, 0, 0]], np.float32)),
        )
        channel = Channel(sampler=moves, node=document.nodes[0], path="translation")
        document.animations.append(Animation(samplers=[moves], channels=[channel]))
        blue, name = unlit((0, 0, 1, 1)), Variant(name="Blue")
        document.materials.append(blue)
        document.variants.append(name)
        (primitive,) = document.nodes[0].mesh.primitives  # type: ignore[union-attr]
        primitive.variants.append(VariantMapping(material=blue, variants=[name]))
    drawing = Drawing(sides=1, size=SMALL, times=(0.0, 1.0), variants=(None, "Blue"))
    pairs = list(compare_models(renderer, first, second, drawing, keep=True))
    assert [pair.name for pair in pairs] == ["0 s · 0°", "1 s · 0°", "Blue · 0 s · 0°", "Blue · 1 s · 0°"]
    alike = [pair.difference.iou for pair in pairs if pair.difference is not None]
    assert alike[0] == alike[2] == 1
    assert alike[1] == alike[3] == 0
    assert pairs[2].pictures is not None
    assert pairs[2].pictures[0][16, 16].tolist()[2] > 200
    with pytest.raises(RecipeError, match="variant='Green'"):
        list(compare_models(renderer, first, second, Drawing(variants=("Green",))))
