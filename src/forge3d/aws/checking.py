"""One product in every region: its pointer, its records, its objects."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, Generic, TypeVar

from ..errors import RemoteError
from .layout import (
    POINTER_HEADERS,
    VERSION_HEADERS,
    VERSIONS,
    Generation,
    PlacedFile,
    Pointer,
    generation_of,
    is_compressible,
    pointer_key,
    version_key,
)
from .mending import OLDER, is_whole, mend, old_versions, put_back
from .placing import kept
from .records import follow_pointer
from .store import Head, Headers, Precondition, Store, Stored, is_sound

_Record = TypeVar("_Record", Generation, Pointer)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        url: of the region's store.
        key: of the object.
        problem: what is wrong with it.
        generations: those that need it.
        repaired: what it was brought back from, or None where it was not.
    """

    sku: str
    url: str
    key: str
    problem: str
    generations: tuple[int, ...] = ()
    repaired: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


OTHERS = "somebody else, meanwhile"
"""Who brought something back, where it was not us."""


@dataclass(frozen=True, slots=True)
class _Good(Generic[_Record]):
    """A pointer or record that is whole, and where it was found."""

    stored: Stored
    record: _Record
    origin: str


@dataclass(frozen=True, slots=True)
class _Needed:
    """A file, the generations that need it, and whether any of them needs it stored as it is."""

    file: PlacedFile
    generations: tuple[int, ...] = ()
    plain: bool = False


