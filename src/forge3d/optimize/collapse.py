"""Edge collapse of one triangle list, recorded once; the only file that knows the simplification package.

The package is opengl-decimate: quadric error over welded positions. Edges collapse onto one of their ends, so every
vertex that is left is a vertex of the input, and any attribute (skin weights, morph deltas, …) is simply kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..document.geometry import Indices

MOST_TURN = 60.0  # degrees that a triangle's normal may turn in one collapse


class Collapse:
    """The whole reduction of one triangle list; any point of it can be asked for.

    Args:
        positions: `(vertices, 3)`.
        attributes: what else the vertices carry, by glTF semantic. Where one place has several texture coordinates
            there is a seam, which collapses only along itself.
        triangles: `(n, 3)` vertex numbers.
        locked: numbers of vertices that must stay where they are.

    Attributes:
        errors: for each collapse an estimate of how far the surface has moved by then, in units of `positions`;
            never falling.
        removed: triangles gone after 0, 1, 2, … collapses, `(collapses + 1,)`.
    """

    errors: npt.NDArray[np.float64]
    removed: npt.NDArray[np.int64]

    def __init__(
        self,
        positions: npt.NDArray[Any],
        attributes: dict[str, npt.NDArray[Any]],
        triangles: Indices,
        locked: npt.NDArray[np.int64],
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
        self._sequence = collapse_sequence(carried, triangles.reshape(-1), options)
        self.errors = np.maximum.accumulate(self._sequence.deviation)
        left = [self._sequence.triangles_after(0)]
        gone = np.bincount(self._sequence.removed_at[self._sequence.removed_at >= 0], minlength=len(self.errors))
        self.removed = len(triangles) - left[0] + np.concatenate([[0], np.cumsum(gone)]).astype(np.int64)

    def triangles(self, steps: int) -> Indices:
        """The triangles `(n, 3)` left after so many collapses, as vertex numbers of the input, in their old order."""
        corners: Indices = self._sequence.state(steps)[3].astype(np.uint32)
        return corners
