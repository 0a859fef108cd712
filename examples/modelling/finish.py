"""Finishes: a material together with the size of its textures on the product."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from forge3d.document import Filter, Image, Material, Sampler, Texture, TextureInfo, Wrap
from forge3d.document.material import EmissiveStrength

from .cloth_patterns import Pattern
from .maps import encode, linear, normal_map, orm, to_bytes

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Finish:
    """A material, and the metres that one repeat of its textures covers; None where it has no textures.

    Without `occluded` no baked occlusion darkens it: on polished glass that would look like dirt.
    """

    material: Material
    metres: float | None = None
    occluded: bool = True

    @property
    def tiled(self) -> bool:
        """Whether the material has textures of its own, read with the first set of UVs."""
        return self.metres is not None


def sampler(*, repeat: bool = True) -> Sampler:
    wrap = Wrap.REPEAT if repeat else Wrap.CLAMP_TO_EDGE
    return Sampler(mag_filter=Filter.LINEAR, min_filter=Filter.LINEAR_MIPMAP_LINEAR, wrap_s=wrap, wrap_t=wrap)


class TextureSet:
    """The pictures of one pattern, made once and shared by every finish that uses it.

    Args:
        name: stem of the pictures' names.
        pattern: heights, tones and roughness.
        color: tones `(n, n)` to sRGB `(n, n, 3)`; None leaves colour to the factor.
        metallic: over the whole picture.
    """

    def __init__(self, name: str, pattern: Pattern, color: Callable[[Array], Array] | None = None, metallic: float = 0):
        self.metres = pattern.metres
        repeat = sampler()

        def texture(kind: str, pixels: npt.NDArray[np.uint8], media: str) -> Texture:
            label = f"{name} {kind}"
            return Texture(
                name=label, image=Image(name=label, mime_type=media, data=encode(pixels, media)), sampler=repeat
            )

        self.normal = texture("normal", normal_map(pattern.height, pattern.metres), "image/png")
        self.roughness = texture("roughness", orm(1.0, halved(pattern.roughness), metallic), "image/png")
        self.color = texture("color", to_bytes(color(pattern.tone)), "image/jpeg") if color is not None else None

    def finish(self, name: str, *, normal_scale: float = 1.0, **material: Any) -> Finish:
        """A finish with these pictures; `material` are further fields of `forge3d.document.Material`."""
        fields: dict[str, Any] = {
            "metallic_factor": 1.0,
            "roughness_factor": 1.0,
            "base_color_texture": TextureInfo(texture=self.color) if self.color is not None else None,
            "normal_texture": TextureInfo(texture=self.normal, scale=normal_scale),
            "metallic_roughness_texture": TextureInfo(texture=self.roughness),
            **material,
        }
        return Finish(Material(name=name, **fields), self.metres)


def halved(picture: Array) -> Array:
    """Half the resolution by averaging: enough for roughness, at a quarter of the bytes."""
    return (picture[::2, ::2] + picture[1::2, ::2] + picture[::2, 1::2] + picture[1::2, 1::2]) / 4


def plain(name: str, *, occluded: bool = True, **material: Any) -> Finish:
    """A finish without textures."""
    return Finish(Material(name=name, **{"metallic_factor": 0.0, **material}), occluded=occluded)


def glowing(name: str, color: str, strength: float, roughness: float = 0.35) -> Finish:
    """A line or lamp that shines in a colour, `#rrggbb`, this much brighter than white."""
    r, g, b = linear(color)
    return plain(
        name,
        base_color_factor=(r * 0.4, g * 0.4, b * 0.4, 1.0), roughness_factor=roughness,
        emissive_factor=(r, g, b), emissive_strength=EmissiveStrength(strength=strength),
    )  # fmt: skip
