"""Pixels to a smaller file as their use allows: what is free, what quality holds, when nothing may be lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .. import images
from ..document.accessor import Array
from ..images import libwebp
from ..images.chroma import cancel_chroma, whiten
from ..images.encoding import EncodedFormat
from ..images.webp_planes import encode_webp
from .texture_uses import ImageUse, Kind

TextureFormat = EncodedFormat | Literal["ktx2"]

_SMALL = 512 * 512  # pixels of a map that is worth a second try without loss: flat ones are smaller so
_TINY = 64 * 64  # pixels of a picture that is seen texel by texel
_WORTH, _ANYHOW = 1.1, 256  # a picture without any loss is worth so many times the bytes, and so many more
_TILE = 256  # a sample is of whole tiles: their borders cost as in the picture
_QUALITIES = (-30, 8)  # how far from the quality asked for an equal loss is looked for


QUALITY: dict[Kind, int] = {"color": 0, "normal": -4, "data": -12, "packed": -2, "occlusion": 6}
"""What is added to the quality of colour for each kind of texture, where the caller names none."""

WEIGHTS: dict[Kind, tuple[float, float, float]] = {
    "color": (0.3, 0.59, 0.11),
    "normal": (1.0, 1.0, 0.3),
    "data": (1.0, 1.0, 1.0),
    "packed": (1.0, 1.0, 1.0),
    "occlusion": (1.0, 1.0, 1.0),
}
"""How much errors of red, green and blue count: as luminance, as what turns a direction that is nearly +Z, alike."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How to store textures; see the options of `Textures`."""

    quality: int
    data_quality: int | None
    data_loss: float
    effort: int
    corrections: int = 0

    def encode(self, pixels: Array, use: ImageUse, format: TextureFormat) -> bytes:
        """The pixels in a format; colour and alpha as its use needs them, other channels as is smallest."""
        if pixels.dtype == np.uint16 and format != "png":
            pixels = np.rint(pixels / 257.0).astype(np.uint8)
        if format == "ktx2":
            return self._ktx2(pixels, use)
        quality = self.quality_of(use)
        if format == "png" or (format == "webp" and use.strict and quality == 100):
            pixels = whiten(pixels, use.read) if use.strict else pixels
            return self._encoded(pixels, format, quality, lossless=format == "webp", srgb=not use.strict)
        if format == "webp" and libwebp.available():
            encoded = self._webp(pixels, use, quality)
        elif use.strict:
            encoded = self._encoded(*self._least(pixels, use.read, format, quality))
        else:
            encoded = self._encoded(pixels, format, quality, srgb=True)
        return self._faithful(pixels, encoded, use) if format == "webp" else encoded

    def quality_of(self, use: ImageUse) -> int:
        """The quality for a kind of texture: that of colour and what `QUALITY` adds, or what is asked for."""
        if self.data_quality is not None and use.strict:
            return max(self.data_quality, self.quality)
        return min(self.quality + QUALITY[use.kind], 99 if self.quality < 100 else 100)

    def _webp(self, pixels: Array, use: ImageUse, quality: int) -> bytes:
        """Colour is corrected by what its means lack; those of data are right already."""
        if not use.read:
            pixels = whiten(pixels, [])
        return encode_webp(
            pixels, use.read, WEIGHTS[use.kind], quality=quality, effort=self.effort,
            rounds=0 if use.strict else self.corrections,
        )  # fmt: skip

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
            quality=self.quality_of(use),
            effort=self.effort,
        )

    def _encoded(
        self, pixels: Array, format: EncodedFormat, quality: int, *, lossless: bool = False, srgb: bool = False
    ) -> bytes:
        chroma: Literal["420", "444"] = "420" if srgb else "444"
        return images.encode(
            pixels, format, quality=quality, effort=self.effort, lossless=lossless, chroma=chroma, srgb=srgb
        )

    def _least(
        self, pixels: Array, read: list[int], format: EncodedFormat, quality: int
    ) -> tuple[Array, EncodedFormat, int]:
        """The pixels with their free channels chosen, and the least quality at which those read lose no more.

        The loss to hold is that of the pixels as they are at `quality`, over all channels read together. Tried on a
        sample; where free channels save nothing, and at an effort below 3, all stays as it is.
        """
        chosen = cancel_chroma(pixels, read)
        if self.effort < 3 or chosen is pixels:
            return chosen if chosen.shape[2] < 3 else pixels, format, quality
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
        return (chosen, format, low) if smaller else (pixels, format, quality)

    def _faithful(self, pixels: Array, lossy: bytes, use: ImageUse) -> bytes:
        """As lossy WebP, or without loss where that costs little more or too much of a data map would be lost."""
        read = use.read if use.strict else [0, 1, 2]
        spoiled = use.strict and max(losses(pixels, images.decode(lossy), read), default=0) > self.data_loss
        small = pixels.shape[0] * pixels.shape[1] <= _SMALL
        tiny = pixels.shape[0] * pixels.shape[1] <= _TINY
        flat = tiny or ((small or self.effort == 6) and _repeats(pixels, read))
        if not (spoiled or flat or (small and use.strict and self.effort == 6)):
            return lossy
        exact = images.encode(whiten(pixels, read), "webp", effort=self.effort, lossless=True, srgb=False)
        return exact if spoiled or len(exact) <= len(lossy) * _WORTH + _ANYHOW else lossy


def _repeats(pixels: Array, read: list[int]) -> bool:
    """Whether most texels are as the one before, so that a form without loss may be the smaller one."""
    first = whiten(pixels[:: max(pixels.shape[0] // 64, 1)], read)
    return bool((first[:, 1:] == first[:, :-1]).all(-1).mean() > 0.5)


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
