from __future__ import annotations

import numpy as np
import pytest

from forge3d.compare.picture import as_pair, coverage, over
from forge3d.errors import RecipeError


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (np.uint8([[255, 0]]), [[1, 1, 1, 1], [0, 0, 0, 1]]),
        (np.uint8([[[255, 51], [0, 255]]]), [[1, 1, 1, 0.2], [0, 0, 0, 1]]),
        (np.uint8([[[255, 0, 51], [0, 0, 0]]]), [[1, 0, 0.2, 1], [0, 0, 0, 1]]),
        (np.uint16([[[65535, 0, 0, 13107], [0, 0, 0, 0]]]), [[1, 0, 0, 0.2], [0, 0, 0, 0]]),
    ],
)
def test_every_kind_of_picture_becomes_rgba(pixels: np.ndarray, expected: list[list[float]]) -> None:
    for picture in as_pair(pixels, pixels):
        np.testing.assert_allclose(picture, [expected], atol=1e-7)


@pytest.mark.parametrize("pixels", [np.zeros((4, 4, 5), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)])
def test_what_is_no_picture(pixels: np.ndarray) -> None:
    with pytest.raises(RecipeError, match="a picture of"):
        as_pair(pixels, pixels)


def test_over_a_grey() -> None:
    picture = np.float32([[[1, 0, 0, 0.5], [0.2, 0.4, 0.6, 0]]])
    np.testing.assert_allclose(over(picture, 0.5), [[[0.75, 0.25, 0.25], [0.5, 0.5, 0.5]]])


def opaque(background: int) -> np.ndarray:
    pixels = np.full((6, 6, 3), background, np.uint8)
    pixels[2:4, 2:4] = (200, 30, 30)
    return pixels


def test_the_object_is_alpha_or_what_differs_from_one_background() -> None:
    with_alpha = np.zeros((1, 2, 4), np.uint8)
    with_alpha[0, 1, 3] = 51
    assert coverage(as_pair(with_alpha, with_alpha)[0]).tolist() == [[0, pytest.approx(0.2)]]
    noisy = opaque(250)
    noisy[0, 3], noisy[1, 1] = 255, 246
    (found, _) = as_pair(noisy, noisy)
    assert np.argwhere(coverage(found)).tolist() == [[2, 2], [2, 3], [3, 2], [3, 3]]


def test_without_one_background_everything_is_the_object() -> None:
    uneven = opaque(250)
    uneven[5, 5] = 100
    assert coverage(as_pair(uneven, uneven)[0]).min() == 1
