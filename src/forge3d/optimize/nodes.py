"""Moving a mesh to a node of its own."""

from __future__ import annotations

from ..document import Document, Node
from .graph import animated, held_by_extensions


def fixed_nodes(document: Document) -> set[int]:
    """`id` of nodes whose own transform means more than where their mesh stands.

    They are animated, joints, named by an extension, or carry children, a camera, a light or extensions.
    """
    fixed = {i for i, paths in animated(document).items() if paths != {"weights"}} | held_by_extensions(document)
    for skin in document.skins:
        fixed |= {id(joint) for joint in skin.joints} | {id(skin.skeleton)}
    return fixed | {id(n) for n in document.nodes if n.children or n.camera or n.light or n.extensions}


def hand_down(document: Document, node: Node) -> Node:
    """Give the node's mesh, skin, instances and morph weights to a new child, which stands where the node stands."""
    child = Node(mesh=node.mesh, skin=node.skin, instancing=node.instancing, weights=node.weights)
    node.mesh, node.skin, node.instancing, node.weights = None, None, None, []
    node.children = [*node.children, child]
    document.nodes.append(child)
    for channel in (channel for animation in document.animations for channel in animation.channels):
        if channel.node is node and channel.path == "weights":
            channel.node = child
        pointer = channel.pointer
        if pointer is not None and pointer.target is node and pointer.path.split("/")[0] == "weights":
            pointer.target = child
    return child
