"""What to do about errors of making a context: what the libraries say, and what helped in the field."""

from __future__ import annotations

_KNOWN_ERRORS = (
    ("force software rendering", "unset LIBGL_ALWAYS_SOFTWARE, or choose the software device with --device cpu"),
    ("software rasterizer): eglinitialize failed", "Mesa's drivers cannot be loaded: install libgl1-mesa-dri"),
    ("0x3001", "the driver's EGL does not start: install the driver with its OpenGL files, of the kernel's version"),
    (
        "0x3002",
        "EGL_BAD_ACCESS: add this user to the groups `render` and `video`, or pass the devices to the container",
    ),
    ("0x3003", "EGL_BAD_ALLOC: the GPU's memory is full, or it is in MIG mode, which draws nothing"),
    ("0x3008", "EGL_BAD_DISPLAY: no driver's EGL is registered for the device; see `EGL vendors`"),
    ("0x3009", "EGL_BAD_MATCH: the driver offers less than OpenGL 4.3; use a newer one, or --device cpu with Mesa"),
    ("requested device index", "the device went away since it was listed; run `forge3d doctor` again"),
    ("gave the software renderer", "the GPU's own EGL is missing and the CPU stands in: see the findings on NVIDIA"),
    ("lists no device", "install libegl-mesa0 and libgl1-mesa-dri for the CPU, or the EGL of the GPU's driver"),
    ("libgl.so.1 not loaded", "install libgl1 (Fedora: libglvnd-glx)"),
    ("no device matches", "choose one that is listed, or draw on the CPU: --device cpu"),
    ("cannot be loaded", "install libegl1, libgl1 and libegl-mesa0"),
    ("cannot be imported", "pip install moderngl glcontext"),
)


def advice_for(message: str) -> str:
    """What to do about a message of the libraries; empty where it is not a known one."""
    known = (advice for part, advice in _KNOWN_ERRORS if part.lower() in message.lower())
    return next(known, "")
