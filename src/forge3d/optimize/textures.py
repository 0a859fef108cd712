"""Resize textures and store them in a smaller format, each as its use allows."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import ClassVar, Literal

import numpy as np

from .. import images
from ..document import Change, Context, Document, Fidelity, Image, Skip, Transform
from ..document.accessor import Array
from ..document.texture import IMAGE_EXTENSIONS
from ..errors import InvalidAsset, RecipeError, UnsupportedFeature
from ..images.ktx_program import find_ktx
from .graph import pinned
from .options import between, one_of
from .texture_coding import Coding
from .texture_packing import pack_occlusion
from .texture_sizes import fitted, without_idle_pixels
from .texture_uses import ImageUse, image_uses

_FORMATS = {"image/png": "png", "image/jpeg": "jpeg", "image/webp": "webp", "image/avif": "avif"}
_CORE = ("png", "jpeg")  # what glTF names without an extension
_BLOCK = {"ktx2": 4}  # sides are multiples of it
_SUFFIXES = {"png": ".png", "jpeg": ".jpg", "webp": ".webp", "avif": ".avif", "ktx2": ".ktx2"}


@dataclass(frozen=True, slots=True)
class Textures(Transform):
    """Make textures at most so large, and store them as WebP (or another format). Lossy.

    Colour is filtered in linear light and weighted by coverage, data maps as the numbers that they are, normal maps as
    vectors. An image with several uses gets the strictest treatment of them all. Alpha is kept exactly where a
    material reads it, and left out where none does. Colour channels that no material reads get the values that cost
    least. An image that would not get smaller stays as it is.

    Args:
        max_size: longest side in pixels; larger images are scaled down. none keeps every size.
        max_data_size: longest side of normal maps and data maps, where that is less.
        power_of_two: make each side a power of two: the next below, the nearer, or the next above, within the longest.
        format: what to store as; keep re-encodes in the format that an image has, and only where that changes it:
            when it is resized, or as a smaller PNG. ktx2 (with all mip levels: ETC1S for colour, UASTC for the rest)
            needs the program ktx, saves memory on the GPU rather than bytes, and makes sides multiples of four.
        keep_jpeg: JPEG images stay JPEG; those that need no other size get smaller without losing a bit.
        fallback: keep the PNG or JPEG beside, for viewers that do not know the new format.
        core: leave no picture in a format that needs an extension (WebP, AVIF, KTX2), for viewers that read core glTF
            alone: a fallback takes its place, or it is stored as PNG or JPEG, which may take more bytes.
        pack: put occlusion into the red channel of the metallic-roughness image beside it, where both are read at the
            same place: one image fewer in memory. Hue then costs more bytes, so the file is not always smaller.
        detail_loss: an image without detail is stored at half its sides, and half again, while no texel differs by more
            than so many of 255 when it is magnified again; 0 keeps the sides. 3 finds maps that are larger than what
            they show, and saves memory on the GPU rather than bytes.
        quality: of colour textures, 1 to 100. Normal maps have 4 less, data maps 12 less, with occlusion among them 2
            less, and maps of occlusion alone 6 more, because light is multiplied by it: so shared out, bytes lower the
            difference of the rendered product most.
        data_quality: of normal maps and data maps of any kind instead, 1 to 100, at least that of colour; 100 stores
            WebP without loss. Lossy WebP halves the resolution of hue, which limits these maps.
        data_loss: WebP without loss is chosen for a map that would lose more than so much of 255 (root mean square of
            a channel that is read), as sharp masks do, and for flat and tiny pictures that cost little more so.
            Textures of real products lose 1 to 10 at their own size, up to 23 at an eighth of it.
        corrections: how often what colour stored as WebP lacks is added before it is stored, 0 to 8: 1 adds what the
            mean of a sample lacks to the whole picture, more add to each 8 × 8 texels what those lack, which takes as
            long again each time. A mean that is off by half a step of 255 shows all over a product, and quality alone
            does not mend it.
        effort: 0 (fast) to 6 (small). From 3 on, JPEG and AVIF of maps with channels that nobody reads are stored at
            the least quality at which those read lose no more than the whole would.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY
    version: ClassVar[int] = 7

    max_size: int | None = 2048
    max_data_size: int | None = None
    power_of_two: Literal["floor", "nearest", "ceil"] | None = None
    format: Literal["webp", "avif", "jpeg", "png", "ktx2", "keep"] = "webp"
    keep_jpeg: bool = False
    fallback: bool = False
    core: bool = False
    pack: bool = False
    detail_loss: float = 0.0
    quality: int = 80
    data_quality: int | None = None
    data_loss: float = 12.0
    corrections: int = 1
    effort: int = 4

    def __post_init__(self) -> None:
        one_of(self, "format", "power_of_two")
        between(self, "max_size", 1, 65536)
        between(self, "max_data_size", 1, 65536)
        between(self, "quality", 1, 100)
        between(self, "data_quality", 1, 100)
        between(self, "data_loss", 0, 255)
        between(self, "corrections", 0, 8)
        between(self, "effort", 0, 6)
        between(self, "detail_loss", 0, 255)
        if self.pack and self.format == "keep":
            raise RecipeError("textures: pack=true makes new images; say in which format, not format=keep")
        if self.core and self.format not in _CORE:
            raise RecipeError(f"textures: core=true takes format=png or jpeg, not {self.format}")

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("textures")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        if self.format == "ktx2":
            find_ktx()
        if self.pack:
            change.skipped += pack_occlusion(document)
        for texture in document.textures if self.core else ():
            if texture.fallback is not None:
                texture.image, texture.fallback = texture.fallback, None
        work: list[ImageUse] = []
        for use in image_uses(document):
            why = _reason(use, self.core)
            if why is None:
                work.append(use)
            else:
                change.skipped.append(Skip(_label(document, use.image), why))
        # Native codecs leave Python's lock; more threads than this cost memory: a 4096² image takes 400 MB in work.
        threads = min(len(os.sched_getaffinity(0)), 4, max(len(work), 1))
        originals = {id(use.image): use.image.data for use in work} if self.fallback else {}
        with ThreadPoolExecutor(threads) as pool:
            largest_first = sorted(work, key=lambda use: -use.image.header.pixels)
            done = {id(use): pool.submit(self._convert, use) for use in largest_first}
            for number, use in enumerate(work):
                why = done[id(use)].result()
                context.report(number / len(work), f"textures {_label(document, use.image)}")
                if why is not None:
                    change.skipped.append(Skip(_label(document, use.image), why))
                elif self.fallback:
                    self._keep_beside(document, use, originals[id(use.image)])
        return change

    def _convert(self, use: ImageUse) -> str | None:
        """Replace one image's data; or why it stayed."""
        image = use.image
        own = image.header.format
        target = self._target(use, own)
        if target == "ktx2" and use.color and use.strict:
            return "is read as colour and as numbers, and a KTX2 file says which it is"
        size = self._size(use, target)
        resized = size != (image.header.width, image.header.height)
        recompressed = self.keep_jpeg and own == "jpeg"
        if target == own and not resized and own != "png" and not recompressed:
            return f"is {own} already and small enough"
        try:
            if recompressed and not resized:
                encoded = images.recompress_jpeg(image.data)
            else:
                encoded, target = self._encoded(use, size, target)
        except (InvalidAsset, UnsupportedFeature) as error:
            return f"cannot be decoded: {error}"
        finally:
            image.forget_pixels()
        unwanted = self.core and own not in _CORE
        if len(encoded) >= len(image.data) and not resized and target != "ktx2" and not unwanted:
            return f"would not get smaller as {target}: {len(encoded):,} of {len(image.data):,} bytes"
        _store(image, encoded, target)
        return None

    def _target(self, use: ImageUse, own: str) -> str:
        if self.format == "keep" or use.fallback or (self.keep_jpeg and own == "jpeg"):
            return own
        return self.format

    def _size(self, use: ImageUse, target: str) -> tuple[int, int]:
        """Width and height to make. Colour and data at once cannot both be filtered right, so such an image stays."""
        size = use.image.header.width, use.image.header.height
        if use.color and use.strict:
            return size
        limits = [self.max_size, self.max_data_size if use.strict else None]
        longest = min((limit for limit in limits if limit is not None), default=None)
        return fitted(size, longest, self.power_of_two, _BLOCK.get(target, 1))

    def _encoded(self, use: ImageUse, size: tuple[int, int], target: str) -> tuple[bytes, str]:
        """The image at its new size, encoded; and the format, which alpha may change from JPEG to PNG."""
        pixels: Array = use.image.pixels
        if pixels.shape[2] in (2, 4) and not use.alpha:
            pixels = np.ascontiguousarray(pixels[..., :-1])
        elif target == "jpeg" and pixels.shape[2] in (2, 4):
            target = "png"
        scale = partial(
            images.resize,
            srgb=use.color and not use.strict,
            alpha="straight" if use.coverage else "none",
            normal_map=use.normal and not use.color and not use.data,
            wrap=(use.wrap[0], use.wrap[1]),
        )
        pixels, multiple = scale(pixels, size), _BLOCK.get(target, 1)
        if self.detail_loss > 0 and pixels.dtype == np.uint8 and not (use.color and use.strict):
            pixels = without_idle_pixels(pixels, scale, _held(use, pixels.shape[2]), self.detail_loss, multiple)
        coding = Coding(self.quality, self.data_quality, self.data_loss, self.effort, self.corrections)
        return coding.encode(pixels, use, target), target  # type: ignore[arg-type]

    def _keep_beside(self, document: Document, use: ImageUse, original: bytes) -> None:
        """Give textures that now need an extension the PNG or JPEG that they had, at the new size, as their source."""
        image = use.image
        before = Image(original, mime_type=None, uri=image.uri, name=image.name)
        own = _FORMATS[before.header.mime_type]
        textures = [t for t in document.textures if t.image is image and t.fallback is None]
        if own not in ("png", "jpeg") or image.mime_type not in IMAGE_EXTENSIONS or not textures:
            return
        size = image.header.width, image.header.height
        if size != (before.header.width, before.header.height):
            encoded, own = self._encoded(replace(use, image=before), size, own)
            before.data = encoded
        _store(before, before.data, own)
        document.images.append(before)
        for texture in textures:
            texture.fallback = before


def _held(use: ImageUse, channels: int) -> list[int]:
    """The channels of a picture that someone reads, alpha too."""
    if channels < 3:
        return list(range(channels))
    return [*use.read, *range(3, channels)]


def _store(image: Image, encoded: bytes, format: str) -> None:
    image.data, image.mime_type = encoded, f"image/{format}"
    if image.uri is not None:
        image.uri = str(PurePosixPath(image.uri).with_suffix(_SUFFIXES[format]))


def _reason(use: ImageUse, core: bool) -> str | None:
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
    if header.mime_type not in _FORMATS and not (core and header.format == "ktx2"):
        return f"is {header.format}, which is not re-encoded"
    if header.animated:
        return "is animated"
    return None


def _label(document: Document, image: Image) -> str:
    return f"image {image.name or image.uri or document.images.index(image)!r}"
