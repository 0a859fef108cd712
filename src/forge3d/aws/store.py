"""A store: what publishing needs of S3, and of a folder that stands in for it.

Keys are relative to the store's address and use `/`. Writes are whole or not at all, and may be conditional; a
condition that does not hold raises `Precondition` and changes nothing. What is read says by which SHA-256 it was
written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from ..errors import RecipeError, RemoteError


class Precondition(RemoteError):
    """The condition of a write did not hold: somebody else has been there."""


@dataclass(frozen=True, slots=True)
class Headers:
    """What a web server says about an object. `encoding` is that of HTTP: the body is stored encoded."""

    media_type: str
    cache_control: str
    encoding: str | None = None
    storage_class: str = "STANDARD"


@dataclass(frozen=True, slots=True)
class Head:
    """What a store knows of one object.

    Attributes:
        size: bytes of the body as stored.
        etag: the store's name for this content, for `if_match`.
        sha256: of the body as stored, in hexadecimal, by whoever wrote it; None where nobody said.
        proven: the store itself vouches that the body has that SHA-256. Where False, read it: see `is_sound`.
        version: of the object, where the store keeps old ones.
    """

    key: str
    size: int
    etag: str
    modified: datetime
    sha256: str | None = None
    media_type: str | None = None
    encoding: str | None = None
    cache_control: str | None = None
    storage_class: str | None = None
    version: str | None = None
    proven: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """A small object, read whole."""

    data: bytes
    head: Head

    @property
    def is_sound(self) -> bool:
        """Whether the body is the one that was written."""
        return self.head.sha256 == hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True, slots=True)
class Listed:
    """One object of a listing."""

    key: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of an object, or the marker that it was deleted (size 0)."""

    key: str
    version: str
    latest: bool
    deleted: bool
    modified: datetime
    size: int
    etag: str


class Store(Protocol):
    """A place for objects. Methods may be called from several threads at once, and raise RemoteError.

    Attributes:
        url: its address, without credentials.
        prefix: what stands before this store's keys (but those of pointers) below the web server's root: `assets/`, or
            nothing.
        encodes: whether it keeps `Headers.encoding`; where not, bodies must be stored as they are.
    """

    url: str
    prefix: str
    encodes: bool

    def head(self, key: str) -> Head | None:
        """What is at a key, or None."""
        ...

    def read(self, key: str, *, version: str | None = None) -> Stored | None:
        """A small object whole, or None. Read again where the body is not the one that was written; what stays damaged
        is returned as it is (`Stored.is_sound`)."""
        ...

    def fetch(self, key: str, path: Path, *, version: str | None = None) -> Head | None:
        """Stream an object into a file, as it is; None where there is none. The file is not held against its hash."""
        ...

    def digest(self, key: str, *, version: str | None = None) -> str | None:
        """SHA-256 of a body as it is read back now, or None where there is none."""
        ...

    def write(
        self,
        key: str,
        data: bytes | Path,
        headers: Headers,
        *,
        sha256: str,
        if_match: str | None = None,
        if_absent: bool = False,
    ) -> Head:
        """Put an object, and make sure that the store has this very body.

        Args:
            sha256: of the data. Data that turn out to be others are refused.
            if_match: only in place of the object with this ETag.
            if_absent: only where there is nothing.

        Raises:
            Precondition: the condition did not hold.
            RemoteError: the store could not be reached, refused, or keeps storing something else.
        """
        ...

    def refresh(self, head: Head) -> Head:
        """Make an object young again, as if it had just been written. Raises Precondition where it has changed."""
        ...

    def list(self, prefix: str) -> Iterator[Listed]:
        """Every object whose key begins so, page by page."""
        ...

    def history(self, prefix: str) -> Iterator[ObjectVersion]:
        """Every version of those, page by page, those of one key together and newest first; a store that keeps no old
        ones gives the objects themselves."""
        ...

    def delete(self, key: str, *, version: str | None = None) -> None:
        """Remove an object (leaving a marker where the store keeps old versions), or one version of it for good, and
        nothing else: one that has been written or refreshed since stays. What is not there is no error."""
        ...

    def restore(self, key: str, version: str) -> Head:
        """Put an old version on top again."""
        ...


def is_sound(store: Store, head: Head) -> bool:
    """Whether an object's body is the one that was written: by the store's own word, or else by reading it.

    A body that differs is read twice, since it may have been harmed on its way here.
    """
    return head.sha256 is not None and (
        head.proven or any(store.digest(head.key, version=head.version) == head.sha256 for _ in range(2))
    )


def open_store(
    url: str, *, endpoint: str | None = None, region: str | None = None, profile: str | None = None
) -> Store:
    """The store at `s3://bucket/prefix`, at `file:///folder`, or in a folder given by its path.

    Args:
        endpoint: of something that speaks S3 elsewhere; the environment's AWS_ENDPOINT_URL counts too.
        region, profile: as boto3 takes them; otherwise from the environment, files and roles that it looks at.

    Raises:
        RecipeError: the address is none of these.
    """
    parts = urlsplit(url if "://" in url else Path(url).absolute().as_uri())
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise RecipeError("an address takes no credentials, query or fragment: s3://bucket/prefix or file:///folder")
    if parts.scheme == "s3" and parts.netloc:
        from .s3 import S3Store

        return S3Store.open(parts.netloc, parts.path.strip("/"), endpoint=endpoint, region=region, profile=profile)
    if parts.scheme == "file" and parts.path and not parts.netloc:
        from .folder import FolderStore

        return FolderStore(Path(unquote(parts.path)))
    raise RecipeError(f"{url!r} is not a target: give s3://bucket/prefix or file:///folder")
