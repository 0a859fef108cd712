"""GPU instances in place of nodes that show the same mesh."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..document import Accessor, Change, Context, Document, Fidelity, Instancing, Mesh, Node, Transform
from .graph import animated, held_by_extensions, pinned
from .joining import mirrors
from .materials import is_blended, materials_of
from .options import between
from .placing import Place, anchors, decomposed, places, remove_empty
from .quantization.thickness import has_thickness

_MIRROR = np.diag([-1.0, 1.0, 1.0, 1.0])
UNMOVED: dict[str, tuple[float, ...]] = {
    "TRANSLATION": (0.0, 0.0, 0.0),
    "ROTATION": (0.0, 0.0, 0.0, 1.0),
    "SCALE": (1.0, 1.0, 1.0),
}
"""What each attribute of an instance is where it is not given."""


@dataclass(frozen=True, slots=True)
class Instance(Transform):
    """Draw a mesh that many nodes show as GPU instances of one node (EXT_mesh_gpu_instancing). Invisible.

    One draw call in place of many; viewers that do not know the extension refuse the file. Instances stand where the
    nodes stood, rounded to 32-bit floats, and mirrored ones go to a node of their own, which mirrors: viewers look for
    mirroring there. Nodes that an animation moves apart stay apart. Left alone are nodes with a skin, morph weights,
    extras, extensions, children, a camera or a light, blended meshes, whose order shows, and volumes, whose thickness
    viewers do not scale by instance.

    Args:
        least: so many nodes must show a mesh; for fewer, the extension costs more than it saves.
        keep_names: leave nodes with a name alone.
    """

    fidelity: ClassVar[Fidelity] = Fidelity.INVISIBLE

    least: int = 5
    keep_names: bool = False

    def __post_init__(self) -> None:
        between(self, "least", 2, float("inf"))

    def __call__(self, document: Document, context: Context) -> Change:
        change = Change("instance")
        if held := pinned(document):
            change.skipped.append(held)
            return change
        fixed = anchors(document)
        groups: dict[Hashable, list[tuple[Node, Place]]] = {}
        fit = _Fit(document, self.keep_names)
        for node, place in places(document, fixed).items():
            if node.mesh is not None and id(node) not in fixed and fit.node(node) and fit.mesh(node.mesh):
                groups.setdefault((place.key, id(node.mesh), mirrors(place.matrix)), []).append((node, place))
        made = 0
        for group in groups.values():
            if len(group) >= self.least and _gather(document, group):
                made += 1
                emptied = [node for node, _ in group]
                remove_empty(document, emptied, fixed, keep_names=self.keep_names)
                change.notes.append(f"{len(group)} nodes of {emptied[0]!r} are instances now")
        return change


class _Fit:
    """Which nodes and meshes may become instances."""

    def __init__(self, document: Document, keep_names: bool):
        self.keep_names = keep_names
        self.driven, self.held = animated(document), held_by_extensions(document)
        self._meshes: dict[int, bool] = {}

    def node(self, node: Node) -> bool:
        holds = (node.children, node.skin, node.weights, node.camera, node.light, node.instancing, node.extensions)
        told = node.extras is not None or node.xmp is not None or (self.keep_names and bool(node.name))
        return not any(holds) and not told and id(node) not in self.driven

    def mesh(self, mesh: Mesh) -> bool:
        if id(mesh) not in self._meshes:
            parts = mesh.primitives
            thick = any(has_thickness(m, self.driven) for part in parts for m in materials_of(part))
            moves = id(mesh) in self.driven or id(mesh) in self.held
            self._meshes[id(mesh)] = not (thick or moves or any(map(is_blended, parts)))
        return self._meshes[id(mesh)]


def _gather(document: Document, group: list[tuple[Node, Place]]) -> bool:
    """Put one node in place of the group's; False where a node shears, which an instance cannot."""
    node, place = group[0]
    mirrored = mirrors(place.matrix)
    parts = [decomposed(_MIRROR @ p.matrix if mirrored else p.matrix) for _, p in group]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return False
    columns = zip(UNMOVED.items(), zip(*found, strict=True), strict=True)
    attributes = {
        name: Accessor(np.array(values, np.float32))
        for (name, nothing), values in columns
        if not np.array_equal(np.array(values), np.tile(nothing, (len(values), 1)))
    }
    if not attributes:
        attributes = {"TRANSLATION": Accessor(np.zeros((len(group), 3), np.float32))}
    shown = Node(name=node.name, mesh=node.mesh, instancing=Instancing(attributes=attributes))
    if mirrored:
        shown.scale = (-1.0, 1.0, 1.0)
    document.nodes.append(shown)
    if place.anchor is not None:
        place.anchor.children = [*place.anchor.children, shown]
    for scene in place.scenes:
        scene.nodes = [*scene.nodes, shown]
    for old, _ in group:
        old.mesh = None
    return True
