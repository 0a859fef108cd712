"""Replicas: buckets to which S3 copies what is written to the primary, in any order and after any time.

Replication brings files and version records, never pointers. A replica's pointer is moved by the publisher, when it has
seen that everything the pointer leads to is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from datetime import timedelta

from ..errors import RecipeError, RemoteError
from .layout import FRESH_FOR, now
from .store import Head, Store

TIMEOUT_S = 15 * 60.0
"""How long replicas are waited for: S3 promises to copy nearly everything in this time where it is paid to."""
_CLOCKS = timedelta(minutes=15)
"""How far apart clocks may be: S3 refuses who is further."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 10.0

Report = Callable[[float, str], None]
"""Called with the part done, 0 to 1, and what is being done. In the caller's thread."""


def check_replicas(primary: Store, replicas: Sequence[Store]) -> None:
    """Raise RecipeError where buckets cannot be replicas of a primary."""
    for replica in replicas:
        if replica.prefix != primary.prefix:
            raise RecipeError(
                f"{replica.url} is no replica of {primary.url}: replication keeps keys, so prefixes agree"
            )
        if replica.url == primary.url:
            raise RecipeError(f"{replica.url} is the target itself: name another bucket as the replica")
        if primary.encodes and not primary.prefix:
            raise RecipeError(
                f"{primary.url} needs a prefix where it has replicas, as in {primary.url}/assets: replication is told "
                "by prefix what to copy, and must leave pointers out"
            )


def lacking(store: Store, expected: Mapping[str, Head], pool: Executor) -> list[str]:
    """The keys at which a store has not got the expected objects.

    One that the primary has made young again counts when that has come here, too: the old one may be about to go.
    """
    found = pool.map(store.head, expected)
    return [
        key
        for (key, head), there in zip(expected.items(), found, strict=True)
        if there is None
        or (there.sha256, there.size) != (head.sha256, head.size)
        or there.modified < min(head.modified - _CLOCKS, now() - FRESH_FOR)
    ]


def wait_for(
    replica: Store, expected: Mapping[str, Head], pool: Executor, *, timeout_s: float, report: Callable[[str], None]
) -> bool:
    """Wait until a replica has every object; False where it has not in time."""
    until, pause, missing = time.monotonic() + timeout_s, _FIRST_PAUSE_S, dict(expected)
    while True:
        missing = {key: expected[key] for key in lacking(replica, missing, pool)}
        if not missing:
            return True
        left = until - time.monotonic()
        if left <= 0:
            return False
        report(f"waiting for {len(missing)} of {len(expected)} objects at {replica.url}")
        time.sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_PAUSE_S)


def too_late(replica: Store, sku: str, timeout_s: float) -> RemoteError:
    """What to say of a replica that was waited for in vain."""
    return RemoteError(
        f"{replica.url} has not got all of {sku} after {timeout_s:.0f} s, so nothing was made live: check that "
        "replication is set up and running (`forge3d verify --repair` copies what it left out), then publish again; "
        "with --no-wait the replica follows later"
    )
