"""Move a model to the origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ..document import Change, Context, Document, Fidelity, Node, Skip, Transform
from ..document.bounds import Bounds, bounds
from ..document.scene import Matrix
from ..document.traversal import local_matrix, roots
from .graph import animated, pinned
from .options import one_of

_STILL = 1e-7  # of the model's diagonal: a move that nobody sees


@dataclass(frozen=True, slots=True)
class Center(Transform):
    """Move the scene so that the middle of its floor (or of its box, top or back) is at the origin. Invisible.

    Products are shown on a floor and turned about their middle: a model that stands elsewhere hovers, or swings around.
    Every root of the default scene moves, lights and cameras too; a root whose translation is animated gets a parent
    that stands off. The box is that of what is seen at rest.

    Args:
        at: the point that moves to the origin: bottom, center or top; back (the least z), for what hangs on a wall.
        x: metres from the origin that the point goes to instead.
        y: the same, upwards.
        z: the same, to the front.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.INVISIBLE

    at: Literal["bottom", "center", "top", "back"] = "bottom"
    x: float = 0.0
    y: float = 0.0
    z: float = 0.0

    def __post_init__(self) -> None:
        one_of(self, "at")

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("center")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        box = bounds(document)
        if box is None:
            change.skipped.append(Skip("document", "nothing in it can be seen"))
            return change
        offset = np.array([self.x, self.y, self.z]) - point_of(box, self.at)
        if np.abs(offset).max() > _STILL * box.diagonal:
            _move(document, offset)
            change.notes.append("moved by {:.6g}, {:.6g}, {:.6g} m".format(*offset))
        return change


def point_of(box: Bounds, at: str) -> Matrix:
    """The middle of the box, of its lowest side, its highest, or its back, `(3,)`."""
    point = box.center.copy()
    if at == "back":
        point[2] = box.min[2]
    elif at != "center":
        point[1] = {"bottom": box.min[1], "top": box.max[1]}[at]
    return point


def _move(document: Document, offset: Matrix) -> None:
    driven = animated(document)
    waiting: list[tuple[Node, Node | None, Matrix]] = [(root, None, offset) for root in _standing(document)]
    while waiting:
        node, parent, step = waiting.pop()
        if node.skin is not None and node.camera is None and node.light is None and id(node) not in driven:
            linear = local_matrix(node)[:3, :3]
            if abs(np.linalg.det(linear)) > 0:  # its joints place the mesh; what is below it moves instead
                below: Matrix = np.linalg.solve(linear, step).astype(np.float64)
                waiting.extend((child, node, below) for child in node.children)
                continue
        if driven.get(id(node), set()) & {"translation", "matrix"}:
            _put_below(document, node, parent, step)
        elif node.matrix is not None:
            node.matrix = node.matrix.copy()
            node.matrix[:3, 3] += step
        else:
            x, y, z = (np.array(node.translation) + step).tolist()
            node.translation = (x, y, z)


def _standing(document: Document) -> list[Node]:
    """The roots that move: the scene's, and their levels of detail, which stand where the first level stands."""
    found = list(roots(document))
    for node in found:
        levels = node.extensions.get("MSFT_lod", {}).get("ids", [])
        found += [level for level in levels if isinstance(level, Node) and level not in found]
    return found


def _put_below(document: Document, node: Node, parent: Node | None, offset: Matrix) -> None:
    """Give the node a new parent that stands off."""
    x, y, z = offset.tolist()
    between = Node(translation=(x, y, z), children=[node])
    document.nodes.append(between)
    if parent is not None:
        parent.children = [between if child is node else child for child in parent.children]
    for scene in document.scenes:
        scene.nodes = [between if root is node else root for root in scene.nodes]
