"""A document's triangle lists, each with its recorded collapse, reduced together to a count or an error.

All parts share one threshold of error in metres, so a part that is flat gives its triangles before one that is round.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Accessor, Context, Document, Mode, Node, Primitive, Skip
from ..document.geometry import Indices, triangles
from ..surface.deviation import SAMPLES, Reference, Surface
from .borders import Touching, shared_borders
from .collapse import Collapse, Remainder
from .graph import held_by_extensions, world_matrices
from .quantization.placement import magnification
from .vertices import VertexStream, index_accessor, primitives, streams, with_array
from .wedges import Floats, Numbers, TriangleList

_PLACE = ("POSITION", "JOINTS", "WEIGHTS")  # attributes that belong to where a vertex is
_FEWEST = 256  # samples of each kind on each side of a part


@dataclass(slots=True)
class Piece:
    """One primitive: its number in document order, its label, and its triangles as they were."""

    number: int
    label: str
    source: TriangleList


@dataclass(slots=True)
class Part:
    """Primitives of one mesh, reduced together: their recorded collapse, and metres per mesh unit."""

    pieces: list[Piece]
    collapse: Collapse
    scale: float
    samples: int
    _reference: Reference | None = None

    @property
    def triangles(self) -> int:
        return sum(len(piece.source.triangles) for piece in self.pieces)

    def deviation(self, left: list[Remainder]) -> float:
        """The largest distance between what is left and what there was, in metres."""
        if self._reference is None:
            original = joined([(piece.source.positions, piece.source.triangles) for piece in self.pieces])
            self._reference = Reference(original, self.samples)
        pairs = zip(self.pieces, left, strict=True)
        reduced = joined([(rest.positions(piece.source.positions), rest.triangles) for piece, rest in pairs])
        return self._reference.deviation(reduced).largest * self.scale


@dataclass(frozen=True)
class Cut:
    """A place to stop: how many collapses of each part, and the triangles of the document then."""

    parts: list[Part]
    steps: list[int]
    triangles: int

    @cached_property
    def left(self) -> list[list[Remainder]]:
        """What is left of each part; nothing for parts that stay as they are."""
        pairs = zip(self.parts, self.steps, strict=True)
        return [part.collapse.remainders(steps) if steps else [] for part, steps in pairs]

    @cached_property
    def error(self) -> float:
        """The largest distance to the original surface that is measured, in metres, in the rest pose."""
        pairs = zip(self.parts, self.left, strict=True)
        return max((part.deviation(left) for part, left in pairs if left), default=0.0)


@dataclass
class Reduction:
    """Every part of a document that can be simplified; `total` counts all triangles of the document."""

    parts: list[Part]
    total: int
    skipped: list[Skip]

    def cut(self, target: int, error: float = float("inf")) -> Cut:
        """Where at most `target` triangles are left, or the estimate of how far surface and looks are off is `error`
        metres; whichever comes first."""
        allowed = self._order[self._errors[self._order] <= error]
        count = int(np.searchsorted(-self._left(allowed), -target)) + 1 if target < self.total else 0
        return self._cut(allowed[:count])

    def within(self, error: float, target: int = 0) -> Cut:
        """Where at most `target` triangles are left, or the measured error is just below `error` metres; whichever
        comes first. Found by halving, about ten levels are measured."""
        fewest = self.cut(target)
        if fewest.error <= error:
            return fewest
        low, high, best = 0, sum(fewest.steps), self._cut(self._order[:0])
        while high - low > max(1, len(self._order) // 1000):
            middle = (low + high) // 2
            tried = self._cut(self._order[:middle])
            if tried.error <= error:
                low, best = middle, tried
            else:
                high = middle
        return best

    @cached_property
    def _owners(self) -> Numbers:
        return np.repeat(np.arange(len(self.parts)), [len(part.collapse.costs) for part in self.parts])

    @cached_property
    def _errors(self) -> Floats:
        return np.concatenate([np.empty(0), *(part.collapse.errors * part.scale for part in self.parts)])

    @cached_property
    def _order(self) -> Numbers:
        """The collapses of all parts, cheapest first; within a part costs never fall, so its own order holds."""
        costs = np.concatenate([np.empty(0), *(part.collapse.costs * part.scale**4 for part in self.parts)])
        return np.lexsort((self._owners, costs))

    def _left(self, order: Numbers) -> Numbers:
        """The document's triangles after each of these collapses."""
        gone = np.concatenate([np.empty(0, np.int64), *(np.diff(part.collapse.removed) for part in self.parts)])
        return self.total - sum(int(part.collapse.removed[0]) for part in self.parts) - np.cumsum(gone[order])

    def _cut(self, order: Numbers) -> Cut:
        steps = [int(n) for n in np.bincount(self._owners[order], minlength=len(self.parts))]
        removed = sum(int(part.collapse.removed[n]) for part, n in zip(self.parts, steps, strict=True) if n)
        return Cut(self.parts, steps, self.total - removed)


