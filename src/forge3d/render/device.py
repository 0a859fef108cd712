"""One OpenGL context on a chosen device, and what that device can do."""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from weakref import finalize

from ..errors import GpuUnavailable
from . import egl
from .advice import advice_for

_log = logging.getLogger(__name__)

GL_VERSION = 430
"""OpenGL 4.3: compute shaders and image stores, which the environment filter stands on."""

_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the context told about itself.

    Attributes:
        renderer, vendor, version: GL_RENDERER, GL_VENDOR, GL_VERSION.
        software: whether pixels are made by the CPU.
        max_texture_size: pixels, the longest side of a texture.
        max_target_size: pixels, the longest side of a picture that is rendered in one piece.
        max_samples: of a multisampled float target.
        uniform_alignment: bytes, for offsets into uniform buffers.
    """

    renderer: str
    vendor: str
    version: str
    software: bool
    max_texture_size: int
    max_target_size: int
    max_samples: int
    max_anisotropy: float
    uniform_alignment: int


class ContextLost(GpuUnavailable):
    """The driver gave the context up: the GPU was reset, or went away. What is on it is gone."""


class Device:
    """Owns the context. It is current on the thread that made it, and only there.

    Objects are made and freed by number in whichever context is current: with another renderer's current, its textures
    would be the ones to go. So `check` comes before every use.

    Args:
        choice: None: the first GPU that works, else the CPU. "gpu": a GPU or an error, never the CPU in silence.
            "cpu": the software rasteriser. An index of `egl.devices()`, a UUID, or part of a device's name.

    Raises:
        GpuUnavailable: with everything that was tried.
    """

    def __init__(self, choice: str | int | None = None):
        _check_process()
        _free_abandoned()
        self.context, self.index = _open(choice)
        _processes.add(os.getpid())
        self._handle, self._thread = egl.current_context(), threading.get_ident()
        self.capabilities = _capabilities(self.context)
        # Objects are freed by dropping them, on any thread (encoders drop frames); they wait until this one collects.
        self.context.gc_mode = "context_gc"
        self._dropped = finalize(self, _abandoned.append, (self._thread, self._handle, self.context))
        self._dropped.atexit = False

    def check(self) -> None:
        """Make the context current, and free what was let go of. Before every use: there may be other renderers.

        Raises:
            GpuUnavailable: it was closed, or belongs to another thread or process.
            ContextLost: the context is gone.
        """
        if self.context is None:
            raise GpuUnavailable("the renderer was closed; make a new one")
        if threading.get_ident() != self._thread:
            raise GpuUnavailable("a renderer works on the thread that made it; make one per thread or process")
        _check_process()
        _free_abandoned()
        if not _entered(self.context, self._handle):
            raise ContextLost("EGL does not make the renderer's context current any more; make a new renderer")
        self.context.gc()

    def verify(self) -> None:
        """Ask the driver whether all it was told to do has been done. After what waits for it anyway.

        Raises:
            ContextLost: the context is gone.
            GpuUnavailable: its memory is full.
        """
        error = self.context.error
        if error == "GL_OUT_OF_MEMORY":
            raise GpuUnavailable(
                "the GPU's memory is full: ask for a smaller picture, fewer samples or less cache_bytes, or draw with "
                "device cpu"
            )
        if error == _UNKNOWN_ERROR:
            raise ContextLost("the GPU was reset or went away while it drew; see the system's log, and try again")

    def release(self) -> None:
        """Free the context and everything in it. A second call does nothing."""
        if self.context is not None:
            with suppress(ContextLost):
                self.check()
            self._dropped.detach()
            _free(self.context)
            self.context = None


_abandoned: deque[tuple[int, int | None, Any]] = deque()
"""Threads, handles and contexts of devices that were dropped and not released. Freeing one makes it current, so it
waits until its thread begins to use another."""

_processes: set[int] = set()
"""That opened a device: in a child of fork its parent, whose driver has threads that did not come along."""


def _check_process() -> None:
    if _processes and os.getpid() not in _processes:
        raise GpuUnavailable(
            "this process was forked from one that has used the GPU, whose driver does not work here: start processes "
            "that render by spawn, as in multiprocessing.get_context('spawn')"
        )


def _free_abandoned() -> None:
    for _ in range(len(_abandoned)):
        try:
            thread, handle, context = _abandoned.popleft()
        except IndexError:  # another thread looks too
            return
        if thread != threading.get_ident():
            _abandoned.append((thread, handle, context))
        elif _entered(context, handle):
            context.gc()
            _free(context)


def _entered(context: Any, handle: int | None) -> bool:
    """Make a context current; whether it is."""
    context.__enter__()
    return egl.current_context() == handle


def _free(context: Any) -> None:
    """Destroy the current context: EGL keeps it, and what is in it, for as long as it stays current."""
    context.__exit__(None, None, None)
    context.release()


def choose(choice: str | int | None, found: list[egl.EglDevice]) -> list[egl.EglDevice]:
    """The devices that `choice` allows, in the order in which to try them.

    Raises:
        GpuUnavailable: none matches; the message lists what there is.
    """
    hardware = [device for device in found if not device.software]
    software = [device for device in found if device.software]
    if choice is None:
        matches = hardware + software
    elif choice == "gpu":
        matches = hardware
    elif choice == "cpu":
        matches = software
    elif isinstance(choice, int) or choice.isdecimal():
        matches = [device for device in found if device.index == int(choice)]
    else:
        wanted = choice.lower()
        exact = [d for d in found if d.uuid and wanted.removeprefix("gpu-") == d.uuid.lower().removeprefix("gpu-")]
        matches = exact or [device for device in found if wanted in device.name.lower()]
    if not found:
        raise GpuUnavailable(f"EGL lists no device: {advice_for('lists no device')}. {_ADVICE}")
    if not matches:
        raise GpuUnavailable(f"no device matches {choice!r}; there are: {_listing(found)}. {_ADVICE}; {_CPU}")
    return matches


_UNKNOWN_ERROR = "GL_UNKNOWN_ERROR"
"""What moderngl calls GL_CONTEXT_LOST: it knows the names of OpenGL 3.3's errors alone."""

