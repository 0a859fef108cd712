"""A photo: its pixels the right way up, and the field of view that its camera wrote down."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..errors import InvalidAsset
from ..images.colour import srgb_to_linear

_FILM_DIAGONAL = 43.2666  # mm, of 36 × 24: what "35 mm equivalent" focal lengths refer to
_EXIF, _FOCAL_35, _ORIENTATION = 0x8769, 0xA405, 0x0112
MAX_PIXELS = 100_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """Pixels `(h, w, 3)` uint8 sRGB, and the vertical field of view in degrees, None where the file does not say."""

    pixels: npt.NDArray[np.uint8]
    fov: float | None = None

    @property
    def size(self) -> tuple[int, int]:
        return self.pixels.shape[1], self.pixels.shape[0]

    @property
    def linear(self) -> npt.NDArray[np.float32]:
        """`(h, w, 3)` linear light, 0 to 1."""
        return srgb_to_linear(self.pixels / np.float32(255))


def read_photo(path: str | os.PathLike[str]) -> Photo:
    """A JPEG, PNG, WebP or AVIF file, turned as its EXIF data say.

    Raises:
        InvalidAsset: it cannot be read as a picture.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(Path(path)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise InvalidAsset(f"has more than {MAX_PIXELS:,} pixels: give a smaller one", file=str(path))
            exif = image.getexif()
            focal = exif.get_ifd(_EXIF).get(_FOCAL_35)
            turned = ImageOps.exif_transpose(image)
            if turned.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off at 255
                turned = Image.fromarray(np.rint(np.asarray(turned) / 257).astype(np.uint8))
            pixels = np.asarray(turned.convert("RGB"))
    except (OSError, Image.DecompressionBombError, UnidentifiedImageError, SyntaxError, ValueError) as error:
        raise InvalidAsset(f"cannot be read as a photo: {error}", file=str(path)) from error
    return Photo(pixels, field_of_view(pixels.shape[1], pixels.shape[0], focal))


def field_of_view(width: int, height: int, focal: object) -> float | None:
    """Vertical, in degrees, of a lens with this 35 mm equivalent focal length (EXIF 2.32 §4.6.5, CIPA DCG-001)."""
    if not isinstance(focal, int | float) or focal <= 0:
        return None
    half_diagonal = _FILM_DIAGONAL / 2 / float(focal)
    return float(np.degrees(2 * np.arctan(half_diagonal * height / np.hypot(width, height))))
