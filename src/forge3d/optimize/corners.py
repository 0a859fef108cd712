"""Attributes that are known by corner: vertices are split where their corners differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from ..document import Accessor, Mode, Primitive
from ..document.accessor import Array
from ..document.geometry import triangles
from ..native.rows import distinct_rows
from .vertices import VertexStream, index_accessor

TRIANGLES = (Mode.TRIANGLES, Mode.TRIANGLE_STRIP, Mode.TRIANGLE_FAN)


def corners_of(stream: VertexStream) -> npt.NDArray[np.uint32]:
    """The vertices of all triangles `(t, 3)` of the stream's primitives, one primitive after the other."""
    return np.concatenate([triangles(primitive) for primitive in stream.primitives])


def set_by_corner(
    stream: VertexStream, attributes: Mapping[str, Array], targets: Sequence[Mapping[str, Array]] = ()
) -> None:
    """Give the stream attributes that are known for each corner, `(t, 3, k)` in the order of `corners_of`.

    A vertex becomes several where its corners differ, each with all that it had; vertices of no triangle go, and strips
    and fans become lists.

    Args:
        targets: attributes of each morph target, too.
    """
    vertices = corners_of(stream).ravel()
    added = [*attributes.values(), *(array for target in targets for array in target.values())]
    columns = [np.ascontiguousarray(array.reshape(len(vertices), -1)).view(np.uint8) for array in added]
    record = np.concatenate([vertices[:, None].view(np.uint8), *columns], axis=1)
    numbers, first = distinct_rows(record)
    order = np.argsort(vertices[first], kind="stable")
    place = np.empty(len(first), np.int64)
    place[order] = np.arange(len(first))
    sizes = np.cumsum([triangles(primitive).size for primitive in stream.primitives])[:-1]
    stream.gather(vertices[first[order]])

    def by_vertex(columns: Mapping[str, Array]) -> dict[str, Accessor]:
        rows = first[order]
        return {name: Accessor(array.reshape(len(vertices), -1)[rows]) for name, array in columns.items()}

    new, deltas = by_vertex(attributes), [by_vertex(target) for target in targets]
    for primitive, indices in zip(stream.primitives, np.split(place[numbers], sizes), strict=True):
        primitive.attributes = {**primitive.attributes, **new}
        if deltas:
            primitive.targets = [{**old, **delta} for old, delta in zip(primitive.targets, deltas, strict=True)]
        primitive.indices = index_accessor(indices, primitive.indices)
        primitive.mode = Mode.TRIANGLES


def draws_triangles(primitives: Sequence[Primitive]) -> bool:
    """Whether all of them draw triangles, and at least one does draw some."""
    return all(p.mode in TRIANGLES for p in primitives) and any(len(triangles(p)) for p in primitives)
