"""How far one surface is from another, measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document.geometry import Indices

SAMPLES = 4000


@dataclass(frozen=True, slots=True)
class Surface:
    """Positions `(n, 3)` and triangles `(m, 3)`."""

    positions: npt.NDArray[Any]
    triangles: Indices


def deviation(original: Surface, other: Surface, *, samples: int = SAMPLES) -> float:
    """The largest distance found between two surfaces, in units of their positions.

    Measured both ways, exactly from each sample to the nearest point of the other surface's triangles. Samples are the
    vertices that the other surface lacks (at most `samples`, evenly taken) and as many points spread evenly by area,
    the same ones every time. It is a lower bound of the Hausdorff distance: between samples the surfaces may be a
    little further apart.
    """
    from opengl_decimate.certify import distance_to_mesh, sample_surface

    worst = 0.0
    for here, there, seed in ((original, other, 0), (other, original, 1)):
        points = sample_surface(here.positions, here.triangles, samples, seed)
        vertices = np.setdiff1d(here.triangles, there.triangles)
        if len(vertices) > samples:
            vertices = vertices[np.linspace(0, len(vertices) - 1, samples).astype(np.int64)]
        points = np.concatenate([points, here.positions[vertices].astype(np.float64)])
        worst = max(worst, float(distance_to_mesh(points, there.positions, there.triangles).max(initial=0.0)))
    return worst
