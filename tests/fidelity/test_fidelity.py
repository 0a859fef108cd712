"""Pictures against path tracing (Blender Cycles, 160 samples), in decibels on white: lower is closer.

The bounds are what was measured on llvmpipe, and a little room. `python -m tests.fidelity.measure ASSETS` prints all
scenes at every quality beside <model-viewer>, the Khronos sample renderer and Filament.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from forge3d.document import Document
from forge3d.errors import GpuUnavailable
from forge3d.render import Renderer

from .measure import distance, picture, scenes

# Scene → decibels it must stay under at `standard` and at `high`.
BOUNDS = {
    "DamagedHelmet": (-29.4, -35.8),
    "WaterBottle": (-31.8, -38.0),
    "WickerChair": (-28.8, -31.0),
    "CesiumMilkTruck": (-29.1, -33.2),
    "Duck": (-29.4, -32.0),
    "NormalTangentTest": (-25.9, -31.8),
    "Mixer": (-23.3, -34.0),
}


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    try:
        made = Renderer()
    except GpuUnavailable as error:
        pytest.skip(str(error))
    with made:
        yield made


@pytest.mark.parametrize("name", BOUNDS)
def test_standard(name: str, renderer: Renderer, shared_assets: Path) -> None:
    assert measured(name, "standard", renderer, shared_assets) <= BOUNDS[name][0]


@pytest.mark.parametrize(
    "name", [name if name == "DamagedHelmet" else pytest.param(name, marks=pytest.mark.slow) for name in BOUNDS]
)
def test_high(name: str, renderer: Renderer, shared_assets: Path) -> None:
    assert measured(name, "high", renderer, shared_assets) <= BOUNDS[name][1]


def measured(name: str, quality: str, renderer: Renderer, assets: Path) -> float:
    scene = scenes(assets)[name]
    document = Document.read(assets / scene["model"])
    return distance(picture(renderer, document, scene, assets, quality), scene, assets)
