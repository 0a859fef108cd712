"""Encoded image to pixels: once, in natural form, with every size known before a codec runs."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from ..errors import InvalidAsset, LimitExceeded
from .headers import INVALID, Bytes, Format, ImageHeader, read_header
from .pillow_view import pixels_of

if TYPE_CHECKING:
    from PIL import Image
    from PIL.ImageFile import ImageFile

Pixels = npt.NDArray[Any]

MAX_PIXELS = 1 << 27
"""Pixels of one image, unless the caller says otherwise: 16384 × 8192, or 512 MiB as RGBA."""

MAX_TOTAL_PIXELS = 1 << 29
"""Pixels of all images decoded together by `decode_many`, unless the caller says otherwise: 2 GiB as RGBA."""

_PLUGINS: dict[Format, tuple[str, str]] = {
    "png": ("PIL.PngImagePlugin", "PngImageFile"),
    "jpeg": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "webp": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "avif": ("PIL.AvifImagePlugin", "AvifImageFile"),
    "gif": ("PIL.GifImagePlugin", "GifImageFile"),
    "bmp": ("PIL.BmpImagePlugin", "BmpImageFile"),
}

_WORTH_A_THREAD = 1 << 17
"""Pixels beside the largest image that are decoded no quicker than threads are started."""

FREE_SCANS = 64
"""Scans of a progressive JPEG that cost nothing extra. Encoders write about ten; each one passes over all pixels."""


def decode(data: Bytes, *, max_pixels: int = MAX_PIXELS) -> Pixels:
    """Decode a PNG, JPEG, WebP, AVIF, KTX2, GIF or BMP image.

    The pixels are as stored: no colour profile, gamma or orientation is applied (glTF 2.0 §3.8.2 ignores them), alpha
    is straight. Of an animation the first frame is taken, of a KTX2 texture the largest level.

    Args:
        data: the file.
        max_pixels: width × height that is allowed; held against the header before anything is decoded.

    Returns:
        Read-only `(height, width, channels)` uint8, top row first, with 1 (grey), 2 (grey, alpha), 3 or 4 channels; not
        always contiguous.
        16-bit PNGs stay uint16. Palettes and CMYK become RGB or RGBA; a red-green KTX2 gets a blue channel of zeros.

    Raises:
        InvalidAsset: not an image, or damaged or cut off.
        LimitExceeded: more pixels than allowed.
        UnsupportedFeature: a KTX2 payload that cannot be read here.
    """
    header = read_header(data)
    _within(header, data, max_pixels)
    if header.format == "ktx2":
        from .ktx2 import decode_level

        return decode_level(data)
    if header.format == "png" and header.bits_per_channel == 16:
        from .png16 import decode_png16

        return decode_png16(data)
    return _decode_with_pillow(data, header)


def decode_many(
    images: Sequence[Bytes],
    *,
    threads: int | None = None,
    max_pixels: int = MAX_PIXELS,
    max_total_pixels: int = MAX_TOTAL_PIXELS,
) -> list[Pixels]:
    """Decode several images at the same time, in the given order; see `decode`.

    The codecs run outside Python's lock, so that threads help: two give 1.7 to 2 times the speed. The largest files
    go first.

    Args:
        threads: at most so many at a time; by default one for each processor that this process may use.
        max_total_pixels: allowed for all of them together.

    Raises:
        as `decode`, for the first image at fault; nothing is decoded when the headers already show one.
    """
    headers = [read_header(data) for data in images]
    for header, data in zip(headers, images, strict=True):
        _within(header, data, max_pixels)
    total = sum(header.pixels for header in headers)
    if total > max_total_pixels:
        raise LimitExceeded("max_image_pixels", total, max_total_pixels, f"{len(images)} images together")
    workers = min(threads or len(os.sched_getaffinity(0)), len(images))
    if workers < 2 or total - max(header.pixels for header in headers) < _WORTH_A_THREAD:
        return [decode(data, max_pixels=max_pixels) for data in images]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(workers) as pool:
        order = sorted(range(len(images)), key=lambda i: -headers[i].pixels)
        futures = {i: pool.submit(decode, images[i], max_pixels=max_pixels) for i in order}
        return [futures[i].result() for i in range(len(images))]


def _within(header: ImageHeader, data: Bytes, max_pixels: int) -> None:
    what = f"a {header.width:,} × {header.height:,} {header.format} image"
    if header.pixels > max_pixels:
        raise LimitExceeded("max_image_pixels", header.pixels, max_pixels, what)
    if header.codec == "progressive":
        scans = bytes(data).count(b"\xff\xda")
        work = header.pixels * scans // FREE_SCANS
        if work > max_pixels:
            raise LimitExceeded("max_image_pixels", work, max_pixels, f"{what} in {scans:,} scans")


def _decode_with_pillow(data: Bytes, header: ImageHeader) -> Pixels:
    try:
        with _opener(header.format)(io.BytesIO(data)) as image:
            return _as_array(image, header)
    except (MemoryError, InvalidAsset):
        raise
    except Exception as error:  # Pillow's plugins meet damaged files with errors of a dozen types
        raise InvalidAsset(f"the {header.format} image cannot be decoded: {error}", code=INVALID) from error


def _as_array(image: ImageFile, header: ImageHeader) -> Pixels:
    if image.size != (header.width, header.height) and header.format in ("png", "jpeg", "webp", "bmp"):
        raise InvalidAsset(f"its header says {header.width} × {header.height}, its data {image.size}", code=INVALID)
    image.load()
    return pixels_of(_natural(image))


def _natural(image: Image.Image) -> Image.Image:
    """`image` in one of the modes L, LA, RGB, RGBA, converted only where it is in another."""
    transparent = "transparency" in image.info
    if image.mode in ("RGBA", "LA") or (image.mode in ("RGB", "L") and not transparent):
        return image
    if image.mode in ("1", "L"):
        return image.convert("LA" if transparent else "L")
    alpha = transparent or image.mode in ("PA", "RGBa", "La")
    return image.convert("RGBA" if alpha else "RGB")


def _opener(kind: Format) -> Callable[[io.BytesIO], ImageFile]:
    """The one plugin that reads this format: going past `Image.open` imports no other, and asks no global limit."""
    module, name = _PLUGINS[kind]
    opener: Callable[[io.BytesIO], ImageFile] = getattr(import_module(module), name)
    return opener
