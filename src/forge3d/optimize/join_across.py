"""Joining the parts of different nodes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from ..document import Document, Mesh, Node, Primitive
from .graph import animated, held_by_extensions
from .joining import Part, joined
from .likeness import by_color, look
from .materials import materials_of
from .placing import Place, anchors, places, remove_empty
from .quantization.thickness import has_thickness

_MOVABLE = ("POSITION", "NORMAL", "TANGENT")
_FREE = ("TEXCOORD", "COLOR", "JOINTS", "WEIGHTS")  # of no space: they stay what they are wherever a mesh moves


@dataclass(slots=True, eq=False)
class _Member:
    """A node's primitive, which may be joined with those of other nodes."""

    node: Node
    primitive: Primitive
    place: Place


def join_across(document: Document, blocked: dict[int, str], fill: bool, shared: int, keep_names: bool) -> None:
    """Join primitives of nodes that no animation moves apart.

    Args:
        blocked: `id` of primitives to leave alone.
        fill, shared, keep_names: as `Join`.
    """
    fixed = anchors(document)
    joining = _Joining(document, blocked, fixed, shared, keep_names)
    groups: dict[Hashable, list[_Member]] = {}
    for node, place in places(document, fixed).items():
        for key, member in joining.members(node, place):
            groups.setdefault(key, []).append(member)
    for group in groups.values():
        for alike in by_color(group, fill, lambda member: member.primitive):
            if len(alike) > 1:
                joining.join(alike)
    joining.finish()


class _Joining:
    def __init__(self, document: Document, blocked: dict[int, str], fixed: set[int], shared: int, keep_names: bool):
        self.document, self.blocked, self.fixed = document, blocked, fixed
        self.shared, self.keep_names = shared, keep_names
        self.held, self.driven = held_by_extensions(document), animated(document)
        self.users: dict[int, int] = {}
        for node in document.nodes:
            self.users[id(node.mesh)] = self.users.get(id(node.mesh), 0) + 1
        self.touched: list[Node] = []
        self.made: dict[tuple[int, ...], Node] = {}

    def members(self, node: Node, place: Place) -> Iterator[tuple[Hashable, _Member]]:
        """The node's primitives that may leave it, each with what it must share with others to be joined."""
        mesh = node.mesh
        if mesh is None or not self._may_leave(node, mesh):
            return
        if id(node) in self.fixed:
            place = Place(node, (), np.eye(4))
        elif node.skin is not None:
            place = Place(place.anchor, place.scenes, np.eye(4))  # a skinned mesh ignores its node's transform
        linear = place.matrix[:3, :3]
        if not np.isfinite(place.matrix).all() or abs(np.linalg.det(linear)) <= 1e-12 * np.abs(linear).max() ** 3:
            return
        for primitive in mesh.primitives:
            if id(primitive) not in self.blocked:
                where = None if self._may_move(primitive) else place.matrix.tobytes()
                yield (place.key, id(node.skin), where, look(primitive)), _Member(node, primitive, place)

    def _may_leave(self, node: Node, mesh: Mesh) -> bool:
        marked = any(part.extras is not None or part.extensions or part.xmp is not None for part in (node, mesh))
        morphed = mesh.weights or node.weights or any(primitive.targets for primitive in mesh.primitives)
        if marked or morphed or node.instancing is not None or id(mesh) in self.held or id(mesh) in self.driven:
            return False
        if self.keep_names and (node.name or mesh.name):
            return False
        positions = {p.attributes["POSITION"] for p in mesh.primitives if "POSITION" in p.attributes}
        return self.users[id(mesh)] == 1 or sum(map(len, positions)) <= self.shared

    def _may_move(self, primitive: Primitive) -> bool:
        """Whether its vertices can be brought into another space: floats without a thickness or unknown vectors."""
        for name, accessor in primitive.attributes.items():
            if name in _MOVABLE and accessor.dtype != np.float32:
                return False
            if name not in _MOVABLE and name.partition("_")[0] not in _FREE:
                return False
        return not any(has_thickness(material, self.driven) for material in materials_of(primitive))

    def join(self, members: list[_Member]) -> None:
        """Make one primitive of the members', and put it where it needs the least change."""
        first = members[0]
        if all(np.array_equal(member.place.matrix, first.place.matrix) for member in members):
            target, matrices = first.node, [np.eye(4)] * len(members)
        else:
            anchor = first.place.anchor
            stays = anchor is not None and any(member.node is anchor for member in members)
            target = anchor if stays and anchor is not None else self._new_node(first)
            matrices = [member.place.matrix for member in members]
        result = joined([Part(m.primitive, matrix) for m, matrix in zip(members, matrices, strict=True)])
        for member in members:
            mesh = self._own(member.node)
            mesh.primitives = [primitive for primitive in mesh.primitives if primitive is not member.primitive]
            self.touched.append(member.node)
        self._own(target).primitives.append(result)

    def _new_node(self, member: _Member) -> Node:
        """A node that stands at the anchor, or at the top of the scenes; one for all that comes together there."""
        key = (*member.place.key, id(member.node.skin))
        if key not in self.made:
            assert member.node.mesh is not None
            node = Node(name=member.node.name, skin=member.node.skin, mesh=Mesh(name=member.node.mesh.name))
            self.made[key] = node
            self.document.nodes.append(node)
            assert node.mesh is not None
            self.document.meshes.append(node.mesh)
            self.users[id(node.mesh)] = 1
            if member.place.anchor is not None:
                member.place.anchor.children = [*member.place.anchor.children, node]
            for scene in member.place.scenes:
                scene.nodes = [*scene.nodes, node]
        return self.made[key]

    def _own(self, node: Node) -> Mesh:
        """The node's mesh, a copy of its own where others show it too."""
        mesh = node.mesh
        assert mesh is not None
        if self.users[id(mesh)] > 1:
            self.users[id(mesh)] -= 1
            mesh = node.mesh = replace(mesh, primitives=list(mesh.primitives))
            self.users[id(mesh)] = 1
            self.document.meshes.append(mesh)
        return mesh

    def finish(self) -> None:
        """Take meshes without primitives off their nodes, and remove nodes that hold nothing any more."""
        for node in self.touched:
            if node.mesh is not None and not node.mesh.primitives:
                node.mesh = node.skin = None
        empty = [node for node in dict.fromkeys(self.touched) if node.mesh is None]
        remove_empty(self.document, empty, self.fixed, keep_names=self.keep_names)
        self.document.meshes[:] = [mesh for mesh in self.document.meshes if mesh.primitives]
