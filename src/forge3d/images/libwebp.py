"""Pillow's own libwebp, asked for what Pillow does not hand on: lossy WebP of luma and chroma planes as they are.

The functions and structures are those of libwebp's `encode.h`; a library that would not understand them says so when it
is given the version of the interface they belong to.
"""

from __future__ import annotations

import ctypes
from ctypes import c_float, c_int, c_size_t, c_uint32, c_void_p
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.uint8]

_INTERFACE = 0x0210  # WEBP_ENCODER_ABI_VERSION; libraries refuse another first byte
_YUV420, _YUV420A = 0, 4


class Planes(NamedTuple):
    """Luma `(h, w)` and chroma `(⌈h/2⌉, ⌈w/2⌉)` in limited range (ITU-R BT.601), and alpha `(h, w)`."""

    y: Plane
    u: Plane
    v: Plane
    alpha: Plane | None = None


class _Config(ctypes.Structure):
    """`struct WebPConfig`."""

    _fields_ = [
        ("lossless", c_int), ("quality", c_float), ("method", c_int), ("image_hint", c_int), ("target_size", c_int),
        ("target_psnr", c_float), ("segments", c_int), ("sns_strength", c_int), ("filter_strength", c_int),
        ("filter_sharpness", c_int), ("filter_type", c_int), ("autofilter", c_int), ("alpha_compression", c_int),
        ("alpha_filtering", c_int), ("alpha_quality", c_int), ("passes", c_int), ("show_compressed", c_int),
        ("preprocessing", c_int), ("partitions", c_int), ("partition_limit", c_int), ("emulate_jpeg_size", c_int),
        ("thread_level", c_int), ("low_memory", c_int), ("near_lossless", c_int), ("exact", c_int),
        ("use_delta_palette", c_int), ("use_sharp_yuv", c_int), ("qmin", c_int), ("qmax", c_int),
        ("later", c_uint32 * 16),
    ]  # fmt: skip


class _Picture(ctypes.Structure):
    """`struct WebPPicture`."""

    _fields_ = [
        ("use_argb", c_int), ("colorspace", c_int), ("width", c_int), ("height", c_int), ("y", c_void_p),
        ("u", c_void_p), ("v", c_void_p), ("y_stride", c_int), ("uv_stride", c_int), ("a", c_void_p),
        ("a_stride", c_int), ("pad1", c_uint32 * 2), ("argb", c_void_p), ("argb_stride", c_int), ("pad2", c_uint32 * 3),
        ("writer", c_void_p), ("custom_ptr", c_void_p), ("extra_info_type", c_int), ("extra_info", c_void_p),
        ("stats", c_void_p), ("error_code", c_int), ("progress_hook", c_void_p), ("user_data", c_void_p),
        ("pad3", c_uint32 * 3), ("pad4", c_void_p), ("pad5", c_void_p), ("pad6", c_uint32 * 8), ("memory", c_void_p),
        ("memory_argb", c_void_p), ("pad7", c_void_p * 2), ("later", c_uint32 * 16),
    ]  # fmt: skip


class _Writer(ctypes.Structure):
    """`struct WebPMemoryWriter`."""

    _fields_ = [("memory", c_void_p), ("size", c_size_t), ("reserved", c_size_t), ("pad", c_uint32)]


@cache
def _library() -> Any:
    """The functions, or None where Pillow has libwebp inside it or none, or another interface."""
    try:
        from PIL import _webp

        found = ctypes.CDLL(_webp.__file__)  # finds the functions of what it is linked to as well
        for name in ("WebPEncode", "WebPPictureInitInternal", "WebPMemoryWriterInit", "WebPMemoryWriterClear"):
            getattr(found, name)
        found.WebPMemoryWrite.restype = c_int
        good = found.WebPConfigInitInternal(ctypes.byref(_Config()), 0, c_float(75), _INTERFACE)
    except (ImportError, OSError, AttributeError):
        return None
    return found if good else None


def available() -> bool:
    """Whether planes can be encoded here. True with Pillow's wheels and with those of Linux distributions."""
    return _library() is not None


def version() -> str | None:
    """libwebp's, such as "1.6.0"; None where planes cannot be encoded."""
    if not available():
        return None
    number = _library().WebPGetEncoderVersion()
    return f"{number >> 16}.{number >> 8 & 255}.{number & 255}"


def encode_planes(planes: Planes, *, quality: float, method: int) -> bytes:
    """Lossy WebP; alpha is kept exactly, and so are the colours beneath it.

    Args:
        quality: 0 to 100.
        method: libwebp's, 0 (fast) to 6 (small).

    Raises:
        ValueError: the shapes do not fit one another or WebP.
        MemoryError: there is not enough.
        RuntimeError: planes cannot be encoded here; see `available`.
    """
    library = _library()
    if library is None:
        raise RuntimeError("Pillow's libwebp cannot be reached here")
    height, width = planes.y.shape
    small = (height + 1) // 2, (width + 1) // 2
    if not (planes.u.shape == planes.v.shape == small) or max(height, width) > 16383:
        raise ValueError(f"planes of {planes.y.shape}, {planes.u.shape} and {planes.v.shape} are no WebP picture")
    kept = [np.ascontiguousarray(plane, np.uint8) for plane in planes if plane is not None]  # lives until encoded
    addresses = [plane.ctypes.data for plane in kept]
    config, picture, writer = _Config(), _Picture(), _Writer()
    library.WebPConfigInitInternal(ctypes.byref(config), 0, c_float(quality), _INTERFACE)
    library.WebPPictureInitInternal(ctypes.byref(picture), _INTERFACE)
    config.method, config.exact = method, 1
    picture.width, picture.height, picture.colorspace = width, height, _YUV420 if len(kept) == 3 else _YUV420A
    picture.y, picture.u, picture.v = addresses[:3]
    picture.y_stride, picture.uv_stride = width, small[1]
    if len(kept) == 4:
        picture.a, picture.a_stride = addresses[3], width
    library.WebPMemoryWriterInit(ctypes.byref(writer))
    picture.writer = ctypes.cast(library.WebPMemoryWrite, c_void_p)
    picture.custom_ptr = ctypes.cast(ctypes.pointer(writer), c_void_p)
    try:
        if not library.WebPEncode(ctypes.byref(config), ctypes.byref(picture)):
            if picture.error_code in (1, 2):
                raise MemoryError("there is not enough memory to encode the WebP picture")
            raise ValueError(f"libwebp refuses the picture with its error {picture.error_code}")
        return ctypes.string_at(writer.memory, writer.size)
    finally:
        library.WebPMemoryWriterClear(ctypes.byref(writer))
        library.WebPPictureFree(ctypes.byref(picture))
