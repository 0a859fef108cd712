"""A document's triangle lists, each with its recorded collapse, reduced together to a count or an error.

All parts share one threshold of error in metres, so a part that is flat gives its triangles before one that is round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..document import Accessor, Context, Document, Mode, Node, Primitive, Skip
from ..document.geometry import Indices, triangles
from .borders import shared_borders
from .collapse import Collapse, Remainder
from .deviation import SAMPLES, Surface, deviation
from .graph import held_by_extensions, world_matrices
from .quadrics import Numbers
from .quantization.placement import magnification
from .vertices import VertexStream, index_accessor, primitives, streams, with_array

_PLACE = ("POSITION", "JOINTS", "WEIGHTS")  # attributes that belong to where a vertex is
_FEWEST = 256  # samples of each kind on each side of a part


@dataclass(slots=True)
class Part:
    """One primitive: its number in document order, its recorded collapse, and metres per mesh unit."""

    number: int
    label: str
    collapse: Collapse
    scale: float
    surface: Surface


@dataclass(frozen=True, slots=True)
class Cut:
    """A place to stop: how many collapses of each part, and the triangles of the document then."""

    parts: list[Part]
    steps: list[int]
    triangles: int


@dataclass(slots=True)
class Reduction:
    """Every part of a document that can be simplified; `total` counts all triangles of the document."""

    parts: list[Part]
    total: int
    skipped: list[Skip]

    def cut(self, target: int, error: float) -> Cut:
        """Where at most `target` triangles are left, or the surface has moved by about `error` metres at most."""
        parts = self.parts
        errors = np.concatenate([np.empty(0), *(part.collapse.errors * part.scale for part in parts)])
        owners = np.repeat(np.arange(len(parts)), [len(part.collapse.errors) for part in parts])
        gone = np.concatenate([np.empty(0, np.int64), *(np.diff(part.collapse.removed) for part in parts)])
        order = np.lexsort((owners, errors))  # within a part errors never fall, so its own order holds
        left = self.total - sum(int(part.collapse.removed[0]) for part in parts) - np.cumsum(gone[order])
        allowed = int(np.searchsorted(errors[order], error, "right"))
        count = min(int(np.searchsorted(-left, -target)) + 1, allowed) if target < self.total else 0
        steps = [int(n) for n in np.bincount(owners[order[:count]], minlength=len(parts))]
        removed = sum(int(part.collapse.removed[n]) for part, n in zip(parts, steps, strict=True) if n)
        return Cut(parts, steps, self.total - removed)


def apply(document: Document, cut: Cut) -> float:
    """Reduce `document`, the one the reduction was made from or a copy; the measured error in metres.

    Vertices that no triangle uses afterwards are dropped from their streams.
    """
    numbers = {id(primitive): number for number, (_, primitive) in enumerate(primitives(document))}
    chosen = {part.number: (part, steps) for part, steps in zip(cut.parts, cut.steps, strict=True) if steps}
    drawn = sum(len(part.surface.triangles) for part, _ in chosen.values())
    error = 0.0
    for stream in streams(document)[0]:
        left: dict[int, Remainder] = {}
        for primitive in stream.primitives:
            if numbers[id(primitive)] in chosen:
                part, steps = chosen[numbers[id(primitive)]]
                rest = left[id(primitive)] = part.collapse.remainder(steps)
                reduced = Surface(part.surface.positions[rest.place], rest.triangles)
                samples = max(_FEWEST, round(SAMPLES * len(part.surface.triangles) / drawn))
                error = max(error, deviation(part.surface, reduced, samples) * part.scale)
        if left:
            _rebuild(stream, left)
    return error


def reduction(document: Document, context: Context) -> Reduction:
    """Record the collapse of every triangle list, strip and fan of the document.

    Vertices where touching primitives meet on an open edge stay where they are, so that no gap opens between them.
    """
    ready, skipped = streams(document)
    listed = list(primitives(document))
    numbers = {id(primitive): number for number, (_, primitive) in enumerate(listed)}
    held = held_by_extensions(document)
    chosen: list[tuple[Primitive, Indices]] = []
    for primitive in (primitive for stream in ready for primitive in stream.primitives):
        corners = triangles(primitive)
        why = _reason(primitive, corners, held)
        if why is None:
            chosen.append((primitive, corners))
        else:
            skipped.append(Skip(listed[numbers[id(primitive)]][0], why))
    users = _users(document)
    worlds = world_matrices(document)
    locks = shared_borders(chosen, users, worlds)
    result = Reduction([], sum(len(triangles(primitive)) for _, primitive in listed), skipped)
    for done, (primitive, corners) in enumerate(chosen):
        number = numbers[id(primitive)]
        label = listed[number][0]
        context.report(done / len(chosen), f"simplify {label}")
        positions = primitive.attributes["POSITION"].floats
        carried = {name: a.floats for name, a in primitive.attributes.items() if name != "POSITION"}
        for target, deltas in enumerate(primitive.targets):
            carried |= {f"{name}/{target}": a.floats for name, a in deltas.items()}
        scale = max((magnification(node, worlds) for node in users.get(id(primitive), [])), default=1.0)
        collapse = Collapse(positions, carried, corners, locks[done])
        if len(collapse.removed) == 0:
            result.skipped.append(Skip(label, "has only triangles without area"))
            continue
        result.parts.append(Part(number, label, collapse, scale, Surface(positions, corners)))
    return result


def _reason(primitive: Primitive, corners: Indices, held: set[int]) -> str | None:
    """Why a primitive cannot be simplified."""
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


def _rebuild(stream: VertexStream, left: dict[int, Remainder]) -> None:
    """Give the stream only the vertices that are drawn: of reduced primitives the new ones, of others the old ones."""
    parts: list[tuple[Primitive, Remainder]] = []
    for primitive in stream.primitives:
        rest = left.get(id(primitive)) or _undiminished(primitive, stream.vertex_count)
        parts.append((primitive, rest))
    place = np.concatenate([rest.place for _, rest in parts])
    look = np.concatenate([rest.look for _, rest in parts])
    keys, first, number = np.unique(
        place * np.int64(stream.vertex_count) + look, return_index=True, return_inverse=True
    )
    del keys
    names = {id(a): name for name, a in stream.primitives[0].attributes.items()}
    names |= {id(a): name for target in stream.primitives[0].targets for name, a in target.items()}

    def gathered(accessor: Accessor) -> Accessor:
        source = place if names[id(accessor)].split("_")[0] in _PLACE else look
        return with_array(accessor, accessor.array[source[first]])

    stream.replace(gathered)
    start = 0
    for primitive, rest in parts:
        new = number.reshape(-1)[start : start + len(rest.place)]
        start += len(rest.place)
        if id(primitive) in left:
            primitive.mode = Mode.TRIANGLES
        primitive.indices = index_accessor(new[rest.triangles.reshape(-1)], primitive.indices)


def _undiminished(primitive: Primitive, count: int) -> Remainder:
    """A primitive as it is, in the form of a remainder; its indices need not be triangles."""
    indices = np.arange(count, dtype=np.uint32) if primitive.indices is None else primitive.indices.array
    used, numbers = np.unique(indices, return_inverse=True)
    same: Numbers = used.astype(np.int64)
    return Remainder(numbers.reshape(-1).astype(np.uint32), same, same)
