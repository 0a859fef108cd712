"""Which keys can go, and that what is left is as near as was asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge3d.document import Accessor, AnimationSampler, Interpolation
from forge3d.document.sampling import sample
from forge3d.optimize.keyframes import Track, redundant, repeated

LINEAR, STEP, CUBIC = Interpolation.LINEAR, Interpolation.STEP, Interpolation.CUBICSPLINE


def track(values: object, kind: Interpolation = LINEAR, *, rotation: bool = False, times: object = None) -> Track:
    data = np.asarray(values, np.float64)
    data = data[:, None] if data.ndim == 1 else data
    return Track(np.arange(len(data), dtype=float) if times is None else np.asarray(times), data, kind, rotation)


def gone(made: Track, tolerance: float) -> list[int]:
    return np.flatnonzero(redundant([made], tolerance)).tolist()


def deviation(made: Track, kept: np.ndarray) -> float:
    """The largest difference at a key, as `redundant` says it: of weights by component."""
    return distance(made, kept, made.times)


def turned(*degrees: float) -> np.ndarray:
    """Quaternions about z."""
    half = np.radians(degrees) / 2
    return np.stack([0 * half, 0 * half, np.sin(half), np.cos(half)], 1)


def distance(left: Track, kept: np.ndarray, times: np.ndarray) -> float:
    """The largest difference at `times`, by the sampling that the rest of forge3d uses."""

    def sampler(keys: np.ndarray) -> AnimationSampler:
        values = left.values[keys].astype(np.float32)
        flat = values.reshape(-1, values.shape[-1])
        return AnimationSampler(
            input=Accessor(left.times[keys].astype(np.float32)),
            output=Accessor(flat if flat.shape[1] in (2, 3, 4) else flat.ravel()),
            interpolation=left.interpolation,
        )

    whole, less = sampler(np.ones(len(left.times), bool)), sampler(kept)
    worst = 0.0
    for time in times:
        a, b = (sample(part, float(time), quaternion=left.rotation) for part in (whole, less))
        if left.rotation:
            worst = max(worst, 4 * float(np.arcsin(min(1.0, min(np.linalg.norm(a - b), np.linalg.norm(a + b)) / 2))))
        else:
            worst = max(worst, float(np.linalg.norm(a - b)))
    return worst


def test_repeated_keys_are_those_inside_a_run() -> None:
    assert repeated(track([1, 1, 1, 2, 2, 1])).tolist() == [False, True, False, False, False, False]
    assert repeated(track([1, 1, 1, 2, 2, 1], STEP)).tolist() == [False, True, True, False, True, False]
    assert repeated(track([0.0, -0.0, 0.0])).tolist() == [False, True, False]


def test_repeated_spline_keys_need_tangents_of_zero() -> None:
    """Equal values with tangents swing out between the keys."""
    still = np.tile([[[0.0], [5.0], [0.0]]], (4, 1, 1))
    swinging = still.copy()
    swinging[1, 2] = 3.0
    assert np.flatnonzero(repeated(track(still, CUBIC))).tolist() == [1, 2]
    assert np.flatnonzero(repeated(track(swinging, CUBIC))).tolist() == []
    assert np.flatnonzero(repeated(track(swinging[::-1], CUBIC))).tolist() == [1]


def test_keys_on_a_line_go_and_the_ends_stay() -> None:
    assert gone(track([0, 1, 2, 3, 3]), 1e-9) == [1, 2]
    assert gone(track([0, 1, 8], times=[0.0, 0.125, 1.0]), 1e-9) == [1]
    assert gone(track([0, 0.01, 0]), 1e-3) == []
    assert gone(track([0, 0.01, 0]), 1e-1) == [1]


def test_small_errors_do_not_add_up() -> None:
    """A curve of which each key is almost between its neighbours: dropping by neighbours alone drifts away."""
    slow = track(1e-4 * np.arange(200.0) ** 2)
    kept = ~redundant([slow], 1e-3)
    assert kept.sum() < 70
    assert distance(slow, kept, np.linspace(0, 199, 777)) <= 1.1e-3


def test_opposite_quaternions_are_the_same_rotation() -> None:
    """By component, q and -q are far apart, and half way between them is nothing."""
    made = turned(0, 10, 20, 30)
    made[[1, 2]] *= -1
    assert gone(track(made, rotation=True), 1e-6) == [1, 2]
    assert gone(track(made), 1e-6) == []


def test_a_whole_turn_is_not_lost_and_no_half_turn_is_left_to_rounding() -> None:
    spin = track(turned(*range(0, 361, 30)), rotation=True)
    kept = ~redundant([spin], 1e-3)
    assert 4 <= kept.sum() < 13
    assert distance(spin, kept, np.linspace(0, 12, 121)) < 1e-3
    keys = spin.values[kept]
    assert np.abs(np.einsum("ij,ij->i", keys[1:], keys[:-1])).min() > 0.08


def test_rotations_are_measured_by_their_angle() -> None:
    bent = track(turned(0, 1, 0), rotation=True)
    assert gone(bent, np.radians(0.99)) == []
    assert gone(bent, np.radians(1.01)) == [1]
    assert deviation(bent, np.array([True, False, True])) == pytest.approx(np.radians(1))


def test_a_cubic_needs_no_key_inside() -> None:
    """t³ - t on six keys, in tangents a second: two keys with the same tangents are the same curve."""
    times = np.array([0.0, 0.3, 1.0, 1.5, 2.0, 3.0])
    values, slopes = times**3 - times, 3 * times**2 - 1
    made = track(np.stack([slopes, values, slopes], 1)[..., None], CUBIC, times=times)
    assert gone(made, 1e-9) == [1, 2, 3, 4]
    made.values[3, 0] += 0.5  # a tangent alone that differs keeps its key
    assert 3 not in gone(made, 1e-3)


def test_tracks_that_lose_keys_together_are_all_near() -> None:
    """What each could lose alone is not what both can: with one key more, a piece may stray further."""
    times = np.arange(64)
    first, second = track(np.sin(times / 9)), track(np.sin(times / 5 + 1))
    kept = ~redundant([first, second], 0.01)
    assert max(deviation(first, kept), deviation(second, kept)) <= 0.0101
    assert kept.sum() < 60


@pytest.mark.parametrize("kind", list(Interpolation))
@pytest.mark.parametrize("rotation", [False, True])
@given(seed=st.integers(0, 2**32 - 1), tolerance=st.sampled_from([1e-4, 1e-2, 0.3]))
def test_every_time_is_within_the_tolerance(kind: Interpolation, rotation: bool, seed: int, tolerance: float) -> None:
    """And a second run at the same tolerance may drop more, never what was first or last."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(1, 30))
    times = np.cumsum(rng.uniform(0.05, 1, count)).astype(np.float32)
    width = 4 if rotation else 3
    walk = np.cumsum(rng.choice([0, 0, 0.01, 0.2], count)[:, None] * rng.normal(size=(count, width)), 0) + 1
    if rotation:
        walk = walk / np.linalg.norm(walk, axis=1, keepdims=True)
    values = walk.astype(np.float32)
    if kind is CUBIC:
        slopes = rng.choice([0, 0.1], count)[:, None] * rng.normal(size=(count, width))
        values = np.stack([slopes, walk, slopes], 1).astype(np.float32)
    made = track(values, kind, rotation=rotation, times=times.astype(float))
    kept = ~redundant([made], tolerance)
    assert kept[0]
    assert kept[-1]
    assert deviation(made, kept) <= 1.01 * tolerance + 1e-5
    dense = np.unique(np.concatenate([times, np.linspace(times[0], times[-1], 60)]))
    allowed = tolerance * (1.1 if not rotation else 1.6) + 1e-5
    assert distance(made, kept, dense) <= allowed


def test_long_tracks_take_about_linear_time() -> None:
    """Counted in keys looked at: noise settles at once, and a track that is worst at its end is cut in the middle."""
    count = 20_000
    times = np.arange(float(count))
    for values in (np.random.default_rng(1).normal(size=count), 2.0 ** -np.minimum(times, 1000.0), np.sin(times / 50)):
        made = track(values)
        kept = ~redundant([made], 1e-3)
        assert deviation(made, kept) <= 1e-3
