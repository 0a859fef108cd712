"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ..errors import OutputError


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write every file beside its place, then rename them into place in the order given.

    A file that already has the same bytes is left alone. The last file should be the one that refers to the others;
    folders below its own are made where the others need them.

    Raises:
        OutputError: a file could not be written; then none of them has changed, unless renaming itself failed.
    """
    target = list(files)[-1]
    written: list[tuple[Path, Path]] = []
    made: list[Path] = []
    try:
        for target, data in files.items():
            if target.is_dir():
                raise IsADirectoryError(None, "there is a folder in the way")
            if not _holds(target, data):
                _make_folders(target.parent, list(files)[-1].parent, made)
                written.append((_write_beside(target, data), target))
        while written:
            temporary, target = written[0]
            os.replace(temporary, target)
            written.pop(0)
            made.clear()
        for folder in {target.parent for target in files}:
            _sync_folder(folder)
    except OSError as error:
        raise OutputError(f"{target} could not be written: {error.strerror or error}") from error
    finally:
        for temporary, _ in written:
            temporary.unlink(missing_ok=True)
        for folder in reversed(made):
            folder.rmdir()


def make_folder(folder: Path) -> None:
    """Make `folder` and those above it where they are missing.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder} cannot be made: {error.strerror or error}") from error


def _make_folders(folder: Path, base: Path, made: list[Path]) -> None:
    """Make `folder` and those above it, below `base`; adds those that were missing to `made`, outermost first."""
    missing = []
    while folder != base and not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for entry in reversed(missing):
        entry.mkdir()
        made.append(entry)


def _holds(target: Path, data: bytes) -> bool:
    try:
        return target.stat().st_size == len(data) and target.read_bytes() == data
    except OSError:
        return False


def _write_beside(target: Path, data: bytes) -> Path:
    temporary = target.with_name(f".{target.name[:40]}.{os.urandom(6).hex()}.part")
    with open(temporary, "xb") as file:
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    return temporary


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
