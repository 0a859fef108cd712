"""The machine's EGL devices, listed without making a context.

glcontext can open the n-th EGL device but does not say which devices there are, so this asks libEGL directly
(EGL_EXT_device_enumeration, EGL_EXT_device_query; names and UUIDs where the driver tells them).
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

LIBEGL, LIBGL = "libEGL.so.1", "libGL.so.1"

_EGL_VENDOR = 0x3053
_EGL_EXTENSIONS = 0x3055
_EGL_DRM_DEVICE_FILE = 0x3233
_EGL_CUDA_DEVICE = 0x323A
_EGL_DEVICE_UUID = 0x335C
_EGL_RENDERER = 0x335F
_MAX_DEVICES = 64
_NVIDIA_GPUS = Path("/proc/driver/nvidia/gpus")
_DRM = Path("/sys/class/drm")


@dataclass(frozen=True, slots=True)
class EglDevice:
    """One entry of eglQueryDevicesEXT.

    Attributes:
        index: what `Renderer(device=index)` takes.
        name: the renderer's name, or the best the driver says before a context exists.
        uuid: such as `GPU-1b2c…` or a hexadecimal string; empty where the driver does not tell.
        path: the DRM node, such as /dev/dri/card0; empty for devices without one.
        software: a CPU rasteriser (Mesa llvmpipe).
    """

    index: int
    name: str
    uuid: str
    path: str
    software: bool


class EglMissing(Exception):
    """libEGL cannot be loaded, or cannot list devices. The text says which."""


def devices() -> list[EglDevice]:
    """Every EGL device of this machine, in EGL's order (which is the order of indices).

    Raises:
        EglMissing: libEGL is not installed or lacks device enumeration.
    """
    egl = _load()
    query = _function(egl, "eglQueryDevicesEXT", ctypes.c_uint, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    if query is None:
        raise EglMissing(f"{LIBEGL} cannot list devices (no EGL_EXT_device_enumeration)")
    handles = (ctypes.c_void_p * _MAX_DEVICES)()
    count = ctypes.c_int(0)
    if not query(_MAX_DEVICES, ctypes.byref(handles), ctypes.byref(count)):
        raise EglMissing(f"{LIBEGL} failed to list devices")
    return [_describe(egl, index, handles[index]) for index in range(count.value)]


def current_context() -> int | None:
    """The handle of the context that is current on this thread, if one is."""
    handle: int | None = _current_context(LIBEGL)()
    return handle


@cache
def _current_context(_library: str) -> Any:
    query = _load().eglGetCurrentContext
    query.restype = ctypes.c_void_p
    return query


def _load() -> Any:
    try:
        egl = ctypes.CDLL(LIBEGL)
        egl.eglGetProcAddress  # noqa: B018  a library of that name that is none
    except (OSError, AttributeError) as error:
        raise EglMissing(f"{LIBEGL} cannot be loaded: {error}") from error
    return egl


def _function(egl: Any, name: str, result: Any, *arguments: Any) -> Any:
    egl.eglGetProcAddress.restype = ctypes.c_void_p
    address = egl.eglGetProcAddress(name.encode())
    return ctypes.CFUNCTYPE(result, *arguments)(address) if address else None


def _describe(egl: Any, index: int, handle: Any) -> EglDevice:
    query = _function(egl, "eglQueryDeviceStringEXT", ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int)

    def text(what: int) -> str:
        raw = query(handle, what) if query else None
        return raw.decode(errors="replace") if raw else ""

    extensions = text(_EGL_EXTENSIONS).split()
    software = "EGL_MESA_device_software" in extensions
    path = text(_EGL_DRM_DEVICE_FILE) if "EGL_EXT_device_drm" in extensions else ""
    name = text(_EGL_RENDERER) if "EGL_EXT_device_query_name" in extensions else ""
    uuid = _uuid(egl, handle) if "EGL_EXT_device_persistent_id" in extensions else ""
    if not name or not uuid:
        facts = _nvidia_facts(path, _cuda_ordinal(egl, handle) if "EGL_NV_device_cuda" in extensions else None)
        name, uuid = name or facts.get("Model", ""), facts.get("GPU UUID", uuid)
    if not name and "EGL_EXT_device_query_name" in extensions:
        name = text(_EGL_VENDOR)
    fallback = "software rasterizer" if software else (path or "unnamed GPU")
    return EglDevice(index, name or fallback, uuid, path, software)


def _uuid(egl: Any, handle: Any) -> str:
    query = _function(
        egl, "eglQueryDeviceBinaryEXT", ctypes.c_uint,
        ctypes.c_void_p, ctypes.c_int, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p,
    )  # fmt: skip
    raw, size = (ctypes.c_ubyte * 16)(), ctypes.c_int(0)
    if query is None or not query(handle, _EGL_DEVICE_UUID, 16, ctypes.byref(raw), ctypes.byref(size)):
        return ""
    return bytes(raw).hex()


def _cuda_ordinal(egl: Any, handle: Any) -> int | None:
    query = _function(egl, "eglQueryDeviceAttribEXT", ctypes.c_uint, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)
    value = ctypes.c_ssize_t(-1)
    if query is None or not query(handle, _EGL_CUDA_DEVICE, ctypes.byref(value)):
        return None
    return value.value


def _nvidia_facts(path: str, ordinal: int | None) -> dict[str, str]:
    """Model and UUID from the NVIDIA kernel driver, by PCI address where EGL tells a DRM node, else by ordinal."""
    gpus = sorted(_NVIDIA_GPUS.glob("*/information")) if _NVIDIA_GPUS.is_dir() else []
    if path:
        pci = (_DRM / Path(path).name / "device").resolve().name
        gpus = [gpu for gpu in gpus if gpu.parent.name == pci]
        ordinal = 0
    if ordinal is None or not 0 <= ordinal < len(gpus):
        return {}
    lines = (line.partition(":") for line in gpus[ordinal].read_text(errors="replace").splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}
