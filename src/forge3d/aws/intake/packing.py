"""The function's zip: its own modules, what they share with the rest of forge3d, and Powertools from this environment.

Everything is pure Python and copied from where it is installed, at the versions that are installed; nothing is fetched.
The same files give the same bytes. boto3 is not in it: AWS's Python runtime brings it.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path, PurePosixPath

from ...errors import DependencyMissing, OutputError

HANDLER = "forge3d.aws.intake.handler.handle"
_PACKAGE = Path(__file__).parents[2]

# What the handler's modules import of forge3d; a test follows the imports and holds this list against them.
_SHARED = (
    "__init__.py", "errors.py", "skus.py", "gltf/__init__.py", "gltf/faults.py", "gltf/glb.py", "gltf/limits.py",
    "images/__init__.py", "images/headers.py", "images/isobmff.py", "images/ktx2_header.py", "aws/__init__.py",
)  # fmt: skip
_OWN = ("__init__.py", "handler.py", "jobs.py", "judging.py", "reception.py", "uploads.py")
_VENDORED = ("aws-lambda-powertools", "jmespath", "typing-extensions")


def write_zip(path: str | os.PathLike[str]) -> Path:
    """Write the function's zip; an older one is replaced.

    Raises:
        DependencyMissing: Powertools is not installed.
        OutputError: it cannot be written.
    """
    target = Path(path)
    entries = sorted([*_forge3d(), *_vendored()])
    waiting = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(waiting, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, source in entries:
                info = zipfile.ZipInfo(name)  # 1980: no clock, no owner of this machine
                info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o100644 << 16, 3
                archive.writestr(info, source.read_bytes())
        waiting.replace(target)
    except OSError as error:
        waiting.unlink(missing_ok=True)
        raise OutputError(f"{target}: cannot be written: {error.strerror}") from error
    return target


def _forge3d() -> Iterator[tuple[str, Path]]:
    for name in (*_SHARED, *(f"aws/intake/{own}" for own in _OWN)):
        yield f"forge3d/{name}", _PACKAGE / name


def _vendored() -> Iterator[tuple[str, Path]]:
    """Modules and licences of the distributions, as their wheels recorded them."""
    for name in _VENDORED:
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            raise DependencyMissing(f"{name} is not installed: pip install 'forge3d[intake]'") from None
        for file in distribution.files or ():
            if _belongs(PurePosixPath(file)):
                yield file.as_posix(), Path(str(file.locate()))


def _belongs(file: PurePosixPath) -> bool:
    if ".." in file.parts:  # scripts
        return False
    if file.parent.name.endswith(".dist-info") or "licenses" in file.parts:
        return file.name == "METADATA" or "LICENSE" in file.name.upper()
    return file.suffix == ".py"
