"""Pictures against path tracing (Blender Cycles), in decibels on white: lower is closer.

The bounds are what was measured on llvmpipe, and a little room. `python -m tests.fidelity.measure ASSETS` prints all
scenes at every quality beside <model-viewer>, the Khronos sample renderer and Filament.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from forge3d.document import Document
from forge3d.render import Renderer

from .measure import Series, distance, own, picture, shared

# Scene → decibels it must stay under at `standard` and at `high`.
BOUNDS = {
    "DamagedHelmet": (-30.3, -35.8),
    "WaterBottle": (-34.0, -38.0),
    "WickerChair": (-28.8, -31.0),
    "CesiumMilkTruck": (-30.0, -33.2),
    "Duck": (-30.8, -32.0),
    "NormalTangentTest": (-26.3, -31.8),
    "Mixer": (-26.9, -34.0),
}
PRODUCTS = {"candle": (-26.6, -34.6), "cushions": (-35.8, -41.6), "lantern": (-32.4, -36.8)}
QUICK = ("DamagedHelmet", "lantern")
"""Path traced in the default run."""


def traced(names: dict[str, tuple[float, float]]) -> list[object]:
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in names]


@pytest.fixture(scope="module")
def products() -> Iterator[Series]:
    with own() as series:
        yield series


@pytest.mark.parametrize("name", BOUNDS)
def test_standard(name: str, renderer: Renderer, shared_assets: Path) -> None:
    assert measured(name, "standard", renderer, shared(shared_assets)) <= BOUNDS[name][0]


@pytest.mark.parametrize("name", traced(BOUNDS))
def test_high(name: str, renderer: Renderer, shared_assets: Path) -> None:
    assert measured(name, "high", renderer, shared(shared_assets)) <= BOUNDS[name][1]


@pytest.mark.parametrize("name", PRODUCTS)
def test_products_at_standard(name: str, renderer: Renderer, products: Series) -> None:
    assert measured(name, "standard", renderer, products) <= PRODUCTS[name][0]


@pytest.mark.parametrize("name", traced(PRODUCTS))
def test_products_at_high(name: str, renderer: Renderer, products: Series) -> None:
    assert measured(name, "high", renderer, products) <= PRODUCTS[name][1]


def measured(name: str, quality: str, renderer: Renderer, series: Series) -> float:
    scene = series.scenes[name]
    document = Document.read(series.base / scene["model"])
    return distance(picture(renderer, document, scene, series.base, quality), scene, series.base)
