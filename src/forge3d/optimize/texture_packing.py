"""Occlusion and metallic-roughness in one image: red is free where only green and blue are read."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import images
from ..document import Document, Image, Material, Skip, Texture, TextureInfo
from ..errors import Forge3DError
from .graph import animated
from .texture_uses import ImageUse, image_uses

_MAX_SIDE = 4  # how many times smaller the smaller of the two may be: it is scaled up


def pack_occlusion(document: Document) -> list[Skip]:
    """Put occlusion maps into the red channel of the metallic-roughness map beside them; what stayed apart, and why.

    One image fewer to load and to hold on the GPU. A pair is packed where every material that reads one of the two
    reads the other at the same place (UV set, transform, sampler), or no occlusion at all. The packed image is stored
    without loss for now; `Textures` stores it as it stores the others.
    """
    uses = {id(use.image): use for use in image_uses(document)}
    skipped: list[Skip] = []
    for occlusion, rough in _pairs(document):
        why = _obstacle(document, uses, occlusion, rough)
        name = f"image {occlusion.name or occlusion.uri or document.images.index(occlusion)!r}"
        if why is None:
            try:
                _pack(document, occlusion, rough, uses[id(rough)])
            except Forge3DError as error:
                why = f"cannot be decoded: {error}"
        if why is not None:
            skipped.append(Skip(name, f"is not packed with metallic-roughness: {why}"))
    return skipped


def _pairs(document: Document) -> list[tuple[Image, Image]]:
    """Each occlusion image with the metallic-roughness image of the first material that has both, where they differ."""
    pairs: dict[int, tuple[Image, Image]] = {}
    for material in document.materials:
        slots = _slots(material)
        if slots is not None:
            occlusion, rough = (info.texture.image for info in slots)
            if occlusion is not None and rough is not None and occlusion is not rough:
                pairs.setdefault(id(occlusion), (occlusion, rough))
    return list(pairs.values())


def _slots(material: Material) -> tuple[TextureInfo, TextureInfo] | None:
    occlusion, rough = material.occlusion_texture, material.metallic_roughness_texture
    return None if occlusion is None or rough is None else (occlusion, rough)


def _obstacle(document: Document, uses: dict[int, ImageUse], occlusion: Image, rough: Image) -> str | None:
    """Why a pair must stay apart."""
    first, second = uses.get(id(occlusion)), uses.get(id(rough))
    if first is None or second is None or first.foreign or second.foreign:
        return "an extension that may depend on their form uses one"
    if first.fallback or second.fallback or _with_fallback(document, occlusion, rough):
        return "one has a fallback image"
    if set(first.slots) != {"occlusion_texture"}:
        return "the occlusion image has other uses"
    if second.channels - set("gb"):
        return "the red channel of the metallic-roughness image is in use"
    driven = animated(document)
    for material in document.materials:
        here = {id(slot.info.texture.image): slot.info for slot in material.textures()}
        if id(occlusion) not in here and id(rough) not in here:
            continue
        slots = _slots(material)
        if id(occlusion) not in here:
            if slots is not None:
                return "a material reads the metallic-roughness image with another occlusion image"
        elif slots is None or slots[0].texture.image is not occlusion or slots[1].texture.image is not rough:
            return "a material reads one without the other"
        elif _place(slots[0]) != _place(slots[1]) or any(
            id(item) in driven for info in slots for item in (info, info.transform)
        ):
            return "a material reads them at different places"
    return _sizes_differ(occlusion, rough)


def _with_fallback(document: Document, *pair: Image) -> bool:
    return any(
        texture.fallback is not None and any(texture.image is image for image in pair) for texture in document.textures
    )


def _place(info: TextureInfo) -> tuple[Any, ...]:
    """Where and how a slot samples its texture."""
    sampler, transform = info.texture.sampler, info.transform
    drawn = (sampler.mag_filter, sampler.min_filter, sampler.wrap_s, sampler.wrap_t) if sampler is not None else None
    moved = (transform.offset, transform.rotation, transform.scale) if transform is not None else None
    return info.uv_set, drawn, moved, bool(info.extensions)


def _sizes_differ(occlusion: Image, rough: Image) -> str | None:
    try:
        sizes = [(image.header.width, image.header.height) for image in (occlusion, rough)]
    except Forge3DError as error:
        return f"one is not readable: {error}"
    (width, height), (other_width, other_height) = sizes
    if width * other_height != other_width * height:
        return "their sides have other proportions"
    if not 1 / _MAX_SIDE <= width / other_width <= _MAX_SIDE:
        return f"one is more than {_MAX_SIDE} times as large as the other"
    return None


def _pack(document: Document, occlusion: Image, rough: Image, use: ImageUse) -> None:
    """Write the packed pixels into the metallic-roughness image, and let occlusion slots read that."""
    red, others = occlusion.pixels, rough.pixels
    width, height = max((p.shape[1], p.shape[0]) for p in (red, others))
    wrap = use.wrap[0], use.wrap[1]
    red, others = (
        _eight(images.resize(p, (width, height), srgb=False, alpha="none", wrap=wrap)) for p in (red, others)
    )
    top = 0 if others.shape[2] < 3 else 1
    packed = np.stack([red[..., 0], others[..., top], others[..., 2 * top]], axis=-1)
    rough.data, rough.mime_type = images.encode(packed, "png", effort=0, srgb=False), "image/png"
    if rough.uri is not None:
        rough.uri = rough.uri.rpartition(".")[0] + ".png"
    for material in document.materials:
        slots = _slots(material)
        if slots is not None and slots[0].texture.image is occlusion:
            slots[0].texture = slots[1].texture
    gone: list[Texture] = [texture for texture in document.textures if texture.image is occlusion]
    document.textures[:] = [texture for texture in document.textures if texture not in gone]
    document.images.remove(occlusion)


def _eight(pixels: Any) -> Any:
    return pixels if pixels.dtype == np.uint8 else np.rint(pixels / 257.0).astype(np.uint8)
