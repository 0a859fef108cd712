"""How far animated properties move what is seen: the levers of a model's nodes.

A turn of a joint by an angle moves the surface by at most the angle times the distance of what hangs on the joint; a
shift moves it by as much as the nodes above scale it. So one length, a share of the model's size, says what every track
may be off by.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Accessor, Channel, Document, Interpolation, Mesh, Node, Primitive, Skin
from ..document.bounds import bounds
from ..document.traversal import instance_matrices, local_matrix

_LEAST_LEVER = 1 / 16  # of the model's size: what viewers hang on a joint, such as a tool in a hand, is seen too
_FULL_WEIGHT = 0.25  # a joint of so much weight counts as if it moved the vertex alone

Lengths = npt.NDArray[np.float64]


@dataclass(slots=True)
class _Motion:
    """Upper bounds for a node in every pose: how far it stands from its parent, and how it scales what it holds."""

    distance: float = 0.0
    scale: float = 0.0


@dataclass(slots=True)
class Reach:
    """Levers by node, upper bounds in every pose of every animation. See `reach`.

    Attributes:
        size: of the model, metres: the longest side of its box.
        levers: node → how far from it, in its own units, the surface that it carries goes.
        scales: node → by how much it scales what it holds.
        above: node → by how much the nodes above scale its translation.
        morphs: node → the longest morph delta of its mesh, metres.
    """

    size: float
    levers: dict[Node, float] = field(default_factory=dict)
    scales: dict[Node, float] = field(default_factory=dict)
    above: dict[Node, float] = field(default_factory=dict)
    morphs: dict[Node, float] = field(default_factory=dict)

    def tolerance(self, node: Node, path: str, share: float) -> float | None:
        """By how much a track may be off, so that no vertex is by more than `share` of the model's size.

        Returns:
            In units of the node's parent for translations, radians for rotations, factors for scales, weights for
            morph weights; None where the property moves nothing that is seen, or nothing can be said.
        """
        lever, above = self.levers.get(node, 0.0), self.above.get(node, 0.0)
        allowed = share * self.size
        if path == "weights":
            moved = self.morphs.get(node, 0.0)
        elif lever <= 0:
            return None
        elif path == "translation":
            moved = above
        elif path in ("rotation", "scale"):
            moved = max(lever * above, self.size * _LEAST_LEVER)
        else:
            return None
        return allowed / moved if 0 < moved < inf and allowed > 0 else None

    def scale(self, node: Node) -> float:
        """By how much the node, with those above, scales what it holds."""
        return self.above.get(node, 0.0) * self.scales.get(node, 0.0)


def reach(document: Document) -> Reach | None:
    """The levers of the document's nodes; None where it shows nothing of a size."""
    motions = _motions(document)
    own, morphs = _carried(document)
    found = Reach(0.0)
    below = {child for node in document.nodes for child in node.children}
    roots = [node for node in document.nodes if node not in below]
    order = [(root, 1.0) for root in roots]
    for node, above in order:
        found.above[node], found.scales[node] = above, motions[node].scale
        order += [(child, above * motions[node].scale) for child in node.children]
    for node, _ in reversed(order):
        carried = [child for child in node.children if found.levers[child] > 0]
        ways = [motions[child].distance + motions[child].scale * found.levers[child] for child in carried]
        found.levers[node] = max([own.get(node, 0.0), *ways])
    for node, longest in morphs.items():
        found.morphs[node] = longest * _magnification(node, found)
    furthest = max((motions[root].scale * found.levers[root] for root in roots), default=0.0)
    box = bounds(document, exact=False)
    # Where a file declares them, bounds are blind to skins, whose bind matrices may hold a change of units.
    side = float(box.extent.max()) if box is not None else inf
    found.size = min(2 * furthest, side) + max(found.morphs.values(), default=0.0)
    return found if found.size > 0 and isfinite(found.size) else None


def _magnification(node: Node, found: Reach) -> float:
    """How much larger than in its mesh a length is in the world: through the joints, where the node has a skin."""
    if node.skin is None:
        return found.scale(node)
    sizes = np.linalg.norm(_binds(node.skin)[:, :3, :3], ord=2, axis=(1, 2))
    return max(
        (found.scale(joint) * float(size) for joint, size in zip(node.skin.joints, sizes, strict=False)), default=0.0
    )


