"""Light that goes from surface to surface, worked out on the processor: arrays in, arrays out."""

from .material import MATERIAL, NO_TEXTURE, SLOT, SLOTS, Flag, Texture, Wrap
from .tracing import Ground, Lens, Light, Sky, Stage, Traced

__all__ = [
    "MATERIAL",
    "NO_TEXTURE",
    "SLOT",
    "SLOTS",
    "Flag",
    "Ground",
    "Lens",
    "Light",
    "Sky",
    "Stage",
    "Texture",
    "Traced",
    "Wrap",
]
