"""Images: headers without decoding, decoding once, resizing in linear light, encoding, KTX2, Radiance HDR.

Names are imported on first use: reading a header needs neither Pillow nor NumPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .decoding import MAX_PIXELS, decode, decode_many
    from .encoding import encode
    from .exr import read_exr
    from .hdr import read_hdr
    from .headers import ImageHeader, read_header
    from .jpeg_transcoding import recompress_jpeg
    from .resizing import resize
    from .sprites import sprite_sheet
    from .webp_animation import webp_animation

__all__ = [
    "MAX_PIXELS", "ImageHeader", "decode", "decode_many", "encode", "read_exr", "read_hdr", "read_header",
    "recompress_jpeg", "resize", "sprite_sheet", "webp_animation",
]  # fmt: skip

_HOME = {
    "MAX_PIXELS": "decoding", "ImageHeader": "headers", "decode": "decoding", "decode_many": "decoding",
    "encode": "encoding", "read_exr": "exr", "read_hdr": "hdr", "read_header": "headers",
    "recompress_jpeg": "jpeg_transcoding", "resize": "resizing", "sprite_sheet": "sprites",
    "webp_animation": "webp_animation",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value
