"""Bundles on disk: written whole in a working folder, then moved into place by one rename.

    <output>/<sku>/manifest.json, <sha256>.<ext> …
    <output>/.forge3d/            working folder; gone when no build is running

A build killed at any moment leaves the bundle that was there before, or the new one.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import InvalidAsset, OutputError
from .keys import sha256
from .manifest import NAME, Manifest

WORK = ".forge3d"
_RETIRED = "retired-"
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


@contextmanager
def working_folder(output: Path) -> Iterator[Path]:
    """The output's working folder, shared by every build that runs at the same time.

    Each build holds a shared lock on it. One that finds itself alone, at its start or end, clears what killed builds
    left behind.

    Raises:
        OutputError: the output cannot be written.
    """
    work = output / WORK
    with writing(output):
        lock = _locked(work)
    try:
        yield work
    finally:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _clear(work)
            with suppress(OSError):
                work.rmdir()
        except BlockingIOError:
            pass  # another build is at work here: the last one clears up
        finally:
            os.close(lock)


def _locked(work: Path) -> int:
    """Open and lock the working folder; made anew where another build has just removed it."""
    while True:
        work.mkdir(parents=True, exist_ok=True)
        try:
            lock = os.open(work, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _clear(work)
        except BlockingIOError:
            pass  # not alone: nothing here is known to be left over
        fcntl.flock(lock, fcntl.LOCK_SH)
        if work.exists() and os.path.samestat(os.fstat(lock), work.stat()):
            return lock
        os.close(lock)


def _clear(work: Path) -> None:
    """Bring back bundles that were retired but not replaced, and delete the rest."""
    for left in work.iterdir():
        target = work.parent / left.name.removeprefix(_RETIRED)
        if left.name.startswith(_RETIRED) and not target.exists():
            left.rename(target)
        elif left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def commit(manifest: Manifest, files: Mapping[str, bytes], *, output: Path) -> None:
    """Put a bundle at `<output>/<sku>`, in place of what is there.

    Args:
        files: the bytes of each file of the manifest, by its path.

    Raises:
        OutputError: it could not be written; what was there before is still there.
    """
    target = output / manifest.sku
    with writing(target):
        staged = Path(tempfile.mkdtemp(dir=output / WORK))
        try:
            staged.chmod(0o777 & ~_umask())
            for path in {file.path for file in manifest.files}:  # equal pictures of a spin are one file
                _write(staged / path, files[path])
            _write(staged / NAME, manifest.encode())
            _replace(staged, target)
        finally:
            shutil.rmtree(staged, ignore_errors=True)


def is_whole(folder: Path, key: str) -> Manifest | None:
    """The manifest of the bundle in `folder` if it was built with `key` and every file is there, unharmed."""
    try:
        manifest = Manifest.read(folder)
    except InvalidAsset:
        return None
    if manifest.key != key:
        return None
    try:
        sound = all(sha256((folder / file.path).read_bytes()) == file.sha256 for file in manifest.files)
        alone = {path.name for path in folder.iterdir()} == {NAME, *(file.path for file in manifest.files)}
    except OSError:
        return None
    return manifest if sound and alone else None


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the operating system says about an output into an `OutputError`."""
    try:
        yield
    except OSError as error:
        advice = {
            errno.ENOSPC: "free some space, or choose another output folder",
            errno.EDQUOT: "free some space, or choose another output folder",
            errno.EACCES: "choose a folder that you may write to",
            errno.EROFS: "choose a folder that you may write to",
            errno.ENOTDIR: "a file is in the way of the folder",
            errno.EEXIST: "a file is in the way of the folder",
        }.get(error.errno or 0, "nothing half-written was left")
        raise OutputError(f"{path} could not be written: {error.strerror or error}; {advice}") from error


def write_if_changed(path: Path, data: bytes) -> bool:
    """Replace a file by rename, unless it holds these bytes already; returns whether it was written."""
    with writing(path):
        if path.is_file() and path.read_bytes() == data:
            return False
        staged = path.parent / WORK / f"{os.getpid()}-{path.name}"
        try:
            _write(staged, data)
            staged.replace(path)
        finally:
            staged.unlink(missing_ok=True)
    return True


def _write(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())  # a rename must not become durable before the bytes it names


def _replace(staged: Path, target: Path) -> None:
    """Move `staged` to `target`. An old `target` ends up in the working folder, and is deleted."""
    try:
        staged.rename(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        if not _exchange(staged, target):
            retired = staged.parent / f"{_RETIRED}{target.name}"
            shutil.rmtree(retired, ignore_errors=True)
            target.rename(retired)
            staged.rename(target)
            shutil.rmtree(retired, ignore_errors=True)


def _exchange(first: Path, second: Path) -> bool:
    """Swap two folders in one step (Linux `renameat2`); False where the file system cannot."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "renameat2"):
        return False
    paths = _AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second)
    return bool(libc.renameat2(*paths, _RENAME_EXCHANGE) == 0)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
