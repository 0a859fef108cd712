from __future__ import annotations

import sys

import numpy as np
import pytest

from forge3d.compare import flip
from forge3d.compare.flip import flip_map, object_flip
from forge3d.compare.picture import as_pair, over
from forge3d.errors import DependencyMissing, SizeMismatch

pytest.importorskip("flip_evaluator")


def disc(colour: tuple[int, int, int], radius: int = 20) -> np.ndarray:
    y, x = np.mgrid[:64, :64] - 31.5
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[x**2 + y**2 < radius**2] = (*colour, 255)
    return pixels


def test_from_none_to_all_of_it() -> None:
    assert flip(disc((90, 90, 90)), disc((90, 90, 90))) == 0
    near, far = (flip(disc((90, 90, 90)), disc(colour)) for colour in ((96, 90, 90), (250, 30, 30)))
    assert near is not None
    assert far is not None
    assert 0 < near < 0.1 < 0.5 < far < 1


def test_only_the_objects_pixels_count() -> None:
    small, large = disc((200, 40, 40)), np.zeros((256, 256, 4), np.uint8)
    large[96:160, 96:160] = small
    other = large.copy()
    other[96:160, 96:160] = disc((40, 40, 200))
    assert flip(large, other) == pytest.approx(flip(small, disc((40, 40, 200))), rel=0.02)
    assert flip(np.zeros((8, 8, 4), np.uint8), np.zeros((8, 8, 4), np.uint8)) is None


def test_a_silhouette_shows() -> None:
    changed = flip(disc((255, 255, 255)), disc((255, 255, 255), radius=16))
    assert changed is not None
    assert changed > 0.1


def test_only_what_the_errors_depend_on_is_looked_at() -> None:
    first, second = (np.zeros((200, 160, 4), np.uint8) for _ in range(2))
    first[60:124, 40:104], second[60:124, 40:104] = disc((200, 40, 40)), disc((180, 60, 40), radius=18)
    pair = as_pair(first, second)
    shown = pair[0][..., 3] > 0
    whole = flip_map(over(pair[0], 0.5), over(pair[1], 0.5))[shown].mean()
    assert object_flip(*pair, shown) == pytest.approx(whole, rel=1e-5)


def test_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SizeMismatch, match="8 × 8 and 9 × 8 pixels must be equal"):
        flip(np.zeros((8, 8, 4), np.uint8), np.zeros((8, 9, 4), np.uint8))
    monkeypatch.setitem(sys.modules, "flip_evaluator", None)
    with pytest.raises(DependencyMissing, match="flip-evaluator"):
        flip(disc((1, 1, 1)), disc((2, 1, 1)))
