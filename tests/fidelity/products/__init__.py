"""Three small products, one for each material that path tracing tells most about; modelled by code, written as GLB.

python -m tests.fidelity.products FOLDER
"""

from __future__ import annotations

from importlib import import_module

from forge3d.document import Document

NAMES = ("candle", "cushions", "lantern")


def product(name: str) -> Document:
    """One of `NAMES`, in metres, standing on y = 0."""
    document: Document = import_module(f"{__name__}.{name}").make()
    return document
