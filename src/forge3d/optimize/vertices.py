"""Vertex streams: the attributes and morph targets that some primitives share, renumbered together.

Primitives may draw different triangles from the same accessors. Renumbering them one by one would split those
accessors and make the file larger, so `Weld`, `Reorder` and `Simplify` work on streams.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Accessor, Document, Mode, Primitive, Skip
from ..document.accessor import Array
from ..document.payload import MeshoptPayload
from .graph import pinned

_COUNT_VERTICES = ("CESIUM_primitive_outline", "CESIUM_tile_edges")
COMPRESSED = "is compressed and stays as it is; run Decompress first to change it"


@dataclass(slots=True)
class VertexStream:
    """Primitives that read the very same attributes and morph targets; `label` names the first for reports."""

    primitives: list[Primitive]
    label: str

    @property
    def accessors(self) -> list[Accessor]:
        """Its distinct accessors: the attributes', then the morph targets', indices not included."""
        return list({id(a): a for a in _streams_of(self.primitives[0])}.values())

    @property
    def vertex_count(self) -> int:
        return min((len(accessor) for accessor in self.accessors), default=0)

    def replace(self, change: Callable[[Accessor], Accessor]) -> None:
        """Give every primitive `change(accessor)` in place of each accessor; the same new one for the same old one."""
        replacements = {id(accessor): change(accessor) for accessor in self.accessors}
        for primitive in self.primitives:
            primitive.attributes = {name: replacements[id(a)] for name, a in primitive.attributes.items()}
            primitive.targets = [{name: replacements[id(a)] for name, a in t.items()} for t in primitive.targets]

    def gather(self, rows: npt.NDArray[Any], *, all_values: bool = False) -> None:
        """Keep these rows of every accessor, in this order.

        Args:
            all_values: every value that there was is among them, so the declared bounds stay right.
        """
        self.replace(lambda accessor: with_array(accessor, accessor.array[rows], keep_bounds=all_values))


def streams(document: Document) -> tuple[list[VertexStream], list[Skip]]:
    """The document's vertex streams that can be renumbered, and the primitives that cannot, with the reason."""
    if held := pinned(document):
        return [], [held]
    numbered = numbered_vertices(document)
    groups: dict[tuple[object, ...], VertexStream] = {}
    owners: dict[int, set[tuple[object, ...]]] = {}
    skipped: list[Skip] = []
    for label, primitive in primitives(document):
        key = tuple((name, id(a)) for name, a in _named_streams(primitive))
        groups.setdefault(key, VertexStream([], label)).primitives.append(primitive)
        for accessor in _streams_of(primitive):
            owners.setdefault(id(accessor), set()).add(key)
    ready: list[VertexStream] = []
    for stream in groups.values():
        why = next((numbered[id(p)] for p in stream.primitives if id(p) in numbered), _blocked(stream, owners))
        if why:
            skipped.append(Skip(stream.label, why))
        else:
            ready.append(stream)
    return ready, skipped


def primitives(document: Document) -> Iterator[tuple[str, Primitive]]:
    """Every primitive once, with a label such as `mesh 'Body' primitive 2`."""
    seen: set[int] = set()
    for index, mesh in enumerate(document.meshes):
        name = repr(mesh.name) if mesh.name else str(index)
        for number, primitive in enumerate(mesh.primitives):
            if id(primitive) not in seen:
                seen.add(id(primitive))
                yield f"mesh {name} primitive {number}", primitive


def numbered_vertices(document: Document) -> dict[int, str]:
    """`id(primitive)` → why its vertices must keep their numbers: an extension counts them."""
    found: dict[int, str] = {}
    for mesh in document.meshes:
        for primitive in mesh.primitives:
            names = [name for name in _COUNT_VERTICES if name in primitive.extensions]
            names += ["EXT_mesh_manifold"] if "EXT_mesh_manifold" in mesh.extensions else []
            features = primitive.extensions.get("EXT_mesh_features", {}).get("featureIds", [])
            if any("attribute" not in ids and "texture" not in ids for ids in features):
                names.append("EXT_mesh_features")
            if names:
                found[id(primitive)] = f"{', '.join(names)} refers to its vertices by number"
    return found


def with_array(accessor: Accessor, array: Array, *, keep_bounds: bool = False) -> Accessor:
    """The accessor with other elements; its name, extras and meaning stay."""
    return Accessor(
        array,
        bounds=accessor.bounds if keep_bounds else None,
        normalized=accessor.normalized,
        name=accessor.name,
        extras=accessor.extras,
        extensions=accessor.extensions,
    )


def index_accessor(indices: npt.NDArray[Any], old: Accessor | None) -> Accessor:
    """Indices in the narrowest type that is drawn everywhere: 16 bits up to 65,535 vertices, else 32.

    The largest value of a type means "restart" (§3.7.2.1) and is never used. Bytes stay bytes where they were.
    """
    top = int(indices.max()) if len(indices) else 0
    kinds: list[type[np.unsignedinteger[Any]]] = [np.uint16, np.uint32]
    if old is not None and old.dtype == np.uint8:
        kinds.insert(0, np.uint8)
    kind = next(k for k in kinds if top < np.iinfo(k).max)
    array = np.ascontiguousarray(indices, dtype=kind)
    return with_array(old, array) if old is not None else Accessor(array)


def is_triangle_list(primitive: Primitive) -> bool:
    return primitive.mode == Mode.TRIANGLES


def payload_kept(primitive: Primitive) -> bool:
    """Whether the primitive is still in its compressed form (Draco or meshopt), which any change would undo."""
    accessors = [*_streams_of(primitive), *([primitive.indices] if primitive.indices is not None else [])]
    return primitive.draco is not None or any(isinstance(a.payload, MeshoptPayload) for a in accessors)


def _named_streams(primitive: Primitive) -> Iterator[tuple[object, Accessor]]:
    yield from sorted(primitive.attributes.items())
    for number, target in enumerate(primitive.targets):
        for name, accessor in sorted(target.items()):
            yield (number, name), accessor


def _streams_of(primitive: Primitive) -> Iterator[Accessor]:
    return (accessor for _, accessor in _named_streams(primitive))


def _blocked(stream: VertexStream, owners: dict[int, set[tuple[object, ...]]]) -> str | None:
    if "POSITION" not in stream.primitives[0].attributes:
        return "has no POSITION"
    if any(payload_kept(primitive) for primitive in stream.primitives):
        return COMPRESSED
    if len({len(accessor) for accessor in stream.accessors}) != 1:
        return "its attributes differ in length"
    if any(len(owners[id(accessor)]) > 1 for accessor in stream.accessors):
        return "shares some but not all of its attributes with another primitive"
    return None
