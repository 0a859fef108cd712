"""The nearest that UsdPreviewSurface has to glass, a transparent colour, and to stretched highlights, round ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..document import Material, TextureInfo

Color = tuple[float, float, float]

_STEPS = 101
_BEHIND = np.linspace(0, 1, 9)
"""Brightness of what may be behind glass, from black to white."""


def glass(material: Material, factor: Sequence[float]) -> tuple[Color, float]:
    """The base colour of a surface, and how opaque it is, between 0 and 1.

    Glass shows what is behind it, of brightness b, as T · b + d: T its tint, d its own colour. A transparent surface of
    opacity a and colour c shows (1 − a) · b + a · c. Of all a and c, in steps of a hundredth, those are chosen that
    differ least in lightness (its cube root, CIE 1976) over backgrounds from black to white.

    Args:
        factor: the base colour's, `(red, green, blue, …)`.
    """
    base, layer = np.array(factor[:3], np.float64), material.transmission
    if layer is None or not layer.factor:
        return (float(factor[0]), float(factor[1]), float(factor[2])), 1.0
    tint, volume = base, material.volume
    if volume is not None and volume.attenuation_distance:
        depth = volume.thickness_factor / volume.attenuation_distance
        tint = base * np.maximum(np.array(volume.attenuation_color), 1e-6) ** depth
    passing, own = tint * layer.factor * (1 - reflection(material)), base * (1 - layer.factor)
    levels = np.linspace(0, 1, _STEPS)
    wanted = np.cbrt(passing[:, None] * _BEHIND + own[:, None])  # (channel, background)
    shown = np.cbrt((1 - levels)[:, None, None] * _BEHIND + (levels[:, None] * levels)[..., None])  # (a, c, background)
    costs = ((shown - wanted[:, None, None]) ** 2).sum(axis=-1)  # (channel, a, c)
    opacity = int(costs.min(axis=2).sum(axis=0).argmin())
    red, green, blue = (float(levels[place]) for place in costs[:, opacity].argmin(axis=1))
    return (red, green, blue), float(levels[opacity])


def reflection(material: Material) -> float:
    """What part of the light a surface that is no metal reflects at normal incidence (KHR_materials_ior)."""
    ior = material.ior.ior if material.ior is not None else 1.5
    return float(((ior - 1) / (ior + 1)) ** 2) if ior > 0 else 1.0


def stretched(material: Material) -> float:
    """How much rougher a round highlight has to be, on average, than one stretched along the surface.

    KHR_materials_anisotropy widens a highlight along one direction: α_t is α + (1 − α) · strength². The round one that
    covers as much has the root of α_t · α.
    """
    layer, info = material.anisotropy, material.metallic_roughness_texture
    if layer is None or not layer.strength or not material.roughness_factor:
        return 1.0
    mean = _mean(info, 1) * material.roughness_factor
    strength = _mean(layer.texture, 2) * layer.strength
    alpha = max(mean, 1e-3) ** 2
    wide = alpha + (1 - alpha) * strength**2
    return float((wide * alpha) ** 0.25 / max(mean, 1e-3))


def _mean(info: TextureInfo | None, channel: int) -> float:
    """The mean of a channel of a picture; 1 where there is none."""
    image = info.texture.image if info is not None else None
    if image is None or not image.data:
        return 1.0
    pixels = image.pixels
    return float(pixels[..., min(channel, pixels.shape[2] - 1)].mean() / np.iinfo(pixels.dtype).max)
