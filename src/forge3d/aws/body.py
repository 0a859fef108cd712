"""A body on its way: hashed by ourselves, in whole and by parts, and never in memory as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from ..errors import OutputError

CHUNK = 1 << 20
"""Bytes that are read at a time wherever a body passes through."""

PART = 8 << 20
"""Bytes of one part of a multipart upload, and the largest body that is sent in one piece. S3 takes parts of 5 MiB to
5 GiB and 10,000 of them, so this carries 80 GB."""


def chunks(stream: BinaryIO, size: int = CHUNK) -> Iterator[bytes]:
    """A stream in pieces."""
    while data := stream.read(size):
        yield data


class Body:
    """Bytes, or a file, that must have a given SHA-256.

    Attributes:
        size: in bytes.
        parts: the SHA-256 of each part of `part` bytes; the last one is shorter, and an empty body has one.

    Raises:
        OutputError: the content is another one, or cannot be read.
    """

    def __init__(self, data: bytes | Path, sha256: str, *, part: int = PART):
        self._data, self._part, self.sha256 = data, part, sha256
        self.size, self.parts, whole = 0, list[bytes](), hashlib.sha256()
        for piece in self._pieces():
            whole.update(piece)
            self.size += len(piece)
            self.parts.append(hashlib.sha256(piece).digest())
        self.parts = self.parts or [hashlib.sha256().digest()]
        if whole.hexdigest() != sha256:
            raise self._changed()

    def __getitem__(self, index: int) -> bytes:
        """One part, exactly as it was when the whole was hashed."""
        start = index * self._part
        if isinstance(self._data, bytes):
            data = self._data[start : start + self._part]
        else:
            try:
                with self._data.open("rb") as file:
                    file.seek(start)
                    data = file.read(self._part)
            except OSError as error:
                raise OutputError(f"{self._data} cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).digest() != self.parts[index]:
            raise self._changed()
        return data

    def _pieces(self) -> Iterator[bytes]:
        if isinstance(self._data, bytes):
            for start in range(0, len(self._data), self._part):
                yield self._data[start : start + self._part]
            return
        try:
            with self._data.open("rb") as file:
                yield from chunks(file, self._part)
        except OSError as error:
            raise OutputError(f"{self._data} cannot be read: {error.strerror}") from error

    def _changed(self) -> OutputError:
        name = self._data if isinstance(self._data, Path) else "what was to be sent"
        return OutputError(f"{name} does not have the SHA-256 {self.sha256[:12]}… that it should: build it again")
