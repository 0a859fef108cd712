"""Budgets: the least is given up that fits, and it is told."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as Picture

from forge3d.document import Document, Image, Material, Texture, TextureInfo
from forge3d.document.statistics import statistics
from forge3d.errors import BudgetMissed, RecipeError
from forge3d.optimize import PRESETS
from forge3d.optimize.budget import Budget, fit

from . import document, grid


@pytest.fixture(scope="module")
def model() -> Document:
    """A wavy sheet of 3,200 triangles under a noisy picture of 512 pixels."""
    part = grid(40, height=lambda x, y: 0.1 * np.sin(9 * x) * np.cos(7 * y))
    pixels = np.random.default_rng(7).integers(0, 255, (512, 512, 3)).astype(np.uint8)
    out = io.BytesIO()
    Picture.fromarray(pixels).save(out, "PNG")
    image = Image(out.getvalue())
    texture = Texture(image=image)
    part.material = Material(base_color_texture=TextureInfo(texture=texture))
    return document(part, materials=[part.material], textures=[texture], images=[image])


def size_of(doc: Document) -> int:
    return len(doc.to_bytes())


def test_what_fits_is_left_as_the_steps_make_it(model: Document) -> None:
    fitted = fit(model, PRESETS["web"], Budget(bytes=10_000_000, triangles=10_000))
    plain = model.copy()
    plain.apply(*PRESETS["web"])
    assert fitted.document.to_bytes() == plain.to_bytes()
    assert fitted.given_up == []


def test_bytes_cost_texture_size_first(model: Document) -> None:
    plain = fit(model, PRESETS["web"], Budget(bytes=10_000_000))
    fitted = fit(model, PRESETS["web"], Budget(bytes=size_of(plain.document) // 3))
    assert size_of(fitted.document) <= size_of(plain.document) // 3
    assert any(text.startswith("textures of at most") for text in fitted.given_up)
    assert model.images[0].header.width == 512  # the model itself stays


def test_tighter_budgets_give_up_more(model: Document) -> None:
    sizes = [size_of(fit(model, PRESETS["web"], Budget(bytes=most)).document) for most in (100_000, 40_000, 15_000)]
    assert sizes == sorted(sizes, reverse=True)
    assert all(size <= most for size, most in zip(sizes, (100_000, 40_000, 15_000), strict=True))


def test_triangles_are_kept_to(model: Document) -> None:
    fitted = fit(model, PRESETS["web"], Budget(triangles=1000))
    assert 500 < statistics(fitted.document).triangles <= 1000
    assert fitted.given_up[0].startswith("3,200 triangles became ")
    assert "mm" in fitted.given_up[0]


def test_the_impossible_names_the_closest(model: Document) -> None:
    with pytest.raises(BudgetMissed, match="the budget allows 500 bytes, and the closest is") as caught:
        fit(model, PRESETS["web"], Budget(bytes=500))
    assert caught.value.closest > 500
    assert caught.value.exit_code == 1


def test_exact_steps_have_nothing_to_give(model: Document) -> None:
    with pytest.raises(BudgetMissed, match="take a lossy preset"):
        fit(model, PRESETS["lossless"], Budget(bytes=5000))
    with pytest.raises(RecipeError, match="exact steps keep every triangle"):
        fit(model, PRESETS["lossless"], Budget(triangles=100))
