"""Images on the GPU, and the samplers that read them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Filter, Sampler, Wrap
from ..images.pillow_view import in_four_bytes
from .device import Capabilities

_log = logging.getLogger(__name__)

_SRGB8, _SRGB8_ALPHA8 = 0x8C41, 0x8C43
_SWIZZLES = {1: "RRR1", 2: "RRRG", 3: "RGB1", 4: "RGBA"}
ANISOTROPY = 8.0
SOFTWARE_BIAS = -0.5
"""Without a GPU anisotropic filtering more than doubles the cost of a frame. Half a mip level sharper gives nearly the
same distance to path tracing for nothing (measured over seven scenes: −27.80 dB for −27.92)."""

Pixels = npt.NDArray[np.uint8]


@dataclass(slots=True, eq=False)
class GpuTexture:
    texture: Any
    nbytes: int


def upload_texture(context: Any, pixels: npt.NDArray[Any], *, srgb: bool, max_size: int) -> GpuTexture:
    """A mipmapped texture of `(h, w, c)` pixels; sRGB texels are linearised before they are filtered."""
    pixels = eight_bit(pixels)
    if max(pixels.shape[:2]) > max_size:
        pixels = _shrunk(pixels, max_size, srgb)
    height, width, channels = pixels.shape
    if srgb and channels < 3:
        pixels = np.concatenate([pixels[..., :1]] * 3 + [pixels[..., 1:]], 2)
        channels = pixels.shape[2]
    swizzle = _SWIZZLES[channels]
    padded = in_four_bytes(pixels)
    if padded is not None:
        pixels, channels = padded, 4
    internal = {3: _SRGB8, 4: _SRGB8_ALPHA8}[channels] if srgb else None
    texture = context.texture(
        (width, height), channels, np.ascontiguousarray(pixels), alignment=1, internal_format=internal
    )
    texture.swizzle = swizzle
    texture.build_mipmaps()
    stored = 4 if channels == 3 else channels  # drivers pad three to four
    return GpuTexture(texture, width * height * stored * 4 // 3)


def white_texture(context: Any) -> GpuTexture:
    """Stands in for a texture without an image, or whose image cannot be decoded."""
    return upload_texture(context, np.full((1, 1, 4), 255, np.uint8), srgb=False, max_size=1)


def eight_bit(pixels: npt.NDArray[Any]) -> Pixels:
    if pixels.dtype == np.uint8:
        return pixels
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _shrunk(pixels: Pixels, max_size: int, srgb: bool) -> Pixels:
    from .. import images

    height, width = pixels.shape[:2]
    scale = max_size / max(height, width)
    _log.warning("a texture of %d × %d was shrunk to the device's limit of %d", width, height, max_size)
    size = (max(1, int(width * scale)), max(1, int(height * scale)))
    resized: Pixels = images.resize(pixels, size, srgb=srgb, alpha="straight" if pixels.shape[2] in (2, 4) else "none")
    return resized


class SamplerCache:
    """One GL sampler for each combination of filters and wraps."""

    def __init__(self, context: Any, capabilities: Capabilities):
        self._context = context
        self._anisotropy = 1.0 if capabilities.software else min(ANISOTROPY, capabilities.max_anisotropy)
        self._samplers: dict[tuple[int, ...], Any] = {}

    def __call__(self, sampler: Sampler | None) -> Any:
        """The GL sampler.

        Minification is always trilinear (and anisotropic on a GPU), whatever the file says: many exporters ask for
        NEAREST_MIPMAP_LINEAR by accident. Magnification is as the file says.
        """
        sampler = sampler or Sampler()
        mag = sampler.mag_filter or Filter.LINEAR
        key = (mag, sampler.wrap_s, sampler.wrap_t)
        if key not in self._samplers:
            made = self._context.sampler()
            made.filter = (int(Filter.LINEAR_MIPMAP_LINEAR), int(mag))
            made.anisotropy = self._anisotropy
            # Mirroring is done in the shader (see `MaterialKey.slots`), and between the mirrors texels clamp.
            made.repeat_x, made.repeat_y = (wrap is Wrap.REPEAT for wrap in (sampler.wrap_s, sampler.wrap_t))
            self._samplers[key] = made
        return self._samplers[key]

    def clear(self) -> None:
        self._samplers.clear()
