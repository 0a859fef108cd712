"""The compiled library: found, loaded once, and its errors as Python's."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import DependencyMissing

PATH = Path(__file__).parent / "libforge3d.so"
VERSION = 12  # of the functions in api.cpp

Pointer = ctypes.c_void_p
Int = ctypes.c_int32
Long = ctypes.c_int64
Float = ctypes.c_float
PROGRESS = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_double)

_OK, _BAD_ARGUMENT, _CANCELLED, _NO_MEMORY = range(4)

# Arguments by function; those that can fail return a status.
_FUNCTIONS: dict[str, list[Any]] = {
    "forge3d_collapse": [Pointer, Long, *[Pointer] * 5, Long, Int, Int, Pointer, Long, Pointer, PROGRESS,
                         ctypes.POINTER(Pointer), ctypes.POINTER(Long)],
    "forge3d_keyframes": [Pointer, Long, *[Pointer] * 3, Long, Pointer],
    "forge3d_level": [Pointer, Int, Int, ctypes.POINTER(Long)],
    "forge3d_planes": [Pointer, Long, Long, Pointer, Pointer, Long, Long, Long, Pointer, Pointer, Pointer],
    "forge3d_lacking": [Pointer, Pointer, Long, Long, Long, Long, Pointer],
    "forge3d_nearest": [Pointer, Long, ctypes.POINTER(Pointer)],
    "forge3d_nearest_query": [Pointer, Pointer, Long, Pointer, Pointer, Pointer],
    "forge3d_components": [Pointer, Long, Long, Pointer],
    "forge3d_order": [Pointer, Pointer, Pointer, Long, Pointer, Long, Long, *[Pointer] * 3, ctypes.POINTER(Long)],
    "forge3d_octahedral": [Pointer, Long, Int, Int, Int, Pointer],
    "forge3d_distinct": [Pointer, Long, Long, Pointer, Pointer, ctypes.POINTER(Long)],
    "forge3d_stage": [Pointer, Long, Int, Pointer, Pointer, Long, Pointer, Int, Pointer, Int, ctypes.POINTER(Pointer)],
    "forge3d_sky": [Pointer, Int, Int, ctypes.POINTER(Pointer)],
    "forge3d_trace": [Pointer, Pointer, Pointer, Float, Pointer, Int, Pointer, Pointer, Int, Int, Int, Float, Int,
                      Pointer, Pointer],
    "forge3d_transfer": [Pointer, Pointer, Long, Long, Pointer, Pointer, Int, Int, Int, ctypes.POINTER(Pointer),
                         ctypes.POINTER(Long)],
    "forge3d_kept": [Pointer, Pointer, Long, Pointer, Int, Float, Int, Pointer],
    "forge3d_gather": [Pointer, Long, Pointer, Long, Float, Int, Pointer],
    "forge3d_clean": [Int, Int, *[Pointer] * 4, Int, Pointer],
}  # fmt: skip
_SURE_FUNCTIONS: dict[str, list[Any]] = {
    "forge3d_record": [Pointer] * 4,
    "forge3d_octahedral_sketch": [Pointer, Long, Pointer],
    "forge3d_level_arrays": [Pointer] * 7,
    "forge3d_collapse_free": [Pointer],
    "forge3d_nearest_free": [Pointer],
    "forge3d_stage_free": [Pointer],
    "forge3d_sky_free": [Pointer],
    "forge3d_transfer_arrays": [Pointer] * 4,
    "forge3d_transfer_free": [Pointer],
    "forge3d_light_sizes": [Pointer],
}


@cache
def library() -> ctypes.CDLL:
    """The loaded library.

    Raises:
        DependencyMissing: it was not built, or is older than this code.
    """
    advice = "install forge3d again where there is a C++ compiler (pip install ., or -e . in a checkout)"
    try:
        loaded = ctypes.CDLL(str(PATH))
        version = loaded.forge3d_version()
    except (OSError, AttributeError) as error:
        raise DependencyMissing(f"forge3d's native library cannot be loaded ({error}); {advice}") from error
    if version != VERSION:
        raise DependencyMissing(f"forge3d's native library has version {version} and must have {VERSION}; {advice}")
    loaded.forge3d_message.restype = ctypes.c_char_p
    for name, arguments in (_FUNCTIONS | _SURE_FUNCTIONS).items():
        function = getattr(loaded, name)
        function.argtypes = arguments
        function.restype = ctypes.c_int if name in _FUNCTIONS else None
    return loaded


def call(name: str, *arguments: object) -> None:
    """Call a function that can fail.

    Raises:
        ValueError: an argument is out of its bounds.
        MemoryError: there is not enough.
        KeyboardInterrupt: its progress function asked it to stop.
    """
    loaded = library()
    status = getattr(loaded, name)(*arguments)
    if status == _OK:
        return
    if status == _CANCELLED:
        raise KeyboardInterrupt
    message = loaded.forge3d_message().decode()
    raise {_BAD_ARGUMENT: ValueError, _NO_MEMORY: MemoryError}.get(status, RuntimeError)(message)


def given(array: npt.ArrayLike, kind: type[np.generic], *shape: int) -> tuple[npt.NDArray[Any], int]:
    """An array as the library reads it, and its address; -1 in `shape` stands for any length.

    Keep the array for as long as the address is in use.
    """
    made = np.ascontiguousarray(array, dtype=kind)
    if made.ndim != len(shape) or any(wanted not in (-1, size) for wanted, size in zip(shape, made.shape, strict=True)):
        raise ValueError(f"an array of shape {made.shape} where {shape} was expected")
    return made, made.ctypes.data


class Progress:
    """A progress function for the library, which keeps what `report` raises until the library has returned."""

    def __init__(self, report: Callable[[float], None] | None):
        self.error: BaseException | None = None
        self._report = report
        self.function = PROGRESS(self._call if report is not None else 0)

    def _call(self, part: float) -> int:
        assert self._report is not None
        try:
            self._report(part)
        except BaseException as error:  # nothing may pass through the library; `__exit__` raises it
            self.error = error
            return 1
        return 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self.error is not None:
            raise self.error from None
