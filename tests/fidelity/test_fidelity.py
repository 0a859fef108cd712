"""Pictures against path tracing (Blender Cycles, 160 samples), in decibels on white: lower is closer.

The bounds are what was measured on llvmpipe, and a little room. `python -m tests.fidelity.measure ASSETS` prints all
scenes beside <model-viewer>, the Khronos sample renderer and Filament.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from forge3d.document import Document
from forge3d.errors import GpuUnavailable
from forge3d.render import Renderer

from .measure import distance, scenes

# Scene → decibels it must stay under.
BOUNDS = {
    "DamagedHelmet": -28.4,
    "WaterBottle": -31.6,
    "WickerChair": -27.6,
    "CesiumMilkTruck": -28.9,
    "Duck": -29.3,
    "NormalTangentTest": -25.1,
    "Mixer": -23.0,
}


@pytest.mark.parametrize("name", BOUNDS)
def test_distance_to_path_tracing(name: str, shared_assets: Path) -> None:
    try:
        renderer = Renderer()
    except GpuUnavailable as error:
        pytest.skip(str(error))
    scene = scenes(shared_assets)[name]
    with renderer:
        measured = distance(renderer, Document.read(shared_assets / scene["model"]), scene, shared_assets)
    assert measured <= BOUNDS[name]
