"""A primitive as the GPU gets it: one float table of vertices and index triples in canonical order.

Rasterisers resolve equal depths and interpolate by the order of triangles and corners, so the same triangles in
another order give other pixels (measured: up to 23,545 of a 1024² picture). Everything here depends on the vertices'
values only: after welding, reordering or compressing exactly, the same table comes out, and so do the same pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..document import Accessor, Mode, Primitive
from ..document.accessor import dequantized
from ..document.geometry import flat_indices, lines, triangles
from ..errors import InvalidAsset
from ..surface.tangents import tangents

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.uint32]

_LINES = (Mode.LINES, Mode.LINE_LOOP, Mode.LINE_STRIP)
_WIDTHS = {"POSITION": 3, "NORMAL": 3, "TANGENT": 4, "COLOR_0": 4}


@dataclass(frozen=True, slots=True)
class Geometry:
    """Vertices and what connects them.

    Attributes:
        layout: `(semantic, components)` of the table's columns, in order.
        table: `(n, sum of components)` float32, quantization undone.
        indices: `(k, corners)` uint32; corners is 3, 2 or 1 for triangles, lines and points.
        deltas: `(targets, n, 3, 3)` float32: position, normal and tangent deltas of each morph target; None without.
    """

    layout: tuple[tuple[str, int], ...]
    table: Floats
    indices: Indices
    deltas: Floats | None

    def column(self, semantic: str) -> Floats:
        """The columns of one attribute, `(n, components)`. Raises KeyError where it is absent."""
        start = 0
        for name, width in self.layout:
            if name == semantic:
                return self.table[:, start : start + width]
            start += width
        raise KeyError(semantic)

    @property
    def corners(self) -> int:
        return int(self.indices.shape[1])


def geometry(primitive: Primitive, *, tangent_uv: int | None = None) -> Geometry:
    """Build the tables of a primitive.

    Args:
        tangent_uv: make tangents from this TEXCOORD set where the primitive has normals but no tangents.

    Raises:
        InvalidAsset: no positions, or indices outside the vertices.
    """
    layout, table = _table(primitive)
    deltas = _deltas(primitive, len(table))
    indices = _elements(primitive, len(table))
    if indices.shape[1] == 3:
        names = dict(layout)
        if (
            tangent_uv is not None
            and "TANGENT" not in names
            and "NORMAL" in names
            and f"TEXCOORD_{tangent_uv}" in names
        ):
            layout, table, deltas, indices = _with_tangents(layout, table, deltas, indices, tangent_uv)
        table, deltas, indices = canonical(table, deltas, indices)
    return Geometry(layout, np.ascontiguousarray(table), np.ascontiguousarray(indices), deltas)


def canonical(table: Floats, deltas: Floats | None, corners: Indices) -> tuple[Floats, Floats | None, Indices]:
    """The same triangles with vertices welded and sorted, corners rotated and triangles sorted, by value alone.

    Triangles with two equal corners cover nothing and are left out.

    Vertices are sorted along a Morton curve through their positions (neighbours in space stay neighbours in memory),
    then by a hash of their bits.
    """
    if not len(corners):
        return table, deltas, corners
    used, renumbered = np.unique(corners, return_inverse=True)
    record = table[used]
    rows = [record] if deltas is None else [record, deltas[:, used].transpose(1, 0, 2, 3).reshape(len(used), -1)]
    bits = np.concatenate(rows, 1).view(np.uint32)
    curve, hashed = _morton(record[:, :3]), _hash(bits)
    order = np.lexsort((hashed, curve))
    sorted_bits = bits[order]
    new = np.concatenate([[True], (sorted_bits[1:] != sorted_bits[:-1]).any(1)])
    rank = np.empty(len(used), np.int64)
    rank[order] = np.cumsum(new) - 1
    kept = used[order[new]]
    renumbered = rank[renumbered].reshape(-1, 3)
    a, b, c = renumbered.T
    renumbered = renumbered[(a != b) & (b != c) & (c != a)]
    first = renumbered.argmin(1)[:, None]
    renumbered = np.take_along_axis(renumbered, (first + np.arange(3)) % 3, 1)
    renumbered = renumbered[np.lexsort(renumbered.T[::-1])]
    return table[kept], None if deltas is None else deltas[:, kept], renumbered.astype(np.uint32)


def _morton(positions: Floats) -> npt.NDArray[np.uint64]:
    low, high = positions.min(0), positions.max(0)
    extent = np.maximum(high - low, np.float32(1e-30))
    with np.errstate(invalid="ignore"):
        cells = np.nan_to_num((positions - low) / extent * 1023.0).astype(np.uint64)
    code = np.zeros(len(positions), np.uint64)
    for bit in range(10):
        for axis in range(3):
            code |= ((cells[:, axis] >> np.uint64(bit)) & np.uint64(1)) << np.uint64(3 * bit + axis)
    return code


def _hash(bits: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """FNV-1a over 32-bit words, a row at a time."""
    value = np.full(len(bits), 0xCBF29CE484222325, np.uint64)
    with np.errstate(over="ignore"):
        for column in bits.T:
            value = (value ^ column) * np.uint64(0x100000001B3)
    return value


def _table(primitive: Primitive) -> tuple[tuple[tuple[str, int], ...], Floats]:
    position = primitive.attributes.get("POSITION")
    if position is None:
        raise InvalidAsset("a primitive without POSITION cannot be drawn", code="MESH_PRIMITIVE_NO_POSITION")
    columns: list[tuple[str, Floats]] = []
    for semantic in _semantics(primitive):
        accessor = primitive.attributes[semantic]
        if len(accessor) != len(position):
            raise InvalidAsset(f"{semantic} has {len(accessor)} elements where POSITION has {len(position)}")
        columns.append((semantic, _padded(dequantized(accessor.array, accessor.normalized), _width(semantic))))
    layout = tuple((semantic, data.shape[1]) for semantic, data in columns)
    return layout, np.concatenate([data for _, data in columns], 1).astype(np.float32, copy=False)


def _semantics(primitive: Primitive) -> list[str]:
    """What the shaders read, in a fixed order. Tangents without normals count for nothing (§3.7.2.1)."""
    names: list[str] = [name for name in ("POSITION", "NORMAL", "TANGENT", "COLOR_0") if name in primitive.attributes]
    if "NORMAL" not in names and "TANGENT" in names:
        names.remove("TANGENT")
    for family in ("TEXCOORD_", "JOINTS_", "WEIGHTS_"):
        numbers = sorted(
            int(n[len(family) :]) for n in primitive.attributes if n.startswith(family) and n[len(family) :].isdecimal()
        )
        names += [f"{family}{number}" for number in numbers]
    return names


def _width(semantic: str) -> int:
    return _WIDTHS.get(semantic, 2 if semantic.startswith("TEXCOORD") else 4)


def _padded(data: Floats, width: int) -> Floats:
    """`data` with exactly `width` columns; colours without alpha get alpha 1."""
    data = data.reshape(len(data), -1)[:, :width]
    missing = width - data.shape[1]
    return data if missing == 0 else np.concatenate([data, np.ones((len(data), missing), np.float32)], 1)


def _deltas(primitive: Primitive, count: int) -> Floats | None:
    if not primitive.targets:
        return None
    deltas = np.zeros((len(primitive.targets), count, 3, 3), np.float32)
    for target, attributes in zip(deltas, primitive.targets, strict=True):
        for slot, semantic in enumerate(("POSITION", "NORMAL", "TANGENT")):
            accessor: Accessor | None = attributes.get(semantic)
            if accessor is None:
                continue
            if len(accessor) != count:
                raise InvalidAsset(f"a morph target's {semantic} has {len(accessor)} elements, not {count}")
            target[:, slot] = dequantized(accessor.array, accessor.normalized)[:, :3]
    return deltas


def check_indices(primitive: Primitive, count: int) -> None:
    """Raise InvalidAsset where an index names none of `count` vertices: files are checked when read, edits are not."""
    if primitive.indices is not None and len(primitive.indices):
        largest = int(primitive.indices.array.max())
        if largest >= count:
            raise InvalidAsset(f"index {largest} points past {count} vertices", code="ACCESSOR_INDEX_OOB")


def _elements(primitive: Primitive, count: int) -> Indices:
    """The primitive's points, lines or triangles as rows of vertex indices."""
    check_indices(primitive, count)
    if primitive.mode is Mode.POINTS:
        return flat_indices(primitive)[:, None]
    return lines(primitive) if primitive.mode in _LINES else triangles(primitive)


def _with_tangents(
    layout: tuple[tuple[str, int], ...], table: Floats, deltas: Floats | None, faces: Indices, uv_set: int
) -> tuple[tuple[tuple[str, int], ...], Floats, Floats | None, Indices]:
    """Add a TANGENT column. Corners that share a vertex may differ in tangent, so every corner becomes a vertex."""
    plain = Geometry(layout, table, faces, None)
    position, normal, uv = (plain.column(name)[faces] for name in ("POSITION", "NORMAL", f"TEXCOORD_{uv_set}"))
    made = tangents(position, normal, uv)
    corners = faces.reshape(-1)
    table = np.concatenate([table[corners], made.reshape(-1, 4)], 1)
    deltas = None if deltas is None else deltas[:, corners]
    return (*layout, ("TANGENT", 4)), table, deltas, np.arange(len(corners), dtype=np.uint32).reshape(-1, 3)
