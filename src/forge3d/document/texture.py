"""Images, samplers, textures, and a material's use of a texture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum

from .property import Property, json_key


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


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Image(Property):
    """An encoded picture. `data` is the file's bytes, untouched until a transform assigns new ones.

    Attributes:
        mime_type: as declared, or as recognised from the first bytes; None where neither tells.
        uri: the relative name it had (and gets again when a .gltf is written with separate images); None when embedded.
    """

    mime_type: str | None = None
    uri: str | None = None
    _data: bytes | None = None
    _load: Callable[[], bytes] | None = None

    @property
    def data(self) -> bytes:
        """The encoded bytes. Read on first use; empty for an image without any source."""
        if self._data is None:
            self._data = self._load() if self._load is not None else b""
            self._load = None
        return self._data

    @data.setter
    def data(self, encoded: bytes) -> None:
        self._data, self._load = encoded, None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Sampler(Property):
    """Filtering and wrapping (§3.8.4). None filters leave the choice to the viewer."""

    mag_filter: Filter | None = json_key("magFilter", None)
    min_filter: Filter | None = json_key("minFilter", None)
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


@dataclass(slots=True, eq=False, kw_only=True)
class TextureTransform:
    """KHR_texture_transform: uv' = translation · rotation · scale · uv. Rotation in radians, counter-clockwise."""

    offset: tuple[float, float] = (0.0, 0.0)
    rotation: float = 0.0
    scale: tuple[float, float] = (1.0, 1.0)
    tex_coord: int | None = None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class TextureInfo(Property):
    """A material's use of a texture.

    Attributes:
        tex_coord: the TEXCOORD_n set of the core property; see `uv_set` for the one that counts.
        scale: of a normal map's x and y (`normalTextureInfo.scale`); 1 elsewhere.
        strength: of an occlusion map (`occlusionTextureInfo.strength`); 1 elsewhere.
    """

    texture: Texture
    tex_coord: int = 0
    scale: float = 1.0
    strength: float = 1.0
    transform: TextureTransform | None = field(default=None)

    @property
    def uv_set(self) -> int:
        """The TEXCOORD_n that is sampled: the transform's, where it overrides."""
        if self.transform is not None and self.transform.tex_coord is not None:
            return self.transform.tex_coord
        return self.tex_coord
