"""Resizing as light mixes: colour in linear light and weighted by its alpha, data as they are, normals kept unit."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from ..errors import InvalidAsset
from .colour import FloatArray, decode_values, encode_values
from .decoding import Pixels

SUPPORT = 3
"""Radius of the Lanczos-3 kernel, in pixels of the coarser image."""

Planes = list[FloatArray]


def resize(
    pixels: Pixels,
    size: tuple[int, int],
    *,
    srgb: bool,
    alpha: Literal["straight", "none"] = "straight",
    normal_map: bool = False,
    wrap: tuple[bool, bool] = (False, False),
) -> Pixels:
    """Resize with a Lanczos-3 filter, in float32.

    Args:
        pixels: `(height, width, channels)` uint8 or uint16 with 1 to 4 channels.
        size: (width, height) to make.
        srgb: the colour channels are sRGB: filter in linear light. False for data maps (metallic-roughness,
            occlusion, …), which are filtered as they are. Alpha never is sRGB.
        alpha: "straight": the last of 2 or 4 channels is coverage, so colours count by it, and fully transparent
            texels keep the average colour around them; "none": it is a channel like the others.
        normal_map: RGB are a tangent-space normal map: filtered as vectors and made unit again.
        wrap: the texture repeats along (x, y): the filter then reads across the border, which leaves no seam.

    Returns:
        Read-only, same type and channels.
    """
    height, width, channels = pixels.shape
    if min(size) < 1:
        raise InvalidAsset(f"an image cannot be {size[0]} × {size[1]} pixels")
    if (width, height) == size:
        return pixels
    colours = channels - 1 if channels in (2, 4) else channels
    planes = [decode_values(pixels[..., i], srgb=srgb and i < colours) for i in range(channels)]
    if normal_map and channels >= 3:
        planes[:3] = _unit([_scale(plane * 2 - 1, size, wrap) for plane in planes[:3]])
        planes[3:] = [_scale(plane, size, wrap) for plane in planes[3:]]
    elif alpha == "straight" and colours < channels and planes[-1].min() < 1:
        planes = _scale_weighted(planes[:-1], planes[-1], size, wrap)
    else:
        planes = [_scale(plane, size, wrap) for plane in planes]
    result = np.empty((size[1], size[0], channels), pixels.dtype)
    for i, plane in enumerate(planes):
        result[..., i] = encode_values(plane, pixels.dtype, srgb=srgb and i < colours)
    result.flags.writeable = False
    return result


def _scale(plane: FloatArray, size: tuple[int, int], wrap: tuple[bool, bool]) -> FloatArray:
    """One channel through Pillow's separable Lanczos filter, which keeps floats as they are."""
    from PIL import Image

    height, width = plane.shape
    margin = [_margin(n, to) if on else 0 for n, to, on in zip((width, height), size, wrap, strict=True)]
    if any(margin):
        plane = np.pad(plane, ((margin[1],) * 2, (margin[0],) * 2), mode="wrap")
    box = (margin[0], margin[1], margin[0] + width, margin[1] + height)
    image = Image.fromarray(np.ascontiguousarray(plane))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box))


def _margin(size: int, to: int) -> int:
    return min(-(-SUPPORT * max(size, to) // to) + 1, size)


def _scale_weighted(colours: Planes, alpha: FloatArray, size: tuple[int, int], wrap: tuple[bool, bool]) -> Planes:
    """Filter premultiplied colours and divide by the filtered alpha; where that is 0, filter the colours alone."""
    coverage = _scale(alpha, size, wrap)
    visible = coverage > 1 / 512
    divisor = np.where(visible, coverage, 1).astype(np.float32)
    result: Planes = []
    for plane in colours:
        mixed: FloatArray = _scale(plane * alpha, size, wrap) / divisor
        if not visible.all():
            mixed = np.where(visible, mixed, _scale(plane, size, wrap))
        result.append(mixed)
    return [*result, coverage]


def _unit(vector: Planes) -> Planes:
    """Make unit, as stored in [0, 1]; where opposite normals cancelled out, straight up."""
    x, y, z = vector
    length = np.sqrt(x * x + y * y + z * z)
    flat: npt.NDArray[np.bool_] = length < 1e-6
    length[flat] = 1
    return [(x / length) * 0.5 + 0.5, (y / length) * 0.5 + 0.5, np.where(flat, 1, (z / length) * 0.5 + 0.5)]
