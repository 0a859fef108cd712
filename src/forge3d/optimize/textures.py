"""Resize textures and store them in a smaller format, each as its use allows."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar, Literal

import numpy as np

from .. import images
from ..document import Change, Context, Document, Fidelity, Image, Skip, Transform
from ..document.accessor import Array
from ..errors import InvalidAsset, UnsupportedFeature
from .graph import pinned
from .options import between, one_of
from .texture_coding import Coding
from .texture_uses import ImageUse, image_uses

_FORMATS = {"image/png": "png", "image/jpeg": "jpeg", "image/webp": "webp", "image/avif": "avif"}
_SUFFIXES = {"png": ".png", "jpeg": ".jpg", "webp": ".webp", "avif": ".avif"}


@dataclass(frozen=True, slots=True)
class Textures(Transform):
    """Make textures at most so large, and store them as WebP (or another format). Lossy.

    Colour is filtered in linear light and weighted by coverage, data maps as the numbers that they are, normal maps as
    vectors. An image with several uses gets the strictest treatment of them all. Alpha is kept exactly where a
    material reads it, and left out where none does. Colour channels that no material reads get the values that cost
    least. An image that would not get smaller stays as it is.

    Args:
        max_size: longest side in pixels; larger images are scaled down. none keeps every size.
        format: what to store as; keep re-encodes in the format that an image has, and only where that changes it:
            when it is resized, or as a smaller PNG.
        quality: of colour textures, 1 to 100.
        data_quality: of normal maps and data maps, 1 to 100, at least that of colour; 100 stores WebP without loss.
            Lossy WebP halves the resolution of hue, which limits these maps: a normal map's mean error of 1.28° at 80
            is 1.17° at 90, for three times the bytes.
        data_loss: WebP without loss is chosen for a map that would lose more than so much of 255 (root mean square of
            a channel that is read), as sharp masks do, and for a small map that is smaller so. Textures of real
            products lose 1 to 10 at their own size, up to 23 at an eighth of it.
        effort: 0 (fast) to 6 (small). From 3 on, maps with channels that nobody reads are stored at the least quality
            at which those read lose no more than the whole would at `data_quality`.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY
    version: ClassVar[int] = 3

    max_size: int | None = 2048
    format: Literal["webp", "avif", "jpeg", "png", "keep"] = "webp"
    quality: int = 80
    data_quality: int = 80
    data_loss: float = 12.0
    effort: int = 4

    def __post_init__(self) -> None:
        one_of(self, "format")
        between(self, "max_size", 1, 65536)
        between(self, "quality", 1, 100)
        between(self, "data_quality", 1, 100)
        between(self, "data_loss", 0, 255)
        between(self, "effort", 0, 6)

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("textures")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        work: list[ImageUse] = []
        for use in image_uses(document):
            why = _reason(use)
            if why is None:
                work.append(use)
            else:
                change.skipped.append(Skip(_label(document, use.image), why))
        # Native codecs leave Python's lock; more threads than this cost memory: a 4096² image takes 400 MB in work.
        threads = min(len(os.sched_getaffinity(0)), 4, max(len(work), 1))
        with ThreadPoolExecutor(threads) as pool:
            for number, (use, why) in enumerate(zip(work, pool.map(self._convert, work), strict=True)):
                context.report(number / len(work), f"textures {_label(document, use.image)}")
                if why is not None:
                    change.skipped.append(Skip(_label(document, use.image), why))
        return change

    def _convert(self, use: ImageUse) -> str | None:
        """Replace one image's data; or why it stayed."""
        image = use.image
        own = _FORMATS[image.header.mime_type]
        target = own if self.format == "keep" or use.fallback else self.format
        size = self._size(use)
        resized = size != (image.header.width, image.header.height)
        if target == own and not resized and own != "png":
            return f"is {own} already and small enough"
        try:
            encoded, target = self._encoded(use, size, target)
        except (InvalidAsset, UnsupportedFeature) as error:
            return f"cannot be decoded: {error}"
        finally:
            image.forget_pixels()
        if len(encoded) >= len(image.data) and not resized:
            return f"would not get smaller as {target}: {len(encoded):,} of {len(image.data):,} bytes"
        image.data, image.mime_type = encoded, f"image/{target}"
        if image.uri is not None:
            image.uri = str(PurePosixPath(image.uri).with_suffix(_SUFFIXES[target]))
        return None

    def _size(self, use: ImageUse) -> tuple[int, int]:
        """Width and height to make: the aspect stays, to the nearest pixel."""
        width, height = use.image.header.width, use.image.header.height
        longest = max(width, height)
        if self.max_size is None or longest <= self.max_size or (use.color and (use.data or use.normal)):
            return width, height  # colour and data at once cannot both be filtered right
        scale = self.max_size / longest
        return max(1, round(width * scale)), max(1, round(height * scale))

    def _encoded(self, use: ImageUse, size: tuple[int, int], target: str) -> tuple[bytes, str]:
        """The image at its new size, encoded; and the format, which alpha may change from JPEG to PNG."""
        pixels: Array = use.image.pixels
        if pixels.shape[2] in (2, 4) and not use.alpha:
            pixels = np.ascontiguousarray(pixels[..., :-1])
        elif target == "jpeg" and pixels.shape[2] in (2, 4):
            target = "png"
        pixels = images.resize(
            pixels,
            size,
            srgb=use.color and not use.strict,
            alpha="straight" if use.coverage else "none",
            normal_map=use.normal and not use.color and not use.data,
            wrap=(use.wrap[0], use.wrap[1]),
        )
        coding = Coding(self.quality, self.data_quality, self.data_loss, self.effort)
        return coding.encode(pixels, use, target), target  # type: ignore[arg-type]


def _reason(use: ImageUse) -> str | None:
    """Why an image must stay as it is, as far as can be told without decoding it."""
    if use.foreign:
        return "is used by an extension that may depend on its form"
    if not use.slots:
        return "is used by no material"
    if not use.image.data:
        return "has no data"
    try:
        header = use.image.header
    except InvalidAsset as error:
        return f"is not readable: {error}"
    if header.mime_type not in _FORMATS:
        return f"is {header.format}, which is not re-encoded"
    if header.animated:
        return "is animated"
    return None


def _label(document: Document, image: Image) -> str:
    return f"image {image.name or image.uri or document.images.index(image)!r}"
