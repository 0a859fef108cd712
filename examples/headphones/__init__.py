"""Over-ear headphones: spun aluminium, lacquered cups, stitched leather, in three colours."""

from __future__ import annotations

from ..modelling.product import Product
from ..modelling.surface import Surface
from .cup import cup, cup_frame, details, yoke
from .finishes import finishes
from .headband import headband


def build(texture: int = 1024) -> Product:
    finish, variants = finishes(texture)
    parts: list[tuple[str, str, Surface]] = []
    place = cup_frame()
    for name, side in (("Right cup", False), ("Left cup", True)):
        for look, surface in [*cup(), *yoke(), *(details() if not side else [])]:
            placed = surface.transformed(place)
            parts.append((name, look, placed.mirrored() if side else placed))
    parts += [("Headband", look, surface) for look, surface in headband()]
    floor = min(float(surface.positions[:, 1].min()) for _, _, surface in parts)
    product = Product("Headphones", "F3D-HEADPHONES-01", variants=variants)
    for name, look, surface in parts:
        product.add(name, finish[look], surface.moved(y=-floor))
    return product
