"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from ..errors import OutputError


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, then rename them into place in the order given.

    A file that already has the same bytes is left alone. The last file should be the one that refers to the others.

    Raises:
        OutputError: a file could not be written; none of them was changed unless renaming itself failed.
    """
    written: list[tuple[Path, Path]] = []
    target = Path()
    try:
        for target, data in files.items():
            if not _holds(target, data):
                written.append((_write_beside(target, data), target))
        while written:
            temporary, target = written[0]
            os.replace(temporary, target)
            written.pop(0)
        for folder in {target.parent for target in files}:
            _sync_folder(folder)
    except OSError as error:
        raise OutputError(f"{target} could not be written: {error.strerror or error}") from error
    finally:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)


def _holds(target: Path, data: bytes) -> bool:
    try:
        return target.stat().st_size == len(data) and target.read_bytes() == data
    except OSError:
        return False


def _write_beside(target: Path, data: bytes) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:40]}.", suffix=".part", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o666 & ~_umask())
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
