"""A channel-tufted lounge chair on turned wooden legs, in four fabrics."""

from __future__ import annotations

from ..modelling.product import Product
from .base import FEET, ferrule, foot, leg, plinth
from .detail import FULL, SMALL, Detail
from .finishes import finishes
from .seat import back_pillow, seat, seat_welts
from .shell import Shell

__all__ = ["FULL", "SMALL", "Detail", "build"]


def build(detail: Detail = FULL) -> Product:
    fabric, welt, timber, metal, glide, variants = finishes(detail.texture)
    product = Product(
        "Lounge chair",
        "F3D-CHAIR-01",
        occlusion_size=detail.occlusion,
        occlusion_directions=detail.directions,
        variants=variants,
    )
    shell = Shell(detail)
    product.add("Shell", fabric, *shell.surfaces())
    product.add("Shell", welt, *shell.welts(detail.cord))
    product.add("Seat", fabric, *seat(shell, detail))
    product.add("Seat", welt, *seat_welts(shell, detail))
    cushion, seam = back_pillow(detail)
    product.add("Pillow", welt, cushion, seam)
    product.add("Base", timber, plinth(shell, detail), *(leg(x, z, detail) for x, z in FEET))
    product.add("Base", metal, *(ferrule(x, z, detail) for x, z in FEET))
    product.add("Base", glide, *(foot(x, z, detail) for x, z in FEET))
    return product
