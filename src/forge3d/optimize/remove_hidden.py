"""Remove triangles that nobody outside the model can see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ..document import Change, Context, Document, Fidelity, Mode, Node, Primitive, Scene, Skip, Transform
from ..document.geometry import Indices, triangles
from ..document.opacity import sides_and_opacity
from ..document.scene import Matrix
from ..document.traversal import instance_matrices, walk
from ..errors import LimitExceeded
from ..surface.visibility import seen_from_outside
from .graph import animated, pinned
from .materials import materials_of
from .options import between
from .placing import walk_tree
from .vertices import COMPRESSED, index_accessor, numbered_vertices, payload_kept, primitives

Marks = npt.NDArray[np.bool_]
_MOST_TRIANGLES = 8_000_000  # drawn at once: about 150 bytes each for the rays


@dataclass(frozen=True, slots=True)
class RemoveHidden(Transform):
    """Remove triangles that no ray from outside reaches: linings, screws, the insides of closed parts. Lossy.

    From outside the model looks the same; a camera that goes inside finds holes, and so do cuts and exploded views.
    Rays start all over each triangle in all directions, and it stays as soon as one gets out. Only what is opaque in
    every variant hides something, and surfaces with one side hide what is behind them from that side only. Whatever may
    move or change hides nothing and stays whole: what is below animated nodes, skins, morph targets, animated
    materials, nodes that KHR_node_visibility speaks of, and levels of detail. A triangle stays if it is seen at any
    place where its mesh stands, in any scene. Vertices that nothing uses any more go with Weld, empty nodes with Prune.

    Args:
        rays: most from one triangle; with 1024, what one ray in 150 could leave is found in 99.9 % of cases.
        border: keep hidden triangles that touch a visible one at a corner, so that no sliver opens at the edge of
            what is seen.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.LOSSY

    rays: int = 1024
    border: bool = True

    def __post_init__(self) -> None:
        between(self, "rays", 16, 65536)

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("remove-hidden")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        movable = _movable(document)
        blocked = _blocked(document, movable)
        labels = {id(primitive): label for label, primitive in primitives(document)}
        change.skipped += [Skip(labels[i], why) for i, why in blocked.items() if i in labels]
        seen: dict[Primitive, Marks] = {}
        scenes: list[Scene | None] = [*document.scenes] or [None]
        for number, scene in enumerate(scenes):
            context.report(number / len(scenes), "hidden triangles")
            self._look(list(_drawn(document, scene, movable)), blocked, seen)
        removed = sum(_remove(primitive, marks, self.border) for primitive, marks in seen.items())
        if removed:
            _drop_empty(document, set(seen))
            change.notes.append(f"{removed:,} hidden triangles removed")
        return change

    def _look(self, drawn: list[_Drawn], blocked: dict[int, str], seen: dict[Primitive, Marks]) -> None:
        """Mark the triangles that can be seen in one scene."""
        if not drawn:
            return
        sizes = [len(part.corners) for part in drawn]
        if sum(sizes) > _MOST_TRIANGLES:
            raise LimitExceeded("triangles", sum(sizes), _MOST_TRIANGLES, "what a scene draws, instances counted,")
        sides = [sides_and_opacity(part.primitive) for part in drawn]
        wanted = [id(part.primitive) not in blocked for part in drawn]
        result = seen_from_outside(
            np.concatenate([part.corners for part in drawn]),
            double_sided=np.repeat([both for both, _ in sides], sizes),
            hides=np.repeat([opaque and not p.moves for (_, opaque), p in zip(sides, drawn, strict=True)], sizes),
            wanted=np.repeat(wanted, sizes),
            rays=self.rays,
        )
        # What got no ray has no area, or there were too many triangles: it was not judged, and stays.
        judged = result.seen | (result.rays < min(self.rays, 64))
        for part, marks, judge in zip(drawn, np.split(judged, np.cumsum(sizes)[:-1]), wanted, strict=True):
            if judge:
                seen[part.primitive] = seen.get(part.primitive, np.zeros(len(marks), bool)) | marks


