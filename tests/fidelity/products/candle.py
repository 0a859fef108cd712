"""A scented candle in a tumbler of thick amber glass: transmission, refraction and absorption, with wax inside."""

from __future__ import annotations

import numpy as np
from examples.modelling.curves import fillet
from examples.modelling.finish import TextureSet, plain
from examples.modelling.hard_patterns import wood
from examples.modelling.maps import linear, ramp
from examples.modelling.patch import box
from examples.modelling.product import Product
from examples.modelling.surface import Surface
from examples.modelling.sweep import revolve, tube

from forge3d.document import Accessor, Document, Material, Mesh, Node, Primitive
from forge3d.document.material import Ior, Transmission, Volume

OUTER, INNER, HEIGHT, FLOOR = 0.043, 0.0375, 0.098, 0.016
TRAY = 0.012


def make() -> Document:
    product = Product("Amber candle", "FID-1", occlusion_size=512)
    oak = TextureSet(
        "Oak",
        wood(256, 0.16, 7, 4),
        lambda tone: ramp([(0.0, "#4f3722"), (0.4, "#9a6d43"), (1.0, "#d8b080")], tone),
    )
    card = plain("Card", base_color_factor=(*linear("#8fa39a"), 1.0), roughness_factor=0.85)
    wax = plain("Wax", base_color_factor=(*linear("#f2e8d5"), 1.0), roughness_factor=0.5)
    wick = plain("Wick", base_color_factor=(*linear("#3a3530"), 1.0), roughness_factor=0.9)
    brass = plain("Brass", base_color_factor=(*linear("#e2bd78"), 1.0), metallic_factor=1.0, roughness_factor=0.22)
    product.add("Tray", oak.finish("Oak"), _turned([(0, 0), (0.095, 0), (0.095, TRAY), (0, TRAY)], 0.003))
    product.add("Wax", wax, _turned([(0, 0), (0.0355, 0), (0.0355, 0.046), (0.012, 0.0445), (0, 0.0445)], 0.002)
                .moved(y=TRAY + FLOOR + 0.0006))  # fmt: skip
    foot = TRAY + FLOOR + 0.044
    stem = [(0, foot, 0), (0.0005, foot + 0.006, 0), (0.002, foot + 0.012, 0.001)]
    product.add("Wick", wick, tube(stem, 0.0009, sides=10, bevel=0.0006))
    lid = _turned([(0, 0), (0.046, 0), (0.046, 0.007), (0.012, 0.009), (0.012, 0.017), (0, 0.017)], 0.002)
    product.add("Lid", brass, lid.moved(x=0.058, y=TRAY, z=0.046).transformed(np.diag([0.75, 1, 0.75, 1])))
    product.add("Backdrop", card, box((0.42, 0.30, 0.006)).moved(y=0.15, z=-0.11))
    document = product.document()
    glass = Material(
        name="Amber glass",
        metallic_factor=0.0,
        roughness_factor=0.0,
        transmission=Transmission(factor=1.0),
        volume=Volume(thickness_factor=OUTER - INNER, attenuation_distance=0.012, attenuation_color=linear("#d98a2b")),
        ior=Ior(ior=1.5),
    )
    _add(document, "Tumbler", tumbler().moved(y=TRAY + 0.0002), glass)
    return document


def tumbler() -> Surface:
    """Outside and inside as one closed surface; the floor is thicker than the wall."""
    outline = [(0, 0), (OUTER - 0.002, 0), (OUTER, HEIGHT), (INNER, HEIGHT), (INNER - 0.001, FLOOR), (0, FLOOR)]
    rounded = fillet(outline, [0, 0.005, 0.0026, 0.0026, 0.004, 0], 6, closed=False)
    return revolve(rounded, sides=96, crease=60).outward()


def _turned(outline: list[tuple[float, float]], radius: float) -> Surface:
    inside = [0.0, *[radius] * (len(outline) - 2), 0.0]
    return revolve(fillet(outline, inside, 4, closed=False), sides=64, crease=50).outward()


def _add(document: Document, name: str, surface: Surface, material: Material) -> None:
    """A part beside the product, without its occlusion: glass takes no light away as walls do."""
    attributes = {
        "POSITION": Accessor(surface.positions.astype(np.float32)),
        "NORMAL": Accessor(surface.normals.astype(np.float32)),
    }
    indices = Accessor(surface.triangles.reshape(-1).astype(np.uint16))
    mesh = Mesh(name=name, primitives=[Primitive(attributes=attributes, indices=indices, material=material)])
    node = Node(name=name, mesh=mesh)
    document.nodes[0].children.append(node)
    document.nodes.append(node)
    document.meshes.append(mesh)
    document.materials.append(material)
