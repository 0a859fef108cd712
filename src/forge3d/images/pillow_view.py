"""A decoded Pillow image as an array without copying it.

`numpy.asarray(image)` packs the pixels, joins the pieces and copies them again: longer than many a decode takes. Pillow
also hands its memory out through the Arrow C data interface (https://arrow.apache.org/docs/format/CDataInterface.html),
which needs nothing but `ctypes` to read.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL import Image

# Bands as they stand in Pillow's memory: one byte a pixel, or four of which some modes use fewer.
_BANDS = {"L": slice(0, 1), "LA": slice(0, 4, 3), "RGB": slice(0, 3), "RGBA": slice(0, 4)}


class _ArrowArray(ctypes.Structure):
    """`struct ArrowArray` of the interface."""


_ArrowArray._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(_ArrowArray))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.c_void_p),
    ("private_data", ctypes.c_void_p),
]

_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_pointer.restype = ctypes.c_void_p
_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]


def pixels_of(image: Image.Image) -> npt.NDArray[np.uint8]:
    """The pixels of a loaded L, LA, RGB or RGBA image: `(h, w, bands)` uint8, read-only.

    A view of the image's own memory, which it keeps alive; RGB and LA stand in four bytes a pixel, so their views have
    gaps. Where Pillow holds the image in several blocks (above 16 MiB), a copy.
    """
    try:
        _, capsule = image.__arrow_c_array__()
    except ValueError:  # several blocks
        copied = np.asarray(image)
        copied.flags.writeable = False
        return copied.reshape(*copied.shape[:2], -1)
    exported = _ArrowArray.from_address(_pointer(capsule, b"arrow_array"))
    values = exported.children[0].contents if exported.n_children else exported
    memory: Any = (ctypes.c_uint8 * values.length).from_address(values.buffers[1])
    memory.owner = capsule  # releases the image when the array has gone
    pixels = np.frombuffer(memory, np.uint8).reshape(image.height, image.width, -1)
    pixels.flags.writeable = False
    return pixels[..., _BANDS[image.mode]]


def in_four_bytes(pixels: npt.NDArray[Any]) -> npt.NDArray[np.uint8] | None:
    """RGB `pixels_of` with the byte that stands behind each: `(h, w, 4)`, contiguous; None for other arrays."""
    height, width, bands = pixels.shape
    whole = pixels.base
    if bands != 3 or not isinstance(whole, np.ndarray) or whole.nbytes != 4 * height * width:
        return None
    if pixels.dtype != np.uint8 or pixels.strides != (4 * width, 4, 1) or pixels.ctypes.data != whole.ctypes.data:
        return None
    return whole.view(np.uint8).reshape(height, width, 4)
