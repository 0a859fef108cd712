"""The way back from quantization: scales and offsets go from nodes and texture transforms into the data themselves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from math import cos, sin

import numpy as np

from ...document import Accessor, Document, Mesh, Node, TextureTransform
from ...document.accessor import Array, FloatArray
from ...document.material import Slot
from ..graph import animated, held_by_extensions, parents
from ..nodes import fixed_nodes
from ..vertices import payload_kept, with_array
from .grid import Grid, Vector
from .placement import place
from .positions import sharing_positions
from .texcoords import sharing_groups
from .thickness import rescale_thickness

_ALMOST = 1e-9  # so near to 0 or 1 is what rounding left of it


def fold_positions(document: Document) -> None:
    """Integer positions become floats in the units that their nodes, instances or joints see.

    A uniform scale above them goes into the data. So does the place of a child node that only carries the mesh, as
    quantizing below an animated node makes it: then the mesh returns to that node.
    """
    users: dict[int, list[Node]] = {}
    for node in document.nodes:
        if node.mesh is not None:
            users.setdefault(id(node.mesh), []).append(node)
    fixed, held = fixed_nodes(document), held_by_extensions(document)
    carriers = _carriers(document, fixed)
    grids: dict[int, Grid] = {}
    for group in sharing_positions(document.meshes):
        found = list(_positions(group))
        packed = any(payload_kept(primitive) for mesh in group for primitive in mesh.primitives)
        if packed or all(accessor.dtype.kind == "f" for accessor, _ in found):
            continue
        nodes = [node for mesh in group for node in users.get(id(mesh), [])]
        above = None if any(id(mesh) in held for mesh in group) else _above(nodes, fixed, carriers)
        grid = above or Grid(np.zeros(3), 1.0)
        _store(group, grid)
        if above is not None:
            inverse = Grid(-grid.offset / grid.scale, 1 / grid.scale)
            grids |= {id(mesh): inverse for mesh in group}
    rescale_thickness(document, grids, users)
    place(document, grids)
    _tidy(document, grids, carriers)


def _carriers(document: Document, fixed: set[int]) -> dict[int, Node]:
    """`id(node)` → its parent, for nodes that do nothing but carry a mesh below a node without one."""
    above, moved = parents(document), animated(document)
    return {
        id(node): above[id(node)]
        for node in document.nodes
        if id(node) in above and above[id(node)].mesh is None and above[id(node)].skin is None
        if node.name is None and node.extras is None and node.xmp is None and node.visible is None
        if id(node) not in fixed and id(node) not in moved and node.skin is None and node.instancing is None
        if node.matrix is None and node.rotation == (0.0, 0.0, 0.0, 1.0) and not node.weights
    }


def _above(nodes: list[Node], fixed: set[int], carriers: dict[int, Node]) -> Grid | None:
    """The scale and offset that stand above a mesh wherever it is used; None where they differ or are none."""
    grids = [_above_one(node, fixed, carriers) for node in nodes]
    first = grids[0] if grids else None
    if first is None or any(grid is None for grid in grids):
        return None
    same = all(np.array_equal(g.matrix, first.matrix) for g in grids if g is not None)
    plain = abs(first.scale - 1) < _ALMOST and not first.offset.any()
    return first if same and not plain else None


def _above_one(node: Node, fixed: set[int], carriers: dict[int, Node]) -> Grid | None:
    if node.skin is not None:
        binds = node.skin.inverse_bind_matrices
        scale = 1.0 if binds is None else float(np.cbrt(abs(np.linalg.det(binds.array[0, :3, :3].astype(np.float64)))))
        return _scaled(np.full(3, scale))
    if node.matrix is not None or id(node) in fixed:
        return None
    grid = _scaled(np.array(node.scale))
    if grid is not None and id(node) in carriers:
        return Grid(np.array(node.translation, np.float64), grid.scale)
    return grid


def _scaled(scale: Vector) -> Grid | None:
    """A grid of this scale, if it is the same on every axis."""
    even = scale[0] > 0 and np.isfinite(scale).all() and np.allclose(scale, scale[0], rtol=1e-6)
    return Grid(np.zeros(3), float(scale[0])) if even else None


def _positions(meshes: Iterable[Mesh]) -> Iterable[tuple[Accessor, bool]]:
    """Every position accessor, and whether it holds morph deltas."""
    for primitive in (p for mesh in meshes for p in mesh.primitives):
        yield from ((s["POSITION"], False) for s in (primitive.attributes,) if "POSITION" in s)
        yield from ((target["POSITION"], True) for target in primitive.targets if "POSITION" in target)


def _store(meshes: list[Mesh], grid: Grid) -> None:
    made: dict[Accessor, Accessor] = {}
    for accessor, delta in _positions(meshes):
        values = accessor.floats.astype(np.float64) * grid.scale + (0 if delta else grid.offset)
        made[accessor] = as_floats(accessor, values.astype(np.float32))
    for primitive in (p for mesh in meshes for p in mesh.primitives):
        primitive.attributes = {name: made.get(a, a) for name, a in primitive.attributes.items()}
        primitive.targets = [{name: made.get(a, a) for name, a in t.items()} for t in primitive.targets]


def as_floats(accessor: Accessor, values: FloatArray | Array | None = None) -> Accessor:
    """The accessor with floats: `values`, or what its integers stand for."""
    made = with_array(accessor, accessor.floats if values is None else values)
    made.normalized = False
    return made


def _tidy(document: Document, grids: dict[int, Grid], carriers: dict[int, Node]) -> None:
    """Bring scales that rounding left next to one to one, and meshes back from nodes that do nothing any more."""
    gone: set[int] = set()
    for node in document.nodes:
        if id(node.mesh) not in grids or node.skin is not None or node.instancing is not None:
            continue
        if np.abs(np.array(node.scale) - 1).max() < _ALMOST:
            node.scale = (1.0, 1.0, 1.0)
        parent = carriers.get(id(node))
        reach = grids[id(node.mesh)].offset * (1 / grids[id(node.mesh)].scale)
        if parent is None or node.scale != (1.0, 1.0, 1.0) or parent.mesh is not None:
            continue
        if np.abs(node.translation).max() > _ALMOST * max(1.0, float(np.abs(reach).max())):
            continue
        parent.mesh, node.mesh = node.mesh, None
        gone.add(id(node))
        parent.children = [child for child in parent.children if child is not node]
    document.nodes[:] = [node for node in document.nodes if id(node) not in gone]


def fold_texcoords(document: Document) -> None:
    """Integer texture coordinates become floats, with the texture transform inside that all their textures share.

    Of slots with different transforms, the first that does not turn is taken, and the others keep what remains.
    """
    driven = animated(document)
    for group in sharing_groups(document):
        if any(payload_kept(primitive) for primitive, _ in group.uses):
            continue
        if not all(accessor.dtype.kind == "u" for accessor in group.accessors):
            continue
        moved = any("KHR_texture_transform" in path for m, _ in group.slots for path in driven.get(id(m), ()))
        held = any(name in target for primitive, name in group.uses for target in primitive.targets)
        taken = None if moved or held else _first_straight([slot for _, slot in group.slots])
        made = {a: as_floats(a, _transformed(a.floats, taken)) for a in group.accessors}
        for primitive, name in group.uses:
            primitive.attributes = {**primitive.attributes, name: made[primitive.attributes[name]]}
        if taken is not None:
            for _, slot in group.slots:
                _without(slot, taken)


def _first_straight(slots: list[Slot]) -> TextureTransform | None:
    transforms = [slot.info.transform or TextureTransform() for slot in slots]
    straight = (t for t in transforms if t.rotation == 0 and min(map(abs, t.scale)) > 0)
    return next(straight, None)


def _transformed(uvs: FloatArray, transform: TextureTransform | None) -> FloatArray:
    if transform is None:
        return uvs
    return (uvs.astype(np.float64) * transform.scale + transform.offset).astype(np.float32)


def _without(slot: Slot, taken: TextureTransform) -> None:
    """Leave of a slot's transform what is not in the data any more: old(taken⁻¹(uv))."""
    old = slot.info.transform or TextureTransform()
    scale = [float(a / b) for a, b in zip(old.scale, taken.scale, strict=True)]
    u, v = (o * s for o, s in zip(taken.offset, scale, strict=True))
    c, s = cos(old.rotation), sin(old.rotation)
    offset = [float(old.offset[0] - (c * u + s * v)), float(old.offset[1] - (c * v - s * u))]
    near = np.abs(np.array([*offset, scale[0] - 1, scale[1] - 1, old.rotation])).max() < _ALMOST
    if near and old.extras is None and not old.extensions:
        slot.info.tex_coord = slot.info.uv_set
        slot.info.transform = None
    else:
        slot.info.transform = replace(old, offset=(offset[0], offset[1]), scale=(scale[0], scale[1]))
