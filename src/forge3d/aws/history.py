"""What a product was, and back to it: versions and rollback."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ..errors import RecipeError, RemoteError
from .layout import Generation, now, version_key
from .placing import kept
from .publish import JOBS
from .records import Live, generations, read_live, read_record
from .release import Publication, Target, catch_up, release
from .replicas import TIMEOUT_S, Report
from .store import Store, open_store


@dataclass(frozen=True, slots=True)
class Version:
    """One generation of a product.

    Attributes:
        live: it is what readers see now.
        was_live: it is, or has been. Others were prepared by publishers that came too late, or were killed.
        bytes: of its files, each counted once.
    """

    generation: int
    key: str
    created: str
    previous: int | None
    restores: int | None
    live: bool
    was_live: bool
    files: int
    bytes: int

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def versions(target: str | Store, sku: str) -> list[Version]:
    """Every generation of a product that has a record, the youngest first.

    Raises:
        RemoteError: the product is not published, or a record is damaged.
    """
    store = open_store(target) if isinstance(target, str) else target
    live = _live(store, sku)
    numbers = sorted(generations(store, sku), reverse=True)
    with ThreadPoolExecutor(JOBS) as pool:
        found = pool.map(lambda number: store.read(version_key(sku, number)), numbers)
        records = {  # one that is cleaned up just now is not there any more
            number: Generation.decode(stored) for number, stored in zip(numbers, found, strict=True) if stored
        }
    was_live, number = set(), live.pointer.generation
    while number in records and number not in was_live:
        was_live.add(number)
        number = records[number].previous or 0
    return [_version(record, live, number in was_live) for number, record in records.items()]


def rollback(
    target: str | Store | Target,
    sku: str,
    *,
    to: int | None = None,
    replicas: Sequence[str | Store] = (),
    wait: bool = True,
    timeout_s: float = TIMEOUT_S,
    distribution: str | None = None,
    dry_run: bool = False,
    progress: Report | None = None,
) -> Publication:
    """Bring an old generation back, as a new one that names the old objects.

    Args:
        to: which one; otherwise the one that was live before what is live now. After a rollback that is the one before
            the generation which it brought back: rolling back twice goes two steps back.
        replicas, wait, timeout_s, distribution, progress: as in `publish`.
        dry_run: look at every object that it needs, and write nothing.

    Raises:
        RecipeError: there is no such generation.
        PublishConflict: somebody else published meanwhile; nothing was overwritten.
        RemoteError: an object that it needs is missing or damaged, or the store could not be reached.
    """
    if not isinstance(target, Target):
        target = Target.of(target, replicas, wait=wait, timeout_s=timeout_s, distribution=distribution)
    store, report = target.store, progress or (lambda part, label: None)
    live = _live(store, sku)
    old = _chosen(store, live, to)
    with ThreadPoolExecutor(JOBS) as pool:
        report(0.0, f"{sku}: looking at generation {old.generation}")
        objects = dict(pool.map(lambda key: (key, kept(store, key, fresh=not dry_run)), old.objects()))
        if dry_run:
            return Publication(sku, store.url, "planned", old.key, live.pointer.generation, restores=old.generation)
        if old.key == live.pointer.key:
            return catch_up(target, live, objects, pool=pool, report=report)
        record = Generation(
            sku=sku,
            generation=live.pointer.generation + 1,
            key=old.key,
            manifest=old.manifest,
            files=old.files,
            previous=live.pointer.generation,
            restores=old.generation,
            created=now().isoformat(timespec="seconds"),
        )
        return release(target, record, objects, live, pool=pool, report=report)


def _live(store: Store, sku: str) -> Live:
    live = read_live(store, sku)
    if live is None:
        raise RemoteError(f"{store.url}: {sku} is not published: check the SKU and the target")
    return live


def _chosen(store: Store, live: Live, to: int | None) -> Generation:
    if to is None:
        return _before(store, read_record(store, live.pointer.version))
    if to not in set(generations(store, live.pointer.sku)):
        raise RecipeError(f"{live.pointer.sku} has no generation {to}: `forge3d versions` lists them")
    return read_record(store, version_key(live.pointer.sku, to))


def _before(store: Store, current: Generation) -> Generation:
    """The generation that was live before `current`, with another content."""
    step = current
    while True:
        number = step.restores or step.previous
        if number is None or number >= step.generation:
            raise RecipeError(f"{current.sku}: nothing was live before generation {current.generation}")
        key = version_key(current.sku, number)
        if store.head(key) is None:
            raise RemoteError(
                f"{store.url}: {key} is missing: it was cleaned up, or is lost (`forge3d verify` tells); --to brings "
                "another generation back"
            )
        step = read_record(store, key)
        if step.key != current.key:
            return step


def _version(record: Generation, live: Live, was_live: bool) -> Version:
    files = record.objects().values()
    return Version(
        generation=record.generation,
        key=record.key,
        created=record.created,
        previous=record.previous,
        restores=record.restores,
        live=record.generation == live.pointer.generation,
        was_live=was_live,
        files=len(files),
        bytes=sum(file.bytes for file in files),
    )
