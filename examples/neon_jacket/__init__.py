"""A cyberpunk bomber jacket with luminous piping, zipped over a bust on a metal stand."""

from __future__ import annotations

from ..modelling.product import Product
from ..modelling.surface import Surface
from .cloth import FLOOR, Sleeve, Torso
from .finishes import finishes
from .stand import stand
from .trim import collar, sleeve_trim, torso_trim


def build(texture: int = 1024) -> Product:
    finish, variants = finishes(texture)
    product = Product("Neon jacket", "F3D-JACKET-01", variants=variants)
    torso, sleeve = Torso(), Sleeve()

    def add(part: str, found: list[tuple[str, Surface]], *, both: bool = False) -> None:
        for look, surface in found:
            raised = surface.moved(y=FLOOR)
            product.add(part, finish[look], *([raised, raised.mirrored()] if both else [raised]))

    add("Body", torso.surfaces())
    add("Body", torso_trim(torso))
    add("Collar", collar())
    add("Sleeves", sleeve.surfaces(), both=True)
    add("Sleeves", sleeve_trim(sleeve), both=True)
    for look, surface in stand():
        product.add("Stand", finish[look], surface)
    return product
