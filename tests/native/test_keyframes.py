"""Keys that tell the others, by the compiled library."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.native.keyframes import Motion, kept_keys


def motion(values: object, tolerance: float = 1e-6, course: str = "LINEAR", *, apart: bool = False) -> Motion:
    data = np.asarray(values, np.float64)
    return Motion(data[:, None] if data.ndim == 1 else data, course, rotation=False, apart=apart, tolerance=tolerance)


def kept(*motions: Motion, times: object = None) -> list[int]:
    when = np.arange(len(motions[0].values), dtype=float) if times is None else np.asarray(times)
    return np.flatnonzero(kept_keys(when, motions)).tolist()


def test_every_stretch_is_as_long_as_it_can_be() -> None:
    assert kept(motion([0, 1, 2, 3, 4, 4, 4, 0])) == [0, 4, 6, 7]
    assert kept(motion([5])) == [0]
    assert kept(motion(np.arange(1000.0))) == [0, 999]


def test_all_motions_must_be_within_their_own_tolerance() -> None:
    bent, crooked = [0, 0.1, 0, 0, 0], [0, 0, 0, 2.0, 0]
    assert kept(motion(bent, 0.2), motion(crooked, 3)) == [0, 4]
    assert kept(motion(bent, 0.01), motion(crooked, 3)) == [0, 1, 2, 4]
    assert kept(motion(bent, 0.2), motion(crooked, 0.1)) == [0, 2, 3, 4]


def test_errors_of_components_add_up_unless_they_are_apart() -> None:
    values = [[0, 0], [3, 4], [0, 0.0]]
    assert kept(motion(values, 4.5)) == [0, 1, 2]
    assert kept(motion(values, 4.5, apart=True)) == [0, 2]


def test_steps_hold_their_value() -> None:
    assert kept(motion([0, 0, 1, 1, 1, 0], course="STEP")) == [0, 2, 5]


@pytest.mark.parametrize(
    ("times", "made", "why"),
    [
        ([0, 1, 1], motion([0, 0, 0]), "rise"),
        ([0, 1, np.nan], motion([0, 0, 0]), "rise"),
        ([0, 1], motion([0, 0, 0]), "shape"),
        ([0, 1], Motion(np.zeros((2, 3)), "LINEAR", rotation=True, apart=False, tolerance=1.0), "four"),
        ([0, 1], motion([0, 0], course="CUBICSPLINE"), "shape"),
    ],
)
def test_what_does_not_fit_is_refused(times: list[float], made: Motion, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        kept_keys(times, [made])
