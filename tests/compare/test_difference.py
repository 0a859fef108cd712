from __future__ import annotations

import json

import numpy as np
import pytest

from forge3d.compare import IDENTICAL, difference, flip, psnr, ssim
from forge3d.errors import SizeMismatch

pytest.importorskip("flip_evaluator")


def disc(colour: tuple[int, int, int], radius: int = 20) -> np.ndarray:
    y, x = np.mgrid[:64, :64] - 31.5
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[x**2 + y**2 < radius**2] = (*colour, 255)
    return pixels


def test_equal_pictures() -> None:
    found = difference(disc((90, 90, 90)), disc((90, 90, 90)))
    assert found.identical
    assert found.object == found.picture
    assert (found.picture.flip, found.picture.psnr, found.iou) == (0, IDENTICAL, 1)
    assert found.picture.ssim == pytest.approx(1)
    assert not found.errors.any()


def test_colours_that_nobody_sees_do_not_count() -> None:
    other = disc((90, 90, 90))
    other[0, 0, :3] = 255
    assert difference(disc((90, 90, 90)), other).identical


@pytest.mark.parametrize("colour", [(255, 255, 255), (0, 0, 0)])
def test_a_missing_part_shows_whatever_its_colour(colour: tuple[int, int, int]) -> None:
    found = difference(disc(colour), disc(colour, radius=16))
    assert found.picture.flip > 0.05
    assert found.picture.psnr < 15
    assert found.iou == pytest.approx((16 / 20) ** 2, abs=0.02)
    assert not found.identical


def test_the_objects_values_are_those_of_the_single_measures() -> None:
    pair = disc((200, 80, 60)), disc((190, 90, 60), radius=19)
    found = difference(*pair)
    assert found.object is not None
    assert (found.object.flip, found.object.ssim, found.object.psnr) == (flip(*pair), ssim(*pair), psnr(*pair))
    assert found.object.flip > found.picture.flip  # two thirds of the picture are empty


def test_an_opaque_picture_needs_no_background() -> None:
    first, second = (np.full((32, 32, 3), 255, np.uint8) for _ in range(2))
    first[8:24, 8:24], second[8:24, 8:24] = (200, 80, 60), (190, 90, 60)
    found = difference(first, second)
    assert found.object is not None
    assert found.picture.psnr == pytest.approx(-10 * np.log10((200 / 255**2) / 3 / 4), abs=1e-3)
    assert found.object.psnr == pytest.approx(-10 * np.log10((200 / 255**2) / 3), abs=1e-3)
    assert found.iou == 1


def test_two_empty_pictures_have_no_object() -> None:
    found = difference(np.zeros((12, 12, 4), np.uint8), np.zeros((12, 12, 4), np.uint8))
    assert (found.object, found.iou, found.identical) == (None, None, True)


def test_one_empty_picture_is_all_unlike() -> None:
    found = difference(disc((90, 90, 90)), np.zeros((64, 64, 4), np.uint8))
    assert found.iou == 0
    assert found.object is not None
    assert found.object.psnr < 10


def test_for_json() -> None:
    told = json.loads(json.dumps(difference(disc((9, 9, 9)), disc((9, 9, 9))).to_dict()))
    assert told["picture"] == {"flip": 0, "ssim": pytest.approx(1), "psnr": 100}
    assert set(told) == {"identical", "picture", "object", "iou"}


def test_sizes_that_differ() -> None:
    with pytest.raises(SizeMismatch, match=r"64 × 64 and 63 × 64 pixels.*at one size"):
        difference(disc((9, 9, 9)), disc((9, 9, 9))[:, 1:])
