"""How a generation goes live: the last steps of publishing and of rolling back, in the only order that is safe.

1. Every object of the generation is in the primary (the caller's part).
2. The version record is added.
3. Every object and the record are looked at in the primary and in each replica.
4. The pointer moves in the primary, if it is still the one that was read before 1. This is the one moment that counts.
5. The pointers of the replicas follow, never back; the edge is told to forget the old pointer.

Killed before 4, the old generation is live everywhere; after it, the new one is live in the primary, and replicas show
the old one, whole, until the next run has done 5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Literal

from ..errors import RemoteError
from .cloudfront import invalidate
from .layout import Generation, Pointer, pointer_key, version_key
from .placing import kept
from .records import Live, add_record, follow_pointer, move_pointer, read_record
from .replicas import TIMEOUT_S, Report, check_replicas, lacking, too_late, wait_for
from .store import Head, Store, open_store

Status = Literal["published", "unchanged", "planned"]


@dataclass(frozen=True, slots=True)
class Publication:
    """What became of one product.

    Attributes:
        status: `published`: a new generation is live. `unchanged`: what is live was built with the same key; what it
            needs was looked at, and mended where objects were missing. `planned`: something would be done (dry run).
        generation: the one that is live now; 0 where nothing is.
        previous: the one that was live before.
        restores: the generation that a rollback brought back.
        sent, sent_bytes, reused, refreshed: objects that were sent, were there already, and were there but old, so that
            they were written anew. In a dry run what would be.
        replicas: the generation that is live at each.
        warnings: what went wrong without harm.
    """

    sku: str
    url: str
    status: Status
    key: str
    generation: int
    previous: int | None = None
    restores: int | None = None
    sent: int = 0
    sent_bytes: int = 0
    reused: int = 0
    refreshed: int = 0
    replicas: Mapping[str, int | None] | None = None
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        members = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in members.items() if value not in (None, ())}


@dataclass(frozen=True, slots=True)
class Target:
    """Where generations go live.

    Args:
        replicas: buckets that S3 copies the primary's objects to.
        wait: for the replicas; where not, those that lack something keep the old generation until the next run.
        timeout_s: how long to wait.
        distribution: of CloudFront, to be told when pointers move.
    """

    store: Store
    replicas: Sequence[Store] = ()
    wait: bool = True
    timeout_s: float = TIMEOUT_S
    distribution: str | None = None
    profile: str | None = None

    @classmethod
    def of(
        cls,
        target: str | Store,
        replicas: Sequence[str | Store],
        *,
        wait: bool = True,
        timeout_s: float = TIMEOUT_S,
        distribution: str | None = None,
        region: str | None = None,
        profile: str | None = None,
        endpoint: str | None = None,
    ) -> Target:
        """Open stores given by their addresses, as `open_store` does; `region` is the first one's.

        Raises:
            RecipeError: they do not fit together.
        """
        store = (
            open_store(target, region=region, profile=profile, endpoint=endpoint) if isinstance(target, str) else target
        )
        others = tuple(
            open_store(each, profile=profile, endpoint=endpoint) if isinstance(each, str) else each for each in replicas
        )
        check_replicas(store, others)
        return cls(store, others, wait, timeout_s, distribution, profile)


def release(
    target: Target,
    record: Generation,
    objects: Mapping[str, Head],
    over: Live | None,
    *,
    pool: Executor,
    report: Report,
) -> Publication:
    """Make a generation live.

    Args:
        record: its generation is the least it may become.
        objects: what is in the primary, by key: everything that the record names.
        over: the pointer that was read before anything was sent.

    Raises:
        PublishConflict: somebody else was first.
        RemoteError: something is missing, or could not be done.
    """
    sku, store = record.sku, target.store
    report(0.0, "writing the version record")
    record = add_record(store, record)
    key = version_key(sku, record.generation)
    expected = _with_record(store, objects, key)
    report(0.1, "looking at every object")
    if missing := lacking(store, expected, pool):
        raise RemoteError(f"{store.url}: {missing[0]} was there and is gone; nothing was made live: publish again")
    ready = _ready(target, sku, expected, pool, report)
    report(0.9, "moving the pointer")
    pointer = Pointer(sku=sku, generation=record.generation, version=key, key=record.key, prefix=store.prefix)
    live = move_pointer(store, pointer, over)
    if live.version != key:  # somebody published the same build at the same time: theirs is what replicas follow
        ready = _ready(target, sku, _behind(store, live, objects, pool), pool, report)
    followed = _follow(target, ready, live)
    return Publication(
        sku, store.url, "published", record.key, live.generation, record.previous, record.restores, **followed
    )


def catch_up(target: Target, live: Live, objects: Mapping[str, Head], *, pool: Executor, report: Report) -> Publication:
    """Bring replicas to what is live already: the rest of a publication that was killed after its one moment."""
    pointer = live.pointer
    followed: dict[str, Any] = {}
    if target.replicas:
        expected = _behind(target.store, pointer, objects, pool)
        followed = _follow(target, _ready(target, pointer.sku, expected, pool, report), pointer)
    return Publication(pointer.sku, target.store.url, "unchanged", pointer.key, pointer.generation, **followed)


def _with_record(store: Store, objects: Mapping[str, Head], key: str) -> dict[str, Head]:
    head = store.head(key)
    if head is None:
        raise RemoteError(f"{store.url}: {key} was there and is gone: publish again")
    return {**objects, key: head}


def _behind(store: Store, live: Pointer, objects: Mapping[str, Head], pool: Executor) -> dict[str, Head]:
    """All that a pointer leads to. One build key may stand for other files: two machines draw pictures differently."""
    keys = tuple(read_record(store, live.version).objects())
    found = pool.map(lambda key: objects.get(key) or kept(store, key), keys)
    return _with_record(store, dict(zip(keys, found, strict=True)), live.version)


def _ready(
    target: Target, sku: str, expected: Mapping[str, Head], pool: Executor, report: Report
) -> list[tuple[Store, bool]]:
    """Each replica, and whether it has everything. Raises RemoteError where one is waited for in vain."""
    timeout_s, ready = target.timeout_s if target.wait else 0.0, []
    for replica in target.replicas:
        try:
            there = wait_for(replica, expected, pool, timeout_s=timeout_s, report=lambda text: report(0.2, text))
        except RemoteError:
            if target.wait:
                raise
            there = False  # a region that is down holds nobody up who does not wait for it
        if target.wait and not there:
            raise too_late(replica, sku, timeout_s)
        ready.append((replica, there))
    return ready


def _follow(target: Target, ready: Sequence[tuple[Store, bool]], pointer: Pointer) -> dict[str, Any]:
    """Move the replicas' pointers, and tell the edge; what `Publication` says about it."""
    followed: dict[str, int | None] = {}
    warnings, failed = [], None
    for replica, there in ready:
        followed[replica.url] = None
        if not there:
            warnings.append(f"{replica.url} has not got everything, and keeps what it has: run it again later")
            continue
        try:
            followed[replica.url] = follow_pointer(replica, pointer)
        except RemoteError as error:
            failed = error
    if target.distribution:
        warning = invalidate(target.distribution, [pointer_key(pointer.sku)], profile=target.profile)
        warnings += [warning] if warning else []
    if failed:
        raise RemoteError(
            f"{pointer.sku}: generation {pointer.generation} is live at {target.store.url}, and a replica still shows "
            f"the one before; run it again to finish. {failed}"
        ) from failed
    return {"replicas": followed or None, "warnings": tuple(warnings)}
