"""Images, samplers, textures, and a material's use of a texture."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from ..errors import InvalidAsset
from ..images.headers import ImageHeader, read_header
from .accessor import Array
from .property import Property, XmpPacket, json_key


class Filter(IntEnum):
    NEAREST = 9728
    LINEAR = 9729
    NEAREST_MIPMAP_NEAREST = 9984
    LINEAR_MIPMAP_NEAREST = 9985
    NEAREST_MIPMAP_LINEAR = 9986
    LINEAR_MIPMAP_LINEAR = 9987


class Wrap(IntEnum):
    CLAMP_TO_EDGE = 33071
    MIRRORED_REPEAT = 33648
    REPEAT = 10497


@dataclass(slots=True, eq=False, repr=False, init=False)
class Image(Property):
    """An encoded picture. `data` is the file's bytes, untouched until a transform assigns new ones.

    Args:
        data: the encoded bytes.
        mime_type: `image/png` and so on; where None, the first bytes tell.
        uri: the relative name the picture had (and gets again when a .gltf is written with separate images); None when
            embedded.
        load: gives the bytes on first use, in place of `data`.
        head: gives at least the first bytes, for `header` not to load the rest.

    Attributes:
        replaced: whether `data` was assigned since the picture was read.
    """

    uri: str | None
    replaced: bool
    _mime_type: str | None
    _data: bytes | None
    _load: Callable[[], bytes] | None
    _head: Callable[[], bytes | memoryview] | None
    _header: ImageHeader | None
    _pixels: Array | None

    def __init__(
        self,
        data: bytes | None = None,
        *,
        mime_type: str | None = None,
        uri: str | None = None,
        load: Callable[[], bytes] | None = None,
        head: Callable[[], bytes | memoryview] | None = None,
        name: str | None = None,
        extras: Any = None,
        extensions: dict[str, Any] | None = None,
        xmp: XmpPacket | None = None,
    ):
        self.name, self.extras, self.extensions, self.xmp = name, extras, extensions or {}, xmp
        self.uri, self.replaced = uri, False
        self._mime_type, self._data, self._load, self._head = mime_type, data, load, head
        self._header = self._pixels = None

    @property
    def data(self) -> bytes:
        """The encoded bytes. Read on first use; empty for an image without any source."""
        if self._data is None:
            self._data = self._load() if self._load is not None else b""
            self._load = self._head = None
        return self._data

    @data.setter
    def data(self, encoded: bytes) -> None:
        self._data, self._load, self._head, self._header, self._pixels = encoded, None, None, None, None
        self.replaced = True

    @property
    def mime_type(self) -> str | None:
        """As declared, or as recognised from the first bytes; None where neither tells. Set it with new `data`."""
        if self._mime_type is None:
            self._mime_type = _sniffed(self.data)
        return self._mime_type

    @mime_type.setter
    def mime_type(self, declared: str | None) -> None:
        self._mime_type = declared

    @property
    def header(self) -> ImageHeader:
        """Size, channels and format, read from the first bytes without decoding.

        Raises:
            InvalidAsset: the bytes are not a picture that forge3d knows.
        """
        if self._header is None and self._head is not None:
            with suppress(InvalidAsset):  # the header may go on behind the first bytes
                self._header = read_header(self._head())
        if self._header is None:
            self._header = read_header(self.data)
        return self._header

    @property
    def pixels(self) -> Array:
        """The decoded picture, `(height, width, channels)`, read-only; decoded once, kept until `data` changes.

        Raises:
            InvalidAsset, LimitExceeded: see `forge3d.images.decode`.
        """
        if self._pixels is None:
            from ..images import decode

            self._pixels = decode(self.data)
        return self._pixels

    def forget_pixels(self) -> None:
        """Give the memory of the decoded picture back; `pixels` decodes again when asked."""
        self._pixels = None


IMAGE_EXTENSIONS = {
    "image/ktx2": "KHR_texture_basisu", "image/avif": "EXT_texture_avif", "image/webp": "EXT_texture_webp",
}  # fmt: skip
"""The extension that a texture needs for pictures of a type that glTF itself does not name."""

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"WEBP", 8, "image/webp"),
    (b"\xabKTX 20\xbb\r\n\x1a\n", 0, "image/ktx2"),
    (b"ftypavif", 4, "image/avif"),
    (b"DDS ", 0, "image/vnd-ms.dds"),
)


def _sniffed(data: bytes) -> str | None:
    return next((mime for magic, offset, mime in _SIGNATURES if data.startswith(magic, offset)), None)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Sampler(Property):
    """Filtering and wrapping (§3.8.4). None filters leave the choice to the viewer."""

    mag_filter: Filter | None = json_key("magFilter", None, of=Filter)
    min_filter: Filter | None = json_key("minFilter", None, of=Filter)
    wrap_s: Wrap = json_key("wrapS", Wrap.REPEAT)
    wrap_t: Wrap = json_key("wrapT", Wrap.REPEAT)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Texture(Property):
    """An image with a sampler.

    Attributes:
        image: what is drawn: the source of EXT_texture_webp, EXT_texture_avif or KHR_texture_basisu where there is one.
        fallback: the core `source` beside such an extension, for viewers without it.
    """

    image: Image | None = None
    fallback: Image | None = None
    sampler: Sampler | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class TextureTransform(Property):
    """KHR_texture_transform: uv' = translation · rotation · scale · uv. Rotation in radians, counter-clockwise."""

    offset: tuple[float, float] = json_key("offset", (0.0, 0.0))
    rotation: float = json_key("rotation", 0.0)
    scale: tuple[float, float] = json_key("scale", (1.0, 1.0))
    tex_coord: int | None = json_key("texCoord", None, of=int)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class TextureInfo(Property):
    """A material's use of a texture.

    Attributes:
        tex_coord: the TEXCOORD_n set of the core property; see `uv_set` for the one that counts.
        scale: of a normal map's x and y (`normalTextureInfo.scale`); 1 elsewhere.
        strength: of an occlusion map (`occlusionTextureInfo.strength`); 1 elsewhere.
    """

    texture: Texture
    tex_coord: int = json_key("texCoord", 0)
    scale: float = json_key("scale", 1.0)
    strength: float = json_key("strength", 1.0)
    transform: TextureTransform | None = None

    @property
    def uv_set(self) -> int:
        """The TEXCOORD_n that is sampled: the transform's, where it overrides."""
        if self.transform is not None and self.transform.tex_coord is not None:
            return self.transform.tex_coord
        return self.tex_coord
