"""A body as one surface, which its joints bend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ..document import Document, Node, Primitive
from ..document.geometry import triangles
from ..document.opacity import sides_and_opacity
from ..document.scene import Matrix
from ..document.traversal import world_matrices
from ..errors import NotWearable
from ..native.nearest import Nearest
from ..native.rows import distinct_rows
from .rig import Naming, Rig, rig_of
from .weights import Influences, condensed, influences

Points = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


class Skinned:
    """A triangle mesh to ask where points are: how far from it, and on which side.

    Args:
        points: `(n, 3)`. faces: `(t, 3)`, front sides counter-clockwise.
    """

    def __init__(self, points: Points, faces: Numbers):
        self.points, self.faces = points, faces
        corners = points[faces]
        across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        sums = np.stack(
            [np.bincount(faces.ravel(), np.repeat(across[:, axis], 3), len(points)) for axis in range(3)], 1
        )
        self.normals = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-30)

    @cached_property
    def _nearest(self) -> Nearest:
        return Nearest(self.points[self.faces])

    def at(self, points: Points) -> Touch:
        """The nearest place of the surface to each of `(m, 3)` points."""
        _, triangle, shares = self._nearest.query(points)
        touch = Touch(self.faces[triangle], shares, np.empty((0, 3)), np.empty(0))
        normal = self._normals(touch)
        outside = np.einsum("mx,mx->m", points - self.places(touch), normal)
        return replace(touch, normal=normal, outside=outside)

    def above(self, touch: Touch, points: Points, near: float) -> Points:
        """How far points `(m, 3)` are above places that were found when nothing was bent `(m,)`.

        Args:
            near: metres that a point may have gone aside; infinite for those that went further.
        """
        gap = points - self.places(touch)
        outside = np.einsum("mx,mx->m", gap, self._normals(touch))
        aside = np.einsum("mx,mx->m", gap, gap) - outside**2
        return np.where(aside < near * near, outside, np.inf)

    def places(self, touch: Touch) -> Points:
        """Where places of the surface are when it is bent so, `(m, 3)`."""
        return _between(self.points, touch)

    def _normals(self, touch: Touch) -> Points:
        normal = _between(self.normals, touch)
        return np.asarray(normal / np.maximum(np.sqrt(np.einsum("mx,mx->m", normal, normal))[:, None], 1e-30))


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """Places on a surface: vertices `(m, 3)`, barycentric shares `(m, 3)`, unit normals `(m, 3)`, and how far outside
    of it, along that normal, the points that were asked for are `(m,)`; negative: inside."""

    corners: Numbers
    shares: Points
    normal: Points
    outside: Points


@dataclass(slots=True, eq=False)
class Part:
    """Some vertices of the body: of a primitive, or its own; `number` is each one's number in the body."""

    primitive: Primitive
    number: Numbers


