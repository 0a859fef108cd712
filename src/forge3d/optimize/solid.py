"""Textures of one colour, folded into the factors that they multiply."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import AlphaMode, Document, Image, Material
from ..document.material import Slot
from ..errors import Forge3DError
from ..images.colour import srgb_to_linear
from .graph import animated

_FACTORS: dict[str, tuple[tuple[str, str], ...]] = {
    # slot → (factor, the channels that multiply it)
    "base_color_texture": (("base_color_factor", "rgba"),),
    "metallic_roughness_texture": (("roughness_factor", "g"), ("metallic_factor", "b")),
    "emissive_texture": (("emissive_factor", "rgb"),),
    "clearcoat.texture": (("factor", "r"),),
    "clearcoat.roughness_texture": (("roughness_factor", "g"),),
    "diffuse_transmission.texture": (("factor", "a"),),
    "diffuse_transmission.color_texture": (("color_factor", "rgb"),),
    "iridescence.texture": (("factor", "r"),),
    "sheen.color_texture": (("color_factor", "rgb"),),
    "sheen.roughness_texture": (("roughness_factor", "a"),),
    "specular.texture": (("factor", "a"),),
    "specular.color_texture": (("color_factor", "rgb"),),
    "specular_glossiness.diffuse_texture": (("diffuse_factor", "rgba"),),
    "specular_glossiness.texture": (("specular_factor", "rgb"), ("glossiness_factor", "a")),
    "transmission.texture": (("factor", "r"),),
    "volume.thickness_texture": (("thickness_factor", "g"),),
}
_FLAT = (range(126, 130), range(126, 130), range(253, 256))  # what exporters write for a normal that points straight up
_COVERED = ("base_color_texture", "specular_glossiness.diffuse_texture")
_MOST_BYTES = 0.05  # of an encoded pixel: a picture of one colour is far smaller in every format
_PIECE = 4096  # bytes of the code that are looked at in a place

Texel = npt.NDArray[np.float64]


def fold_solid_textures(document: Document, tolerance: int) -> int:
    """Take textures of one colour out of the materials; how many slots became free.

    Args:
        tolerance: how far texels may differ, of 255; the middle of what there is counts.
    """
    driven = animated(document)
    colors: dict[int, Texel | None] = {}
    folded = 0
    for material in document.materials:
        if id(material) in driven:
            continue
        for slot in list(material.textures()):
            image = slot.info.texture.image or slot.info.texture.fallback
            if image is None or slot.info.extensions or slot.info.extras is not None:
                continue
            if id(image) not in colors:
                colors[id(image)] = solid_color(image, tolerance)
            texel = colors[id(image)]
            folded += texel is not None and _fold(material, slot, texel)
    return folded


def solid_color(image: Image, tolerance: int = 0) -> Texel | None:
    """The stored `(r, g, b, a)` in 0 to 255 where every texel is the same, NaN in channels that vary; else None."""
    try:
        header = image.header
        if len(image.data) > 4096 + _MOST_BYTES * header.width * header.height or _varies(image.data):
            return None
        pixels = image.pixels
    except Forge3DError:
        return None
    flat = pixels.reshape(-1, pixels.shape[2])
    image.forget_pixels()
    unit = 257 if pixels.dtype == np.uint16 else 1
    found = np.full(flat.shape[1], np.nan)
    for number, channel in enumerate(flat.T):
        # A few texels tell most channels that vary, before all are looked at.
        some = channel[:: max(1, len(channel) // 1000)]
        if int(some.max()) - int(some.min()) <= tolerance * unit:
            low, high = int(channel.min()), int(channel.max())
            if high - low <= tolerance * unit:
                found[number] = (low + high) / 2 / unit
    if np.isnan(found).all():
        return None
    color, alpha = (found[:-1], found[-1:]) if len(found) in (2, 4) else (found, np.array([255.0]))
    return np.concatenate([np.broadcast_to(color, 3) if len(color) == 1 else color, alpha])


def _varies(data: bytes) -> bool:
    """Whether the code alone shows that there is more than one colour, which spares decoding the picture.

    One colour is the same few bits over and over, in JPEG's entropy code as in PNG's deflated lines, so any piece of it
    deflates to almost nothing. The first half, where profiles and other metadata stand, is not looked at.
    """
    ends = (len(data) // 2 + _PIECE, len(data) * 3 // 4, len(data)) if len(data) > 4 * _PIECE else ()
    return any(len(zlib.compress(data[end - _PIECE : end], 1)) > _PIECE // 2 for end in ends)


def _fold(material: Material, slot: Slot, texel: Texel) -> bool:
    """Multiply the texel into the factors of its slot, or drop a map that says nothing; whether that could be."""
    layer_name, _, name = slot.path.rpartition(".")
    owner: Any = getattr(material, layer_name) if layer_name else material
    changes: dict[str, Any] = {}
    if name.endswith("normal_texture"):
        if not all(not np.isnan(v) and round(v) in allowed for v, allowed in zip(texel, _FLAT, strict=False)):
            return False
    elif name == "occlusion_texture":
        if texel[0] != 255 and slot.info.strength != 0:
            return False
    elif slot.path == "iridescence.thickness_texture":
        share = float(texel[1]) / 255
        if np.isnan(share):
            return False
        thin, thick = owner.thickness_minimum, owner.thickness_maximum
        changes["thickness_maximum"] = thin + (thick - thin) * share  # without a texture, the maximum is what counts
    elif slot.path in _FACTORS:
        for factor, channels in _FACTORS[slot.path]:
            if slot.path in _COVERED and material.alpha_mode is AlphaMode.OPAQUE:
                channels = "rgb"
            values = np.array([_value(texel, channel, slot.srgb) for channel in channels])
            if np.isnan(values).any():
                return False
            changes[factor] = _times(getattr(owner, factor), values)
    else:
        return False
    for key, value in changes.items():
        setattr(owner, key, value)
    setattr(owner, name, None)
    return True


def _value(texel: Texel, channel: str, srgb: bool) -> float:
    """The channel in [0, 1], in linear light; alpha never is sRGB."""
    stored = float(texel["rgba".index(channel)])
    if np.isnan(stored) or not srgb or channel == "a":
        return stored / 255
    return float(srgb_to_linear(stored / 255))


def _times(factor: Any, values: Texel) -> Any:
    """A factor times the values; components that have none stay."""
    if isinstance(factor, tuple):
        return (*(float(a * b) for a, b in zip(factor, values, strict=False)), *factor[len(values) :])
    return float(factor * values[0])