def apply(document: Document, cut: Cut) -> float:
    """Reduce `document`, the one the reduction was made from or a copy; the measured error in metres.

    Vertices that no triangle uses afterwards are dropped from their streams.
    """
    listed = [primitive for _, primitive in primitives(document)]
    left = {
        id(listed[piece.number]): rest
        for part, rests in zip(cut.parts, cut.left, strict=True)
        for piece, rest in zip(part.pieces, rests, strict=bool(rests))
    }
    for stream in streams(document)[0]:
        if any(id(primitive) in left for primitive in stream.primitives):
            _rebuild(stream, left)
    return cut.error


def reduction(document: Document, context: Context) -> Reduction:
    """Record the collapse of every triangle list, strip and fan of the document.

    Primitives of one mesh collapse together, so that their common borders do. Vertices where meshes touch on an open
    edge stay where they are, so that no gap opens between them.
    """
    ready, skipped = streams(document)
    listed = list(primitives(document))
    numbers = {id(primitive): number for number, (_, primitive) in enumerate(listed)}
    held = held_by_extensions(document)
    chosen: dict[int, list[tuple[Primitive, Indices]]] = {}
    homes = _meshes(document)
    for primitive in sorted((p for s in ready for p in s.primitives), key=lambda p: numbers[id(p)]):
        corners = triangles(primitive)
        why = _reason(primitive, corners, held)
        if why is None:
            chosen.setdefault(homes[id(primitive)], []).append((primitive, corners))
        else:
            skipped.append(Skip(listed[numbers[id(primitive)]][0], why))
    users = _users(document)
    worlds = world_matrices(document)
    groups = list(chosen.values())
    locks = shared_borders(
        [Touching(joined([(p.attributes["POSITION"].floats, c) for p, c in group]), users.get(id(group[0][0]), []))
         for group in groups], worlds,
    )  # fmt: skip
    total = sum(len(triangles(primitive)) for _, primitive in listed)
    result = Reduction([], total, skipped)
    weight = sum(len(corners) for group in groups for _, corners in group)
    done = 0
    for group, locked in zip(groups, locks, strict=True):
        pieces, start = [], 0
        for primitive, corners in group:
            count = len(primitive.attributes["POSITION"])
            own = locked[(locked >= start) & (locked < start + count)] - start
            number = numbers[id(primitive)]
            pieces.append(Piece(number, listed[number][0], _triangle_list(primitive, corners, own)))
            start += count
        size = sum(len(piece.source.triangles) for piece in pieces)

        def report(part: float, done: int = done, size: int = size, label: str = pieces[0].label) -> None:
            context.report((done + part * size) / weight, f"simplify {label}")

        report(0.0)
        scale = max((magnification(node, worlds) for node in users.get(id(group[0][0]), [])), default=1.0)
        samples = max(_FEWEST, round(SAMPLES * size / weight))
        result.parts.append(Part(pieces, Collapse([piece.source for piece in pieces], report), scale, samples))
        done += size
    return result