class Body:
    """The opaque skinned triangles of some nodes, as they are modelled (the main skin's bind pose).

    Vertices at equal places are one. Other skins (heads, hands) are brought into the main one's space.

    Attributes:
        to_world: `(4, 4)`: from the space that it is modelled in to the world where it stands, as its first bone goes.
        unit: metres that one unit of that space is in the world.

    Raises:
        NotWearable: nothing is skinned.
    """

    def __init__(self, document: Document, nodes: Sequence[Node], rig: Rig, naming: Naming):
        self.rig = rig
        first_bone = next(iter(rig.bones.values()))
        stands = world_matrices(document).get(rig.skin.joints[first_bone], np.eye(4))
        self.to_world: Matrix = stands @ np.linalg.inv(rig.bind[first_bone])
        self.unit = float(np.cbrt(abs(np.linalg.det(self.to_world[:3, :3])))) or 1.0
        points, faces, weights, sizes, self.parts = [], [], [], 0, []
        for node in nodes:
            if node.mesh is None or node.skin is None or not node.skin.joints:
                continue
            own = rig if node.skin is rig.skin else rig_of(document, node.skin, naming)
            to_main = _joints_to(own, rig)
            for primitive in node.mesh.primitives:
                held = influences(primitive)
                triangle = triangles(primitive)
                if held is None or not len(triangle) or not sides_and_opacity(primitive)[1]:
                    continue
                place = primitive.attributes["POSITION"].floats.astype(np.float64)
                if own is not rig:
                    between = rig.bind[to_main] @ np.linalg.inv(own.bind)
                    blended = held.blended(between).astype(np.float64)
                    place = np.einsum("nij,nj->ni", blended[:, :3, :3], place) + blended[:, :3, 3]
                    held = condensed(to_main[held.joints], held.weights, held.joints.shape[1])
                points.append(place)
                weights.append(held)
                faces.append(triangle.astype(np.int64) + sizes)
                self.parts.append(Part(primitive, np.arange(len(place)) + sizes))
                sizes += len(place)
        if not points:
            raise NotWearable("the body has no opaque skinned triangles: export its mesh with JOINTS_0 and WEIGHTS_0")
        every = np.concatenate(points)
        number = distinct_rows(np.ascontiguousarray(every.astype(np.float32)))[0].astype(np.int64)
        first = np.full(int(number.max()) + 1, -1, np.int64)
        first[number[::-1]] = np.arange(len(number))[::-1]
        for part in self.parts:
            part.number = number[part.number]
        self.points: Points = every[first]
        joined = number[np.concatenate(faces)]
        self.faces = joined[(joined != np.roll(joined, 1, 1)).all(1)]
        width = max(held.joints.shape[1] for held in weights)
        self.influences = Influences(
            np.concatenate([_wide(held.joints, width) for held in weights])[first],
            np.concatenate([_wide(held.weights, width) for held in weights])[first],
        )

    @cached_property
    def facing(self) -> Matrix:
        """The turn about the world's vertical `(4, 4)`, in quarters, from +Z to where the body looks: by its left and
        right bones."""
        apart = np.zeros(3)
        for bone in ("UpperLeg", "UpperArm", "LowerLeg", "LowerArm"):
            if f"left{bone}" in self.rig.bones and f"right{bone}" in self.rig.bones:
                apart = self.to_world[:3, :3] @ (self.rig.head(f"left{bone}") - self.rig.head(f"right{bone}"))
                break
        quarters = round(float(np.arctan2(-apart[2], apart[0])) / (np.pi / 2))
        x, z = [(1, 0), (0, -1), (-1, 0), (0, 1)][quarters % 4]
        return np.array([[x, 0, -z, 0], [0, 1, 0, 0], [z, 0, x, 0], [0, 0, 0, 1]], np.float64)

    @cached_property
    def surface(self) -> Skinned:
        return Skinned(self.points, self.faces)

    @cached_property
    def edges(self) -> Numbers:
        """`(e, 2)`: each pair of neighbours once."""
        pairs = np.sort(np.concatenate([self.faces[:, [0, 1]], self.faces[:, [1, 2]], self.faces[:, [2, 0]]]), axis=1)
        return np.unique(pairs, axis=0)

    @property
    def height(self) -> float:
        return float(np.ptp(self.points, axis=0).max())

    def posed(self, matrices: Matrix) -> Skinned:
        """The surface with joints' matrices `(joints, 4, 4)` from bind space to where they are."""
        return Skinned(bent(self.points, self.influences, matrices), self.faces)


def bent(points: Points, held: Influences, matrices: Matrix) -> Points:
    """Points `(n, 3)` moved by their joints' matrices."""
    return moved(points, held.blended(matrices))


def moved(points: Points, matrices: npt.NDArray[Any]) -> Points:
    """Points `(n, 3)`, each by its own matrix `(n, 4, 4)`."""
    return np.asarray((matrices[:, :3, :3] @ points[:, :, None])[..., 0] + matrices[:, :3, 3], np.float64)


def _between(values: Points, touch: Touch) -> Points:
    """Vertices' values `(n, 3)` at places of the surface."""
    corners = values[touch.corners]
    return np.asarray((touch.shares[:, None, :] @ corners)[:, 0])


def _joints_to(other: Rig, main: Rig) -> Numbers:
    """The main skin's joint for each of another's: the same node, else the bone it is or hangs on, else the first."""
    number = {joint: index for index, joint in enumerate(main.skin.joints)}
    found = []
    for index, joint in enumerate(other.skin.joints):
        bone = other.bone(index)
        found.append(number.get(joint, main.bones.get(bone, 0) if bone else 0))
    return np.array(found, np.int64)


def _wide(rows: npt.NDArray[Any], width: int) -> npt.NDArray[Any]:
    return np.pad(rows, ((0, 0), (0, width - rows.shape[1])))