def _motions(document: Document) -> dict[Node, _Motion]:
    found: dict[Node, _Motion] = {}
    for node in document.nodes:
        matrix = local_matrix(node)
        found[node] = _Motion(float(np.linalg.norm(matrix[:3, 3])), float(np.linalg.norm(matrix[:3, :3], ord=2)))
    for channel in (channel for animation in document.animations for channel in animation.channels):
        moved, path = driven_by(channel)
        if moved is None or moved not in found:
            continue
        if path == "translation":
            found[moved].distance = max(found[moved].distance, longest_row(_points(channel)))
        elif path == "scale":
            found[moved].scale = max(found[moved].scale, float(np.abs(_points(channel)).max(initial=0.0)))
    return found


def driven_by(channel: Channel) -> tuple[Node | None, str]:
    """The node and the property of it that a channel drives, also through a pointer; None where it drives no node."""
    if channel.pointer is not None:
        return (channel.pointer.target if isinstance(channel.pointer.target, Node) else None), channel.pointer.path
    return channel.node, channel.path


def _points(channel: Channel) -> Lengths:
    """`(keys, components)`, without tangents."""
    values = channel.sampler.output.floats
    if channel.sampler.interpolation is Interpolation.CUBICSPLINE:
        values = values[1::3]
    return values.reshape(len(values), -1).astype(np.float64)


def _carried(document: Document) -> tuple[dict[Node, float], dict[Node, float]]:
    """How far from a node the surface goes that it carries itself, or moves as a joint; and its longest morph delta."""
    own: dict[Node, float] = {}
    morphs: dict[Node, float] = {}
    for node in document.nodes:
        if node.mesh is None:
            continue
        deltas = {id(t["POSITION"]): t["POSITION"] for p in node.mesh.primitives for t in p.targets if "POSITION" in t}
        longest = max((longest_row(delta.floats) for delta in deltas.values()), default=0.0)
        if longest > 0:
            morphs[node] = longest
        if node.skin is not None:
            for joint, length in _joint_levers(node.mesh, node.skin):
                own[joint] = max(own.get(joint, 0.0), length + longest)
            continue
        points = {id(p.attributes["POSITION"]): p.attributes["POSITION"] for p in _placed(node.mesh)}
        length = max((longest_row(accessor.floats) for accessor in points.values()), default=0.0) + longest
        if node.instancing is not None:
            places = instance_matrices(node.instancing)
            length = float(np.linalg.norm(places[:, :3, :3], ord=2, axis=(1, 2)).max(initial=0.0)) * length
            length += longest_row(places[:, :3, 3])
        own[node] = max(own.get(node, 0.0), length)
    return own, morphs


def _joint_levers(mesh: Mesh, skin: Skin) -> list[tuple[Node, float]]:
    """How far from each joint of the skin the vertices are that it moves, in the joint's units."""
    binds = _binds(skin)
    longest = np.zeros(len(binds))
    for number in range(max((len(p.attributes) for p in mesh.primitives), default=0)):
        names = ("POSITION", f"JOINTS_{number}", f"WEIGHTS_{number}")
        parts = {
            tuple(id(p.attributes[name]) for name in names): [p.attributes[name] for name in names]
            for p in mesh.primitives
            if all(name in p.attributes for name in names)
        }
        if not parts or not len(binds):
            break
        columns: list[list[Accessor]] = [list(column) for column in zip(*parts.values(), strict=True)]
        points = np.concatenate([accessor.floats for accessor in columns[0]])
        joints = np.concatenate([accessor.array for accessor in columns[1]])
        weights = np.concatenate([accessor.floats for accessor in columns[2]])
        rows, influence = np.nonzero(weights > 0)
        moved = np.minimum(joints[rows, influence], len(binds) - 1)
        matrices = binds[moved]
        places = np.einsum("nij,nj->ni", matrices[:, :3, :3], points[rows]) + matrices[:, :3, 3]
        lengths = np.sqrt(np.einsum("ni,ni->n", places, places))
        np.maximum.at(longest, moved, lengths * np.minimum(1.0, weights[rows, influence] / _FULL_WEIGHT))
    return list(zip(skin.joints, longest.tolist(), strict=False))


def _binds(skin: Skin) -> npt.NDArray[np.float32]:
    """Inverse bind matrices `(joints, 4, 4)`."""
    if skin.inverse_bind_matrices is None:
        return np.tile(np.eye(4, dtype=np.float32), (len(skin.joints), 1, 1))
    return skin.inverse_bind_matrices.floats[: len(skin.joints)]


def _placed(mesh: Mesh) -> list[Primitive]:
    return [primitive for primitive in mesh.primitives if "POSITION" in primitive.attributes]


def longest_row(vectors: npt.NDArray[Any]) -> float:
    """Of rows `(n, k)`."""
    return float(np.sqrt(np.einsum("ij,ij->i", vectors, vectors).max(initial=0.0)))
