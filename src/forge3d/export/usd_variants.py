"""KHR_materials_variants as a variant set of the root, the materials at rest being its first."""

from __future__ import annotations

from ..document import Document, Material, Primitive
from ..document.scene import Variant
from .usd import Stage, identifier
from .usd_mesh import Meshes, bind

SET = "look"
DEFAULT = "Default"


def write_variants(stage: Stage, document: Document, meshes: Meshes) -> None:
    """Bind the materials of the meshes that have variants, in each variant."""
    if not meshes.bound:
        return
    names: dict[Variant | None, str] = {None: DEFAULT}
    for variant in document.variants:
        wanted = found = identifier(variant.name, "Variant")
        number = 2
        while found in names.values():
            found, number = f"{wanted}_{number}", number + 1
        names[variant] = found
    # Defined outside the set: what is within one variant alone is not there in the others.
    looks = {
        variant: [(path, meshes.material(_material(primitive, variant), primitive)) for path, primitive in meshes.bound]
        for variant in names
    }
    for path, _ in meshes.bound:
        stage.usd.UsdShade.MaterialBindingAPI.Apply(stage.stage.GetPrimAtPath(path))
    variants = stage.stage.GetPrimAtPath(stage.root).GetVariantSets().AddVariantSet(SET)
    for look, name in names.items():
        variants.AddVariant(name)
        variants.SetVariantSelection(name)
        with variants.GetVariantEditContext():
            for path, material in looks[look]:
                bind(stage, path, material)
    variants.SetVariantSelection(DEFAULT)


def _material(primitive: Primitive, variant: Variant | None) -> Material | None:
    for mapping in primitive.variants:
        if variant in mapping.variants:
            return mapping.material
    return primitive.material