def joined(parts: Sequence[tuple[npt.NDArray[Any], Indices]]) -> Surface:
    """Primitives as one surface."""
    starts = np.cumsum([0, *(len(positions) for positions, _ in parts)])
    corners = [triangles + np.uint32(start) for (_, triangles), start in zip(parts, starts[:-1], strict=True)]
    return Surface(np.concatenate([positions for positions, _ in parts]), np.concatenate(corners))


def _triangle_list(primitive: Primitive, corners: Indices, locked: Numbers) -> TriangleList:
    carried = {name: a.floats for name, a in primitive.attributes.items() if name != "POSITION"}
    for target, deltas in enumerate(primitive.targets):
        carried |= {f"{name}/{target}": a.floats for name, a in deltas.items()}
    return TriangleList(primitive.attributes["POSITION"].floats, carried, corners, locked)


def _meshes(document: Document) -> dict[int, int]:
    """`id(primitive)` → a number that primitives share when they stand in the same meshes."""
    seen: dict[int, tuple[int, ...]] = {}
    for number, mesh in enumerate(document.meshes):
        for primitive in mesh.primitives:
            seen[id(primitive)] = (*seen.get(id(primitive), ()), number)
    places = {meshes: number for number, meshes in enumerate(dict.fromkeys(seen.values()))}
    return {primitive: places[meshes] for primitive, meshes in seen.items()}


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
    a, b, c = positions.floats[corners.T]
    if not ((a != b).any(axis=1) & (b != c).any(axis=1) & (c != a).any(axis=1)).any():
        return "has only triangles without area"
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
    rests = [left.get(id(p)) or _undiminished(p, stream.vertex_count) for p in stream.primitives]
    place = np.concatenate([rest.place for rest in rests])
    look = np.concatenate([rest.look for rest in rests])
    starts = np.cumsum([0, *(len(rest.place) for rest in rests)])
    settled = np.concatenate([rest.settled + start for rest, start in zip(rests, starts[:-1], strict=True)])
    has_moved = np.zeros(len(place), np.int64)
    has_moved[settled] = 1
    keys = (place * np.int64(stream.vertex_count) + look) * 2 + has_moved
    _, first, number = np.unique(keys, return_index=True, return_inverse=True)
    number = number.reshape(-1)
    names = {id(a): name for name, a in stream.primitives[0].attributes.items()}
    for target, deltas in enumerate(stream.primitives[0].targets):
        names |= {id(a): f"{name}/{target}" for name, a in deltas.items()}

    def gathered(accessor: Accessor) -> Accessor:
        name = names[id(accessor)]
        array = accessor.array[(place if name.split("_")[0].split("/")[0] in _PLACE else look)[first]]
        for rest, start in zip(rests, starts[:-1], strict=True):
            if name in rest.moved and len(rest.settled):
                rows = number[rest.settled + start]
                array[rows] = stored(rest.moved[name].reshape(len(rows), *array.shape[1:]), accessor)
        return with_array(accessor, array)

    stream.replace(gathered)
    for primitive, rest, start in zip(stream.primitives, rests, starts[:-1], strict=True):
        if id(primitive) in left:
            primitive.mode = Mode.TRIANGLES
        new = number[start : start + len(rest.place)]
        primitive.indices = index_accessor(new[rest.triangles.reshape(-1)], primitive.indices)


def stored(values: npt.NDArray[np.float64], accessor: Accessor) -> npt.NDArray[Any]:
    """Values in the type of an accessor: the nearest that it can say (§3.6.2.2)."""
    if accessor.dtype.kind == "f":
        return values.astype(accessor.dtype)
    limits = np.iinfo(accessor.dtype)
    steps = values * limits.max if accessor.normalized else values
    return np.clip(np.rint(steps), limits.min, limits.max).astype(accessor.dtype)


def _undiminished(primitive: Primitive, count: int) -> Remainder:
    """A primitive as it is, in the form of a remainder; its indices need not be triangles."""
    indices = np.arange(count, dtype=np.uint32) if primitive.indices is None else primitive.indices.array
    used, numbers = np.unique(indices, return_inverse=True)
    same: Numbers = used.astype(np.int64)
    return Remainder(numbers.reshape(-1).astype(np.uint32), same, same)
