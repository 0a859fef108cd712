"""The pictures of a package: JPEG and PNG as they are, byte for byte; others as one of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .. import images
from ..document import Image, Texture
from .notes import Notes
from .usd import identifier

_SUFFIXES = {"png": "png", "jpeg": "jpg"}
_QUALITY = 92


@dataclass(slots=True)
class Textures:
    """The files, by name; the same bytes are one file."""

    notes: Notes
    files: dict[str, bytes] = field(default_factory=dict)
    _named: dict[tuple[bytes, str], str] = field(default_factory=dict)
    _made: dict[tuple[int, str, float], str] = field(default_factory=dict)
    _images: list[Image] = field(default_factory=list)

    def file(self, texture: Texture, *, alpha: bool, normal_scale: float = 1.0) -> str | None:
        """The name of a texture's file in the package; None where it has no picture.

        Args:
            alpha: whether the material reads alpha.
            normal_scale: what a normal map's x and y are multiplied by. Where it is not 1, the picture is made anew, as
                readers take normal maps only as they are stored.

        Raises:
            InvalidAsset: a picture that has to be converted cannot be decoded.
        """
        image = _source(texture)
        if image is None:
            return None
        key = (id(image), "alpha" if alpha else "", normal_scale)
        if key not in self._made:
            self._images.append(image)  # so that its identity means nothing else
            self._made[key] = self._put(image, *self._encoded(image, alpha, normal_scale))
        return self._made[key]

    def _encoded(self, image: Image, alpha: bool, normal_scale: float) -> tuple[bytes, str]:
        found = image.header.format
        label = image.name or image.uri or "an image without a name"
        if normal_scale != 1.0:
            self.notes.add("normalTexture.scale", "is worked into a copy of the picture", label)
            return images.encode(_scaled(image, normal_scale), "png"), "png"
        if found in _SUFFIXES:
            return bytes(image.data), found
        pixels = image.pixels
        kind = "png" if alpha and pixels.shape[2] in (2, 4) else "jpeg"
        self.notes.add(found, f"pictures are {kind.upper()} in USDZ", label)
        if kind == "png":
            return images.encode(pixels, "png"), kind
        colours = pixels[..., : 1 if pixels.shape[2] <= 2 else 3]
        return images.encode(colours, "jpeg", quality=_QUALITY, chroma="444"), kind

    def _put(self, image: Image, data: bytes, format: str) -> str:
        name = self._named.get((data, format))
        if name is None:
            stem = identifier(image.name or (image.uri or "").rpartition("/")[2].rpartition(".")[0], "picture")
            name = f"textures/{len(self.files)}_{stem}.{_SUFFIXES[format]}"
            self._named[data, format] = name
            self.files[name] = data
        return name


def _source(texture: Texture) -> Image | None:
    """The picture to use: what the fallback holds, where that can stay as it is and the first choice cannot."""
    found = [image for image in (texture.image, texture.fallback) if image is not None and image.data]
    kept = [image for image in found if image.header.format in _SUFFIXES]
    return (kept or found or [None])[0]  # type: ignore[list-item]


def _scaled(image: Image, scale: float) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    pixels = image.pixels[..., :3]
    vectors = pixels.astype(np.float32) / np.iinfo(pixels.dtype).max * 2 - 1
    vectors[..., :2] *= scale
    vectors /= np.maximum(np.linalg.norm(vectors, axis=2, keepdims=True), 1e-6)
    return np.round((vectors + 1) * 127.5).clip(0, 255).astype(np.uint8)
