"""What a primitive hides, under every variant."""

from __future__ import annotations

from .material import AlphaMode, Material
from .scene import Primitive


def sides_and_opacity(primitive: Primitive) -> tuple[bool, bool]:
    """Whether a primitive is double-sided, and whether it hides what is behind it: in every variant."""
    materials = [primitive.material or Material(), *(mapping.material for mapping in primitive.variants)]
    both = {material.double_sided for material in materials}
    return True in both, len(both) == 1 and all(map(_opaque, materials))


def _opaque(material: Material) -> bool:
    through = material.transmission is not None and material.transmission.factor > 0
    return material.alpha_mode is AlphaMode.OPAQUE and not through
