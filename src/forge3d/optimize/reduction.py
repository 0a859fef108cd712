"""A document's triangle lists, each with its recorded collapse, reduced together to a count or an error.

All parts share one threshold of error in metres, so a part that is flat gives its triangles before one that is round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..document import Context, Document, Mode, Node, Primitive, Skip
from ..document.geometry import triangles
from ..document.traversal import instance_matrices
from .collapse import Collapse
from .deviation import Surface, deviation
from .graph import held_by_extensions, world_matrices
from .quantization.placement import magnification
from .vertices import VertexStream, index_accessor, primitives, streams

_FINEST = 1e-7  # of the extent: places closer than this are one place when parts are checked for touching


@dataclass(slots=True)
class Part:
    """One primitive: its number in document order, its recorded collapse, and metres per mesh unit."""

    number: int
    label: str
    collapse: Collapse
    scale: float
    surface: Surface


@dataclass(slots=True)
class Reduction:
    """Every part of a document that can be simplified. `total` counts all triangles of the document."""

    parts: list[Part]
    total: int
    skipped: list[Skip]

    def steps(self, target: int, error: float) -> list[int]:
        """How many collapses each part takes to leave at most `target` triangles, none moving the surface further
        than about `error` metres; with the smallest error that does it."""
        errors = np.concatenate([part.collapse.errors * part.scale for part in self.parts])
        owners = np.repeat(np.arange(len(self.parts)), [len(part.collapse.errors) for part in self.parts])
        gone = np.concatenate([np.diff(part.collapse.removed) for part in self.parts])
        order = np.lexsort((owners, errors))  # within a part errors never fall, so its own order holds
        left = self.total - sum(int(p.collapse.removed[0]) for p in self.parts) - np.cumsum(gone[order])
        count = min(int(np.searchsorted(-left, -target)) + 1, int(np.searchsorted(errors[order], error, "right")))
        if target >= self.total:
            count = 0
        return [int(n) for n in np.bincount(owners[order[:count]], minlength=len(self.parts))]

    def triangles(self, steps: list[int]) -> int:
        """How many triangles the document has after these collapses."""
        return self.total - sum(int(p.collapse.removed[n]) for p, n in zip(self.parts, steps, strict=True) if n)

    def apply(self, document: Document, steps: list[int]) -> float:
        """Reduce `document`, the one the reduction was made from or a copy; the measured error in metres.

        Vertices that no triangle uses afterwards are dropped from their streams.
        """
        listed = [primitive for _, primitive in primitives(document)]
        changed: set[int] = set()
        error = 0.0
        for part, count in zip(self.parts, steps, strict=True):
            if count:
                primitive = listed[part.number]
                left = part.collapse.triangles(count)
                primitive.indices = index_accessor(left.reshape(-1), primitive.indices)
                primitive.mode = Mode.TRIANGLES
                error = max(error, deviation(part.surface, Surface(part.surface.positions, left)) * part.scale)
                changed.add(id(primitive))
        for stream in streams(document)[0]:
            if any(id(primitive) in changed for primitive in stream.primitives):
                _compact(stream)
        return error


def reduction(document: Document, context: Context, *, seams: bool = True) -> Reduction:
    """Record the collapse of every triangle list, strip and fan of the document.

    Vertices where touching primitives meet on an open edge stay where they are, so that no gap opens between them.
    """
    ready, skipped = streams(document)
    numbers = {id(primitive): number for number, (_, primitive) in enumerate(primitives(document))}
    labels = {id(primitive): label for label, primitive in primitives(document)}
    total = sum(len(triangles(primitive)) for _, primitive in primitives(document))
    chosen: list[tuple[Primitive, npt.NDArray[np.uint32]]] = []
    held = held_by_extensions(document)
    for primitive in (primitive for stream in ready for primitive in stream.primitives):
        corners, label = triangles(primitive), labels[id(primitive)]
        why = _reason(primitive, corners, held)
        if why is None:
            chosen.append((primitive, corners))
        else:
            skipped.append(Skip(label, why))
    users = _users(document)
    worlds = world_matrices(document)
    locks = shared_borders(chosen, users, worlds)
    parts: list[Part] = []
    for done, (primitive, corners) in enumerate(chosen):
        label = labels[id(primitive)]
        context.report(done / len(chosen), f"simplify {label}")
        positions = primitive.attributes["POSITION"].floats
        carried = {name: a.floats for name, a in primitive.attributes.items() if name != "POSITION"}
        collapse = Collapse(positions, carried, corners, locks[done], seams=seams)
        scale = max((magnification(node, worlds) for node in users.get(id(primitive), [])), default=1.0)
        parts.append(Part(numbers[id(primitive)], label, collapse, scale, Surface(positions, corners)))
    return Reduction(parts, total, skipped)


def shared_borders(
    chosen: list[tuple[Primitive, npt.NDArray[np.uint32]]],
    users: dict[int, list[Node]],
    worlds: dict[Node, npt.NDArray[np.float64]],
) -> list[npt.NDArray[np.int64]]:
    """For each primitive the vertices that lie on an open edge, its own or that of a part touching there.

    Places are compared in the world, in every place where a node puts the primitive. Edges inside closed parts that
    merely lie on each other are free.
    """
    places: list[npt.NDArray[np.float64]] = []
    owners: list[npt.NDArray[np.int64]] = []
    vertices: list[npt.NDArray[np.int64]] = []
    borders: list[npt.NDArray[np.bool_]] = []
    appearance = 0
    for number, (primitive, corners) in enumerate(chosen):
        positions = primitive.attributes["POSITION"].floats.astype(np.float64)
        used = np.unique(corners).astype(np.int64)
        on_border = open_edge_vertices(positions, corners)[used]
        for matrix in _appearances(users.get(id(primitive), []), worlds):
            places.append(positions[used] @ matrix[:3, :3].T + matrix[:3, 3])
            owners.append(np.full(len(used), appearance * len(chosen) + number))
            vertices.append(used)
            borders.append(on_border)
            appearance += 1
    locked: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64) for _ in chosen]
    if not places:
        return locked
    owner, vertex, border = np.concatenate(owners), np.concatenate(vertices), np.concatenate(borders)
    place = _same_place(np.concatenate(places))
    count = int(place.max()) + 1
    bordered = np.bincount(place, weights=border, minlength=count) > 0
    pairs = np.unique(np.stack([place, owner], axis=1), axis=0)
    shared = np.bincount(pairs[:, 0], minlength=count) > 1
    chosen_rows = (bordered & shared)[place]
    for number in range(len(chosen)):
        locked[number] = np.unique(vertex[chosen_rows & (owner % len(chosen) == number)])
    return locked


def open_edge_vertices(positions: npt.NDArray[np.float64], corners: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Which vertices lie, by their place, on an edge that only one triangle has."""
    _, place = np.unique(positions, axis=0, return_inverse=True)
    place = place.reshape(-1)
    welded = place[corners]
    edges = np.sort(np.concatenate([welded[:, [0, 1]], welded[:, [1, 2]], welded[:, [2, 0]]]), axis=1)
    edges = edges[edges[:, 0] != edges[:, 1]]
    keys, counts = np.unique(edges[:, 0] * np.int64(len(positions)) + edges[:, 1], return_counts=True)
    alone = keys[counts == 1]
    marked = np.zeros(len(positions), dtype=bool)
    marked[alone // len(positions)] = marked[alone % len(positions)] = True
    return marked[place]


def _reason(primitive: Primitive, corners: npt.NDArray[np.uint32], held: set[int]) -> str | None:
    positions = primitive.attributes["POSITION"]
    if primitive.mode < Mode.TRIANGLES:
        return "is made of points or lines"
    if primitive.extensions or id(primitive) in held:
        return "carries an extension that may count its vertices: " + ", ".join(primitive.extensions)
    if len(corners) == 0:
        return "has no triangles"
    if not np.isfinite(positions.floats).all():
        return "has positions that are not finite numbers"
    if int(corners.max()) >= len(positions):
        return "has indices past its vertices"
    return None


def _users(document: Document) -> dict[int, list[Node]]:
    """`id(primitive)` → the nodes that place it."""
    users: dict[int, list[Node]] = {}
    for node in document.nodes:
        for primitive in node.mesh.primitives if node.mesh is not None else ():
            users.setdefault(id(primitive), []).append(node)
    return users


def _appearances(nodes: list[Node], worlds: dict[Node, npt.NDArray[np.float64]]) -> list[npt.NDArray[np.float64]]:
    """The matrices that put a primitive into the world; a skinned one counts in its bind pose, once."""
    matrices = [np.eye(4)] if any(node.skin is not None for node in nodes) or not nodes else []
    for node in nodes:
        if node.skin is None:
            inner = instance_matrices(node.instancing) if node.instancing is not None else [np.eye(4)]
            matrices += [worlds[node] @ matrix for matrix in inner]
    return matrices


def _same_place(points: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """A number for each point, equal for points in the same place up to rounding."""
    extent = float(np.ptp(points, axis=0).max()) or 1.0
    cells = np.rint((points - points.min(axis=0)) / (extent * _FINEST)).astype(np.int64)
    _, place = np.unique(cells, axis=0, return_inverse=True)
    numbers: npt.NDArray[np.int64] = place.reshape(-1)
    return numbers


def _compact(stream: VertexStream) -> None:
    """Drop vertices that no primitive of the stream draws."""
    used = np.zeros(stream.vertex_count, dtype=bool)
    for primitive in stream.primitives:
        used[... if primitive.indices is None else primitive.indices.array] = True
    if used.all():
        return
    place = (np.cumsum(used) - 1).astype(np.uint32)
    stream.gather(np.flatnonzero(used))
    for primitive in stream.primitives:
        if primitive.indices is not None:
            primitive.indices = index_accessor(place[primitive.indices.array], primitive.indices)
