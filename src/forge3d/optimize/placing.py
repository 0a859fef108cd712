"""Where nodes stand relative to those that may not move, and giving a node another place in the tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ..document import Document, Node, Scene
from ..document.scene import Matrix
from ..document.traversal import local_matrix, trs_matrices
from .graph import animated, held_by_extensions, parents

_TOLERANCE = 1e-6  # relative: how far a matrix may be from a rotation times a scale


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A node's stand: `matrix` `(4, 4)` float64 takes its space to that of `anchor`, or of the scenes' roots."""

    anchor: Node | None
    scenes: tuple[Scene, ...]
    matrix: Matrix

    @property
    def key(self) -> tuple[int, ...]:
        """Equal for nodes below the same anchor, or at the top of the same scenes."""
        return (id(self.anchor),) if self.anchor is not None else (0, *(id(scene) for scene in self.scenes))


def anchors(document: Document) -> set[int]:
    """`id` of nodes whose place in the tree means more than where their mesh stands.

    They are animated, say whether they are visible, or stand with all nodes above them for a joint, for what an
    extension refers to, or for what has an extension. Where there are scenes, roots outside of them (levels of detail)
    are anchors too; in a library without scenes, every root is.
    """
    above = parents(document)
    found = {i for i, paths in animated(document).items() if paths != {"weights"}}
    chained = held_by_extensions(document)
    for skin in document.skins:
        chained |= {id(joint) for joint in skin.joints} | {id(skin.skeleton)}
    chain: set[int] = set()
    shown = {id(node) for scene in document.scenes for node in scene.nodes}
    for node in document.nodes:
        if node.visible is not None or (id(node) not in above and id(node) not in shown):
            found.add(id(node))
        if id(node) in chained or node.extensions:
            step: Node | None = node
            while step is not None and id(step) not in chain:
                chain.add(id(step))
                step = above.get(id(step))
    return found | chain


def places(document: Document, fixed: set[int]) -> dict[Node, Place]:
    """Each node's place below its nearest fixed ancestor, parents first, in the order of the tree."""
    found: dict[Node, Place] = {}
    scenes: dict[int, list[Scene]] = {}
    for scene in document.scenes:
        for node in scene.nodes:
            scenes.setdefault(id(node), []).append(scene)
    for node, parent in walk_tree(document):
        local = local_matrix(node)
        if parent is None:
            found[node] = Place(None, tuple(scenes.get(id(node), ())), local)
        elif id(parent) in fixed:
            found[node] = Place(parent, (), local)
        else:
            place = found[parent]
            found[node] = Place(place.anchor, place.scenes, place.matrix @ local)
    return found


def walk_tree(document: Document) -> Iterator[tuple[Node, Node | None]]:
    """Every node with its parent, parents first and children in order; roots as scenes, then the list, name them."""
    below = parents(document)
    roots = [node for scene in document.scenes for node in scene.nodes]
    roots += [node for node in document.nodes if id(node) not in below]
    waiting: list[tuple[Node, Node | None]] = [(node, None) for node in reversed(list(dict.fromkeys(roots)))]
    while waiting:
        node, parent = waiting.pop()
        yield node, parent
        waiting.extend((child, node) for child in reversed(node.children))


def decomposed(matrix: Matrix) -> tuple[Matrix, Matrix, Matrix] | None:
    """Translation `(3,)`, unit quaternion `(x, y, z, w)` and scale `(3,)` of an affine `(4, 4)`.

    None where it shears or flattens space, which no such three can say (§3.5.3). A mirroring matrix has a negative
    scale along x.
    """
    linear = matrix[:3, :3]
    scale = np.linalg.norm(linear, axis=0)
    if not np.isfinite(matrix).all() or scale.min() <= 1e-12 * max(scale.max(), 1e-300):
        return None
    if np.linalg.det(linear / scale) < 0:
        scale[0] = -scale[0]
    rotation = linear / scale
    if np.abs(rotation.T @ rotation - np.eye(3)).max() > _TOLERANCE:
        return None
    return matrix[:3, 3].copy(), _quaternion(rotation), scale


def move_to(node: Node, matrix: Matrix) -> bool:
    """Let the node's local transform be `matrix`, as translation, rotation and scale; False where they cannot."""
    parts = decomposed(matrix)
    if parts is None:
        return False
    translation, rotation, scale = parts
    made = trs_matrices(translation[None], rotation[None], scale[None])[0]
    if np.abs(made - matrix).max() > _TOLERANCE * np.abs(matrix).max():
        return False
    node.matrix = None
    node.translation = (float(translation[0]), float(translation[1]), float(translation[2]))
    node.rotation = (float(rotation[0]), float(rotation[1]), float(rotation[2]), float(rotation[3]))
    node.scale = (float(scale[0]), float(scale[1]), float(scale[2]))
    return True


def placed_by_joints(node: Node) -> bool:
    """Whether the node's transform says nothing: a skinned mesh stands where its joints are (§3.7.3.3)."""
    return node.skin is not None and not node.children and node.camera is None and node.light is None


def is_identity(matrix: Matrix) -> bool:
    return bool(np.array_equal(matrix, np.eye(4)))


def remove_empty(document: Document, emptied: Iterable[Node], fixed: set[int], *, keep_names: bool) -> int:
    """Remove nodes that have come to hold nothing, and those above them that this leaves empty; how many went."""
    above = parents(document)
    gone: set[int] = set()
    left = {id(node): sum(1 for _ in node.children) for node in document.nodes}
    for node in emptied:
        step: Node | None = node
        while step is not None and id(step) not in gone and id(step) not in fixed and left[id(step)] == 0:
            bare = (step.mesh, step.camera, step.light, step.skin, step.instancing, step.extras, step.xmp)
            if any(part is not None for part in bare) or step.extensions or (keep_names and step.name):
                break
            gone.add(id(step))
            step = above.get(id(step))
            if step is not None:
                left[id(step)] -= 1
    if gone:
        lists = [node.children for node in document.nodes] + [scene.nodes for scene in document.scenes]
        for listed in lists:
            listed[:] = [node for node in listed if id(node) not in gone]
        document.nodes[:] = [node for node in document.nodes if id(node) not in gone]
    return len(gone)


def _quaternion(rotation: Matrix) -> Matrix:
    """The unit quaternion of a rotation matrix, by its largest component (Shepperd 1978)."""
    (a, b, c), (d, e, f), (g, h, i) = rotation
    squares = np.array([1 + a - e - i, 1 - a + e - i, 1 - a - e + i, 1 + a + e + i])
    rows = np.array(
        [
            [squares[0], b + d, c + g, h - f],
            [b + d, squares[1], f + h, c - g],
            [c + g, f + h, squares[2], d - b],
            [h - f, c - g, d - b, squares[3]],
        ]
    )
    best = rows[int(np.argmax(squares))]
    return np.asarray(best / np.linalg.norm(best))
