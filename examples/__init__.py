"""Products and mannequins that the project models itself, as code: demo, pictures and test fixtures.

python -m examples.make OUTDIR [NAME …]
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from forge3d import Document

# Each model's package here, and which of its models it is.
_MODELS: dict[str, tuple[str, tuple[str, ...]]] = {
    "lounge_chair": ("lounge_chair", ()),
    "headphones": ("headphones", ()),
    "neon_jacket": ("neon_jacket", ()),
    "side_table": ("side_table", ()),
    "smart_speaker": ("smart_speaker", ()),
    "courier_jacket": ("courier_jacket", ()),
    "visor": ("visor", ()),
    "mannequin_small": ("mannequin", ("small",)),
    "mannequin_medium": ("mannequin", ("medium",)),
    "mannequin_large": ("mannequin", ("large",)),
}
NAMES = tuple(_MODELS)


class Model(Protocol):
    """What can be written as a file."""

    def document(self) -> Document: ...


def product(name: str) -> Model:
    """The named model at full detail; see `NAMES`."""
    package, which = _MODELS[name]
    build: Callable[..., Model] = import_module(f".{package}", __name__).build
    return build(*which)


def small() -> Document:
    """The lounge chair with few triangles and 64-texel textures: a complete product that is quick to build."""
    from .lounge_chair import SMALL, build

    return build(SMALL).document()
