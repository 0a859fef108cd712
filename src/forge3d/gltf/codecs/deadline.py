"""A deadline for native calls that cannot be interrupted but do end."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

_idle: list[SimpleQueue[Any]] = []  # a queue of jobs for each waiting thread
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # threads do not live on in a forked child


def within(seconds: float | None, function: Callable[[], T]) -> T:
    """`function()`, on another thread, which must release the GIL while it works. None: wait for ever, on this thread.

    A call that misses its deadline cannot be killed: it is left to end by itself and its result is dropped. Threads are
    kept for the next call (20 µs), because starting one takes as long as decoding a small mesh (150 µs).

    Raises:
        TimeoutError: when there is no result after `seconds`.
    """
    if seconds is None:
        return function()
    try:
        jobs = _idle.pop()
    except IndexError:
        jobs = SimpleQueue()
        threading.Thread(target=_work, args=(jobs,), name="forge3d codec", daemon=True).start()
    answer: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
    jobs.put((function, answer))
    try:
        result, error = answer.get(timeout=seconds)
    except Empty:
        jobs.put(None)
        raise TimeoutError from None
    _idle.append(jobs)
    if error is not None:
        raise error
    return result  # type: ignore[no-any-return]


def _work(jobs: SimpleQueue[Any]) -> None:
    while (job := jobs.get()) is not None:
        function, answer = job
        try:
            answer.put((function(), None))
        except BaseException as error:  # handed to the caller, who raises it
            answer.put((None, error))
        del job, function, answer  # so that an idle thread keeps no mesh alive
