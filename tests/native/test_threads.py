"""Calls beside each other."""

from __future__ import annotations

import threading
import time

import pytest

from forge3d.native.threads import each


@pytest.mark.parametrize("count", [0, 1, 2, 100])
def test_results_come_in_the_order_of_the_items(count: int) -> None:
    numbers: list[int] = []
    assert each(lambda item: item * item, range(count), before=numbers.append) == [n * n for n in range(count)]
    assert set(numbers) <= set(range(count))


def test_what_is_raised_reaches_the_caller_and_ends_the_work() -> None:
    begun: list[int] = []

    def action(item: int) -> None:
        begun.append(item)
        if item >= 3:
            raise ValueError(f"item {item}")

    with pytest.raises(ValueError, match="item 3"):
        each(action, range(10_000))
    assert len(begun) < 100
    with pytest.raises(KeyboardInterrupt):
        each(lambda _: time.sleep(0.01), range(10), before=_stopped)


def _stopped(_: int) -> None:
    assert threading.current_thread() is threading.main_thread()
    raise KeyboardInterrupt
