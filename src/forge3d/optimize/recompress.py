"""Pictures in fewer bytes, every texel the same."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .. import images
from ..document import Change, Context, Document, Fidelity, Image, Skip, Transform
from ..document.accessor import Array
from ..errors import Forge3DError
from .options import between


@dataclass(frozen=True, slots=True)
class Recompress(Transform):
    """Store JPEG and PNG images in fewer bytes, every texel the same. Exact.

    JPEG gets better Huffman tables and progressive scans, and no coefficient changes. PNG is deflated anew, without
    channels that say nothing: colour where all is grey, alpha where all is opaque. Both lose metadata, which glTF
    ignores. What would not get smaller stays as it is.

    Args:
        effort: of PNG, 0 (fast) to 6 (small).
    """

    fidelity: ClassVar[Fidelity] = Fidelity.EXACT
    version: ClassVar[int] = 1

    effort: int = 4

    def __post_init__(self) -> None:
        between(self, "effort", 0, 6)

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("recompress")
        work = [image for image in document.images if image.data]
        with ThreadPoolExecutor(min(len(os.sched_getaffinity(0)), 4)) as pool:
            for number, (image, why) in enumerate(zip(work, pool.map(self._store, work), strict=True)):
                label = f"image {image.name or image.uri or document.images.index(image)!r}"
                context.report(number / len(work), f"recompress {label}")
                if why is not None:
                    change.skipped.append(Skip(label, why))
        return change

    def _store(self, image: Image) -> str | None:
        """Replace the image's data by smaller ones; or why it stayed."""
        try:
            if image.header.format == "jpeg":
                smaller = images.recompress_jpeg(image.data)
            elif image.header.format == "png" and not image.header.animated:
                smaller = images.encode(plainest(image.pixels), "png", effort=self.effort, srgb=False)
            else:
                return f"is {image.header.format}, which cannot be made smaller without loss"
        except Forge3DError as error:
            return f"stays as it is: {error}"
        finally:
            image.forget_pixels()
        if len(smaller) >= len(image.data):
            return "would not get smaller"
        mime_type = image.mime_type
        image.data = smaller
        image.mime_type = mime_type
        return None


def plainest(pixels: Array) -> Array:
    """The picture without alpha where all is opaque, and with one colour channel where all three are equal."""
    if pixels.shape[2] in (2, 4) and (pixels[..., -1] == np.iinfo(pixels.dtype).max).all():
        pixels = pixels[..., :-1]
    if pixels.shape[2] >= 3 and (pixels[..., :1] == pixels[..., 1:3]).all():
        pixels = np.concatenate([pixels[..., :1], pixels[..., 3:]], axis=-1)
    return np.ascontiguousarray(pixels)
