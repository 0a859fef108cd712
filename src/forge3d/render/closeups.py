"""Close-ups of a product from one angle: of named nodes, or of the parts of a grid laid over the picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..document import Document, Node
from ..document.sampling import Pose, pose_of
from ..document.scene import Matrix
from ..document.skinning import world_positions
from ..document.traversal import mesh_instances, world_matrices
from ..errors import RecipeError
from .camera import Orbit
from .framing import Hull, fitted
from .points import below, named_nodes

if TYPE_CHECKING:
    from .renderer import Renderer

_LOOKED_AT = 256  # pixels of the picture in which a grid's parts are looked for
_LEAST_SEEN = 0.02  # of a part: less of the product in it is no picture
MAX_PARTS = 12


@dataclass(frozen=True, slots=True)
class CloseUps:
    """What is looked at from near.

    Args:
        nodes: names; of each, all that hangs below it. A node without a mesh marks a place.
        grid: columns and rows laid over the whole picture; each part that shows some of the product is one close-up,
            aimed at the surface in its middle.
        zoom: how many times nearer than the whole product; all close-ups are then of one scale. None: each node as
            near as it fits with its margin, places without a mesh 4 times nearer, and the grid's parts as near as they
            are many.
    """

    nodes: Sequence[str] = ()
    grid: tuple[int, int] | None = None
    zoom: float | None = None

    def __post_init__(self) -> None:
        if self.grid is not None and not all(1 <= count <= MAX_PARTS for count in self.grid):
            raise RecipeError(f"grid={self.grid}: takes 1 to {MAX_PARTS} columns and rows")
        if self.zoom is not None and not 1 <= self.zoom <= 100:
            raise RecipeError(f"zoom={self.zoom}: takes 1 to 100")


def close_ups(
    renderer: Renderer, document: Document, camera: Orbit, wanted: CloseUps, size: tuple[int, int], **moment: Any
) -> dict[str, Orbit]:
    """The camera of each close-up by name: `close-` and the node's name, or `part-row-column`, counted from 1.

    Args:
        camera: whose angle and field of view all take.
        size: of the pictures.
        moment: time and animation, see `Renderer.render`.

    Raises:
        InvalidAsset, RecipeError: see `Renderer.render`; or there is no node of a name.
    """
    whole = renderer.fit(document, camera, size, **moment)
    made = dict(_of_nodes(document, whole, wanted, size, **moment))
    if wanted.grid is not None:
        made |= dict(_of_grid(renderer, document, whole, wanted, wanted.grid, size, **moment))
    return made


def _of_nodes(
    document: Document, whole: Orbit, wanted: CloseUps, size: tuple[int, int], **moment: Any
) -> Iterator[tuple[str, Orbit]]:
    assert whole.distance is not None
    pose = pose_of(document, moment.get("time"), moment.get("animation"))
    world = world_matrices(document, pose=pose)
    for name, node in named_nodes(world, wanted.nodes).items():
        points = [part for part in _points(document, node, world, pose) if len(part)]
        hull = Hull.of(points or [world[node][None, :3, 3]])
        if points and wanted.zoom is None:
            camera = replace(whole, distance=None, target=None)
            yield f"close-{name}", fitted(camera, hull, size[0] / size[1])
        else:
            yield f"close-{name}", _aimed(whole, hull.center, whole.distance / (wanted.zoom or 4.0))


def _points(document: Document, node: Node, world: dict[Node, Matrix], pose: Pose | None) -> Iterator[npt.NDArray[Any]]:
    """Vertices of a node and all below it, in the world."""
    wanted = below(node)
    for instance in mesh_instances(document, pose=pose):
        if instance.node in wanted:
            for primitive in instance.mesh.primitives:
                if "POSITION" in primitive.attributes:
                    yield world_positions(primitive, instance, world, pose)


def _of_grid(
    renderer: Renderer,
    document: Document,
    whole: Orbit,
    wanted: CloseUps,
    grid: tuple[int, int],
    size: tuple[int, int],
    **moment: Any,
) -> Iterator[tuple[str, Orbit]]:
    assert whole.distance is not None
    scale = _LOOKED_AT / max(size)
    small = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    frame = renderer.render(document, camera=whole, size=small, **moment)
    columns, rows = grid
    distance = whole.distance / (wanted.zoom or float(max(grid)))
    for row, lines in enumerate(np.array_split(np.arange(small[1]), rows), 1):
        for column, places in enumerate(np.array_split(np.arange(small[0]), columns), 1):
            part = np.ix_(lines, places)
            seen = frame.object_ids[part] > 0
            if seen.mean() > _LEAST_SEEN:
                surface = frame.positions[part][seen]
                middle = surface.mean(0)
                nearest = surface[np.linalg.norm(surface - middle, axis=1).argmin()]
                yield f"part-{row}-{column}", _aimed(whole, nearest.astype(np.float64), distance)


def _aimed(whole: Orbit, target: npt.NDArray[np.float64], distance: float) -> Orbit:
    x, y, z = (float(value) for value in target)
    return replace(whole, target=(x, y, z), distance=distance)
