"""Filtered environments, the last few kept on the GPU."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import InvalidAsset
from .device import Capabilities
from .environment import Environment, GpuEnvironment, albedo_table, filter_environment, read_environment
from .program import ProgramCache

_ENVIRONMENTS_KEPT = 4


class EnvironmentCache:
    """Owned by one `Gpu`."""

    def __init__(self, context: Any, programs: ProgramCache, capabilities: Capabilities):
        self._context, self._programs, self._capabilities = context, programs, capabilities
        self._kept: OrderedDict[Any, tuple[GpuEnvironment, Any]] = OrderedDict()
        self._albedo: Any = None

    def get(self, environment: Environment) -> GpuEnvironment:
        """The environment, filtered where it is not kept.

        Raises:
            InvalidAsset: see `read_environment`; or a picture beyond the device.
        """
        key = _environment_key(environment)
        if key not in self._kept:
            self._kept[key] = (self._made(environment), environment)
            if len(self._kept) > _ENVIRONMENTS_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def _made(self, environment: Environment) -> GpuEnvironment:
        picture = read_environment(environment)
        limit = self._capabilities.max_texture_size
        if max(picture.shape[:2]) > limit:
            raise InvalidAsset(f"an environment of {picture.shape[1]:,} pixels; this device takes {limit:,}")
        if self._albedo is None:
            self._albedo = albedo_table(self._context, self._programs)
        return filter_environment(self._context, self._programs, picture, self._albedo)

    def clear(self) -> None:
        self._kept.clear()


def _environment_key(environment: Environment) -> Any:
    """Arrays count by identity; files by path, size and time of change."""
    if isinstance(environment, np.ndarray):
        return id(environment)
    if environment == "studio":
        return environment
    try:
        status = Path(environment).stat()
    except OSError:
        return str(environment)
    return str(environment), status.st_size, status.st_mtime_ns
