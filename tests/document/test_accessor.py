"""Facts about the elements of accessors."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from forge3d.document.accessor import extremes


@pytest.mark.parametrize("kind", [np.float32, np.int8, np.uint16])
def test_extremes_of_columns(kind: type) -> None:
    rows: npt.NDArray[Any] = np.array([[3, 9], [1, 7], [2, 8]], kind)
    low, high = extremes(rows)
    assert low.dtype == high.dtype == kind
    assert (low.tolist(), high.tolist()) == ([1, 7], [3, 9])
    if kind is np.float32:
        rows[1, 1] = np.nan
        assert np.isnan(extremes(rows)).tolist() == [[False, True], [False, True]]
