"""Version records and pointers in a store: read, added, moved forward."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from ..errors import PublishConflict, RemoteError
from .layout import (
    FRESH_FOR,
    POINTER_HEADERS,
    POINTERS,
    VERSION_HEADERS,
    VERSIONS,
    Generation,
    Pointer,
    checked_sku,
    generation_of,
    now,
    pointer_key,
    version_key,
)
from .store import Headers, Precondition, Store, Stored

_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Live:
    """A pointer as it was read, and the ETag by which it can be replaced if nobody else did."""

    pointer: Pointer
    etag: str


def read_live(store: Store, sku: str) -> Live | None:
    """A product's pointer, or None where nothing is published.

    Raises:
        RemoteError: it is damaged, or belongs to another prefix of this bucket.
    """
    stored = store.read(pointer_key(sku))
    if stored is None:
        return None
    pointer = Pointer.decode(stored)
    if pointer.prefix != store.prefix:
        raise RemoteError(
            f"{sku} is published under the prefix {pointer.prefix!r} of this bucket, not {store.prefix!r}: a bucket "
            "has one pointer for each product, so use that prefix, or another bucket"
        )
    return Live(pointer, stored.head.etag)


def skus(store: Store) -> Iterator[str]:
    """The products that have a pointer."""
    for item in store.list(POINTERS):
        yield item.key.removeprefix(POINTERS).removesuffix(".json")


def read_record(store: Store, key: str) -> Generation:
    """A version record. Raises RemoteError where it is missing or damaged."""
    stored = store.read(key)
    if stored is None:
        raise RemoteError(f"{store.url}: {key} is missing: `forge3d verify --repair` brings it back")
    return Generation.decode(stored)


def generations(store: Store, sku: str) -> Iterator[int]:
    """The generations that have a record, in no order: those that were live, and those that did not come to be."""
    for item in store.list(f"{checked_sku(sku)}/{VERSIONS}"):
        if generation := generation_of(item.key):
            yield generation


def add_record(store: Store, record: Generation) -> Generation:
    """Write a version record under its generation, or the next that is free.

    A publisher that was killed, or lost, leaves a record that no pointer ever named. Where it says the same and is not
    old, it is taken over; otherwise its number is left out: generations may have gaps, and never go back.
    """
    for _ in range(_ATTEMPTS):
        try:
            _write(store, version_key(record.sku, record.generation), record.encode(), VERSION_HEADERS, over=None)
            return record
        except Precondition:
            there = store.read(version_key(record.sku, record.generation))
            if there is not None and _is_same(there, record):
                return Generation.decode(there)
            following = 1 + max(generations(store, record.sku), default=0)
            record = msgspec.structs.replace(record, generation=max(following, record.generation))
    raise RemoteError(f"{store.url}: others keep publishing {record.sku}: publish again later")


def move_pointer(store: Store, pointer: Pointer, over: Live | None) -> Pointer:
    """Replace a product's pointer, if it still is the one that was read: the moment at which a generation is live.

    Returns:
        What is live now: this pointer, or another's with the same build key.

    Raises:
        PublishConflict: somebody else was first, with another build.
    """
    try:
        _write(store, pointer_key(pointer.sku), pointer.encode(), POINTER_HEADERS, over=over.etag if over else None)
        return pointer
    except Precondition:
        now_live = read_live(store, pointer.sku)
        if now_live is not None and now_live.pointer.key == pointer.key:
            return now_live.pointer  # it was ours and the answer was lost, or somebody published the same
        what = f"generation {now_live.pointer.generation}" if now_live else "nothing"
        raise PublishConflict(
            f"{pointer.sku}: somebody else published first ({what} is live now at {store.url}); nothing was "
            "overwritten: look at `forge3d versions`, and publish again if yours should replace it"
        ) from None


def follow_pointer(replica: Store, pointer: Pointer) -> int:
    """Bring a replica's pointer forward to `pointer`, never back; the generation that is live there now."""
    key = pointer_key(pointer.sku)
    for _ in range(_ATTEMPTS):
        stored = replica.read(key)
        there = _whole(stored) if stored else None
        if there is not None and there.generation >= pointer.generation:
            return there.generation
        try:
            _write(replica, key, pointer.encode(), POINTER_HEADERS, over=stored.head.etag if stored else None)
            return pointer.generation
        except Precondition:
            continue  # another publisher is bringing it forward
    raise RemoteError(f"{replica.url}: others keep moving the pointer of {pointer.sku}: publish again later")


def _whole(stored: Stored) -> Pointer | None:
    try:
        return Pointer.decode(stored)
    except RemoteError:
        return None  # damaged: whatever it said, it is to be replaced


def _write(store: Store, key: str, data: bytes, headers: Headers, *, over: str | None) -> None:
    """Write in place of the object with the ETag `over`, or where nothing is."""
    store.write(key, data, headers, sha256=hashlib.sha256(data).hexdigest(), if_match=over, if_absent=over is None)


def _is_same(there: Stored, record: Generation) -> bool:
    """Whether a record says what another would, but for the time, and is too young to be cleaned up."""
    try:
        found = Generation.decode(there)
    except RemoteError:
        return False
    alike = msgspec.structs.replace(found, created=record.created) == record
    return alike and now() - there.head.modified < FRESH_FOR
