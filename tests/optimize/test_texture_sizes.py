"""How large textures become."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge3d.optimize.texture_sizes import fitted


@pytest.mark.parametrize(("size", "longest", "rule", "multiple", "expected"), [
    ((4096, 1000), 1024, None, 1, (1024, 250)),
    ((600, 400), None, None, 1, (600, 400)),
    ((600, 400), 2048, "floor", 1, (512, 256)),
    ((600, 400), 2048, "nearest", 1, (512, 512)),
    ((600, 400), 2048, "ceil", 1, (1024, 512)),
    ((600, 400), 1000, "ceil", 1, (512, 512)),
    ((768, 767), None, "nearest", 1, (1024, 512)),
    ((512, 64), None, "ceil", 1, (512, 64)),
    ((601, 1), None, None, 4, (600, 4)),
    ((1, 1), None, "ceil", 4, (4, 4)),
    ((10000, 1), 100, None, 1, (100, 1)),
])  # fmt: skip
def test_sizes(
    size: tuple[int, int], longest: int | None, rule: str | None, multiple: int, expected: tuple[int, int]
) -> None:
    assert fitted(size, longest, rule, multiple) == expected  # type: ignore[arg-type]


SIDES = st.integers(1, 9000)


@given(SIDES, SIDES, st.none() | SIDES, st.sampled_from(["floor", "nearest", "ceil"]))
def test_powers_of_two_stay_when_made_twice(w: int, h: int, longest: int | None, rule: str) -> None:
    made = fitted((w, h), longest, rule)  # type: ignore[arg-type]
    assert all(side & (side - 1) == 0 for side in made)
    assert max(made) <= (longest or max(made))
    assert fitted(made, longest, rule) == made  # type: ignore[arg-type]


@given(SIDES, SIDES)
def test_floor_and_ceil_enclose(w: int, h: int) -> None:
    below, above = fitted((w, h), None, "floor"), fitted((w, h), None, "ceil")
    assert below[0] <= w <= above[0] < 2 * w
    assert below[1] <= h <= above[1] < 2 * h
