"""Objects that are there, sound, and not about to be cleaned up: of a bundle's file, or kept as they are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ..errors import RemoteError
from .encoding import brotli
from .layout import FRESH_FOR, PlacedFile, headers_for, now
from .store import Head, Precondition, Store, is_sound

_ATTEMPTS = 5


class Done(Enum):
    """What had to be done about an object."""

    SENT = "sent"
    REUSED = "reused"
    REFRESHED = "refreshed"
    """Reused, and written anew so that it is not about to be cleaned up."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An object that is there and sound. `head.size` bytes were sent if `done` is `SENT`."""

    head: Head
    done: Done


@dataclass(frozen=True, slots=True)
class Placing:
    """A file and where it goes.

    Args:
        source: the file on this machine; its SHA-256 is the one that `file` says.
        compress: it may be stored as `Content-Encoding: br`.
        work: a folder for what is made on the way.
    """

    file: PlacedFile
    source: Path
    compress: bool
    work: Path

    def find(self, store: Store) -> tuple[Head | None, bool]:
        """What is at the key, and whether it can be used as it is."""
        head = store.head(self.file.key)
        return head, head is not None and self._serves(head) and is_sound(store, head)

    def __call__(self, store: Store) -> Placed:
        """Make it so. Several publishers may do so at the same time: all of them bring the same content.

        Raises:
            RemoteError: it cannot be done, or somebody keeps deleting it.
            OutputError: the file is not what it was when the bundle was looked at.
        """
        for _ in range(_ATTEMPTS):
            try:
                head, usable = self.find(store)
                if head is None or not usable:
                    return Placed(self._send(store, head), Done.SENT)
                if now() - head.modified < FRESH_FOR:
                    return Placed(head, Done.REUSED)
                return Placed(store.refresh(head), Done.REFRESHED)
            except Precondition:
                continue  # somebody has just written or deleted it: look again
        raise RemoteError(f"{store.url}: {self.file.key} is changed by others again and again: publish again later")

    def _serves(self, head: Head) -> bool:
        if head.encoding is None:
            return head.sha256 == self.file.sha256 and head.size == self.file.bytes
        return self.compress and head.encoding == "br"

    def _send(self, store: Store, over: Head | None) -> Head:
        source, size, sha256, encoding = self.source, self.file.bytes, self.file.sha256, None
        if self.compress and store.encodes and (encoded := brotli(source, self.work / f"{self.file.path}.br")):
            source, size, sha256, encoding = encoded.path, encoded.size, encoded.sha256, "br"
        headers = headers_for(self.file, size, encoding=encoding)
        key, etag = self.file.key, over.etag if over else None
        return store.write(key, source, headers, sha256=sha256, if_match=etag, if_absent=over is None)


def kept(store: Store, key: str, *, fresh: bool = True) -> Head:
    """An object that is there already and sound; made young again, so that it is not about to be cleaned up.

    Raises:
        RemoteError: it is missing or damaged, or somebody keeps changing it.
    """
    for _ in range(_ATTEMPTS):
        head = store.head(key)
        if head is None or not is_sound(store, head):
            what = "is missing" if head is None else "is damaged"
            raise RemoteError(f"{store.url}: {key} {what}: run `forge3d verify --repair`, then this again")
        if not fresh or now() - head.modified < FRESH_FOR:
            return head
        try:
            return store.refresh(head)
        except Precondition:
            continue  # somebody has just written it anew, or deleted it: look again
    raise RemoteError(f"{store.url}: {key} is changed by others again and again: try again later")
