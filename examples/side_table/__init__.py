"""A side table: a pane of glass in a ring on three bent legs, and a wooden tray between them, in three looks."""

from __future__ import annotations

from ..modelling.product import Product
from .finishes import finishes
from .frame import frame
from .tops import pane, tray


def build(texture: int = 512) -> Product:
    finish, variants = finishes(texture)
    product = Product("Side table", "F3D-TABLE-01", 256, variants=variants)
    product.add("Pane", finish["glass"], pane())
    product.add("Tray", finish["wood"], tray())
    for look, surface in frame():
        product.add("Frame", finish[look], surface)
    return product
