"""A folder as a store, behind any web server: the promises of S3, kept by rename, a lock and fsync.

    <folder>/<key>       the objects, as a web server hands them out
    <folder>/.publish/   a lock, and what is being written; hidden, and not to be served

A folder keeps no old versions: a damaged object comes back from a replica, or by publishing its bundle again. An
object's `version` is there all the same, so that it can be deleted if, and only if, it has not been written since.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from ..errors import RecipeError, RemoteError
from ..pipeline.bundle import writing
from .body import Body, chunks
from .store import Head, Headers, Listed, ObjectVersion, Precondition, Stored

WORK = ".publish"
_LEFT_OVER = 24 * 3600.0
"""Seconds after which what a killed publisher was writing is removed."""


class FolderStore:
    """A folder of the file system. See `Store`."""

    prefix = ""
    encodes = False

    def __init__(self, root: Path):
        self._root = root.absolute()
        self._work = self._root / WORK
        self.url = self._root.as_uri()

    def head(self, key: str) -> Head | None:
        """What is at a key. The hash is that of what is there now."""
        with self._opened(key) as file:
            if file is None:
                return None
            with os.fdopen(os.dup(file), "rb") as stream:
                digest = hashlib.sha256()
                for piece in chunks(stream):
                    digest.update(piece)
            return _head(key, os.fstat(file), digest.hexdigest())

    def read(self, key: str, *, version: str | None = None) -> Stored | None:
        """A small object whole."""
        with self._opened(key, version) as file:
            if file is None:
                return None
            with os.fdopen(os.dup(file), "rb") as stream:
                data = stream.read()
            return Stored(data, _head(key, os.fstat(file), hashlib.sha256(data).hexdigest()))

    def fetch(self, key: str, path: Path, *, version: str | None = None) -> Head | None:
        """Copy an object to a file."""
        with self._opened(key, version) as file:
            if file is None:
                return None
            digest = hashlib.sha256()
            with writing(path), os.fdopen(os.dup(file), "rb") as stream, path.open("wb") as copy:
                for piece in chunks(stream):
                    digest.update(piece)
                    copy.write(piece)
            return _head(key, os.fstat(file), digest.hexdigest())

    def digest(self, key: str, *, version: str | None = None) -> str | None:
        """SHA-256 of what is there."""
        head = self.head(key)
        return head.sha256 if head and version in (None, head.version) else None

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
        """Write beside, then rename: readers see the old object or the new one. Headers are the web server's affair."""
        if headers.encoding:
            raise RecipeError(f"{self.url} keeps no Content-Encoding: store {key} as it is")
        target, body = self._path(key), Body(data, sha256)
        with writing(target):
            staged = self._staged(body)
            try:
                with self._locked():
                    self._check(key, if_match, if_absent)
                    _make_folders(target.parent)
                    staged.replace(target)
                    _sync(target.parent)
                    return _head(key, target.stat(), sha256)
            finally:
                staged.unlink(missing_ok=True)

    def refresh(self, head: Head) -> Head:
        """Give an object the time of now."""
        path = self._path(head.key)
        with writing(path), self._locked():
            now = self.head(head.key)
            if now is None or now.etag != head.etag:
                raise Precondition(f"{self.url}/{head.key} has been changed or deleted by somebody else")
            os.utime(path)
            return _head(head.key, path.stat(), now.etag)

    def list(self, prefix: str) -> Iterator[Listed]:
        """Every object whose key begins so, in no order."""
        folder, _, _ = prefix.rpartition("/")
        for entry in _walk(self._path(folder) if folder else self._root):
            key = os.path.relpath(entry.path, self._root)
            if key.startswith(prefix) and not key.startswith(f"{WORK}/"):
                with suppress(FileNotFoundError):  # deleted while we look
                    about = entry.stat()
                    yield Listed(key, about.st_size, _time(about))

    def history(self, prefix: str) -> Iterator[ObjectVersion]:
        """The objects themselves: there are no older versions. ETags are left out, as they would cost reading."""
        for listed in self.list(prefix):
            with suppress(FileNotFoundError):
                version = _version(self._path(listed.key).stat())
                yield ObjectVersion(listed.key, version, True, False, listed.modified, listed.size, "")

    def delete(self, key: str, *, version: str | None = None) -> None:
        """Remove an object; with a version, only if it has not been written or refreshed since."""
        path = self._path(key)
        if not self._root.exists():
            return
        with writing(path), self._locked(), suppress(FileNotFoundError):
            if version in (None, _version(path.stat())):
                path.unlink()
                _sync(path.parent)

    def restore(self, key: str, version: str) -> Head:
        """Not possible here."""
        raise RemoteError(f"{self.url} keeps no old versions of {key}: publish its bundle again, or name a replica")

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if not all(parts) or {"..", ".", WORK} & set(parts):
            raise RecipeError(f"{key!r} is not a key")
        return self._root.joinpath(*parts)

    @contextmanager
    def _opened(self, key: str, version: str | None = None) -> Iterator[int | None]:
        """A descriptor of an object: what it reads stays one object's, even if that is replaced meanwhile."""
        try:
            file = os.open(self._path(key), os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError):
            yield None
            return
        except OSError as error:
            raise RemoteError(f"{self.url}/{key} cannot be read: {error.strerror}") from error
        try:
            yield file if version in (None, _version(os.fstat(file))) else None
        except OSError as error:
            raise RemoteError(f"{self.url}/{key} cannot be read: {error.strerror}") from error
        finally:
            os.close(file)

    def _check(self, key: str, if_match: str | None, if_absent: bool) -> None:
        if if_absent and self._path(key).exists():
            raise Precondition(f"{self.url}/{key} is there already")
        if if_match is not None:
            now = self.head(key)
            if now is None or now.etag != if_match:
                raise Precondition(f"{self.url}/{key} has been changed by somebody else")

    def _staged(self, body: Body) -> Path:
        """The body in a file of the working folder, durable before its name is."""
        _make_folders(self._work)
        for left in self._work.glob("*.partial"):
            with suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > _LEFT_OVER:
                    left.unlink()
        staged = self._work / f"{secrets.token_hex(8)}.partial"
        try:
            with staged.open("xb") as file:
                for index in range(len(body.parts)):
                    file.write(body[index])
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            staged.unlink(missing_ok=True)
            raise
        return staged

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, over all threads and processes; the lock of a killed one is gone with it."""
        self._work.mkdir(parents=True, exist_ok=True)
        with (self._work / "lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _walk(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    """Every file below a folder, without lists of them."""
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path)
            elif entry.is_file():
                yield entry


def _head(key: str, about: os.stat_result, sha256: str) -> Head:
    return Head(key, about.st_size, sha256, _time(about), sha256=sha256, version=_version(about), proven=True)


def _time(about: os.stat_result) -> datetime:
    return datetime.fromtimestamp(about.st_mtime, UTC)


def _version(about: os.stat_result) -> str:
    return f"{about.st_mtime_ns}-{about.st_ino}"


def _make_folders(folder: Path) -> None:
    """Make folders that are still there after a loss of power."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in missing:
        _sync(path.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
