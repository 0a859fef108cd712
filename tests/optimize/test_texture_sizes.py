"""How large textures become."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge3d import images
from forge3d.document import Context, Material
from forge3d.optimize import Textures
from forge3d.optimize.texture_sizes import fitted, without_idle_pixels

from .test_textures import picture, shown, slot

SLOPE = np.broadcast_to(np.arange(64)[:, None, None] + 40, (64, 64, 3)).astype(np.uint8)


@pytest.mark.parametrize(("size", "longest", "rule", "multiple", "expected"), [
    ((4096, 1000), 1024, None, 1, (1024, 250)),
    ((600, 400), None, None, 1, (600, 400)),
    ((600, 400), 2048, "floor", 1, (512, 256)),
    ((600, 400), 2048, "nearest", 1, (512, 512)),
    ((600, 400), 2048, "ceil", 1, (1024, 512)),
    ((600, 400), 1000, "ceil", 1, (512, 512)),
    ((768, 767), None, "nearest", 1, (1024, 512)),
    ((512, 64), None, "ceil", 1, (512, 64)),
    ((601, 1), None, None, 4, (600, 4)),
    ((1, 1), None, "ceil", 4, (4, 4)),
    ((10000, 1), 100, None, 1, (100, 1)),
])  # fmt: skip
def test_sizes(
    size: tuple[int, int], longest: int | None, rule: str | None, multiple: int, expected: tuple[int, int]
) -> None:
    assert fitted(size, longest, rule, multiple) == expected  # type: ignore[arg-type]


SIDES = st.integers(1, 9000)


@given(SIDES, SIDES, st.none() | SIDES, st.sampled_from(["floor", "nearest", "ceil"]))
def test_powers_of_two_stay_when_made_twice(w: int, h: int, longest: int | None, rule: str) -> None:
    made = fitted((w, h), longest, rule)  # type: ignore[arg-type]
    assert all(side & (side - 1) == 0 for side in made)
    assert max(made) <= (longest or max(made))
    assert fitted(made, longest, rule) == made  # type: ignore[arg-type]


@given(SIDES, SIDES)
def test_floor_and_ceil_enclose(w: int, h: int) -> None:
    below, above = fitted((w, h), None, "floor"), fitted((w, h), None, "ceil")
    assert below[0] <= w <= above[0] < 2 * w
    assert below[1] <= h <= above[1] < 2 * h


def plain(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return images.resize(pixels, size, srgb=False, alpha="none")


def test_pixels_without_detail_go() -> None:
    flat = np.full((64, 128, 3), 77, np.uint8)
    assert without_idle_pixels(flat, plain, [0, 1, 2], 0).shape == (4, 8, 3)
    assert without_idle_pixels(flat, plain, [0, 1, 2], 0, multiple=4).shape == (4, 8, 3)
    assert without_idle_pixels(flat[:, :126], plain, [0, 1, 2], 0).shape == (32, 63, 3)
    assert without_idle_pixels(flat[:, :120], plain, [0, 1, 2], 0, multiple=4).shape == (32, 60, 3)
    small = without_idle_pixels(SLOPE, plain, [0, 1, 2], 2)
    assert 4 <= small.shape[0] < 64


def test_one_texel_keeps_all_pixels_unless_nobody_reads_it() -> None:
    dotted = SLOPE.copy()
    dotted[20, 30, 1] = 255
    assert without_idle_pixels(dotted, plain, [0, 1, 2], 3) is dotted
    assert without_idle_pixels(dotted, plain, [0, 2], 3).shape[0] < 64


@pytest.mark.parametrize(("loss", "side"), [(0, 64), (3, 4)])
def test_detail_loss_is_off_by_default(loss: float, side: int) -> None:
    image = picture(np.full((64, 64, 3), (128, 128, 255), np.uint8))
    Textures(detail_loss=loss, format="png")(shown(image, Material(normal_texture=slot())), Context())
    assert image.header.width == side
    assert Textures().detail_loss == 0
