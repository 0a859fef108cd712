"""A content-addressed cache of what takes time to make: bounded, safe to share between processes, and safe to delete.

    <folder>/steps/<ab>/<key>        a record: what a step gave, its files by digest; ends with its own digest
    <folder>/files/<ab>/<sha256>     the files

Everything is written to a temporary name and renamed. What is read is checked against its digest: a damaged or missing
entry is a miss, and the step runs again.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

GIB = 1 << 30
_PARTIAL = ".partial"
_SECTIONS = "steps", "files"
_HOUR = 3600.0


def sha256(data: bytes | memoryview) -> str:
    """Hexadecimal SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def default_folder() -> Path:
    """`$FORGE3D_CACHE`, or `forge3d` in the user's cache folder (XDG)."""
    given = os.environ.get("FORGE3D_CACHE")
    if given:
        return Path(given)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "forge3d"


class Cache:
    """Records and files under one folder.

    Writing never fails the work: a cache that cannot be written (full disk, no permission) holds less, and `trouble`
    says why.

    Args:
        folder: made on first use.
        max_bytes: what `prune` keeps at most.
    """

    def __init__(self, folder: Path, *, max_bytes: int = 20 * GIB):
        self.folder, self.max_bytes = folder, max_bytes
        self.trouble: str | None = None

    def record(self, key: str) -> bytes | None:
        """The record of a step, or None."""
        stored = self._read(self.folder / "steps" / key[:2] / key)
        if stored is None or len(stored) < 64:
            return None
        record, seal = stored[:-64], stored[-64:]
        return record if seal == sha256(key.encode() + record).encode() else None

    def file(self, digest: str) -> bytes | None:
        """The bytes with this SHA-256, or None."""
        data = self._read(self.folder / "files" / digest[:2] / digest)
        return data if data is not None and sha256(data) == digest else None

    def store(self, key: str, record: bytes, files: dict[str, bytes]) -> None:
        """Keep a step's record and its files, given by digest. The record is written last."""
        try:
            for digest, data in files.items():
                self._write(self.folder / "files" / digest[:2] / digest, data)
            self._write(self.folder / "steps" / key[:2] / key, record + sha256(key.encode() + record).encode())
        except OSError as error:
            self.trouble = f"the cache {self.folder} could not be written: {error.strerror or error}"

    def prune(self) -> int:
        """Delete what was used longest ago until `max_bytes` are kept; returns the bytes deleted."""
        entries = sorted(self._entries())
        excess = sum(size for _, size, _ in entries) - self.max_bytes
        freed = 0
        for used, size, path in entries:
            abandoned = path.suffix == _PARTIAL and used < time.time() - _HOUR
            if freed >= excess and not abandoned:
                continue
            with suppress(OSError):  # another process may prune too
                path.unlink()
                freed += size
        return freed

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        for path in (path for section in _SECTIONS for path in self.folder.glob(f"{section}/*/*")):
            with suppress(FileNotFoundError):
                found = path.stat()
                yield found.st_mtime, found.st_size, path

    def _read(self, path: Path) -> bytes | None:
        try:
            data = path.read_bytes()
        except OSError:
            return None
        with suppress(OSError):
            os.utime(path)  # the modification time is the time of last use: `prune` goes by it
        return data

    def _write(self, path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{secrets.token_hex(6)}{_PARTIAL}")
        try:
            partial.write_bytes(data)
            partial.replace(path)
        except OSError:
            with suppress(OSError):
                partial.unlink()
            raise
