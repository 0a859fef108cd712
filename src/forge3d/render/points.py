"""Named points of a model, and where they are in a picture: for hotspots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ..document import Document, Node
from ..document.sampling import pose_at
from ..document.traversal import world_matrices
from ..errors import RecipeError


@dataclass(frozen=True, slots=True)
class NamedPoint:
    """A point of a model.

    Attributes:
        position: in the world, metres.
        objects: what `Frame.object_ids` holds for the node and all below it, which do not hide it.
    """

    name: str
    position: tuple[float, float, float]
    objects: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ImagePoint:
    """A point in a picture.

    Attributes:
        x, y: pixels from the left and the top border; the middle of the first pixel is (0.5, 0.5).
        depth: metres along the view axis; negative behind the camera.
        inside: whether it is in the picture and before the camera.
        visible: whether it is inside, and nothing but its own node stands before it.
    """

    name: str
    x: float
    y: float
    depth: float
    inside: bool
    visible: bool


def named_points(
    document: Document, names: Iterable[str] | None = None, *, time: float | None = None
) -> list[NamedPoint]:
    """The origins of nodes in the document's scene.

    Args:
        names: of nodes; by default of all that have one.
        time: seconds into the first animation; None: at rest.

    Raises:
        RecipeError: the scene has no node of that name; the message lists some that it has.
    """
    places = world_matrices(document, pose=None if time is None else pose_at(document, time))
    found = {node.name: node for node in reversed(list(places)) if node.name}  # the first of a name counts
    wanted = list(dict.fromkeys(names)) if names is not None else sorted(found)
    unknown = [name for name in wanted if name not in found]
    if unknown:
        known = ", ".join(sorted(found)[:20]) or "none has a name"
        raise RecipeError(f"point={unknown[0]!r}: the scene's nodes are: {known}")
    numbers = {node: index for index, node in enumerate(document.nodes, 1)}
    return [NamedPoint(name, _origin(places[found[name]]), frozenset(_below(found[name], numbers))) for name in wanted]


def _origin(matrix: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in matrix[:3, 3])
    return x, y, z


def _below(node: Node, numbers: dict[Node, int]) -> set[int]:
    found, waiting = set(), [node]
    while waiting:
        one = waiting.pop()
        found.add(numbers.get(one, 0))
        waiting += one.children
    return found - {0}
