"""A lacquered lantern: a coat over hammered red paint, and a screen whose pattern is cut out by a mask."""

from __future__ import annotations

import numpy as np
from examples.modelling.cloth_patterns import Pattern
from examples.modelling.curves import fillet, spline
from examples.modelling.finish import Finish, TextureSet, plain, sampler
from examples.modelling.grid import loft
from examples.modelling.maps import encode, linear, to_bytes
from examples.modelling.noise import cellular
from examples.modelling.product import Product
from examples.modelling.surface import Surface
from examples.modelling.sweep import circle, revolve, tube

from forge3d.document import AlphaMode, Document, Image, Texture, TextureInfo
from forge3d.document.material import Clearcoat

RADIUS, LOW, HIGH, AROUND = 0.085, 0.03, 0.225, 9
TILE = 2 * np.pi * RADIUS / AROUND


def make() -> Document:
    product = Product("Lacquered lantern", "FID-3", occlusion_size=512)
    screen, frame = _lacquers()
    brass = plain("Brass", base_color_factor=(*linear("#e2bd78"), 1.0), metallic_factor=1.0, roughness_factor=0.25)
    wax = plain("Wax", base_color_factor=(*linear("#f4ead6"), 1.0), roughness_factor=0.5)
    product.add("Screen", screen, _screen())
    foot = [(0, 0.004), (0.07, 0.004), (0.078, 0), (0.098, 0), (0.1, 0.012), (0.088, 0.018), (0.088, 0.034),
            (0.08, 0.034), (0.08, 0.026), (0, 0.026)]  # fmt: skip
    product.add("Foot", frame, _turned(foot))
    roof = [(0, 0.218), (0.08, 0.218), (0.08, 0.214), (0.0885, 0.214), (0.089, 0.228), (0.105, 0.231), (0.104, 0.238),
            (0.06, 0.256), (0.03, 0.268), (0.026, 0.282), (0, 0.284)]  # fmt: skip
    product.add("Roof", frame, _turned(roof))
    for angle in np.arange(3) * 2 * np.pi / 3 + 0.5:
        x, z = 0.0905 * np.sin(angle), 0.0905 * np.cos(angle)
        post = [(x, LOW - 0.002, z), (x, HIGH, z)]
        product.add("Posts", frame, tube(post, 0.0042, sides=14))
    bow = spline([(-0.07, 0.244, 0), (-0.078, 0.30, 0), (-0.045, 0.36, 0), (0, 0.378, 0), (0.045, 0.36, 0),
                  (0.078, 0.30, 0), (0.07, 0.244, 0)], 72)  # fmt: skip
    product.add("Handle", brass, tube(bow, 0.0032, sides=12, bevel=0.002))
    product.add("Wax", wax, _turned([(0, 0.026), (0.038, 0.026), (0.038, 0.15), (0.01, 0.146), (0, 0.146)]))
    document = product.document()
    for material in document.materials:  # the bake sees no holes: by it all is dark behind the screen
        if material.name in (screen.material.name, wax.material.name):
            material.occlusion_texture = None
    return document


def _lacquers() -> tuple[Finish, Finish]:
    """Of the cut screen, and of the frame."""
    size = 256
    first, _, number = cellular(size, 7, 12, 0.6)
    tone = 0.5 + 0.3 * (number - 0.5)
    hammered = TextureSet("Hammered", Pattern(0.0011 * np.clip(first, 0, 0.8) ** 2, tone, 0.42 + 0.1 * number, TILE))
    coat = Clearcoat(factor=1.0, roughness_factor=0.04)
    red = (*linear("#a3130f"), 1.0)
    cut = TextureInfo(texture=_cut_out())
    screen = hammered.finish(
        "Cut lacquer", base_color_factor=(1.0, 1.0, 1.0, 1.0), base_color_texture=cut, alpha_mode=AlphaMode.MASK,
        double_sided=True, clearcoat=coat,
    )  # fmt: skip
    return screen, hammered.finish("Lacquer", base_color_factor=red, clearcoat=coat)


def _cut_out(size: int = 512) -> Texture:
    """Red, with an eight-petalled flower and four lens-shaped slits left out of each tile."""
    v, u = np.meshgrid(*2 * [(np.arange(size) + 0.5) / size * 2 - 1], indexing="ij")
    distance, angle = np.hypot(u, v), np.arctan2(v, u)
    flower = 0.30 + 0.26 * np.abs(np.cos(4 * angle)) - distance
    hub = distance - 0.17
    corner = np.hypot(np.abs(u) - 1, np.abs(v) - 1)
    slit = np.minimum(0.36 - corner, np.abs(np.abs(u) - np.abs(v)) - 0.05)
    hole = np.maximum(np.minimum(flower, hub), slit)
    alpha = np.clip(0.5 - hole * size / 8, 0, 1)
    color = np.broadcast_to(np.array([0xA3, 0x13, 0x0F]) / 255, (size, size, 3))
    pixels = to_bytes(np.concatenate([color, alpha[..., None]], -1))
    image = Image(name="Cut-out", mime_type="image/png", data=encode(pixels, "image/png"))
    return Texture(name="Cut-out", image=image, sampler=sampler())


def _screen() -> Surface:
    ring = circle(RADIUS, 96)
    rows = [np.stack([ring[:, 0], np.full(96, y), ring[:, 1]], -1) for y in np.linspace(LOW, HIGH, 12)]
    surface = loft(rows, closed_rows=True)
    return surface if (surface.normals * surface.positions)[:, [0, 2]].sum(-1).mean() > 0 else surface.flipped()


def _turned(outline: list[tuple[float, float]]) -> Surface:
    radii = [0.0, *[0.0025] * (len(outline) - 2), 0.0]
    return revolve(fillet(outline, radii, 4, closed=False), sides=80, crease=50).outward()
