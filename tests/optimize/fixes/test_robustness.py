"""Files with anything wrong are mended or left, never worse than before, and never end the program."""

from __future__ import annotations

import random
import warnings
from collections import Counter

import pytest
from tests.validate.mutations import Pool, chunks_of, mutated

from forge3d.errors import Forge3DError
from forge3d.optimize.fixes import FIXES

from . import codes, mended
from .test_fixes import ALL

REVEALING = {code for fix in FIXES for code in fix.codes if fix.reveals}


@pytest.mark.parametrize("seed", range(4))
def test_mutated_files(seed: int) -> None:
    seeds = [data for _, data in ALL.values() if data.startswith(b"glTF")]
    pool, rnd = Pool(), random.Random(seed)
    for data in seeds:
        pool.add((chunks_of(data) or [{}])[0])
    changed = 0
    for _ in range(60):
        data = mutated(rnd.choice(seeds), rnd, pool)
        with warnings.catch_warnings(action="ignore"):
            try:
                before, result = Counter(codes(data)), mended(data)
            except Forge3DError:
                continue
            after = Counter(codes(result.state.data))
            again = mended(result.state.data)
        assert (again.changes, again.state.data) == ([], result.state.data)
        assert bool(result.changes) == (result.state.data != data)
        if not {change.code for change in result.changes} & REVEALING:
            assert not set(after - before) - {code for fix in FIXES for code in fix.codes}
        changed += bool(result.changes)
    assert changed > 10
