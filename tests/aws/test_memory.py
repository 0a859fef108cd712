"""Clean-up goes through a bucket in constant memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from tests.aws.pager import NAMED, PER_PRODUCT, counting

_PROGRAM = """
import json, resource, sys
from forge3d.aws.gc import gc
swept = gc("s3://bucket/shop", jobs=4)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"seen": swept.seen, "garbage": swept.garbage, "left": len(swept.left_alone), "peak_mb": peak}))
"""


def sweep(products: int) -> dict[str, float]:
    """What a clean-up in a process of its own found, and how much memory it took at most, MB."""
    with counting(products) as endpoint:
        env = os.environ | {"AWS_ENDPOINT_URL": endpoint}
        ran = subprocess.run([sys.executable, "-c", _PROGRAM], env=env, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(ran.stdout)
    assert found["left"] == 0
    assert found["garbage"] == products * (PER_PRODUCT - NAMED)
    assert found["seen"] == products * (PER_PRODUCT + 2)  # with record and pointer
    return found


def test_memory_does_not_grow_with_objects() -> None:
    few, many = sweep(2), sweep(12)
    assert many["peak_mb"] - few["peak_mb"] < 10


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_two_hundred_thousand_objects() -> None:
    few, many = sweep(20), sweep(400)
    print(few, many)
    assert many["peak_mb"] - few["peak_mb"] < 10
