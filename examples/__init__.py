"""Small products that the project models itself, as code: demo, pictures and test fixtures.

python -m examples.make OUTDIR [NAME …]
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from forge3d import Document

    from .modelling.product import Product

NAMES = ("lounge_chair", "headphones", "neon_jacket")


def product(name: str) -> Product:
    """The named product at full detail; see `NAMES`."""
    build: Callable[[], Product] = import_module(f".{name}", __name__).build
    return build()


def small() -> Document:
    """The lounge chair with few triangles and 64-texel textures: a complete product that is quick to build."""
    from .lounge_chair import SMALL, build

    return build(SMALL).document()
