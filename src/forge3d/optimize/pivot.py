"""Give each part its origin where it is turned and scaled about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ..document import Accessor, Change, Context, Document, Fidelity, Mesh, Node, Skip, Transform
from ..document.bounds import Bounds
from .center import point_of
from .graph import held_by_extensions, pinned
from .options import one_of
from .quantization.grid import Grid
from .quantization.placement import place
from .quantization.positions import sharing_positions
from .vertices import COMPRESSED, payload_kept, with_array


@dataclass(frozen=True, slots=True)
class Pivot(Transform):
    """Move each mesh's origin to its middle (or its floor's, or its top's), and its nodes the other way. Invisible.

    Nothing moves, but an application that turns or scales a part now does so about the part. Positions far from their
    origin gain precision. Nodes that are animated, or hold more than the mesh, keep their own origin, and the mesh goes
    to a new child. Skinned meshes have no origin of their own and stay; so do quantized and compressed ones.

    Args:
        at: the point of a mesh's box that becomes its origin: center, bottom or top.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.INVISIBLE

    at: Literal["center", "bottom", "top"] = "center"

    def __post_init__(self) -> None:
        one_of(self, "at")

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("pivot")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        held_meshes = held_by_extensions(document)
        users: dict[int, list[Node]] = {}
        for node in document.nodes:
            users.setdefault(id(node.mesh), []).append(node)
        moved: dict[int, Grid] = {}
        for group in sharing_positions(document.meshes):
            reasons = [why for mesh in group if (why := _reason(mesh, users.get(id(mesh), []), held_meshes))]
            if reasons:
                change.skipped += [
                    Skip(f"mesh {mesh.name or document.meshes.index(mesh)}", reasons[0]) for mesh in group
                ]
                continue
            grid = Grid(point_of(_box(group), self.at), 1.0)
            if grid.offset.any():
                _store(group, grid)
                moved |= {id(mesh): grid for mesh in group}
        place(document, moved)
        if moved:
            change.notes.append(f"{len(moved)} meshes have a new origin")
        return change


def _reason(mesh: Mesh, users: list[Node], held: set[int]) -> str | None:
    """Why the mesh keeps its origin."""
    if not users:
        return "is placed by no node"
    if any(node.skin is not None for node in users):
        return "is skinned: its joints place it"
    if id(mesh) in held or mesh.extensions:
        return "an extension refers to it"
    positions = [p.attributes.get("POSITION") for p in mesh.primitives]
    if any(payload_kept(primitive) for primitive in mesh.primitives):
        return COMPRESSED
    if not positions or any(a is None or a.dtype != np.float32 or not len(a) for a in positions):
        return "has positions that are not 32-bit floats, or none"
    if not all(np.isfinite(a.array).all() for a in positions if a is not None):
        return "has positions that are not finite"
    return None


def _box(meshes: list[Mesh]) -> Bounds:
    arrays = [p.attributes["POSITION"].array for mesh in meshes for p in mesh.primitives]
    low, high = np.min([a.min(axis=0) for a in arrays], axis=0), np.max([a.max(axis=0) for a in arrays], axis=0)
    return Bounds(low.astype(np.float64), high.astype(np.float64))


def _store(meshes: list[Mesh], grid: Grid) -> None:
    stored: dict[Accessor, Accessor] = {}
    for primitive in (p for mesh in meshes for p in mesh.primitives):
        old = primitive.attributes["POSITION"]
        if old not in stored and old not in stored.values():
            stored[old] = with_array(old, (old.array.astype(np.float64) - grid.offset).astype(np.float32))
        primitive.attributes = {**primitive.attributes, "POSITION": stored.get(old, old)}
