"""Keys: SHA-256 over everything that decides a result, and nothing else."""

from __future__ import annotations

import hashlib
import platform
import shutil
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from ..cache import sha256 as sha256

# Packages whose code decides bytes that are written. A change of version makes new keys.
NATIVE = (
    "numpy", "pillow", "mozjpeg-lossless-optimization", "DracoPy", "meshopt", "opengl-basisu", "moderngl", "usd-core",
)  # fmt: skip
# Codecs that Pillow is linked to: another build of the same Pillow may have others.
CODECS = ("webp", "avif", "jpg", "zlib")
# The rooms whose code decides them.
_ROOMS = (
    "gltf", "images", "validate", "document", "native", "surface", "light", "optimize", "lod", "audit", "render",
    "export", "dress", "pipeline",
)  # fmt: skip


def key_of(value: Any) -> str:
    """SHA-256 of a value's canonical JSON: keys in order, numbers as msgspec writes them."""
    return sha256(msgspec.json.encode(value, order="deterministic"))


@cache
def tools() -> dict[str, str]:
    """Versions of forge3d and the packages that decide bytes, and the digest of forge3d's own code.

    The digest keeps results right for who changes forge3d itself, where the version alone would stay the same.
    """
    from PIL import features

    from .. import __version__

    versions = {name: _version(name) for name in NATIVE}
    versions |= {name: features.version(name) or "absent" for name in CODECS}
    return {"forge3d": __version__, "code": _code(), "machine": platform.machine(), "ktx": _ktx(), **versions}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"


def _ktx() -> str:
    """One digest of the program ktx and its library, where they are installed: builds of a version differ."""
    found = shutil.which("ktx")
    if found is None:
        return "absent"
    program = Path(found).resolve()
    parts = [program, *sorted(program.parent.parent.glob("lib*/libktx.so*"))]
    return sha256("".join(sha256(part.read_bytes()) for part in parts if part.is_file()).encode())[:16]


def _code() -> str:
    """One digest of the source files (Python, shaders, data) of the rooms that decide bytes."""
    package, digest = Path(__file__).parent.parent, hashlib.sha256()
    for room in _ROOMS:
        for path in sorted((package / room).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(package).as_posix()}\0{sha256(path.read_bytes())}\n".encode())
    return digest.hexdigest()[:16]
