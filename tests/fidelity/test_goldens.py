"""DamagedHelmet beside the pictures of ten renderers."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge3d.render import Renderer

from .goldens import distances, helmet


@pytest.mark.parametrize("quality", ["standard", pytest.param("high", marks=pytest.mark.slow)])
def test_helmet_is_as_near_to_a_golden_as_they_are_to_each_other(
    quality: str, renderer: Renderer, shared_assets: Path
) -> None:
    assert min(distances(helmet(renderer, shared_assets, quality), shared_assets).values()) <= 12
