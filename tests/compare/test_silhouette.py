from __future__ import annotations

import numpy as np
import pytest

from forge3d.compare import silhouette_iou


def covered(*alpha: int) -> np.ndarray:
    return np.array([[[9, 9, 9, value] for value in (*alpha, 0)]], np.uint8)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((255, 255, 0), (0, 255, 255), 1 / 3),
        ((255, 255), (255, 255), 1),
        ((255, 0), (0, 255), 0),
        ((255, 51), (255, 102), 1.2 / 1.4),
        ((0, 0), (0, 0), None),
    ],
)
def test_of_coverage(first: tuple[int, ...], second: tuple[int, ...], expected: float | None) -> None:
    found = silhouette_iou(covered(*first), covered(*second))
    assert found == (None if expected is None else pytest.approx(expected))


def test_pictures_without_alpha_by_their_background() -> None:
    first, second = (np.full((8, 8, 3), 255, np.uint8) for _ in range(2))
    first[2:4, 2:4], second[2:4, 2:6] = 40, 40
    assert silhouette_iou(first, second) == pytest.approx(0.5)
