"""Named points of a model, and where they are in a picture: for hotspots."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..document import Document, Node
from ..document.sampling import pose_of
from ..document.scene import Matrix
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
    document: Document,
    names: Iterable[str] | None = None,
    *,
    time: float | None = None,
    animation: int | str | None = None,
) -> list[NamedPoint]:
    """The origins of nodes in the document's scene.

    Args:
        names: of nodes; by default of all that have one.
        time, animation: see `Renderer.render`.

    Raises:
        RecipeError: the scene has no node of that name; the message lists some that it has.
    """
    places = world_matrices(document, pose=pose_of(document, time, animation))
    numbers = {node: index for index, node in enumerate(document.nodes, 1)}
    return [
        NamedPoint(name, _origin(places[node]), frozenset(numbers[one] for one in below(node) if one in numbers))
        for name, node in named_nodes(places, names).items()
    ]


def named_nodes(places: dict[Node, Matrix], names: Iterable[str] | None = None) -> dict[str, Node]:
    """Nodes by name, the first of each; by default all that have one.

    Args:
        places: nodes of a scene, see `world_matrices`.

    Raises:
        RecipeError: the scene has no node of that name; the message lists some that it has.
    """
    found = {node.name: node for node in reversed(list(places)) if node.name}
    wanted = list(dict.fromkeys(names)) if names is not None else sorted(found)
    unknown = [name for name in wanted if name not in found]
    if unknown:
        known = ", ".join(sorted(found)[:20]) or "none has a name"
        raise RecipeError(f"no node is called {unknown[0]!r}: the scene's nodes are: {known}")
    return {name: found[name] for name in wanted}


def below(node: Node) -> set[Node]:
    """The node and all that hangs from it."""
    found, waiting = set[Node](), [node]
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting += [child for child in one.children if child not in found]
    return found


def _origin(matrix: Matrix) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in matrix[:3, 3])
    return x, y, z
