"""Clean-up: what no retained version names, and nobody is about to name.

Nothing is locked, and publications go on meanwhile. What keeps them safe is age. A publication makes objects that it
reuses young again when they are older than `FRESH_FOR`, and clean-up takes nothing younger than `KEPT_FOR`; so whoever
decided to reuse an object has the difference to say so in a version record. An object is deleted by the versions that
were looked at: one that is written or made young again between the look and the deletion stays.

Keys begin with their SKU, so products are gone through one by one, and what is in memory is one product's record of
what it names, however many objects there are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from threading import Lock
from typing import Any, Literal

from ..errors import RecipeError, RemoteError
from ..skus import is_sku
from .abreast import abreast
from .layout import FRESH_FOR, KEPT_FOR, VERSIONS, Generation, generation_of, now, pointer_key, version_key
from .records import read_live, read_record
from .store import Listed, ObjectVersion, Store, is_sound, open_store

KEPT = 10
"""Generations that are kept by default: the live one and those before it, to roll back to."""
_OBJECT = re.compile(r"[0-9a-f]{64}\.[a-z0-9]+")
_UNVERSIONED = "null"
"""The version of what was written while a bucket kept none: the next such write would take its place."""

Kind = Literal["object", "record", "older version", "deletion marker"]


@dataclass(frozen=True, slots=True)
class Garbage:
    """One version of an object that nothing needs."""

    kind: Kind
    key: str
    version: str
    bytes: int
    modified: datetime

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Kept:
    """A product that was left alone, and why."""

    sku: str
    why: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """What a clean-up found: numbers of products, of versions of objects looked at, and of those that nothing needs.

    Attributes:
        deleted: whether they were deleted; else it was a dry run.
        spared: written or made young again by somebody between the look and the deletion, so they stay.
        left_alone: products that must be repaired first.
    """

    deleted: bool
    products: int = 0
    seen: int = 0
    garbage: int = 0
    bytes: int = 0
    spared: int = 0
    left_alone: tuple[Kept, ...] = ()

    @property
    def exit_code(self) -> int:
        """1 where products were left alone."""
        return 1 if self.left_alone else 0

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    def __add__(self, other: Sweep) -> Sweep:
        return Sweep(
            self.deleted,
            self.products + other.products,
            self.seen + other.seen,
            self.garbage + other.garbage,
            self.bytes + other.bytes,
            self.spared + other.spared,
            self.left_alone + other.left_alone,
        )


def gc(
    target: str | Store,
    *,
    dry_run: bool = True,
    older_than: timedelta = KEPT_FOR,
    keep: int = KEPT,
    jobs: int = 8,
    report: Callable[[Garbage], None] | None = None,
    progress: Callable[[Sweep], None] | None = None,
) -> Sweep:
    """Find, and unless it is a dry run delete, what nothing needs in one region.

    That is: version records before the live one beyond the last `keep`, if what replaced them is old, too; objects that
    no retained record names; versions of objects that a newer, sound one has replaced; and what was deleted, with its
    marker. All of it only when it is older than `older_than`. Other keys than those of publications are not touched,
    and neither is a product whose pointer or record is damaged.

    Args:
        target: `s3://bucket/prefix` or `file:///folder`; each replica is cleaned up for itself.
        older_than: since when nothing must have needed it. At least a day longer than `FRESH_FOR`: publications count
            on it.
        keep: generations to keep, the live one among them.
        report: is told of each find, one after the other.
        progress: is told the sum so far after each product.

    Raises:
        RecipeError: a limit that would not be safe.
        RemoteError: the store refused, or could not be reached.
    """
    shortest = FRESH_FOR * 8 / 7  # a day for publications between the look at an object and the record that names it
    if older_than < shortest:
        raise RecipeError(f"older_than must be {shortest.days} days or more: publications under way count on it")
    if keep < 1:
        raise RecipeError("keep must be 1 or more: the live generation is always kept")
    store = open_store(target) if isinstance(target, str) else target
    broom = _Broom(store, dry_run, now() - older_than, keep, report or (lambda garbage: None))
    total = Sweep(not dry_run)
    for swept in abreast(broom.sweep, _products(store), jobs):
        total += swept
        if progress:
            progress(total)
    return total


def _products(store: Store) -> Iterable[str]:
    """The products that have objects or old versions of them, or had, each once."""
    for (sku, slash), _ in groupby(store.history(""), lambda version: version.key.partition("/")[:2]):
        if slash and is_sku(sku):
            yield sku


@dataclass(frozen=True, slots=True)
class _Broom:
    store: Store
    dry_run: bool
    cutoff: datetime
    keep: int
    report: Callable[[Garbage], None]
    reporting: Lock = field(default_factory=Lock)

    def sweep(self, sku: str) -> Sweep:
        """One product."""
        total = Sweep(not self.dry_run, products=1)
        try:
            named, obsolete = self._retained(sku)
        except RemoteError as error:
            return replace(total, left_alone=(Kept(sku, str(error)),))
        # Records go first: none is ever there whose objects are not.
        for key in obsolete:
            total += self._sweep_key(key, list(self.store.history(key)), "record", named=False)
        for key, versions in groupby(self.store.history(f"{sku}/"), lambda version: version.key):
            name = key.removeprefix(f"{sku}/")
            if _OBJECT.fullmatch(name):
                total += self._sweep_key(key, list(versions), "object", named=key in named)
            elif generation_of(key) and key not in obsolete:
                total += self._sweep_key(key, list(versions), "record", named=True)
        total += self._sweep_pointer(sku)
        return replace(total, left_alone=total.left_alone[:1])

    def _retained(self, sku: str) -> tuple[set[str], list[str]]:
        """Keys of the objects that something names, and of the records that nothing needs.

        Raises:
            RemoteError: pointer or record are damaged or lost, so that nobody knows what they name.
        """
        live = read_live(self.store, sku)
        current = live.pointer.generation if live else 0
        items = self.store.list(f"{sku}/{VERSIONS}")
        found = {generation: item for item in items if (generation := generation_of(item.key))}
        if live is None and (
            any(item.modified < self.cutoff for item in found.values()) or any(self.store.history(pointer_key(sku)))
        ):
            raise RemoteError("its pointer is missing: `forge3d verify --repair`, or publish it again")
        line = self._line(sku, current, found)
        named: set[str] = set()
        obsolete = []
        for generation, item in found.items():
            if generation in line or item.modified >= self.cutoff:
                named |= (line.get(generation) or read_record(self.store, item.key)).objects().keys()
            elif generation < current:
                obsolete.append(item.key)
            # One above the live generation came to nothing. It keeps its number, which no other is to have; its objects
            # are not needed.
        return named, obsolete

    def _line(self, sku: str, current: int, found: Mapping[int, Listed]) -> dict[int, Generation]:
        """The live record, those that it followed, as many as are kept or were live not long ago, and those that they
        brought back. What went before may be gone already."""
        line: dict[int, Generation] = {}
        following, replaced = current, self.cutoff
        while following and (len(line) < self.keep or replaced >= self.cutoff):
            key = version_key(sku, following)
            if following not in found:
                if following == current or any(self.store.history(key)):
                    raise RemoteError(f"{key} is missing: `forge3d verify --repair` brings it back")
                break
            line[following] = read_record(self.store, key)
            following, replaced = line[following].previous or 0, found[following].modified
        restored = {record.restores for record in line.values() if record.restores in found} - line.keys()
        return line | {each: read_record(self.store, version_key(sku, each)) for each in restored if each}

    def _sweep_key(self, key: str, versions: list[ObjectVersion], kind: Kind, *, named: bool) -> Sweep:
        """The versions of one key, newest first."""
        seen = Sweep(not self.dry_run, seen=len(versions))
        if not versions:
            return seen
        if named:
            return seen + self._sweep_older(key, self._replaced(versions))
        if versions[0].modified >= self.cutoff:
            return seen
        kinds: list[Kind] = ["deletion marker" if version.deleted else kind for version in versions]
        if not self.dry_run and self._is_changed(key, versions[0]):
            return replace(seen, spared=1)
        # Oldest first: as the newest goes, none that was below it comes to light.
        return seen + self._delete(reversed(list(zip(kinds, versions, strict=True))))

    def _sweep_older(self, key: str, older: list[ObjectVersion]) -> Sweep:
        """Versions that a newer one has replaced; only if that is there and sound, since they are what mends it."""
        nothing = Sweep(not self.dry_run)
        if not older:
            return nothing
        head = self.store.head(key)
        if head is None or not is_sound(self.store, head):
            return nothing
        return self._delete((("deletion marker" if one.deleted else "older version"), one) for one in reversed(older))

    def _sweep_pointer(self, sku: str) -> Sweep:
        """Pointers of long ago, but for the last ones, from which `verify` repairs."""
        versions = list(self.store.history(pointer_key(sku)))
        return Sweep(not self.dry_run, seen=len(versions)) + self._sweep_older(
            pointer_key(sku), self._replaced(versions)[self.keep :]
        )

    def _replaced(self, versions: list[ObjectVersion]) -> list[ObjectVersion]:
        """Those whose successor is old already."""
        return [older for newer, older in pairwise(versions) if newer.modified < self.cutoff]

    def _is_changed(self, key: str, newest: ObjectVersion) -> bool:
        head = self.store.head(key)
        now_there = (head.version or _UNVERSIONED) if head else None
        return now_there != (None if newest.deleted else newest.version)

    def _delete(self, found: Iterable[tuple[Kind, ObjectVersion]]) -> Sweep:
        total = Sweep(not self.dry_run)
        for kind, one in found:
            if one.version == _UNVERSIONED:
                why = f"{one.key} was written while the bucket kept no versions, and cannot be deleted safely"
                total += Sweep(not self.dry_run, left_alone=(Kept(one.key.partition("/")[0], why),))
                continue
            with self.reporting:
                self.report(Garbage(kind, one.key, one.version, one.size, one.modified))
            if not self.dry_run:
                self.store.delete(one.key, version=one.version)
            total += Sweep(not self.dry_run, garbage=1, bytes=one.size)
        return total
