"""How wide the parts of a mesh are: what is thinner than pixels needs the colour of every sample."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from ..native.rows import components, distinct_rows

_SHARE = 0.1  # of the surface: so much of a mesh in thin parts makes it a thin one


def width_of(positions: npt.NDArray[np.floating[Any]], triangles: npt.NDArray[np.integer[Any]]) -> float:
    """A width that at least nine tenths of a mesh's surface exceed, in its own unit; 0 without triangles.

    The width of a part, all that hangs together, is its area over the diagonal of its box: of a strip its width, of a
    cord about its girth, of a plate about its side.

    Args:
        positions: `(n, 3)`. triangles: `(t, 3)`.
    """
    if not len(triangles):
        return 0.0
    place = distinct_rows(np.ascontiguousarray(positions, np.float32) + np.float32(0))[0].astype(np.int64)
    joined = place[triangles]
    part = components(joined, int(place.max()) + 1)[joined[:, 0]]
    corners = positions[triangles].astype(np.float64)
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    count = int(part.max()) + 1
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, part, corners.min(axis=1))
    np.maximum.at(high, part, corners.max(axis=1))
    areas = np.bincount(part, area, count)
    with np.errstate(invalid="ignore"):  # numbers of no part have no box
        diagonal = np.linalg.norm(high - low, axis=1)
    widths = np.divide(areas, diagonal, out=np.zeros(count), where=(diagonal > 0) & np.isfinite(diagonal))
    order = np.argsort(widths)
    reached = np.cumsum(areas[order]) > _SHARE * areas.sum()
    return float(widths[order][np.argmax(reached)]) if reached.any() else 0.0
