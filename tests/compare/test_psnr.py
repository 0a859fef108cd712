from __future__ import annotations

import numpy as np
import pytest

from forge3d.compare import IDENTICAL, psnr


def picture(*colour: int) -> np.ndarray:
    """A 4 × 4 picture with one pixel of this colour; the rest is empty."""
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[1, 2] = colour
    return pixels


def test_equal_pictures_are_identical() -> None:
    assert psnr(picture(10, 20, 30, 255), picture(10, 20, 30, 255)) == IDENTICAL


def test_nothing_to_see_is_none() -> None:
    assert psnr(picture(9, 9, 9, 0), picture(0, 0, 0, 0)) is None


def test_the_number_is_that_of_the_formula() -> None:
    # One of four values differs by 51/255 = 0.2: the mean square is 0.01, so 20 dB.
    assert psnr(picture(51, 0, 0, 255), picture(0, 0, 0, 255)) == pytest.approx(20.0)


def test_what_both_leave_empty_does_not_count() -> None:
    small = [picture(51, 0, 0, 255), picture(0, 0, 0, 255)]
    large = [np.pad(pixels, ((0, 60), (0, 60), (0, 0))) for pixels in small]
    assert psnr(*large) == psnr(*small)


def test_colours_under_transparent_pixels_do_not_count_and_coverage_does() -> None:
    first, second = picture(255, 0, 0, 255), picture(255, 0, 0, 255)
    first[0, 0] = (200, 0, 0, 0)
    assert psnr(first, second) == IDENTICAL
    second[0, 0] = (0, 0, 0, 255)
    found = psnr(first, second)
    assert found is not None
    assert found < 15
