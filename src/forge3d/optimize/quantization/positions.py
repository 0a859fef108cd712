"""Which meshes' positions can become integers, and the change itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, log2

import numpy as np

from ...document import Accessor, Document, Mesh, Node, Skip
from ...document.bounds import bounds
from ..graph import animated, held_by_extensions, world_matrices
from ..materials import materials_of
from ..vertices import COMPRESSED, payload_kept
from .grid import Grid, grid_for
from .placement import magnification, place
from .thickness import has_thickness, rescale_thickness


@dataclass(slots=True)
class Result:
    """The largest move in metres, and what was left alone."""

    error: float
    skipped: list[Skip]


_BITS, _LEAST_BITS = 13.25, 11.0


def quantize_positions(document: Document, bits: int | None) -> Result:
    """Round the positions of every mesh that can carry it to its own grid of `bits` bits, and correct its users.

    None for the bits: `_BITS` for what is as large as the model, fewer for smaller meshes.
    """
    worlds = world_matrices(document)
    users: dict[int, list[Node]] = {}
    for node in document.nodes:
        if node.mesh is not None:
            users.setdefault(id(node.mesh), []).append(node)
    blocked = _blocked(document, users)
    result = Result(0.0, [])
    stretches = {i: max((magnification(node, worlds) for node in nodes), default=1.0) for i, nodes in users.items()}
    whole = _longest_side(document, stretches) if bits is None else 0.0
    grids: dict[int, Grid] = {}
    for group in sharing_positions(document.meshes):
        reasons = [blocked[id(mesh)] for mesh in group if id(mesh) in blocked]
        stretch = max(stretches.get(id(mesh), 1.0) for mesh in group)
        skinned = any(node.skin is not None for mesh in group for node in users.get(id(mesh), ()))
        grid = None if reasons else grid_for(group, bits or _LEAST_BITS, skinned=skinned)
        if grid is not None and bits is None:
            grid = grid_for(group, _enough_bits(grid.scale * stretch, whole), skinned=skinned)
        if grid is None:
            why = reasons[0] if reasons else "has positions that are not finite numbers, or none"
            result.skipped += [Skip(_label(document, mesh), f"positions: {why}") for mesh in group]
            continue
        moved = _store(group, grid)
        for mesh in group:
            grids[id(mesh)] = grid
            if users[id(mesh)]:
                result.error = max(result.error, moved * stretch)
    rescale_thickness(document, grids, users)
    place(document, grids)
    return result


def _longest_side(document: Document, stretches: dict[int, float]) -> float:
    """Of the model's box at rest, widened by the longest of its morph deltas, metres."""
    box = bounds(document, exact=False)
    reach = 0.0
    for mesh in document.meshes:
        deltas = {id(t["POSITION"]): t["POSITION"] for p in mesh.primitives for t in p.targets if "POSITION" in t}
        longest = max((float(np.abs(delta.floats).max()) for delta in deltas.values() if len(delta)), default=0.0)
        reach = max(reach, longest * stretches.get(id(mesh), 1.0))
    return (float(box.extent.max()) if box is not None else 0.0) + reach


def _enough_bits(step: float, whole: float) -> float:
    """Bits for a mesh whose step with `_LEAST_BITS` is `step` metres, in a model whose longest side is `whole`."""
    share = step * 2**_BITS / whole if whole > 0 else 0.0
    if not 0 < share < inf:  # no size, or a hostile file's infinite one
        return _BITS
    return min(max(_LEAST_BITS + log2(share), _LEAST_BITS), _BITS)


def _blocked(document: Document, users: dict[int, list[Node]]) -> dict[int, str]:
    """`id(mesh)` → why its positions must stay as they are."""
    driven = animated(document)
    held = held_by_extensions(document)
    reasons: dict[int, str] = {}
    for mesh in document.meshes:
        why = _reason(mesh, users.get(id(mesh), []), driven)
        if why is None and id(mesh) in held:
            why = "the mesh is used by an extension that would not see the new scale"
        if why is not None:
            reasons[id(mesh)] = why
    return reasons


def _reason(mesh: Mesh, users: list[Node], driven: dict[int, set[str]]) -> str | None:
    if not users:
        return "the mesh is placed by no node"
    if any(payload_kept(primitive) for primitive in mesh.primitives):
        return f"the geometry {COMPRESSED}"
    arrays = [p.attributes["POSITION"] for p in mesh.primitives if "POSITION" in p.attributes]
    arrays += [target["POSITION"] for p in mesh.primitives for target in p.targets if "POSITION" in target]
    if any(accessor.dtype != np.float32 for accessor in arrays):
        return "they are integers already"
    skinned = [node.skin is not None for node in users]
    instanced = [node.instancing is not None for node in users]
    if any(a and b for a, b in zip(skinned, instanced, strict=True)):
        return "a node has both a skin and instances"
    thick = [m for p in mesh.primitives for m in materials_of(p) if has_thickness(m, driven)]
    if thick and any(id(material) in driven for material in thick):
        return "the volume material is animated, and its thickness is in mesh units"
    if thick and (any(instanced) or (any(skinned) and not all(skinned))):
        return "a volume material is on instances, or on skinned and rigid nodes both, which scale its thickness apart"
    return None


def _label(document: Document, mesh: Mesh) -> str:
    return f"mesh {mesh.name!r}" if mesh.name else f"mesh {document.meshes.index(mesh)}"


def sharing_positions(meshes: list[Mesh]) -> list[list[Mesh]]:
    """Meshes in groups; those that draw from the same position accessor, by any chain, are together."""
    groups: list[tuple[set[int], list[Mesh]]] = []
    for mesh in meshes:
        own = {id(p.attributes["POSITION"]) for p in mesh.primitives if "POSITION" in p.attributes}
        own |= {id(t["POSITION"]) for p in mesh.primitives for t in p.targets if "POSITION" in t}
        touching = [group for group in groups if group[0] & own]
        groups = [group for group in groups if not group[0] & own]
        members = [member for group in touching for member in group[1]]
        groups.append((own.union(*(group[0] for group in touching)), [*members, mesh]))
    return [members for _, members in groups]


def _store(meshes: list[Mesh], grid: Grid) -> float:
    """Replace the positions; the largest move in mesh units, of the base with all morph targets at full weight."""
    stored: dict[int, Accessor] = {}
    worst = 0.0
    for primitive in (p for mesh in meshes for p in mesh.primitives if "POSITION" in p.attributes):
        base = primitive.attributes["POSITION"]
        new = stored.setdefault(id(base), base)
        if new is base:
            new = stored[id(base)] = grid.stored(base)
        primitive.attributes = {**primitive.attributes, "POSITION": new}
        moved = grid.error(base, new)
        deltas: list[dict[str, Accessor]] = []
        for target in primitive.targets:
            if "POSITION" in target:
                delta = target["POSITION"]
                change = stored.get(id(delta)) or grid.stored_delta(delta)
                stored[id(delta)] = change
                moved += grid.error(delta, change, delta=True)
                target = {**target, "POSITION": change}
            deltas.append(target)
        primitive.targets = deltas
        worst = max(worst, moved)
    return worst
