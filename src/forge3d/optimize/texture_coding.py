"""Pixels to a smaller file as their use allows: what is free, what quality holds, when nothing may be lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .. import images
from ..document.accessor import Array
from ..images.chroma import cancel_chroma, whiten
from ..images.encoding import EncodedFormat
from .texture_uses import ImageUse

TextureFormat = EncodedFormat | Literal["ktx2"]

_SMALL = 512 * 512  # pixels of a data map that is worth a second try without loss: flat ones are smaller so
_TILE = 256  # a sample is of whole tiles: their borders cost as in the picture
_QUALITIES = (-30, 8)  # how far from the quality asked for an equal loss is looked for


@dataclass(frozen=True, slots=True)
class Coding:
    """How to store textures; see the options of `Textures`."""

    quality: int
    data_quality: int
    data_loss: float
    effort: int

    def encode(self, pixels: Array, use: ImageUse, format: TextureFormat) -> bytes:
        """The pixels in a format; colour and alpha as its use needs them, other channels as is smallest."""
        if pixels.dtype == np.uint16 and format != "png":
            pixels = np.rint(pixels / 257.0).astype(np.uint8)
        if format == "ktx2":
            return self._ktx2(pixels, use)
        if use.color and not use.strict:
            return self._encoded(pixels, format, self.quality, srgb=True)
        quality = max(self.data_quality, self.quality)
        read = use.read
        if format == "png" or (format == "webp" and quality == 100):
            return self._encoded(whiten(pixels, read), format, quality, lossless=format == "webp")
        chosen, quality = self._least(pixels, read, format, quality)
        encoded = self._encoded(chosen, format, quality)
        return self._faithful(pixels, encoded, read) if format == "webp" else encoded

    def _ktx2(self, pixels: Array, use: ImageUse) -> bytes:
        """Colour as ETC1S; normal maps and data maps, which its few colours ruin, as UASTC.

        Always with red, green and blue: some viewers read a file of one channel as red alone.
        """
        from ..images.ktx_program import encode_ktx2

        if use.strict:
            pixels = whiten(pixels, use.read)
        if pixels.shape[2] < 3:
            pixels = pixels[..., [0, 0, 0, 1][: pixels.shape[2] + 2]]
        return encode_ktx2(
            np.ascontiguousarray(pixels),
            "uastc" if use.strict else "etc1s",
            srgb=use.color,
            normal_map=use.normal,
            wrap=any(use.wrap),
            quality=self.data_quality if use.strict else self.quality,
            effort=self.effort,
        )

    def _encoded(
        self, pixels: Array, format: EncodedFormat, quality: int, *, lossless: bool = False, srgb: bool = False
    ) -> bytes:
        chroma: Literal["420", "444"] = "420" if srgb else "444"
        return images.encode(
            pixels, format, quality=quality, effort=self.effort, lossless=lossless, chroma=chroma, srgb=srgb
        )

    def _least(self, pixels: Array, read: list[int], format: EncodedFormat, quality: int) -> tuple[Array, int]:
        """The pixels with their free channels chosen, and the least quality at which those read lose no more.

        The loss to hold is that of the pixels as they are at `quality`, over all channels read together. Tried on a
        sample; where free channels save nothing, and at an effort below 3, all stays as it is.
        """
        chosen = cancel_chroma(pixels, read)
        if self.effort < 3 or chosen is pixels:
            return chosen if chosen.shape[2] < 3 else pixels, quality
        sample = _sample(pixels, 1024 if self.effort == 6 else 512)
        plain = self._encoded(sample, format, quality)
        allowed = float(np.linalg.norm(losses(sample, images.decode(plain), read)))
        free = cancel_chroma(sample, read)
        low, high = max(quality + _QUALITIES[0], 1), min(quality + _QUALITIES[1], 100)
        while low < high:
            middle = (low + high) // 2
            trial = images.decode(self._encoded(free, format, middle))
            if np.linalg.norm(losses(sample, trial, read)) <= allowed:
                high = middle
            else:
                low = middle + 1
        smaller = len(self._encoded(free, format, low)) < len(plain)
        return (chosen, low) if smaller else (pixels, quality)

    def _faithful(self, pixels: Array, lossy: bytes, read: list[int]) -> bytes:
        """A data map as lossy WebP, or without loss where that is smaller or too much would be lost."""
        spoiled = max(losses(pixels, images.decode(lossy), read), default=0) > self.data_loss
        if not spoiled and pixels.shape[0] * pixels.shape[1] > _SMALL:
            return lossy
        exact = images.encode(whiten(pixels, read), "webp", effort=self.effort, lossless=True, srgb=False)
        return exact if spoiled or len(exact) < len(lossy) else lossy


def losses(before: Array, after: Array, read: list[int]) -> list[float]:
    """Root mean square difference of each channel in `read`, of 255. Grey images have one channel for red to blue."""
    tops = [pixels.shape[2] - 1 - (pixels.shape[2] in (2, 4)) for pixels in (before, after)]
    pairs = ((before[..., min(n, tops[0])], after[..., min(n, tops[1])]) for n in read)
    return [float(np.sqrt(np.mean((a.astype(np.float32) - b) ** 2))) for a, b in pairs]


def _sample(pixels: Array, side: int) -> Array:
    """Tiles spread over the picture, at most `side` pixels square together; small pictures whole."""
    height, width = pixels.shape[:2]
    if height * width <= side * side or min(height, width) < _TILE:
        return pixels[: max(side * side // width, 1)]
    count = side // _TILE
    rows, columns = (np.linspace(0, n - _TILE, min(count, n // _TILE)).astype(int) for n in (height, width))
    strips = [np.concatenate([pixels[y : y + _TILE, x : x + _TILE] for x in columns], axis=1) for y in rows]
    return np.ascontiguousarray(np.concatenate(strips))
