"""Edge collapse of one triangle list, recorded once; the only file that knows the simplification package.

The package is opengl-decimate: quadric error over welded positions. Edges collapse onto one of their ends, so every
position that is left is one of the input's, and any attribute (skin weights, morph deltas, …) is simply kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document.geometry import Indices

Numbers = npt.NDArray[np.int64]

MOST_TURN = 60.0  # degrees that a triangle's normal may turn in one collapse


@dataclass(frozen=True, slots=True)
class Remainder:
    """What a collapse leaves: triangles `(n, 3)` of new vertices, and where these come from.

    Attributes:
        place: for each new vertex the input vertex whose position (and skin, and morph) it has.
        look: the one whose other attributes it has; the same, except where a seam was crossed.
    """

    triangles: Indices
    place: Numbers
    look: Numbers


class Collapse:
    """The whole reduction of one triangle list; any point of it can be asked for.

    Args:
        positions: `(vertices, 3)`.
        attributes: what else the vertices carry, by glTF semantic.
        triangles: `(n, 3)` vertex numbers.
        locked: numbers of vertices that must stay where they are.
        seams: where a place has several texture coordinates it is on a seam, which collapses only along itself. Then
            `place` and `look` are the same. Otherwise each side of a seam keeps to its own coordinates, but these
            may slide.

    Attributes:
        errors: for each collapse an estimate of how far the surface has moved by then, in units of `positions`;
            never falling.
        removed: triangles gone after 0, 1, 2, … collapses, `(collapses + 1,)`.
    """

    errors: npt.NDArray[np.float64]
    removed: Numbers

    def __init__(
        self,
        positions: npt.NDArray[Any],
        attributes: dict[str, npt.NDArray[Any]],
        triangles: Indices,
        locked: Numbers,
        *,
        seams: bool = True,
    ):
        from opengl_decimate import SimplifyOptions, collapse_sequence

        options = SimplifyOptions(
            target_ratio=1.0,
            placement="endpoint",
            lock_seams=seams,
            locked=locked.tolist(),
            max_normal_flip=MOST_TURN,
        )
        carried = {"POSITION": positions.astype(np.float64), **attributes}
        sequence = self._sequence = collapse_sequence(carried, triangles.reshape(-1), options)
        self.errors = np.maximum.accumulate(sequence.deviation)
        gone = np.bincount(sequence.removed_at[sequence.removed_at >= 0], minlength=len(self.errors))
        dropped = len(triangles) - len(sequence.faces)  # triangles without area, which go at once
        self.removed = dropped + np.concatenate([[0], np.cumsum(gone)]).astype(np.int64)

    def remainder(self, steps: int) -> Remainder:
        """What is left after so many collapses; triangles keep their order and the way they turn."""
        sequence = self._sequence
        _, _, faces, corners = sequence.state(steps)
        place = self._vertices_at(steps)[faces.reshape(-1)]
        look = corners.reshape(-1)
        same = sequence.vertex_point[look] == sequence.vertex_point[place]
        pairs = np.stack([np.where(same, look, place), look], axis=1)
        keys, numbers = np.unique(pairs[:, 0] * np.int64(len(sequence.vertex_point)) + pairs[:, 1], return_inverse=True)
        places, looks = np.divmod(keys, np.int64(len(sequence.vertex_point)))
        return Remainder(numbers.reshape(-1, 3).astype(np.uint32), places, looks)

    def _vertices_at(self, steps: int) -> Numbers:
        """For each welded point an input vertex that stands where the point is after so many collapses."""
        sequence = self._sequence
        source = np.arange(len(sequence.points))
        if steps:
            last = np.full(len(source), -1)
            np.maximum.at(last, sequence.surviving[:steps], np.arange(steps))
            moved = np.flatnonzero(last >= 0)
            source[moved] = _rows_in(np.asarray(sequence.placement)[last[moved]], np.asarray(sequence.points))
        _, first = np.unique(sequence.vertex_point, return_index=True)
        vertices: Numbers = first[source]
        return vertices


def _rows_in(rows: npt.NDArray[Any], table: npt.NDArray[Any]) -> Numbers:
    """The number of each row in a table of distinct rows that holds them all."""
    together = np.concatenate([table, rows]) + 0.0  # one zero, not two
    _, first, number = np.unique(together, axis=0, return_index=True, return_inverse=True)
    found: Numbers = first[number.reshape(-1)[len(table) :]]
    return found
