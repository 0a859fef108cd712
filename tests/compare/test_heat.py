from __future__ import annotations

import numpy as np
import pytest

from forge3d.compare import heat_map


def test_from_black_to_pale_yellow() -> None:
    assert heat_map(np.float32([[0, 1]])).tolist() == [[[0, 0, 4], [252, 253, 191]]]


def test_it_is_the_map_of_flips_own_tool() -> None:
    evaluate = pytest.importorskip("flip_evaluator").evaluate
    y, x = np.mgrid[:64, :64].astype(np.float32) / 63
    pair = np.stack([x, x, x], -1), np.stack([x * y, x, y], -1)
    errors, theirs = (
        np.asarray(evaluate(*pair, "LDR", applyMagma=magma, computeMeanError=False)[0]) for magma in (False, True)
    )
    errors = errors.reshape(64, 64)
    assert np.ptp(errors) > 0.7
    assert np.abs(heat_map(errors) - 255 * theirs.reshape(64, 64, 3)).max() < 4