class Product:
    """A product that is looked at, and where it is wanted mended, region by region.

    Args:
        stores: the primary, then its replicas.
        work: a folder for what is read.
        deep: read every body.
    """

    def __init__(self, sku: str, stores: Sequence[Store], work: Path, *, deep: bool, repair: bool):
        self.sku, self.stores, self.deep, self.repair = sku, stores, deep, repair
        self.work = work / secrets.token_hex(8)
        self.findings: list[Finding] = []
        self.objects = self.bytes = 0

    def check(self) -> bool:
        """Look at all of it; what was found is in `findings`. False where nothing was published here."""
        pointer, put_back_pointer = self._live()
        if pointer is None:
            return bool(self.findings)
        records = dict(self._records(pointer))
        broken = {
            store.url
            for needed in self._needed(records)
            for store in self.stores
            if not self._object(store, needed) and pointer.generation in needed.generations
        }
        live = records.get(pointer.generation)

        def is_ready(store: Store) -> bool:
            return live is not None and store.url not in broken and _is_kept(store, live)

        # Pointers last, and only where everything is there.
        primary, *replicas = self.stores
        put_back_pointer(partial(is_ready, primary))
        for replica in replicas:
            self._follow(replica, pointer, partial(is_ready, replica))
        return True

    def _live(self) -> tuple[Pointer | None, Callable[[Callable[[], bool]], None]]:
        """The pointer that should be live, and what puts it back into the primary if it is not there."""
        key, primary = pointer_key(self.sku), self.stores[0]
        # The primary last: publishers move its pointer first, so that it is not behind for a moment.
        found = {store.url: store.read(key) for store in reversed(self.stores)}
        self.objects += len(found)
        there = found[primary.url]
        now_live = self._pointer(there)
        if now_live and now_live.prefix != primary.prefix:
            return None, lambda is_ready: None  # it is published under another prefix of this bucket
        good = [
            _Good(stored, pointer, url)
            for url, stored in found.items()
            if stored and (pointer := self._pointer(stored))
        ]
        if now_live and all(now_live.generation >= other.record.generation for other in good):
            return now_live, lambda is_ready: None
        good += self._older(primary, key, self._pointer)
        if not good:
            # Nothing is left to bring it back from. Publishing its bundle again makes the next generation.
            if there is not None or any(primary.history(key)):
                self._say(primary, key, "is missing" if there is None else "is damaged", ())
            return None, lambda is_ready: None
        best = max(good, key=lambda each: each.record.generation)
        problem = "is missing" if there is None else "is damaged" if now_live is None else "is behind a replica's"

        def put_back(is_ready: Callable[[], bool]) -> None:
            source = best if self.repair and is_ready() else None
            self._mend_small(primary, key, problem, best.record.generation, source, POINTER_HEADERS, there)

        return best.record, put_back

    def _pointer(self, stored: Stored | None) -> Pointer | None:
        return _decoded(Pointer, stored, lambda pointer: pointer.sku == self.sku)

    def _records(self, pointer: Pointer) -> Iterator[tuple[int, Generation]]:
        """The records of the generations up to the live one, youngest first, mended where they are damaged."""
        in_line: int | None = pointer.generation
        for generation in sorted(self._expected(pointer), reverse=True):
            key = version_key(self.sku, generation)
            found = {store.url: store.read(key) for store in self.stores}
            self.objects += len(found)
            good = self._record(found, key, generation)
            # A younger one followed an older one directly: a publication came to nothing, and took its record with it.
            was_never_live = in_line is not None and generation != in_line
            for store in self.stores:
                there = found[store.url]
                if self._generation(there, generation) is None and (good or not was_never_live):
                    problem = "is missing" if there is None else "is damaged"
                    self._mend_small(store, key, problem, generation, good, VERSION_HEADERS, there)
            if generation == in_line:
                in_line = (good.record.previous or 0) if good else None
            if good:
                yield generation, good.record

    def _record(self, found: Mapping[str, Stored | None], key: str, generation: int) -> _Good[Generation] | None:
        """A whole copy of a record: from any region, or from its older versions there."""
        for url, stored in found.items():
            if stored and (record := self._generation(stored, generation)):
                return _Good(stored, record, url)
        older = (self._older(store, key, lambda stored: self._generation(stored, generation)) for store in self.stores)
        return next(chain.from_iterable(older), None)

    def _generation(self, stored: Stored | None, generation: int) -> Generation | None:
        return _decoded(Generation, stored, lambda record: (record.sku, record.generation) == (self.sku, generation))

    def _expected(self, pointer: Pointer) -> set[int]:
        """The generations that should have a record: the live one, and those of which the primary has a trace. Clean-up
        leaves none. Where a primary has lost everything, those of the replicas."""
        prefix = f"{self.sku}/{VERSIONS}"
        found = {generation_of(one.key) for one in self.stores[0].history(prefix)}
        if not found:
            found = {generation_of(one.key) for store in self.stores[1:] for one in store.list(prefix)}
        return {pointer.generation} | {each for each in found if each and each < pointer.generation}

    def _needed(self, records: dict[int, Generation]) -> Iterable[_Needed]:
        needed: dict[str, _Needed] = {}
        for generation, record in sorted(records.items()):
            for key, file in record.objects().items():
                before = needed.get(key, _Needed(file))
                plain = before.plain or not is_compressible(record.files, file.path)
                needed[key] = _Needed(file, (*before.generations, generation), plain)
        return needed.values()

    def _object(self, store: Store, needed: _Needed) -> bool:
        """Whether an object is whole in a region, or has been mended."""
        file = needed.file
        self.objects += 1
        self.bytes += file.bytes
        head = store.head(file.key)
        problem = self._problem(store, needed, head)
        if problem is None:
            return True
        origin, whole = None, False
        if self.repair:
            others = [one for one in self.stores if one is not store]
            origin = mend(store, file, head, others, self.work, plain=needed.plain) or OTHERS
            head = is_whole(store, file, self.work)  # read, whoever vouches for it
            whole = head is not None and not (needed.plain and head.encoding)
        self._say(store, file.key, problem, needed.generations, origin if whole else None)
        return whole

    def _problem(self, store: Store, needed: _Needed, head: Head | None) -> str | None:
        file = needed.file
        if head is None:
            return "is missing"
        if head.encoding and needed.plain:
            return "is stored encoded, and not all that fetch it decode"
        if head.encoding is None and (head.sha256, head.size) != (file.sha256, file.bytes):
            return "is another file"
        if self.deep:
            return None if is_whole(store, file, self.work) else "is damaged"
        return None if is_sound(store, head) else "is damaged"

    def _follow(self, replica: Store, pointer: Pointer, is_ready: Callable[[], bool]) -> None:
        """A replica's pointer: behind the live one, or damaged, it is brought forward once everything is there."""
        key = pointer_key(self.sku)
        stored = replica.read(key)
        there = self._pointer(stored)
        if there is not None and (there == pointer or there.generation > pointer.generation):
            return  # a publisher has just brought it further than the primary was
        problem = "is missing" if stored is None else "is damaged" if there is None else "is not the live one"
        done = self.repair and is_ready() and follow_pointer(replica, pointer) == pointer.generation
        self._say(replica, key, problem, (pointer.generation,), self.stores[0].url if done else None)

    def _older(
        self, store: Store, key: str, read: Callable[[Stored | None], _Record | None]
    ) -> Iterator[_Good[_Record]]:
        """Older versions of a small object that can be read, newest first."""
        for version in old_versions(store, key):
            stored = store.read(key, version=version)
            record = read(stored)
            if stored and record:
                yield _Good(stored, record, OLDER)

    def _mend_small(
        self, store: Store, key: str, problem: str, generation: int, good: _Good[Any] | None, headers: Headers,
        there: Stored | None,
    ) -> None:  # fmt: skip
        """Tell of a pointer or record that is wrong, and where it is wanted and can be, write it again."""
        repaired = None
        if self.repair and good is not None:
            try:
                put_back(store, key, good.stored, headers, there)
                repaired = good.origin
            except Precondition:
                repaired = OTHERS
            now_there = store.read(key)
            if now_there is None or not now_there.is_sound:
                repaired = None
        self._say(store, key, problem, (generation,), repaired)

    def _say(
        self, store: Store, key: str, problem: str, generations: tuple[int, ...], repaired: str | None = None
    ) -> None:
        self.findings.append(Finding(self.sku, store.url, key, problem, generations, repaired))


def _is_kept(store: Store, record: Generation) -> bool:
    """Whether all that a record names is there, and not about to be cleaned up as what nothing led to so far."""
    with suppress(RemoteError):
        for key in record.objects():
            kept(store, key)
        return True
    return False


def _decoded(kind: type[_Record], stored: Stored | None, fits: Callable[[_Record], bool]) -> _Record | None:
    """A record or pointer, or None where it is missing, damaged, or another's."""
    if stored is None or not stored.is_sound:
        return None
    try:
        record = kind.decode(stored)
    except RemoteError:
        return None
    return record if fits(record) else None
