"""KHR_materials_volume: thickness is in mesh units, so a mesh on a grid needs it in grid units."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace

from ...document import Document, Material, Node, Primitive
from ...document.material import Layer
from ...document.property import Property
from ...document.texture import TextureInfo
from ..graph import reachable
from .grid import Grid


def has_thickness(material: Material, driven: Mapping[int, set[str]]) -> bool:
    """Whether the material is thick, or an animation may make it so."""
    if material.volume is None:
        return False
    animated = any("KHR_materials_volume" in path for path in driven.get(id(material), ()))
    return material.volume.thickness_factor > 0 or animated


def rescale_thickness(document: Document, grids: Mapping[int, Grid], users: Mapping[int, list[Node]]) -> None:
    """Divide the thickness of volume materials by the scale that their meshes' nodes gain.

    A material on meshes of different grids is cloned, one for each scale. Skinned meshes are scaled by their bind
    matrices, which no viewer applies to thickness, so theirs stays.
    """
    uses: dict[int, tuple[Material, dict[float, list[Primitive]]]] = {}
    for mesh in document.meshes:
        grid, nodes = grids.get(id(mesh)), users.get(id(mesh), [])
        factor = 1.0 if grid is None or all(node.skin is not None for node in nodes) else grid.unit
        for primitive in mesh.primitives:
            for material in (primitive.material, *(mapping.material for mapping in primitive.variants)):
                if material is not None and material.volume is not None and material.volume.thickness_factor > 0:
                    uses.setdefault(id(material), (material, {}))[1].setdefault(factor, []).append(primitive)
    for material, by_factor in uses.values():
        first, *others = by_factor
        for factor in others:
            clone = clone_material(document, material)
            _divide(clone, factor)
            for primitive in by_factor[factor]:
                give(primitive, material, clone)
        _divide(material, first)


def clone_material(document: Document, material: Material) -> Material:
    """A listed copy of a material with layers and texture slots of its own; textures are shared."""
    parts = reachable([material]).values()
    shared = [p for p in parts if isinstance(p, Property) and not isinstance(p, (Layer, TextureInfo))]
    clone = deepcopy(material, {id(part): part for part in shared if part is not material})
    document.materials.append(clone)
    return clone


def give(primitive: Primitive, old: Material, new: Material) -> None:
    """Draw the primitive with `new` wherever it was drawn with `old`, under variants too."""
    if primitive.material is old:
        primitive.material = new
    primitive.variants = [replace(m, material=new) if m.material is old else m for m in primitive.variants]


def _divide(material: Material, factor: float) -> None:
    if material.volume is not None and factor != 1.0:
        material.volume = replace(material.volume, thickness_factor=material.volume.thickness_factor / factor)
