"""Draw materials without light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..document import AlphaMode, Change, Context, Document, Fidelity, Material, Skip, Transform
from ..document.material import LAYERS
from ..document.material import Unlit as UnlitLayer
from .graph import animated, pinned


@dataclass(frozen=True, slots=True)
class Unlit(Transform):
    """Draw every material in its own colour, without light (KHR_materials_unlit). Lossy.

    For pictures that hold their light already, such as scans, and for icons. What is shown is the base colour, with its
    texture, alpha and vertex colours; a material that only emits (base colour black) shows its emission, as far as
    colours reach. Roughness, metal, normal and occlusion maps and all other layers go; Prune afterwards removes the
    normals, tangents and textures that are then unused. For viewers without the extension the material is rough and no
    metal. Materials with animated properties other than the base colour's stay.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("unlit")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        driven = animated(document)
        count = 0
        for number, material in enumerate(document.materials):
            others = [path for path in driven.get(id(material), ()) if "baseColor" not in path and "alpha" not in path]
            if others:
                change.skipped.append(Skip(f"material {material.name or number!r}", f"{others[0]} is animated"))
            elif material.unlit is None:
                _unlight(material)
                count += 1
        change.notes += [f"{count} materials are drawn without light"] if count else []
        return change


def _unlight(material: Material) -> None:
    older = material.specular_glossiness
    if older is not None:
        material.base_color_factor, material.base_color_texture = older.diffuse_factor, older.diffuse_texture
    red, green, blue, alpha = material.base_color_factor
    if red == green == blue == 0 and any(material.emissive_factor) and material.alpha_mode is AlphaMode.OPAQUE:
        strength = material.emissive_strength.strength if material.emissive_strength is not None else 1.0
        red, green, blue = (min(1.0, part * strength) for part in material.emissive_factor)
        material.base_color_factor, material.base_color_texture = (red, green, blue, alpha), material.emissive_texture
    for name in LAYERS:
        setattr(material, name, None)
    for name in ("metallic_roughness_texture", "normal_texture", "occlusion_texture", "emissive_texture"):
        setattr(material, name, None)
    material.emissive_factor = (0.0, 0.0, 0.0)
    material.metallic_factor, material.roughness_factor = 0.0, 0.9
    material.unlit = UnlitLayer()
