"""Variants, angles and sizes."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d import images
from forge3d.document import Document, Variant, VariantMapping
from forge3d.errors import RecipeError
from forge3d.render import Renderer
from forge3d.render.matrix import ANGLES, Matrix, pictures

from .shapes import node, placed, quad, unlit


def card() -> Document:
    primitive, blue, name = quad(unlit((1, 0, 0, 1), double_sided=True)), unlit((0, 0, 1, 1)), Variant(name="Sea Blue")
    primitive.variants = [VariantMapping(material=blue, variants=[name])]
    document = placed(node(primitive))
    document.materials, document.variants = [blue], [name]
    return document


def test_every_combination_once(renderer: Renderer) -> None:
    matrix = Matrix({"front": (0, 0), "hero": (35, 15)}, ((24, 24), (48, 48)), (None, "Sea Blue"))
    made = {picture.name: picture for picture in pictures(renderer, card(), matrix)}
    assert list(made) == [
        "front-48", "front-24", "hero-48", "hero-24",
        "sea_blue-front-48", "sea_blue-front-24", "sea_blue-hero-48", "sea_blue-hero-24",
    ]  # fmt: skip
    assert {picture.pixels.shape[:2] for picture in made.values()} == {(48, 48), (24, 24)}
    assert made["front-24"].pixels[12, 12, 0] > 200 > 80 > made["front-24"].pixels[12, 12, 2]
    assert made["sea_blue-front-48"].pixels[24, 24, 2] > 200
    # All variants stand at the same place, and small pictures are large ones made smaller.
    np.testing.assert_array_equal(made["hero-48"].pixels[..., 3], made["sea_blue-hero-48"].pixels[..., 3])
    np.testing.assert_array_equal(made["hero-24"].pixels, images.resize(made["hero-48"].pixels, (24, 24), srgb=True))


def test_what_is_refused(renderer: Renderer) -> None:
    for wrong in ({"angles": {}}, {"sizes": ()}, {"variants": ()}):
        with pytest.raises(RecipeError, match="at least one"):
            Matrix(**{"angles": ANGLES, **wrong})  # type: ignore[arg-type]
    with pytest.raises(RecipeError, match="one shape"):
        Matrix(ANGLES, ((64, 64), (64, 32)))
    with pytest.raises(RecipeError, match="Sea Blue"):
        list(pictures(renderer, card(), Matrix({"front": (0, 0)}, ((8, 8),), ("Red",))))
