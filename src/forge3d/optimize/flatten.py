"""Take nodes out of hierarchies that nothing needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..document import Change, Context, Document, Fidelity, Node, Skip, Transform
from ..document.traversal import local_matrix
from .graph import pinned
from .placing import anchors, is_identity, move_to, placed_by_joints, remove_empty, walk_tree


@dataclass(frozen=True, slots=True)
class Flatten(Transform):
    """Move every node up to its nearest animated ancestor, or to the top of its scenes. Invisible.

    Transforms are multiplied into the nodes that move, so what they hold stands where it stood, but for rounding; nodes
    that hold nothing go. Animated nodes, joints with all nodes above them, nodes with extensions or named by
    one, and nodes that KHR_node_visibility speaks of stay where they are, and what is below them stays below. A node
    whose transform would shear, as turning under an uneven scale does, stays below its parent. Fewer nodes cost viewers
    less per frame, and let Join and Instance find more to put together; an application that moves parts by their groups
    loses the groups.

    Args:
        keep_names: nodes with a name stay, even where nothing is left in them. Nodes with extras always do.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.INVISIBLE

    keep_names: bool = False

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("flatten")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        fixed = anchors(document)
        order = list(walk_tree(document))
        above = {id(node): parent for node, parent in order}
        sheared = 0
        for node, parent in order:
            if parent is None or id(node) in fixed or id(parent) in fixed:
                continue
            if not _lift(node, parent):
                sheared += 1
                continue
            above[id(node)] = above[id(parent)]
        _rebuild(document, order, above)
        removed = remove_empty(document, [node for node, _ in order], fixed, keep_names=self.keep_names)
        if removed:
            change.notes.append(f"{removed} empty nodes removed")
        if sheared:
            change.skipped.append(Skip(f"{sheared} nodes", "would be sheared, which a node's transform cannot say"))
        return change


def _lift(node: Node, parent: Node) -> bool:
    """Multiply the parent's transform, which is final by now, into the node's; False where that shears."""
    around = local_matrix(parent)
    return is_identity(around) or placed_by_joints(node) or move_to(node, around @ local_matrix(node))


def _rebuild(document: Document, order: list[tuple[Node, Node | None]], above: dict[int, Node | None]) -> None:
    """Fill the lists of children and of the scenes anew, in the order of the old tree."""
    top = {id(node): id(node) for node, parent in order if parent is None}
    children: dict[int, list[Node]] = {}
    roots: dict[int, list[Node]] = {}
    for node, parent in order:
        if parent is not None:
            top[id(node)] = top[id(parent)]
        new = above[id(node)]
        if new is not None:
            children.setdefault(id(new), []).append(node)
        else:
            roots.setdefault(top[id(node)], []).append(node)
    for node, _ in order:
        node.children = children.get(id(node), [])
    for scene in document.scenes:
        scene.nodes = [node for root in scene.nodes for node in roots[id(root)]]
