"""What the scene shows: each primitive once, with every place that it stands in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..document import Mesh, Node, Primitive
from ..document.scene import Matrix

Triangles = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A primitive that the scene shows.

    Attributes:
        mesh, number: its mesh, and which of the mesh's primitives it is.
        node: the first node that shows it.
        worlds: `(n, 4, 4)` float64, mesh space to world, of every appearance.
        triangles: `(n, 3)`.
    """

    mesh: Mesh
    number: int
    primitive: Primitive
    node: Node
    worlds: Matrix
    triangles: Triangles
