"""Pixels to PNG, JPEG, WebP or AVIF; the same pixels and options always give the same bytes."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ..errors import RecipeError
from .decoding import Pixels

if TYPE_CHECKING:
    from PIL import Image

EncodedFormat = Literal["png", "jpeg", "webp", "avif"]

QUALITY: dict[str, int] = {"jpeg": 85, "webp": 80, "avif": 65}
"""Qualities that look alike; lossy ones where the caller names none."""

EFFORT = 4
MAX_EFFORT = 6
LONGEST_SIDE = {"png": 1 << 31, "jpeg": 65535, "webp": 16383, "avif": 65536}
_ZLIB_LEVEL = (1, 2, 4, 6, 6, 9, 9)
_AVIF_SPEED = (10, 9, 8, 7, 6, 5, 4)


def encode(
    pixels: Pixels,
    format: EncodedFormat,
    *,
    quality: int | None = None,
    effort: int = EFFORT,
    lossless: bool = False,
    chroma: Literal["420", "444"] = "420",
    srgb: bool = True,
    exact: bool = True,
) -> bytes:
    """Encode an image.

    Args:
        pixels: `(height, width, channels)` uint8 with 1 (grey), 2 (grey, alpha), 3 or 4 channels, alpha straight; PNG
            takes uint16 as well.
        format: "png", "jpeg" (no alpha), "webp" or "avif".
        quality: 1 to 100; for the lossy forms only. JPEG 85, WebP 80, AVIF 65 by default.
        effort: 0 (quick) to 6 (small). WebP of a 2048² texture: 2 takes half the time of 4 and gives 4 % more bytes, 6
            twice the time and 6 % fewer. JPEG becomes progressive from 3 on.
        lossless: keep every bit (WebP; AVIF at 4:4:4 is only nearly so and is refused). PNG always does.
        chroma: "420" stores colour at half resolution; "444" keeps it, which data maps need. Lossy WebP is always 420.
        srgb: say in the file that the pixels are sRGB: a chunk (PNG), a profile (JPEG). WebP means sRGB when it says
            nothing, AVIF always says so. Data maps do not need it: glTF ignores it.
        exact: WebP keeps the colours under fully transparent pixels, which textures need where filters reach across
            an edge; False lets it choose what packs best, right for pictures. Alpha itself is always kept exactly.

    Raises:
        RecipeError: an option or a size that the format does not have.
    """
    pixels = _checked(pixels, format, effort, quality, lossless)
    if format == "png" and pixels.dtype == np.uint16 and pixels.shape[2] > 1:
        from .png16 import encode_png16

        return encode_png16(pixels, level=_ZLIB_LEVEL[effort], tags={b"sRGB": b"\0"} if srgb else {})
    options = _options(format, quality or QUALITY.get(format, 0), effort, lossless, chroma, srgb, exact)
    out = io.BytesIO()
    _image(pixels, format).save(out, format.upper(), **options)
    return out.getvalue()


def _checked(pixels: Pixels, format: str, effort: int, quality: int | None, lossless: bool) -> Pixels:
    if format not in LONGEST_SIDE:
        raise RecipeError(f"image format {format!r}: choose png, jpeg, webp or avif")
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 2, 3, 4) or 0 in pixels.shape:
        raise RecipeError(f"pixels of shape {pixels.shape}: (height, width, 1 to 4 channels) is needed")
    if pixels.dtype != np.uint8 and not (format == "png" and pixels.dtype == np.uint16):
        raise RecipeError(f"{format} takes uint8 pixels{' or uint16' if format == 'png' else ''}, not {pixels.dtype}")
    if max(pixels.shape[:2]) > LONGEST_SIDE[format]:
        raise RecipeError(
            f"{format} images have at most {LONGEST_SIDE[format]:,} pixels a side, not {pixels.shape[:2]}"
        )
    if format == "jpeg" and pixels.shape[2] in (2, 4):
        raise RecipeError("JPEG has no alpha channel: choose png, webp or avif, or put the picture on a background")
    if not 0 <= effort <= MAX_EFFORT or not 1 <= (quality or 1) <= 100:
        raise RecipeError(f"effort is 0 to {MAX_EFFORT} and quality 1 to 100, not {effort} and {quality}")
    if lossless and format in ("jpeg", "avif"):
        raise RecipeError(f"{format} cannot be lossless here: choose png or webp")
    return pixels


def _options(
    format: str, quality: int, effort: int, lossless: bool, chroma: str, srgb: bool, exact: bool
) -> dict[str, Any]:
    if format == "png":
        from PIL.PngImagePlugin import PngInfo

        info = PngInfo()
        if srgb:
            info.add(b"sRGB", b"\0")
        return {"compress_level": _ZLIB_LEVEL[effort], "pnginfo": info}
    if format == "jpeg":
        from .icc import srgb_profile

        profile = {"icc_profile": srgb_profile()} if srgb else {}
        return {
            "quality": quality, "subsampling": "4:2:0" if chroma == "420" else "4:4:4",
            "optimize": effort > 0, "progressive": effort >= 3, **profile,
        }  # fmt: skip
    if format == "webp":
        return {
            "quality": _lossless_density(effort) if lossless else quality, "method": effort, "lossless": lossless,
            "alpha_quality": 100, "exact": exact,
        }  # fmt: skip
    return {
        "quality": quality, "speed": _AVIF_SPEED[effort], "subsampling": "4:2:0" if chroma == "420" else "4:4:4",
        "autotiling": False, "advanced": {"alpha:lossless": "1"},
    }  # fmt: skip


def _lossless_density(effort: int) -> int:
    """In lossless WebP the quality means how long to look for a smaller file."""
    return (20, 40, 50, 60, 75, 80, 90)[effort]  # 100 tries everything: ten times as long for a thousandth


def _image(pixels: Pixels, format: str) -> Image.Image:
    """A Pillow image in a mode that the format's encoder takes."""
    from PIL import Image

    channels = pixels.shape[2]
    if pixels.dtype == np.uint16:
        return Image.fromarray(np.ascontiguousarray(pixels[..., 0]))
    if channels == 2 and format != "png":
        pixels = pixels[..., [0, 0, 0, 1]]
    elif channels == 1:
        pixels = pixels[..., 0]
    return Image.fromarray(np.ascontiguousarray(pixels))
