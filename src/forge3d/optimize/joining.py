"""Putting the geometry of several primitives into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Accessor, Mode, Primitive
from ..document.accessor import Array
from ..document.geometry import Indices, flat_indices, lines, triangles
from ..document.scene import Matrix
from .placing import is_identity
from .vertices import index_accessor, with_array

WHITE = "COLOR_0"  # the attribute that may be missing: opaque white means the same


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A primitive, and the `(4, 4)` that takes its space to that of the result."""

    primitive: Primitive
    matrix: Matrix

    @property
    def source(self) -> tuple[object, ...]:
        """Equal for parts whose vertices become the same."""
        named = [*self.primitive.attributes.items()]
        named += [(f"{n} {name}", a) for n, t in enumerate(self.primitive.targets) for name, a in t.items()]
        return (self.matrix.tobytes(), *sorted((name, id(accessor)) for name, accessor in named))


def topology(mode: Mode) -> Mode:
    """What strips, fans and loops are written as when they are joined."""
    if mode >= Mode.TRIANGLES:
        return Mode.TRIANGLES
    return Mode.POINTS if mode is Mode.POINTS else Mode.LINES


def joined(parts: Sequence[Part]) -> Primitive:
    """One primitive that draws what the parts draw, one after the other.

    The parts agree in topology, material, variants and in the names and types of their attributes and morph targets,
    but for COLOR_0, which is white where a part has none. Positions, normals and tangents are taken to the space of the
    result; under a mirroring matrix triangles are turned around, and the tangents' sign with them. Vertices that no
    part uses are left out, but parts that share all their accessors go on sharing them.
    """
    first = parts[0].primitive
    mode = topology(first.mode)
    corners = [_corners(part) for part in parts]
    result = Primitive(
        name=first.name, mode=mode, material=first.material, extras=first.extras, variants=list(first.variants)
    )
    if len({part.source for part in parts}) == 1 and is_identity(parts[0].matrix):
        result.attributes, result.targets = dict(first.attributes), [dict(target) for target in first.targets]
        result.indices = index_accessor(np.concatenate(corners), first.indices)
        return result
    sources: dict[tuple[object, ...], list[int]] = {}
    for number, part in enumerate(parts):
        sources.setdefault(part.source, []).append(number)
    kept: list[tuple[Part, Indices]] = []
    order: list[Indices] = list(corners)
    start = 0
    for numbers in sources.values():
        used, places = np.unique(np.concatenate([corners[n] for n in numbers]), return_inverse=True)
        ends = np.cumsum([len(corners[n]) for n in numbers])[:-1]
        for number, place in zip(numbers, np.split(places, ends), strict=True):
            order[number] = (place + start).astype(np.uint32)
        kept.append((parts[numbers[0]], used))
        start += len(used)
    names = dict.fromkeys(name for part in parts for name in part.primitive.attributes)
    result.attributes = {name: _together(name, kept) for name in names}
    result.targets = [
        {name: _concatenated([(p.primitive.targets[n][name], rows) for p, rows in kept]) for name in target}
        for n, target in enumerate(first.targets)
    ]
    flat = np.concatenate(order)
    if any(part.primitive.indices is not None for part in parts) or not np.array_equal(flat, np.arange(start)):
        result.indices = index_accessor(flat, None)
    return result


def _corners(part: Part) -> Indices:
    """The vertices of the part's triangles, lines or points, in the order that the result draws them."""
    mode = topology(part.primitive.mode)
    if mode is Mode.LINES:
        return lines(part.primitive).ravel()
    if mode is Mode.POINTS:
        return flat_indices(part.primitive)
    faces = triangles(part.primitive)
    if mirrors(part.matrix):
        faces = faces[:, [0, 2, 1]]
    return np.ascontiguousarray(faces).ravel()


def mirrors(matrix: Matrix) -> bool:
    """Whether the matrix turns left into right, which turns the winding of triangles around (§3.7.4)."""
    return bool(np.linalg.det(matrix[:3, :3]) < 0)


def _together(name: str, kept: Sequence[tuple[Part, Indices]]) -> Accessor:
    found = [part.primitive.attributes.get(name) for part, _ in kept]
    like = next(accessor for accessor in found if accessor is not None)
    arrays = [
        _white(like, len(rows)) if accessor is None else moved(name, accessor, part.matrix)[rows]
        for accessor, (part, rows) in zip(found, kept, strict=True)
    ]
    return with_array(like, np.concatenate(arrays))


def _concatenated(parts: Sequence[tuple[Accessor, Indices]]) -> Accessor:
    return with_array(parts[0][0], np.concatenate([accessor.array[rows] for accessor, rows in parts]))


def _white(like: Accessor, count: int) -> Array:
    top: Any = np.iinfo(like.dtype).max if like.dtype.kind == "u" else 1
    return np.full((count, *like.shape[1:]), top, like.dtype)


def moved(name: str, accessor: Accessor, matrix: Matrix) -> Array:
    """The attribute in the space that the matrix leads to; only POSITION, NORMAL and TANGENT change."""
    if is_identity(matrix) or name not in ("POSITION", "NORMAL", "TANGENT"):
        return accessor.array
    linear = matrix[:3, :3]
    vectors = accessor.array[:, :3].astype(np.float64)
    if name == "POSITION":
        return (vectors @ linear.T + matrix[:3, 3]).astype(np.float32)
    if name == "NORMAL":
        return _unit(vectors @ np.linalg.inv(linear)).astype(np.float32)
    sign = accessor.array[:, 3:] * np.float32(-1 if mirrors(matrix) else 1)
    return np.concatenate([_unit(vectors @ linear.T).astype(np.float32), sign], axis=1)


def _unit(vectors: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """At length one, as far as they have a length."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0))
