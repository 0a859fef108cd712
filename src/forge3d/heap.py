"""Memory that the C library keeps after it was freed.

glibc serves large blocks from its heap once blocks of their size have come and gone, and gives only the heap's top back
by itself. Between models and textures of many sizes a process that lives long grows to several times what it uses.
"""

from __future__ import annotations

import ctypes

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1  # of mallopt(3)
_LARGEST, _KEPT = 32 << 20, 256 << 20


def give_back() -> None:
    """Hand whole pages of freed memory to the system, in milliseconds. Does nothing where the C library cannot."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))


def reuse() -> None:
    """Serve blocks up to 32 MiB from freed memory from now on, and keep 256 MiB of it at most between `give_back`s.

    Threads that take and free the same large blocks again and again would else get new pages each time, which the
    system clears: a thirtieth of the time of a spin.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:
        set_option(_MMAP_THRESHOLD, _LARGEST)
        set_option(_TRIM_THRESHOLD, _KEPT)
