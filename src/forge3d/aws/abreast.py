"""Many small waits at the same time, over a stream that need not end soon."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def abreast(work: Callable[[_Item], _Result], items: Iterable[_Item], jobs: int) -> Iterator[_Result]:
    """The results of `work` on each item, in the order in which they come, `jobs` at a time.

    Items are taken when there is room for them, so that neither they nor the results pile up. The first failure is
    raised when what is under way has ended.
    """
    pool = ThreadPoolExecutor(jobs)
    pending: set[Future[_Result]] = set()
    try:
        for item in items:
            while len(pending) >= 2 * jobs:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
            pending.add(pool.submit(work, item))
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    finally:
        pool.shutdown(cancel_futures=True)
