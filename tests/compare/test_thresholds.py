from __future__ import annotations

import numpy as np
import pytest

from forge3d.compare import Difference, Thresholds, Values
from forge3d.errors import RecipeError

FOUND = Difference(Values(0.01, 0.99, 40.0), Values(0.05, 0.9, 30.0), 0.97, False, np.zeros((1, 1), np.float32))


@pytest.mark.parametrize(
    ("thresholds", "missed"),
    [
        (Thresholds(), ()),
        (Thresholds(max_flip=0.05, min_ssim=0.9, min_psnr=30, min_iou=0.97), ()),
        (Thresholds(max_flip=0.02), ("FLIP 0.05, at most 0.02 is asked for",)),
        (Thresholds(max_flip=0.02, whole=True), ()),
        (Thresholds(min_psnr=41, whole=True), ("PSNR 40, at least 41 is asked for",)),
        (
            Thresholds(min_ssim=0.95, min_iou=0.98),
            ("IoU 0.97, at least 0.98 is asked for", "SSIM 0.9, at least 0.95 is asked for"),
        ),
    ],
)
def test_what_is_missed(thresholds: Thresholds, missed: tuple[str, ...]) -> None:
    assert thresholds.missed(FOUND) == missed


def test_two_empty_pictures_miss_nothing() -> None:
    empty = Difference(Values(0, 1, 100), None, None, True, np.zeros((1, 1), np.float32))
    assert Thresholds(max_flip=0, min_psnr=100, min_iou=1).missed(empty) == ()


@pytest.mark.parametrize("limit", [{"max_flip": 1.5}, {"min_ssim": float("nan")}, {"min_psnr": -1}, {"min_iou": 2}])
def test_limits_that_cannot_be(limit: dict[str, float]) -> None:
    with pytest.raises(RecipeError, match=next(iter(limit))):
        Thresholds(**limit)
