"""Questions about the materials that a primitive may be drawn with, under any variant."""

from __future__ import annotations

from ..document import AlphaMode, Material, Primitive


def materials_of(primitive: Primitive) -> list[Material]:
    """Its own material and those of its variants."""
    materials = [primitive.material, *(mapping.material for mapping in primitive.variants)]
    return [material for material in materials if material is not None]


def is_blended(primitive: Primitive) -> bool:
    """Whether a material has alpha mode BLEND, so that the order of triangles shows."""
    return any(material.alpha_mode == AlphaMode.BLEND for material in materials_of(primitive))


def reads_unknown(primitive: Primitive) -> bool:
    """Whether an extension that is not modelled stands on the primitive or a material, and may read any attribute."""
    return bool(primitive.extensions) or any(_has_unknown(material) for material in materials_of(primitive))


def uv_sets(material: Material) -> set[int]:
    """The TEXCOORD sets that the material samples, with or without support for KHR_texture_transform."""
    return {number for slot in material.textures() for number in (slot.info.uv_set, slot.info.tex_coord)}


def needs_tangents(material: Material) -> bool:
    """Whether shading reads TANGENT: normal maps and anisotropy do."""
    normal_mapped = any(slot.path.endswith("normal_texture") for slot in material.textures())
    return material.unlit is None and (normal_mapped or material.anisotropy is not None)


def _has_unknown(material: Material) -> bool:
    parts = [material, *(layer for _, layer in material.layers()), *(slot.info for slot in material.textures())]
    return bool(material.pbr_extensions) or any(part.extensions for part in parts)
