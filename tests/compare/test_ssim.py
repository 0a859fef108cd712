from __future__ import annotations

import numpy as np
import pytest

from forge3d.compare import ssim
from forge3d.compare.picture import as_pair, over
from forge3d.compare.ssim import ssim_map, ssim_mean


def waves(phase: float, *, rows: int = 90, columns: int = 70) -> np.ndarray:
    """Smooth colour with some structure, no two channels alike."""
    y, x = np.mgrid[:rows, :columns]
    channels = [np.sin(x / 7 + phase), np.cos(y / 5), np.sin((x + y) / 11 + 2 * phase)]
    return (127.5 + 100 * np.stack(channels, -1)).astype(np.uint8)


def floats(*pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    first, second = as_pair(*pictures)
    return over(first, 0), over(second, 0)


def test_the_number_is_that_of_scikit_image() -> None:
    """`structural_similarity` of scikit-image 0.26 with the paper's settings gave these."""
    assert ssim_mean(ssim_map(*floats(waves(0), waves(0.2)))) == pytest.approx(0.9163269, abs=1e-5)
    assert ssim_mean(ssim_map(*floats(waves(0), 255 - waves(0)))) == pytest.approx(-0.4228962, abs=1e-5)
    metrics = pytest.importorskip("skimage.metrics", reason="compared live where it is installed")
    first, second = floats(waves(0), waves(0.3))
    mean, full = metrics.structural_similarity(
        first, second, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1, channel_axis=2,
        full=True,
    )  # fmt: skip
    ours = ssim_map(first, second)
    assert ssim_mean(ours) == pytest.approx(mean, abs=1e-5)
    np.testing.assert_allclose(ours, full.mean(axis=2), atol=1e-3)


def test_its_laws() -> None:
    first, second = waves(0), waves(0.4)
    assert ssim(first, first) == 1
    assert ssim(first, second) == pytest.approx(ssim(second, first) or 0, abs=1e-6)
    assert ssim(first, 255 - first) < 0 < (ssim(first, second) or 0) < 1  # type: ignore[operator]


def test_a_hue_of_equal_luminance_shows() -> None:
    red, green = (np.full((32, 32, 3), colour, np.uint8) for colour in ((119, 0, 0), (0, 60, 0)))
    red[0], green[0] = 255, 0  # no background
    assert (ssim(red, green) or 0) < 0.6


def test_the_object_alone_counts_and_nothing_is_none() -> None:
    small, other = (np.dstack([waves(phase), np.full((90, 70), 255, np.uint8)]) for phase in (0, 0.4))
    large, large_other = (np.pad(picture, ((50, 50), (60, 60), (0, 0))) for picture in (small, other))
    assert ssim(large, large_other) == pytest.approx(ssim(small, other) or 0, abs=0.02)
    assert ssim(np.zeros((9, 9, 4), np.uint8), np.zeros((9, 9, 4), np.uint8)) is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (4, 200, 3), (11, 11, 3), (140, 3, 3)])
def test_any_size(shape: tuple[int, int, int]) -> None:
    picture = np.full(shape, 90, np.uint8)
    assert ssim_map(*floats(picture, picture)).shape == shape[:2]
    assert ssim_mean(ssim_map(*floats(picture, picture))) == pytest.approx(1)