_ADVICE = "`forge3d doctor` explains what is missing"
_CPU = "device cpu draws without a GPU"


def _listing(found: list[egl.EglDevice]) -> str:
    return "; ".join(f"{d.index}: {d.name}{' (software)' if d.software else ''}" for d in found) or "none"


def _open(choice: str | int | None) -> tuple[Any, int]:
    try:
        import moderngl
    except ImportError as error:
        raise GpuUnavailable(f"the package moderngl cannot be imported: {error}") from error
    try:
        candidates = choose(choice, egl.devices())
    except egl.EglMissing as error:
        raise GpuUnavailable(f"{error}: {advice_for(str(error))}. {_ADVICE}") from error
    tried = []
    for device in candidates:
        try:
            with _arguments_not_environment():
                options: dict[str, Any] = {
                    "backend": "egl",
                    "device_index": device.index,
                    "libgl": egl.LIBGL,
                    "libegl": egl.LIBEGL,
                }
                context = moderngl.create_context(standalone=True, require=GL_VERSION, **options)
        except Exception as error:
            tried.append(f"device {device.index} ({device.name}): {error}")
            continue
        renderer = context.info["GL_RENDERER"]
        # The dispatch library may hand out the CPU rasteriser where a GPU's driver fails to load.
        if choice == "gpu" and _is_software(renderer):
            tried.append(f"device {device.index} ({device.name}): gave the software renderer {renderer}")
            context.release()
            continue
        return context, device.index
    told = "; ".join(tried)
    advice = advice_for(told)
    known = f": {advice}" if advice else ""
    raise GpuUnavailable(f"no OpenGL {GL_VERSION / 100:.1f} context; tried {told}{known}. {_ADVICE}")


@contextmanager
def _arguments_not_environment() -> Iterator[None]:
    """Hide GLCONTEXT_* variables, which would otherwise override the arguments of create_context."""
    hidden = {key: os.environ.pop(key) for key in list(os.environ) if key.startswith("GLCONTEXT_")}
    for key, value in hidden.items():
        _log.warning("%s=%s is ignored: choose the device with device= or --device", key, value)
    try:
        yield
    finally:
        os.environ.update(hidden)


def _is_software(renderer: str) -> bool:
    return any(name in renderer.lower() for name in _SOFTWARE)


def _capabilities(context: Any) -> Capabilities:
    info = context.info
    return Capabilities(
        renderer=info["GL_RENDERER"],
        vendor=info["GL_VENDOR"],
        version=info["GL_VERSION"],
        software=_is_software(info["GL_RENDERER"]),
        max_texture_size=info["GL_MAX_TEXTURE_SIZE"],
        max_target_size=min(
            info["GL_MAX_TEXTURE_SIZE"], info["GL_MAX_RENDERBUFFER_SIZE"], *info["GL_MAX_VIEWPORT_DIMS"]
        ),
        max_samples=max(1, context.max_samples),
        max_anisotropy=context.max_anisotropy,
        uniform_alignment=max(16, info.get("GL_UNIFORM_BUFFER_OFFSET_ALIGNMENT", 256)),
    )
