"""Pixels without copying are the pixels that copying gives, and outlive their image."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from PIL import Image

from forge3d.images.pillow_view import pixels_of


@pytest.mark.parametrize(("mode", "bands"), [("L", 1), ("LA", 2), ("RGB", 3), ("RGBA", 4)])
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (64, 33), (2500, 2300)])
def test_every_mode_and_size(mode: str, bands: int, size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (size[1], size[0], bands), np.uint8)
    image = Image.fromarray(noise[..., 0] if bands == 1 else noise, mode)
    pixels = pixels_of(image)
    assert pixels.shape == noise.shape
    assert (pixels == noise).all()
    assert not pixels.flags.writeable


def test_the_view_outlives_its_image() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (256, 256, 4), np.uint8)
    pixels = pixels_of(Image.fromarray(noise))
    gc.collect()
    filler = [Image.new("RGBA", (256, 256), (1, 2, 3, 4)) for _ in range(64)]
    assert (pixels == noise).all()
    assert len(filler) == 64


def test_memory_is_given_back() -> None:
    import resource

    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    pixels_of(Image.new("RGB", (2000, 2000)))
    before = peak()
    for _ in range(50):  # 16 MB each
        assert pixels_of(Image.new("RGB", (2000, 2000))).sum() == 0
    assert peak() - before < 200_000  # kB