@dataclass(slots=True, eq=False)
class _Drawn:
    """A primitive where it stands: corners `(n, 3, 3)` in the world, front sides counter-clockwise."""

    primitive: Primitive
    corners: npt.NDArray[np.float32]
    moves: bool


def _drawn(document: Document, scene: Scene | None, movable: set[int]) -> Iterator[_Drawn]:
    for node, world in walk(document, scene):
        if node.mesh is None or node.skin is not None:
            continue
        places: Matrix = world[None] if node.instancing is None else world @ instance_matrices(node.instancing)
        for primitive in node.mesh.primitives:
            faces = triangles(primitive)
            if len(faces) == 0 or "POSITION" not in primitive.attributes or primitive.targets:
                continue
            local = primitive.attributes["POSITION"].floats[faces].astype(np.float64)
            for place in places:
                corners = (local @ place[:3, :3].T + place[:3, 3]).astype(np.float32)
                if np.linalg.det(place[:3, :3]) < 0:
                    corners = corners[:, ::-1]
                yield _Drawn(primitive, corners, id(node) in movable or id(primitive) in movable)


def _movable(document: Document) -> set[int]:
    """`id` of nodes that may move or vanish, with all below them, and of primitives whose material is animated."""
    driven = animated(document)
    found: set[int] = set()
    for node, parent in walk_tree(document):
        loose = id(node) in driven or node.visible is not None or bool(node.extensions)
        if loose or (parent is not None and id(parent) in found):
            found.add(id(node))
    for mesh in document.meshes:
        for primitive in mesh.primitives:
            if id(mesh) in driven or any(id(material) in driven for material in materials_of(primitive)):
                found.add(id(primitive))
    return found


def _blocked(document: Document, movable: set[int]) -> dict[int, str]:
    """`id(primitive)` → why all its triangles stay."""
    scenes: list[Scene | None] = [*document.scenes] or [None]
    shown = {id(node) for scene in scenes for node, _ in walk(document, scene)}
    users: dict[int, list[Node]] = {}
    for node in document.nodes:
        users.setdefault(id(node.mesh), []).append(node)
    found: dict[int, str] = dict(numbered_vertices(document))
    for mesh in document.meshes:
        nodes = users.get(id(mesh), [])
        moving = any(id(node) in movable or node.skin is not None for node in nodes)
        for primitive in mesh.primitives:
            if moving or id(primitive) in movable or primitive.targets:
                found[id(primitive)] = "may move or change, and be seen then"
            elif payload_kept(primitive):
                found[id(primitive)] = COMPRESSED
            elif not all(id(node) in shown for node in nodes):
                found[id(primitive)] = "stands outside the scenes too, where nothing tells what hides it"
    return found


def _remove(primitive: Primitive, seen: Marks, border: bool) -> int:
    """Keep the triangles that are seen; how many went."""
    faces: Indices = triangles(primitive)
    if border and seen.any():
        positions = primitive.attributes["POSITION"].array
        _, place = np.unique(positions, axis=0, return_inverse=True)
        corners = place.reshape(-1)[faces]
        touched = np.zeros(len(positions), bool)
        touched[corners[seen]] = True
        seen = seen | touched[corners].any(axis=1)
    if seen.all():
        return 0
    primitive.mode = Mode.TRIANGLES
    primitive.indices = index_accessor(np.ascontiguousarray(faces[seen]).ravel(), primitive.indices)
    return int((~seen).sum())


def _drop_empty(document: Document, judged: set[Primitive]) -> None:
    """Take away primitives without triangles, and meshes without primitives."""
    for mesh in document.meshes:
        gone = [p for p in mesh.primitives if p in judged and p.indices is not None and len(p.indices) == 0]
        mesh.primitives = [primitive for primitive in mesh.primitives if primitive not in gone]
    empty = {mesh for mesh in document.meshes if not mesh.primitives}
    for node in document.nodes:
        if node.mesh in empty:
            node.mesh = node.instancing = None
    document.meshes[:] = [mesh for mesh in document.meshes if mesh.primitives]
