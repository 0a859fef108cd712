"""Nodes in place of GPU instances."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from typing import ClassVar

from ..document import Change, Context, Document, Fidelity, Instancing, Node, Skip, Transform
from ..document.accessor import FloatArray
from ..document.material import Vec4
from .graph import animated, pinned
from .instance import UNMOVED
from .options import between


@dataclass(frozen=True, slots=True)
class Uninstance(Transform):
    """Give each GPU instance (EXT_mesh_gpu_instancing) a node of its own. Invisible: the opposite of Instance.

    For viewers and programs that do not know the extension. The nodes stand below the one that held the instances, in
    the same places; a viewer may multiply their matrices in another order, and round otherwise.
    Instances with attributes of an application, with features (EXT_instance_features) or extras stay instances, because
    a node has no place for those.

    Args:
        most: a node with more instances than this keeps them.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.INVISIBLE

    most: int = 10000

    def __post_init__(self) -> None:
        between(self, "most", 1, float("inf"))

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("uninstance")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        driven = animated(document)
        for number, node in enumerate(list(document.nodes)):
            if node.instancing is not None and node.mesh is not None:
                why = self._reason(node, node.instancing)
                if "weights" in driven.get(id(node), ()):
                    why = "its morph weights are animated, all instances' at once"
                if why is None:
                    _spread(document, node, node.instancing)
                else:
                    change.skipped.append(Skip(f"node {node.name!r}" if node.name else f"node {number}", why))
        return change

    def _reason(self, node: Node, instancing: Instancing) -> str | None:
        others = sorted(set(instancing.attributes) - set(UNMOVED))
        if others:
            return f"its instances have attributes of their own: {', '.join(others)}"
        if "EXT_instance_features" in node.extensions or instancing.extensions or instancing.extras is not None:
            return "its instances have features, extensions or extras"
        count = min((len(accessor) for accessor in instancing.attributes.values()), default=0)
        return f"{count:,} instances would be too many nodes" if count > self.most else None


def _spread(document: Document, node: Node, instancing: Instancing) -> None:
    attributes = {name: accessor.floats for name, accessor in instancing.attributes.items()}
    children: list[Node] = []
    for number in range(min(map(len, attributes.values()), default=0)):
        child = Node(mesh=node.mesh, skin=node.skin, weights=list(node.weights))
        values = {name: tuple(map(float, array[number])) for name, array in attributes.items()}
        child.translation = values.get("TRANSLATION", child.translation)  # type: ignore[assignment]
        if "ROTATION" in attributes:
            child.rotation = _unit(attributes["ROTATION"][number])
        child.scale = values.get("SCALE", child.scale)  # type: ignore[assignment]
        children.append(child)
    node.mesh, node.skin, node.weights, node.instancing = None, None, [], None
    node.children = [*node.children, *children]
    document.nodes += children


def _unit(rotation: FloatArray) -> Vec4:
    """A quaternion of unit length, as a node's must be; instances may hold rounded ones."""
    x, y, z, w = map(float, rotation)
    length = hypot(x, y, z, w)
    if not length > 0:
        return (0.0, 0.0, 0.0, 1.0)
    return (x, y, z, w) if abs(length - 1) < 1e-6 else (x / length, y / length, z / length, w / length)
