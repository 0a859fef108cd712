from __future__ import annotations

import time

import pytest

from forge3d.errors import LimitExceeded
from forge3d.gltf import Limits
from forge3d.gltf.limits import Budget


def test_going_over_names_the_limit_and_how_to_raise_it() -> None:
    Limits(max_objects=3).check("max_objects", 3, "the list")
    with pytest.raises(
        LimitExceeded, match=r"the list needs 4 where max_objects allows 3; .*Limits\(max_objects="
    ) as caught:
        Limits(max_objects=3).check("max_objects", 4, "the list")
    assert (caught.value.limit, caught.value.value, caught.value.allowed) == ("max_objects", 4, 3)


def test_no_limit_is_never_exceeded() -> None:
    Limits(codec_seconds=None).check("codec_seconds", 1e9, "decoding")


def test_bytes_add_up_and_what_was_refused_does_not_count() -> None:
    budget = Budget(Limits(max_decoded_bytes=10))
    budget.spend_bytes(6, "a")
    for _ in range(2):
        with pytest.raises(LimitExceeded, match="b needs 12"):
            budget.spend_bytes(6, "b")
    budget.spend_bytes(4, "c")


def test_time_adds_up() -> None:
    budget = Budget(Limits(codec_seconds=0.02))
    with budget.codec_time("decoding") as limits:
        assert limits.codec_seconds == 0.02
        time.sleep(0.03)
    with pytest.raises(LimitExceeded, match="codec_seconds"), budget.codec_time("decoding"):
        raise AssertionError("there is no time left")


def test_time_without_a_limit_is_not_counted() -> None:
    budget = Budget(Limits(codec_seconds=None))
    with budget.codec_time("decoding") as limits:
        assert limits.codec_seconds is None
