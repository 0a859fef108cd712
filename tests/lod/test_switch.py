"""Distances and coverage, against what a camera does."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.errors import RecipeError
from forge3d.lod import View, allowed_error, screen_coverage, switch_distance


def test_an_error_is_one_pixel_at_its_distance() -> None:
    distance = switch_distance(0.01, View(screen_height=1000, fov=60))
    half_height = distance * np.tan(np.radians(30))  # what half of the screen shows there
    assert 0.01 / half_height * 500 == pytest.approx(1)
    assert switch_distance(0.01, View(pixels=2)) == pytest.approx(switch_distance(0.01) / 2)
    assert switch_distance(0) == 0
    view = View(pixels=3, screen_height=720, fov=30)
    assert allowed_error(switch_distance(0.02, view), view) == pytest.approx(0.02)


@pytest.mark.parametrize("wrong", [{"pixels": 0}, {"screen_height": -1}, {"fov": 180}])
def test_a_view_that_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(RecipeError, match="a view of"):
        View(**wrong)  # type: ignore[arg-type]


def test_a_sphere_covers_the_disc_that_it_shows() -> None:
    distance = 10 / np.tan(np.radians(20))  # a sphere of 10 m reaches both edges, by the tangent
    assert screen_coverage(10, distance, View(fov=40)) == pytest.approx(np.pi / 4)
    assert screen_coverage(1, 2000, View(fov=40)) == pytest.approx(screen_coverage(1, 1000, View(fov=40)) / 4)
    assert screen_coverage(1, 0.5) == 1
