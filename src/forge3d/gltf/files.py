"""Which files an order means: models in folders, and what a model refers to; a file's bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InvalidAsset
from .limits import Limits

SUFFIXES = (".glb", ".gltf")


def find_models(given: Iterable[str | os.PathLike[str]], *, leave_out: Path | None = None) -> list[Path]:
    """Files as given, and every .glb and .gltf below the folders given; sorted, each once.

    Args:
        leave_out: a folder that is not searched, such as the output.

    Raises:
        InvalidAsset: one is not there, or a folder has no model in it.
    """
    output = None if leave_out is None else leave_out.resolve()
    return sorted({path for one in given for path in _models(Path(one), output)})


def _models(given: Path, output: Path | None) -> Iterator[Path]:
    if not os.path.isdir(given):  # unlike Path's own, it has an answer for names that no file can have
        if not os.path.exists(given):
            raise InvalidAsset("there is no such file or folder", file=str(given))
        yield given
        return
    models = [
        path
        for path in given.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file() and output not in path.resolve().parents
    ]
    if not models:
        raise InvalidAsset(f"has no model in it ({', '.join(SUFFIXES)})", file=str(given))
    yield from models


def read_file(path: Path, limits: Limits) -> memoryview:
    """The bytes of a regular file; not mapped, since a mapped file that somebody cuts short would end the process.

    Raises:
        InvalidAsset: IO_ERROR; also for folders, pipes and devices, which could keep a reader waiting for ever.
        LimitExceeded: max_file_bytes.
    """
    try:
        with open(path, "rb", buffering=0, opener=open_without_waiting) as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise InvalidAsset("is not a regular file", file=str(path), code="IO_ERROR")
            limits.check("max_file_bytes", state.st_size, str(path))
            return read_open(file, state.st_size)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = error.strerror if isinstance(error, OSError) else error
        raise InvalidAsset(f"cannot be read: {reason}", file=str(path), code="IO_ERROR") from None


def read_open(file: FileIO, size: int) -> memoryview:
    """The first `size` bytes of an open file, fewer where it ends before; read-only.

    Into an array, because NumPy asks the system for huge pages: `bytes` of 100 MB take five times as long, most of it
    for being given memory page by page.
    """
    data = np.empty(size, np.uint8).data
    position = 0
    while position < size and (count := file.readinto(data[position:])):
        position += count
    return data[:position].toreadonly()


def open_without_waiting(path: str, flags: int) -> int:
    """An `opener` for `open`: a pipe would wait for its writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def external_uris(json: object) -> list[str]:
    """The external references of a glTF's JSON, sorted, each once: every `uri`, in the core and in any extension."""
    return sorted(set(_uris(json)))


def _uris(members: object) -> Iterator[str]:
    # Iterative: the JSON has not been judged, and may be deep.
    stack: list[Any] = [members]
    while stack:
        at = stack.pop()
        if isinstance(at, dict):
            uri = at.get("uri")
            if isinstance(uri, str) and not uri.startswith("data:"):
                yield uri
            stack += [value for name, value in at.items() if name != "extras"]
        elif isinstance(at, list):
            stack += at
