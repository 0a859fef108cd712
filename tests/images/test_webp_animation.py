from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from forge3d import images
from forge3d.errors import RecipeError


def test_frames_stay_as_they_were_encoded() -> None:
    random = np.random.default_rng(2)
    frames = [np.kron(random.integers(0, 256, (4, 5, 4), np.uint8), np.ones((5, 5, 1), np.uint8)) for _ in range(3)]
    frames[1][..., 3] = 255
    stills = [images.encode(frames[0], "webp", quality=70), images.encode(frames[1][..., :3], "webp", quality=70)]
    stills.append(images.encode(frames[2], "webp", lossless=True))
    data = images.webp_animation(stills, [40, 41, 1000])
    assert images.read_header(data).has_alpha
    with Image.open(io.BytesIO(data)) as moving:
        assert (moving.n_frames, moving.size, moving.info["loop"]) == (3, (25, 20), 0)
        for index, (still, duration) in enumerate(zip(stills, [40, 41, 1000], strict=True)):
            moving.seek(index)
            shown = np.asarray(moving.convert("RGBA"))
            with Image.open(io.BytesIO(still)) as alone:
                expected = np.asarray(alone.convert("RGBA"))
            np.testing.assert_array_equal(shown[..., 3], expected[..., 3])
            seen = expected[..., 3] > 0
            np.testing.assert_array_equal(shown[seen], expected[seen])
            assert moving.info["duration"] == duration


def test_frames_are_of_one_size() -> None:
    stills = [images.encode(np.zeros((4, width, 3), np.uint8), "webp") for width in (4, 5)]
    for wrong in (stills, []):
        with pytest.raises(RecipeError, match="all of one size"):
            images.webp_animation(wrong, [40] * len(wrong))
