from __future__ import annotations

import numpy as np
import pytest

from forge3d import images
from forge3d.errors import RecipeError


def test_frames_lie_row_by_row_and_the_rest_is_transparent() -> None:
    frames = [np.full((2, 3, 4), n, np.uint8) for n in range(1, 6)]
    sheet = images.sprite_sheet(frames, columns=3)
    assert sheet.shape == (4, 9, 4)
    assert sheet[::2, ::3, 0].tolist() == [[1, 2, 3], [4, 5, 0]]
    assert images.sprite_sheet(frames).shape == (4, 9, 4)
    assert images.sprite_sheet(frames, columns=9).shape == (2, 15, 4)


def test_unequal_or_missing_frames_are_refused() -> None:
    with pytest.raises(RecipeError):
        images.sprite_sheet([])
    with pytest.raises(RecipeError):
        images.sprite_sheet([np.zeros((2, 2, 4), np.uint8), np.zeros((2, 3, 4), np.uint8)])
    with pytest.raises(RecipeError):
        images.sprite_sheet([np.zeros((2, 2, 4), np.uint8)], columns=-1)
