"""A cloth-covered smart speaker with a touch dish, a ring of light and a leather handle, in three colours."""

from __future__ import annotations

from ..modelling.product import Product
from .body import body, dish
from .finishes import finishes
from .handle import handle


def build(texture: int = 256) -> Product:
    finish, variants = finishes(texture)
    product = Product("Smart speaker", "F3D-SPEAKER-01", 256, variants=variants)
    for part, found in (("Body", body()), ("Dish", dish()), ("Handle", handle())):
        for look, surface in found:
            product.add(part, finish[look], surface)
    return product
