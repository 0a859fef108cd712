"""Walking the scene graph: world matrices, and where meshes stand, with instances expanded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..errors import InvalidAsset
from .document import Document
from .sampling import Pose
from .scene import Instancing, Matrix, Mesh, Node, Scene


@dataclass(frozen=True, slots=True, eq=False)
class MeshInstance:
    """One appearance of a mesh: `world` is `(4, 4)` float64, mesh space to world; `instance` counts GPU instances."""

    node: Node
    mesh: Mesh
    world: Matrix
    instance: int = 0


def local_matrix(node: Node, pose: Pose | None = None) -> Matrix:
    """A node's transform to its parent, `(4, 4)` float64 `[row, column]`: T · R · S (§3.5.3), or its matrix."""
    matrix: Matrix = local_matrices([node], pose)[0]
    return matrix


def local_matrices(nodes: Sequence[Node], pose: Pose | None = None) -> Matrix:
    """`local_matrix` of each of `nodes`: `(n, 4, 4)` float64."""
    parts: dict[str, list[Any]] = {"translation": [], "rotation": [], "scale": []}
    given: list[tuple[int, Matrix]] = []
    for number, node in enumerate(nodes):
        animated = pose.nodes.get(node, {}) if pose is not None else {}
        for path, values in parts.items():
            values.append(animated[path] if path in animated else getattr(node, path))
        if node.matrix is not None and not parts.keys() & animated.keys():
            given.append((number, node.matrix))
    translations, rotations, scales = parts.values()
    matrices = trs_matrices(
        np.array(translations, np.float64).reshape(-1, 3),
        np.array(rotations, np.float64).reshape(-1, 4),
        np.array(scales, np.float64).reshape(-1, 3),
    )
    for number, matrix in given:
        matrices[number] = matrix
    return matrices


@np.errstate(over="ignore", invalid="ignore")  # a file may hold any number
def trs_matrices(translations: Matrix, rotations: Matrix, scales: Matrix) -> Matrix:
    """Matrices `(n, 4, 4)` of translations `(n, 3)`, quaternions `(n, 4)` (x, y, z, w) and scales `(n, 3)`.

    Quaternions need not be of unit length; a zero quaternion means no rotation.
    """
    x, y, z, w = np.moveaxis(rotations, -1, 0)
    square = x * x + y * y + z * z + w * w
    s = np.divide(2.0, square, out=np.zeros_like(square), where=square > 0)
    matrices = np.zeros((len(translations), 4, 4))
    matrices[:, 0, :3] = np.stack([1 - s * (y * y + z * z), s * (x * y - z * w), s * (x * z + y * w)], axis=-1)
    matrices[:, 1, :3] = np.stack([s * (x * y + z * w), 1 - s * (x * x + z * z), s * (y * z - x * w)], axis=-1)
    matrices[:, 2, :3] = np.stack([s * (x * z - y * w), s * (y * z + x * w), 1 - s * (x * x + y * y)], axis=-1)
    matrices[:, :3, :3] *= scales[:, None, :]
    matrices[:, :3, 3] = translations
    matrices[:, 3, 3] = 1.0
    return matrices


def is_visible(node: Node, pose: Pose | None = None) -> bool:
    """What KHR_node_visibility says of the node itself; it hides what is below it too."""
    animated = pose.nodes.get(node, {}) if pose is not None else {}
    return animated.get("visible", node.visible) is not False


def roots(document: Document, scene: Scene | None = None) -> list[Node]:
    """Where to start: the scene given, the default one, the first one; without scenes, every node without a parent."""
    scene = scene or document.scene or (document.scenes[0] if document.scenes else None)
    if scene is not None:
        return scene.nodes
    children = {child for node in document.nodes for child in node.children}
    return [node for node in document.nodes if node not in children]


def walk(
    document: Document, scene: Scene | None = None, *, pose: Pose | None = None, hidden: bool = True
) -> Iterator[tuple[Node, Matrix]]:
    """Every node below `roots` with its world matrix, parents first, in file order.

    Args:
        hidden: also nodes that KHR_node_visibility hides; False leaves them and what is below them out.

    Raises:
        InvalidAsset: a node is below itself.
    """
    nodes: list[Node] = []
    parents: list[int] = []
    seen: set[Node] = set()
    stack = [(node, -1) for node in reversed(roots(document, scene))]
    while stack:
        node, parent = stack.pop()
        if not hidden and not is_visible(node, pose):
            continue
        stack.extend((child, len(nodes)) for child in reversed(node.children))
        if node in seen:
            _refuse_loop(node, parent, nodes, parents)
        seen.add(node)
        nodes.append(node)
        parents.append(parent)
    worlds = local_matrices(nodes, pose)
    for number, (node, parent) in enumerate(zip(nodes, parents, strict=True)):
        if parent >= 0:
            worlds[number] = worlds[parent] @ worlds[number]
        yield node, worlds[number]


def _refuse_loop(node: Node, parent: int, nodes: list[Node], parents: list[int]) -> None:
    while parent >= 0:
        if nodes[parent] is node:
            raise InvalidAsset(f"the node {node.name or 'without a name'} is below itself", code="NODE_LOOP")
        parent = parents[parent]


def world_matrices(document: Document, scene: Scene | None = None, *, pose: Pose | None = None) -> dict[Node, Matrix]:
    """World matrix `(4, 4)` float64 of every node below `roots`."""
    return dict(walk(document, scene, pose=pose))


def instance_matrices(instancing: Instancing) -> Matrix:
    """EXT_mesh_gpu_instancing as matrices `(instances, 4, 4)`, applied in the node's space."""
    attributes = instancing.attributes
    count = min((len(accessor) for accessor in attributes.values()), default=0)
    parts = []
    for semantic, default in (("TRANSLATION", (0, 0, 0)), ("ROTATION", (0, 0, 0, 1)), ("SCALE", (1, 1, 1))):
        given = attributes.get(semantic)
        parts.append(
            np.tile(np.array(default, np.float64), (count, 1))
            if given is None
            else given.floats[:count].astype(np.float64)
        )
    return trs_matrices(*parts)


def mesh_instances(
    document: Document, scene: Scene | None = None, *, pose: Pose | None = None, hidden: bool = False
) -> Iterator[MeshInstance]:
    """Every appearance of a mesh in the scene, EXT_mesh_gpu_instancing expanded. Hidden nodes only where `hidden`."""
    for node, world in walk(document, scene, pose=pose, hidden=hidden):
        if node.mesh is None:
            continue
        if node.instancing is None:
            yield MeshInstance(node, node.mesh, world)
        else:
            for index, matrix in enumerate(instance_matrices(node.instancing)):
                yield MeshInstance(node, node.mesh, world @ matrix, index)
