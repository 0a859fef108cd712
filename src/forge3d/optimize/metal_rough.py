"""Materials by specular colour and glossiness become materials by metal and roughness."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

import numpy as np

from .. import images
from ..document import Change, Context, Document, Fidelity, Image, Material, Skip, Texture, TextureInfo, Transform
from ..document.accessor import Array
from ..document.copying import copied
from ..document.material import Ior, Specular, SpecularGlossiness, Vec3
from ..errors import Forge3DError, InvalidAsset
from .graph import animated, pinned

_DIELECTRIC = 0.04  # reflectance of an index of refraction of 1.5, which glTF assumes
_EXTENSION = "KHR_materials_pbrSpecularGlossiness"
_Made = dict[tuple[int, float], tuple[Texture, Texture]]


@dataclass(frozen=True, slots=True)
class MetalRough(Transform):
    """Turn materials of the archived KHR_materials_pbrSpecularGlossiness into metallic-roughness ones. Lossy.

    The new material is no metal, its roughness is one less glossiness, and its base colour the diffuse one. The
    specular colour becomes that of KHR_materials_specular, with index of refraction 0, which stands for a reflectance
    of one (KHR_materials_ior); a grey one without texture becomes an index of refraction; .04 needs no extension, and
    what has no diffuse colour is a metal. Reflectances are then equal at every angle, and so is the diffuse colour but
    in renderers that darken it by the archived text's own factor. Textures of specular colour and glossiness are taken
    apart into two PNGs of the same size. Animated materials stay.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("metal-rough")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        driven = animated(document)
        made: _Made = {}
        count = 0
        for number, material in enumerate(document.materials):
            context.report(number / len(document.materials), "metal-rough")
            older = material.specular_glossiness
            if older is None:
                continue
            if any(_EXTENSION in path for path in driven.get(id(material), ())):
                change.skipped.append(Skip(f"material {material.name or number!r}", "is animated"))
                continue
            try:
                _convert(document, material, older, made)
            except Forge3DError as error:
                change.skipped.append(Skip(f"material {material.name or number!r}", f"texture: {error}"))
                continue
            count += 1
        change.notes += [f"{count} materials converted"] if count else []
        return change


def _convert(document: Document, material: Material, older: SpecularGlossiness, made: _Made) -> None:
    colours = roughness = None
    if older.texture is not None:
        colours, roughness = (
            _like(older.texture, texture)
            for texture in _taken_apart(document, older.texture.texture, older.glossiness_factor, made)
        )
    material.specular_glossiness = material.ior = material.specular = None
    material.roughness_factor = 1.0 - older.glossiness_factor if roughness is None else 1.0
    material.metallic_roughness_texture = roughness
    is_metal = not any(older.diffuse_factor[:3]) and older.diffuse_texture is None
    material.metallic_factor = 1.0 if is_metal else 0.0
    if is_metal:
        material.base_color_factor = (*older.specular_factor, older.diffuse_factor[3])
        material.base_color_texture = colours
    else:
        material.base_color_factor, material.base_color_texture = older.diffuse_factor, older.diffuse_texture
        _reflect(material, older.specular_factor, colours)


def _reflect(material: Material, colour: Vec3, texture: TextureInfo | None) -> None:
    """Give a dielectric the reflectance `colour` at right angles, with the fewest extensions."""
    red, green, blue = colour
    if texture is not None or not red == green == blue < 1:
        material.ior = Ior(ior=0.0)
        material.specular = Specular(color_factor=colour, color_texture=texture)
    elif abs(red - _DIELECTRIC) > 1e-3:
        material.ior = Ior(ior=(1 + sqrt(red)) / (1 - sqrt(red)))


def _like(info: TextureInfo, texture: Texture) -> TextureInfo:
    """Another texture by the same coordinates."""
    return TextureInfo(texture=texture, tex_coord=info.tex_coord, transform=copied(info.transform))


def _taken_apart(document: Document, texture: Texture, glossiness: float, made: _Made) -> tuple[Texture, Texture]:
    """The specular colour, and roughness in the green channel of white, as two new textures."""
    key = (id(texture), glossiness)
    if key not in made:
        image = texture.image or texture.fallback
        if image is None:
            raise InvalidAsset("there is no image")
        pixels = _rgba(image.pixels)
        image.forget_pixels()
        roughness = np.full((*pixels.shape[:2], 3), 255, np.uint8)  # occlusion would be red, metal is blue
        roughness[..., 1] = np.rint(255 - glossiness * pixels[..., 3].astype(np.float64))
        colours = Image(images.encode(pixels[..., :3], "png"), mime_type="image/png", name=image.name)
        rough = Image(images.encode(roughness, "png", srgb=False), mime_type="image/png", name=image.name)
        pair = (Texture(image=colours, sampler=texture.sampler), Texture(image=rough, sampler=texture.sampler))
        document.images += [colours, rough]
        document.textures += pair
        made[key] = pair
    return made[key]


def _rgba(pixels: Array) -> Array:
    """Any decoded picture as `(height, width, 4)` uint8."""
    if pixels.dtype == np.uint16:
        pixels = np.rint(pixels / 257).astype(np.uint8)
    colour, alpha = (pixels[..., :-1], pixels[..., -1:]) if pixels.shape[2] in (2, 4) else (pixels, None)
    colour = np.broadcast_to(colour, (*pixels.shape[:2], 3))
    return np.concatenate([colour, np.full_like(colour[..., :1], 255) if alpha is None else alpha], axis=2)
