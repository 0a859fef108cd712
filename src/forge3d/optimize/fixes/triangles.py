"""Triangles that use a vertex twice are drawn by nobody."""

from __future__ import annotations

import numpy as np

from ...gltf.accessors import Array
from .draft import Draft, Left
from .fix import Fix, each, many

# These say something about a primitive as a whole; others may count its triangles.
_INDIFFERENT = {"KHR_materials_variants"}


def drawn(indices: Array) -> Array:
    """The triangles `(n, 3)` of a list of indices that use three vertices each, in their order."""
    triangles = indices[: len(indices) // 3 * 3].reshape(-1, 3)
    a, b, c = triangles.T
    kept: Array = triangles[(a != b) & (b != c) & (a != c)]
    return kept


def _drop(draft: Draft, pointer: str) -> str:
    number = draft.at(pointer)
    for index, user in draft.references("accessors"):
        if index == number:
            primitive, _ = draft.find(user)
            if primitive.get("mode", 4) != 4 or not set(primitive.get("extensions", ())) <= _INDIFFERENT:
                raise Left("something else may count its triangles")
    array = draft.writable(number)
    count = draft.entries("accessors")[number]["count"]
    if len(array) % 3:
        raise Left("its last triangle is not complete")
    kept = drawn(array[:count])
    if not len(kept):
        raise Left("it has no other triangles")
    removed = count // 3 - len(kept)
    if not removed:
        return ""
    array[: kept.size] = kept.ravel()
    draft.entries("accessors")[number]["count"] = kept.size
    draft.changed(number, np.asarray(array[: kept.size]))
    return f"accessor {number}: {many(removed, 'degenerate triangle')} removed"


TRIANGLES = Fix(
    ("ACCESSOR_INDEX_TRIANGLE_DEGENERATE",),
    "triangles that use a vertex twice are taken out of the indices",
    "they have no area; a primitive that has no others stays",
    each(_drop),
)
