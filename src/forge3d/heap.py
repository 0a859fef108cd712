"""Memory that the C library keeps after it was freed.

glibc serves large blocks from its heap once blocks of their size have come and gone, and gives only the heap's top back
by itself. Between models and textures of many sizes a process that lives long grows to several times what it uses.
"""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """Hand whole pages of freed memory to the system, in milliseconds. Does nothing where the C library cannot."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(ctypes.c_size_t(0))
