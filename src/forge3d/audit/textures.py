"""Checks of textures: size, format, and colours that leave room for light."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..document import Image, Material
from ..document.material import AlphaMode
from ..images import decode
from ..images.headers import ImageHeader
from .check import Measured, NotTestable, check, spread
from .profile import Formats
from .report import Place
from .subject import Subject


@check(cheap=True, fix="`forge3d optimize --step textures:max_size=2048` makes textures smaller.")
def texture_width(subject: Subject, limit: Any) -> Measured:
    """Widths of all images, pixels."""
    return spread([(header.width, place) for _, header, place in _images(subject)])


@check(cheap=True, fix="`forge3d optimize --step textures:max_size=2048` makes textures smaller.")
def texture_height(subject: Subject, limit: Any) -> Measured:
    """Heights of all images, pixels."""
    return spread([(header.height, place) for _, header, place in _images(subject)])


@check(fix="Resize to 256, 512, 1024, 2048, …")
def textures_power_of_two(subject: Subject, limit: Any) -> Measured:
    """Images whose width or height is not a power of two."""
    return _offenders(subject, lambda header: header.width & header.width - 1 or header.height & header.height - 1)


@check(fix="Bake to square textures.")
def textures_square(subject: Subject, limit: Any) -> Measured:
    """Images that are not as wide as high."""
    return _offenders(subject, lambda header: header.width != header.height)


@check(fix="Encode the textures in an allowed format.")
def texture_formats(subject: Subject, limit: Formats) -> Measured:
    """Images in a format that is not allowed."""
    return _offenders(subject, lambda header: header.format not in limit.allowed)


@check(fix="Paint base colours without black and white: shadow and light are the renderer's.")
def color_range(subject: Subject, limit: Any) -> Measured:
    """The largest of red, green and blue of every texel of base colour textures, 0 to 255: least and most. Texels that
    nobody sees, because their alpha is 0 in a material that uses alpha, do not count."""
    numbers = {id(image): place for image, _, place in _images(subject)}
    items: list[tuple[float, Place | None]] = []
    for image, opaque in _base_colours(subject):
        place = numbers[id(image)]
        extremes = _extremes(image, opaque)
        detail = " to ".join(f"{number:g}" for number in extremes)
        items += [(number, Place(place.pointer, place.name, detail)) for number in extremes]
    if not items:
        raise NotTestable("no material has a base colour texture with texels that are seen")
    return spread(items)


def _images(subject: Subject) -> list[tuple[Image, ImageHeader, Place]]:
    if not subject.headers:
        raise NotTestable("the model has no images")
    return subject.headers


def _offenders(subject: Subject, broken: Any) -> Measured:
    places = [place for _, header, place in _images(subject) if broken(header)]
    return Measured(len(places), [(1, place) for place in places])


def _base_colours(subject: Subject) -> Iterator[tuple[Image, bool]]:
    """Images of base colours, and whether a material draws them opaque."""
    opaque: dict[int, tuple[Image, bool]] = {}
    for material in subject.all(Material):
        for slot in material.textures():
            image = slot.info.texture.image
            if slot.path in ("base_color_texture", "specular_glossiness.diffuse_texture") and image and image.data:
                before = opaque.get(id(image), (image, False))[1]
                opaque[id(image)] = image, before or material.alpha_mode is AlphaMode.OPAQUE
    yield from opaque.values()


def _extremes(image: Image, opaque: bool) -> tuple[float, ...]:
    """Least and most of the brightest channels, 0 to 255; nothing where no texel is seen."""
    pixels = decode(image.data)
    channels = pixels.shape[2]
    colour = pixels[..., : 3 if channels >= 3 else 1]
    brightest = colour[..., 0]
    for channel in range(1, colour.shape[2]):
        brightest = np.maximum(brightest, colour[..., channel])
    if not opaque and channels in (2, 4):
        brightest = brightest[pixels[..., -1] > 0]
    if brightest.size == 0:
        return ()
    scale = 257 if pixels.dtype == np.uint16 else 1
    return float(brightest.min()) / scale, float(brightest.max()) / scale
