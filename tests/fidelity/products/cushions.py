"""A quilted velvet cushion and a bolster: sheen, with a woven figure in the sheen's colour."""

from __future__ import annotations

import numpy as np
from examples.modelling.cloth_patterns import Pattern
from examples.modelling.cushion import pillow
from examples.modelling.finish import Finish, TextureSet, plain, sampler
from examples.modelling.maps import encode, linear, to_bytes
from examples.modelling.noise import fractal
from examples.modelling.product import Product
from examples.modelling.surface import Surface, rotation, translation
from examples.modelling.sweep import circle, revolve, sweep, tube

from forge3d.document import Document, Image, Texture, TextureInfo
from forge3d.document.material import Sheen

SIDE, THICKNESS, QUILT = 0.42, 0.15, 0.105


def make() -> Document:
    product = Product("Velvet cushions", "FID-2", occlusion_size=512)
    pile = TextureSet("Pile", _pile(256, 0.06))
    wine = _velvet(pile, "Wine velvet", "#5a0f22", "#e0808f", 0.32, _damask())
    teal = _velvet(pile, "Teal velvet", "#0d3a40", "#7fc4c0", 0.5)
    cord = plain("Cord", base_color_factor=(*linear("#c9a25c"), 1.0), roughness_factor=0.55)
    front, seam = pillow(SIDE, SIDE, THICKNESS, cells=(88, 88))
    stand = translation(0, 0.200, -0.02) @ rotation("x", -14)
    product.add("Cushion", wine, _quilted(front).transformed(stand))
    product.add("Piping", cord, sweep(circle(0.005, 10), seam, closed=True).transformed(stand))
    ends = [(0, -0.21), (0.06, -0.208), (0.075, -0.19), (0.078, 0), (0.075, 0.19), (0.06, 0.208), (0, 0.21)]
    profile = np.stack([np.interp(np.linspace(0, 6, 61), range(7), column) for column in zip(*ends, strict=True)], -1)
    turned = translation(0.03, 0.076, 0.16) @ rotation("y", 14) @ rotation("z", 90)
    bolster = revolve(profile, sides=64, crease=50).outward()
    product.add("Bolster", teal, _gathered(bolster).transformed(turned))
    for end in (-0.19, 0.19):
        ring = np.concatenate([circle(0.0765, 64), np.full((64, 1), end)], 1)[:, [0, 2, 1]]
        product.add("Bolster piping", cord, tube(ring, 0.0045, sides=8, closed=True).transformed(turned))
    return product.document()


def _velvet(
    pile: TextureSet, name: str, color: str, sheen: str, roughness: float, figure: TextureInfo | None = None
) -> Finish:
    return pile.finish(
        name,
        base_color_factor=(*linear(color), 1.0),
        sheen=Sheen(color_factor=linear(sheen), roughness_factor=roughness, color_texture=figure),
    )


def _pile(size: int, metres: float) -> Pattern:
    """Fibres that lean this way and that."""
    lean = fractal(size, 6, 5, 3) + 0.35 * fractal(size, 60, 9, 2)
    return Pattern(0.0012 * lean, np.full((size, size), 0.5), np.full((size, size), 0.85), metres)


def _damask(size: int = 256) -> TextureInfo:
    """Rosettes where the pile stands lower."""
    v, u = np.meshgrid(*2 * [(np.arange(size) + 0.5) / size * 2 - 1], indexing="ij")
    tone = np.ones((size, size))
    for x, y in ((0, 0), (-1, -1), (1, -1), (-1, 1), (1, 1)):
        distance, angle = np.hypot(u - x, v - y), np.arctan2(v - y, u - x)
        petal = 0.42 + 0.16 * np.cos(6 * angle)
        tone -= 0.55 / (1 + np.exp((distance - petal) * 40)) * (1 - 0.7 * np.exp(-((distance / 0.16) ** 2)))
    image = Image(name="Damask", mime_type="image/png", data=encode(to_bytes(np.stack([tone] * 3, -1)), "image/png"))
    return TextureInfo(texture=Texture(name="Damask", image=image, sampler=sampler()))


def _quilted(cushion: Surface) -> Surface:
    """Stitched along diagonals; stuffing rises between."""
    x, y, z = cushion.positions.T
    across, up = (x + y) / QUILT, (x - y) / QUILT
    seam = np.minimum(np.abs(across - np.round(across)), np.abs(up - np.round(up))) * QUILT
    depth = 0.014 * np.exp(-((seam / 0.011) ** 2)) * np.minimum(np.abs(z) / 0.03, 1)
    positions = np.stack([x, y, z - np.sign(z) * depth], -1)
    return Surface.of(positions, cushion.uvs, cushion.triangles, crease=120)


def _gathered(bolster: Surface) -> Surface:
    """The ends' cloth is drawn in to the middle, in folds."""
    x, y, z = bolster.positions.T
    radius, angle = np.hypot(x, z), np.arctan2(z, x)
    fold = 0.003 * np.cos(28 * angle) * np.exp(-(((radius - 0.03) / 0.02) ** 2)) * (np.abs(y) > 0.2)
    positions = np.stack([x, y + np.sign(y) * fold, z], -1)
    return Surface.of(positions, bolster.uvs, bolster.triangles, crease=50)
