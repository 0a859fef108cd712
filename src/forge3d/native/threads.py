"""Many calls of the native libraries beside each other: they let go of Python's lock while they run."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")


def each(
    action: Callable[[Item], Made], items: Sequence[Item], *, before: Callable[[int], object] = lambda _: None
) -> list[Made]:
    """`[action(item) for item in items]`, on as many threads as there are processors for this process.

    Args:
        before: called with an item's number before some of the items, on the caller's thread; may raise.

    Raises:
        BaseException: what `action` or `before` raised first, of the lowest number; no further item is begun.
    """
    made: list[Any] = [None] * len(items)
    failed: dict[int, BaseException] = {}
    left = iter(range(len(items)))  # shared: each number is given out once

    def work(first: Callable[[int], object] = lambda _: None) -> None:
        for number in left:
            try:
                first(number)
                made[number] = action(items[number])
            except BaseException as error:  # raised below, on the caller's thread
                failed[number] = error
            if failed:
                return

    others = [Thread(target=work) for _ in range(min(len(os.sched_getaffinity(0)), len(items)) - 1)]
    for thread in others:
        thread.start()
    work(before)
    for thread in others:
        thread.join()
    if failed:
        raise failed[min(failed)]
    return made
