"""Equal rows, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from forge3d.native.rows import distinct_rows


def test_numbers_rise_in_the_order_of_first_appearance() -> None:
    numbers, first = distinct_rows(np.array([[7, 7], [1, 2], [7, 7], [2, 1], [1, 2]], np.uint16))
    assert numbers.tolist() == [0, 1, 0, 2, 1]
    assert first.tolist() == [0, 1, 3]
    assert [part.tolist() for part in distinct_rows(np.zeros((0, 3)))] == [[], []]
    assert [part.tolist() for part in distinct_rows(np.zeros((3, 0)))] == [[0, 0, 0], [0]]


@given(arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 19)), elements=st.integers(0, 2)))
def test_as_numpy_finds_them(rows: np.ndarray) -> None:
    numbers, first = distinct_rows(rows)
    assert np.array_equal(rows[first][numbers], rows)
    assert len(first) == len(np.unique(rows, axis=0))
    assert (np.diff(first) > 0).all()


@pytest.mark.timeout(60)
def test_rows_that_are_made_to_collide_take_no_longer() -> None:
    """Flipping these three bits of two neighbouring words cancels out in hashes that only multiply and fold."""
    pairs, count = 17, 1 << 17
    rows, number = np.zeros((count, 2 * pairs), np.uint64), np.arange(count, dtype=np.uint64)
    for pair in range(pairs):
        flipped = number >> np.uint64(pair) & np.uint64(1)
        rows[:, 2 * pair] = flipped << np.uint64(63)
        rows[:, 2 * pair + 1] = flipped << np.uint64(63) | flipped << np.uint64(31)
    numbers, first = distinct_rows(rows)
    assert np.array_equal(numbers, np.arange(count))
    assert np.array_equal(first, numbers)
