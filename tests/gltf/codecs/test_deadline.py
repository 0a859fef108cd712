from __future__ import annotations

import os
import threading
import time

import pytest

from forge3d.gltf.codecs.deadline import within


def test_the_result_comes_back_from_another_thread() -> None:
    assert within(5, lambda: threading.current_thread().name) == "forge3d codec"
    assert within(None, lambda: threading.current_thread()) is threading.current_thread()


def test_threads_are_used_again() -> None:
    assert len({within(5, threading.get_ident) for _ in range(20)}) == 1


def test_errors_come_back() -> None:
    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        within(5, fail)
    assert within(5, lambda: 1) == 1


def test_a_late_call_is_left_behind_and_the_next_one_works() -> None:
    release = threading.Event()
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        within(0.05, release.wait)
    assert time.monotonic() - start < 5
    assert within(5, lambda: 2) == 2
    before = threading.active_count()
    release.set()
    deadline = time.monotonic() + 5
    while threading.active_count() >= before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() < before


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_does_not_wait_for_threads_it_has_not() -> None:
    within(5, lambda: None)
    child = os.fork()
    if child == 0:
        os._exit(0 if within(5, lambda: 7) == 7 else 1)
    assert os.waitpid(child, 0)[1] == 0
