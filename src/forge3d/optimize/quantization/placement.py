"""Where a mesh's grid is undone: node transforms, inverse bind matrices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ...document import Accessor, Document, Instancing, Node, Skin
from ...document.scene import Matrix
from ...document.skinning import joint_matrices
from ...document.traversal import instance_matrices, local_matrix
from ..nodes import fixed_nodes, hand_down
from ..vertices import with_array
from .grid import Grid


def place(document: Document, grids: Mapping[int, Grid]) -> None:
    """Correct every node whose mesh has a grid (`id(mesh)` → grid), so that it stands where it stood."""
    fixed = fixed_nodes(document)
    skins = _rebased_skins(document, grids)
    for node in list(document.nodes):
        grid = grids.get(id(node.mesh))
        if grid is None:
            continue
        if node.skin is not None:
            node.skin = skins[id(node.skin), id(grid)]
            continue
        if node.instancing is not None:
            node.instancing = _within(node.instancing, grid)
        if id(node) in fixed:
            node = hand_down(document, node)
        _compose(node, grid)


@np.errstate(over="ignore", invalid="ignore")  # what overflows is left out below
def magnification(node: Node, worlds: Mapping[Node, Matrix]) -> float:
    """How much longer the longest direction of mesh space becomes in the world, over all joints and instances."""
    if node.skin is not None:
        return _stretch(joint_matrices(node.skin, worlds), nothing=1.0)
    own = worlds[node]
    return _stretch(own[None] if node.instancing is None else own @ instance_matrices(node.instancing), nothing=0.0)


def _stretch(matrices: Matrix, *, nothing: float) -> float:
    """The largest factor by which one of the `(n, 4, 4)` lengthens a vector; `nothing` where there are none.

    What is not finite shows nothing, and counts for nothing.
    """
    parts = matrices[:, :3, :3]
    parts = parts[np.isfinite(parts).all(axis=(1, 2))]
    return float(np.linalg.norm(parts, 2, axis=(1, 2)).max()) if len(parts) else nothing


def _compose(node: Node, grid: Grid) -> None:
    """Put the grid into the node's own transform. A uniform scale keeps translation · rotation · scale possible."""
    local = local_matrix(node)
    if node.matrix is not None:
        node.matrix = local @ grid.matrix
        return
    x, y, z = (local @ np.append(grid.offset, 1.0))[:3].tolist()
    node.translation = (x, y, z)
    a, b, c = node.scale
    node.scale = (a * grid.unit, b * grid.unit, c * grid.unit)


def _rebased_skins(document: Document, grids: Mapping[int, Grid]) -> dict[tuple[int, int], Skin]:
    """`(id(skin), id(grid))` → the skin whose inverse bind matrices take stored integers.

    A skin that poses several meshes is needed once for each grid. The first takes the old one's place, unless a mesh
    without a grid still needs that.
    """
    plain = {id(node.skin) for node in document.nodes if node.skin is not None and id(node.mesh) not in grids}
    made: dict[tuple[int, int], Skin] = {}
    taken: set[int] = set(plain)
    for node in document.nodes:
        skin, grid = node.skin, grids.get(id(node.mesh))
        if skin is None or grid is None or (id(skin), id(grid)) in made:
            continue
        rebased = replace(skin, joints=list(skin.joints), inverse_bind_matrices=_rebased(skin, grid))
        made[id(skin), id(grid)] = rebased
        if id(skin) in taken or skin not in document.skins:
            document.skins.append(rebased)
        else:
            document.skins[document.skins.index(skin)] = rebased
        taken.add(id(skin))
    return made


def _rebased(skin: Skin, grid: Grid) -> Accessor:
    old = skin.inverse_bind_matrices
    matrices = np.tile(np.eye(4), (len(skin.joints), 1, 1)) if old is None else old.array.astype(np.float64)
    changed = (matrices @ grid.matrix).astype(np.float32)
    return Accessor(changed) if old is None else with_array(old, changed)


def _within(instancing: Instancing, grid: Grid) -> Instancing:
    """Instances of stored positions, on a node that undoes the grid.

    With the grid G and an instance I that is G⁻¹ · I · G: the grid's even scale leaves rotation and scale as they are.
    A viewer that draws no instances still shows the mesh where it stands.
    """
    attributes = instancing.attributes
    moved = (instance_matrices(instancing) @ np.append(grid.offset, 1.0))[:, :3]
    translation = _like(attributes.get("TRANSLATION"), (moved - grid.offset) / grid.unit)
    return replace(instancing, attributes={**attributes, "TRANSLATION": translation})


def _like(old: Accessor | None, values: npt.NDArray[np.floating[Any]]) -> Accessor:
    array = values.astype(np.float32)
    return Accessor(array) if old is None else Accessor(array, name=old.name, extras=old.extras)
