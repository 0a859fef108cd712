"""Filtered environments as bytes, for the cache on disk: `side` of the radiance cube, then all levels of both cubes."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from .device import Capabilities
from .environment import IRRADIANCE_SIZE, Environment, GpuEnvironment, cubes, is_studio, mip_count
from .program import ProgramCache
from .studio import STUDIOS

_HEAD = 4  # bytes
_TEXEL = 8  # bytes: four half floats
_FILTER = ("environment.py", "studio.py", "shaders/cube.comp", "shaders/prefilter.comp", "shaders/gather.comp")


def content_key(environment: Environment, capabilities: Capabilities) -> str | None:
    """SHA-256 of everything that decides the filtered light: the picture, the filter's own code, the device.

    None where the environment is no studio and cannot be read; reading it tells why.
    """
    digest = hashlib.sha256(f"{_filter_code()} {capabilities.renderer} {capabilities.version}\0".encode())
    if isinstance(environment, np.ndarray):
        digest.update(f"{environment.shape} {environment.dtype.str}\0".encode() + environment.tobytes())
    elif is_studio(environment):
        digest.update(repr(STUDIOS.get(str(environment), environment)).encode())
    else:
        path = Path(environment)
        if not path.is_file():
            return None
        try:
            digest.update(f"{path.suffix.lower()}\0".encode() + path.read_bytes())
        except OSError:
            return None
    return digest.hexdigest()


@cache
def _filter_code() -> str:
    folder = Path(__file__).parent
    return hashlib.sha256(b"\0".join((folder / name).read_bytes() for name in _FILTER)).hexdigest()


def stowed(context: Any, programs: ProgramCache, environment: GpuEnvironment) -> bytes:
    """The filtered light as bytes, equal to the bit."""
    side = environment.radiance.size[0]
    buffer = context.buffer(reserve=_TEXEL * _texels(side))
    _copy(context, programs, environment, buffer, restore=False)
    return np.uint32(side).tobytes() + bytes(buffer.read())


def restored(context: Any, programs: ProgramCache, data: bytes, albedo: Any) -> GpuEnvironment:
    """What `stowed` was given."""
    made = cubes(context, int(np.frombuffer(data, np.uint32, 1)[0]), albedo)
    _copy(context, programs, made, context.buffer(data[_HEAD:]), restore=True)
    return made


def _copy(context: Any, programs: ProgramCache, environment: GpuEnvironment, buffer: Any, *, restore: bool) -> None:
    program = programs.compute("stow.comp")
    program["restore"] = restore
    buffer.bind_to_storage_buffer(0)
    side, first = environment.radiance.size[0], 0
    levels = [(environment.radiance, mip, side >> mip) for mip in range(environment.mips)]
    for cube, mip, width in [*levels, (environment.irradiance, 0, IRRADIANCE_SIZE)]:
        program["first"] = first
        cube.bind_to_image(0, read=True, write=True, level=mip)
        program.run(width // 8, width // 8, 6)
        first += 6 * width * width
    context.memory_barrier()


def _texels(side: int) -> int:
    return 6 * (sum((side >> mip) ** 2 for mip in range(mip_count(side))) + IRRADIANCE_SIZE**2)
