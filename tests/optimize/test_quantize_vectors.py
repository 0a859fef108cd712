"""The rounding itself."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from forge3d.document.accessor import dequantized
from forge3d.optimize.quantization.vectors import fractions, unit_vectors, weights

bits = st.integers(6, 16)


@given(hnp.arrays(np.float32, 16, elements=st.floats(-1, 1, width=32)), bits)
def test_signed_values_are_within_half_a_step_and_ends_are_exact(values: np.ndarray, size: int) -> None:
    stored = unit_vectors(np.append(values, [-1, 0, 1]), size)
    back = dequantized(stored, True)
    assert np.abs(back[:-3] - values).max() <= 0.5 / (2 ** (size - 1) - 1) + 0.5 / np.iinfo(stored.dtype).max + 1e-6
    assert back[-3:].tolist() == [-1, 0, 1]


@given(hnp.arrays(np.float32, 16, elements=st.floats(0, 1, width=32)), bits)
def test_unsigned_values_are_within_half_a_step_and_ends_are_exact(values: np.ndarray, size: int) -> None:
    stored = fractions(np.append(values, [0, 1]), size)
    back = dequantized(stored, True)
    assert np.abs(back[:-2] - values).max() <= 0.5 / (2**size - 1) + 0.5 / np.iinfo(stored.dtype).max + 1e-6
    assert back[-2:].tolist() == [0, 1]


@given(hnp.arrays(np.float32, (7, 8), elements=st.floats(0, 1, width=32)), st.sampled_from([8, 16]))
def test_weights_of_two_sets_sum_to_one_and_move_less_than_a_step(values: np.ndarray, size: int) -> None:
    first, second = weights([values[:, :4], values[:, 4:]], size)
    stored = np.concatenate([first, second], axis=1).astype(np.int64)
    total = values.astype(np.float64).sum(axis=1, keepdims=True)
    top = 2**size - 1
    assert np.array_equal(stored.sum(axis=1), np.where(total[:, 0] > 0, top, 0))
    wanted = np.divide(values, total, out=np.zeros(values.shape), where=total > 0) * top
    assert np.abs(stored - wanted).max() < 1 + 1e-6
    assert np.all(stored[values == 0] == 0)
