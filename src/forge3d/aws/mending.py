"""Where a lost or damaged object comes back from: its own older versions, then another region.

Nothing is believed: each candidate is read and held against the SHA-256 that the version record says, decoded where it
is stored encoded, before it takes the place of what is damaged; and it does so only as long as nobody else has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ..errors import RemoteError
from .body import CHUNK, chunks
from .layout import PlacedFile, headers_for
from .store import Head, Headers, Precondition, Store, Stored

OLDER = "an older version"
"""Where something was brought back from, where that is no other region."""
_READS = 2
"""How often a body is read before it counts as damaged: it may have been harmed on its way here."""


def is_whole(store: Store, file: PlacedFile, path: Path, *, version: str | None = None) -> Head | None:
    """Read an object into a file; its head, if it is the one that the record means."""
    for _ in range(_READS):
        head = store.fetch(file.key, path, version=version)
        if head is not None and _hashes(path, head.encoding, file.bytes) == (head.sha256, file.sha256):
            return head
    return None


def mend(
    store: Store, file: PlacedFile, there: Head | None, others: Sequence[Store], path: Path, *, plain: bool = False
) -> str | None:
    """Bring an object back, if it can be done; where from, in words.

    Args:
        there: what is at its key now: nothing, or something damaged.
        others: the other regions.
        path: a file to work with.
        plain: it must not be stored encoded, whatever its copies are.
    """
    with suppress(Precondition):  # somebody else has written it meanwhile: whoever asked looks again
        for version in old_versions(store, file.key, but=None if plain else there):
            head = is_whole(store, file, path, version=version)
            if head is None:
                continue
            if plain and head.encoding:
                _copy(store, file, there, head, path, plain=plain)
            else:
                store.restore(file.key, version)
            return OLDER
        for other in others:
            head = is_whole(other, file, path)
            if head is not None:
                _copy(store, file, there, head, path, plain=plain)
                return other.url
    return None


def old_versions(store: Store, key: str, *, but: Head | None = None) -> Iterator[str]:
    """The versions below the newest, newest first; `but` is the newest as it was seen."""
    for version in store.history(key):
        if version.key == key and not version.deleted and version.version != (but.version if but else None):
            yield version.version


def put_back(store: Store, key: str, good: Stored, headers: Headers, over: Stored | None) -> None:
    """Write a small object again, if what is there still is what was seen. Raises Precondition where it is not."""
    store.write(
        key,
        good.data,
        headers,
        sha256=hashlib.sha256(good.data).hexdigest(),
        if_match=over.head.etag if over else None,
        if_absent=over is None,
    )


def _copy(store: Store, file: PlacedFile, there: Head | None, head: Head, path: Path, *, plain: bool) -> None:
    encoding, size, sha256 = head.encoding, head.size, head.sha256
    if encoding and (plain or not store.encodes):
        decoded = path.with_suffix(".plain")
        with decoded.open("wb") as out:
            for piece in _decoded(path, encoding):
                out.write(piece)
        path, encoding, size, sha256 = decoded, None, file.bytes, file.sha256
    if sha256 is None:
        raise RemoteError(f"{file.key}: its copy does not say what it is")  # `is_whole` has seen that it does
    headers = headers_for(file, size, encoding=encoding)
    over = there.etag if there else None
    store.write(file.key, path, headers, sha256=sha256, if_match=over, if_absent=over is None)


def _hashes(path: Path, encoding: str | None, limit: int) -> tuple[str, str]:
    """SHA-256 of a body as stored, and of what it decodes to; empty where that is no Brotli, or more than `limit`."""
    stored, decoded, size = hashlib.sha256(), hashlib.sha256(), 0
    with path.open("rb") as file:
        for piece in chunks(file):
            stored.update(piece)
    try:
        for piece in _decoded(path, encoding):
            decoded.update(piece)
            size += len(piece)
            if size > limit:
                return stored.hexdigest(), ""
    except ValueError:
        return stored.hexdigest(), ""
    return stored.hexdigest(), decoded.hexdigest()


def _decoded(path: Path, encoding: str | None) -> Iterator[bytes]:
    """A body as HTTP hands it out, in pieces. Raises ValueError where it is not encoded as it says."""
    with path.open("rb") as file:
        if encoding is None:
            yield from chunks(file)
            return
        if encoding != "br":
            raise ValueError(f"stored as {encoding}")
        from brotli import Decompressor
        from brotli import error as not_brotli

        decompressor = Decompressor()
        try:
            for piece in chunks(file):
                yield decompressor.process(piece, output_buffer_limit=CHUNK)
                while not decompressor.can_accept_more_data():
                    yield decompressor.process(b"", output_buffer_limit=CHUNK)
        except not_brotli as error:
            raise ValueError("not Brotli") from error
