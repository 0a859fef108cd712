"""Filtered environments: the last ones kept on the GPU, and all for a while on disk."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np

from ..cache import Cache
from ..errors import InvalidAsset
from .device import Capabilities
from .environment import (
    Environment,
    GpuEnvironment,
    albedo_table,
    filter_environment,
    is_studio,
    read_environment,
)
from .kept import Kept
from .program import ProgramCache
from .stowing import content_key, restored, stowed

_log = logging.getLogger(__name__)

_KEPT_BYTES = 256 << 20
MAX_DISK_BYTES = 512 << 20
"""Of what is kept on disk: a hundred environments of 1k, or seven of 4k."""


class EnvironmentCache:
    """Owned by one `Gpu`.

    Args:
        folder: where filtered light is looked for, and left; None: nowhere. A folder that cannot be written, and a file
            that is damaged, cost time alone.
    """

    def __init__(self, context: Any, programs: ProgramCache, capabilities: Capabilities, folder: Path | None):
        self._context, self._programs, self._capabilities = context, programs, capabilities
        self._disk = None if folder is None else Cache(folder / "light", max_bytes=MAX_DISK_BYTES)
        self._kept: Kept[GpuEnvironment] = Kept(_KEPT_BYTES)
        self._albedo: Any = None

    def get(self, environment: Environment) -> GpuEnvironment:
        """The environment, filtered where it is not kept.

        Raises:
            InvalidAsset: see `read_environment`; or a picture beyond the device.
        """
        key, owners = _environment_key(environment)
        kept = self._kept.find(key, owners)
        if kept is not None:
            return kept.made
        made = self._made(environment)
        self._kept.put(key, made, made.nbytes, owners)
        self._kept.trim({key})
        return made

    def _made(self, environment: Environment) -> GpuEnvironment:
        if self._albedo is None:
            self._albedo = albedo_table(self._context, self._programs)
        key = content_key(environment, self._capabilities) if self._disk is not None else None
        if self._disk is None or key is None:
            return self._filtered(environment)
        found = self._disk.record(key)
        if found is not None:
            return restored(self._context, self._programs, found, self._albedo)
        made = self._filtered(environment)
        self._disk.store(key, stowed(self._context, self._programs, made), {})
        self._disk.prune()
        if self._disk.trouble:
            _log.info(self._disk.trouble)
        return made

    def _filtered(self, environment: Environment) -> GpuEnvironment:
        picture = read_environment(environment)
        limit = self._capabilities.max_texture_size
        if max(picture.shape[:2]) > limit:
            raise InvalidAsset(f"an environment of {picture.shape[1]:,} pixels; this device takes {limit:,}")
        return filter_environment(self._context, self._programs, picture, self._albedo)

    def clear(self) -> None:
        self._kept.clear()


def _environment_key(environment: Environment) -> tuple[Any, tuple[Any, ...]]:
    """Arrays count by identity; files by path, size and time of change. And what counts by identity."""
    if isinstance(environment, np.ndarray):
        return id(environment), (environment,)
    if is_studio(environment):
        return environment, ()
    try:
        status = Path(environment).stat()
    except OSError:
        return str(environment), ()
    return (str(environment), status.st_size, status.st_mtime_ns), ()
