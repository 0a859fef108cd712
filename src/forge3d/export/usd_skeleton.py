"""Skins as UsdSkel skeletons, whose space is the world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..document import Document, Primitive
from ..document.bounds import bounds
from ..document.sampling import Values
from ..document.scene import Matrix, Node, Skin
from ..document.traversal import trs_matrices, world_matrices
from ..errors import InvalidAsset
from .usd import TIMES_A_SECOND, Stage, identifier
from .usd_animation import TRS, Clip, continuous
from .usd_joints import decomposed, influences
from .usd_mesh import Meshes
from .usd_morph import Shapes, is_morphing

_EXTENTS = 16
"""How many times within an animation its extent is measured at."""


def is_skinned(node: Node, primitive: Primitive) -> bool:
    """Whether joints carry this mesh."""
    return node.skin is not None and bool(node.skin.joints) and "JOINTS_0" in primitive.attributes


@dataclass(frozen=True, slots=True)
class _Rig:
    """A skeleton's joints, parents before children.

    Attributes:
        order: for each joint here, its place in `skin.joints`.
        parents: for each joint here, its parent's place here; −1 for roots.
        tokens: USD's names: paths of joints.
    """

    path: str
    skin: Skin
    order: list[int]
    parents: list[int]
    tokens: list[str]

    @property
    def joints(self) -> list[Node]:
        return [self.skin.joints[place] for place in self.order]


class Skeletons:
    """Writes skeletons, each once, and the meshes that they carry."""

    def __init__(self, stage: Stage, document: Document, clip: Clip | None):
        self._stage, self._document, self._clip = stage, document, clip
        self._world = world_matrices(document)
        self._parents = {child: node for node in document.nodes for child in node.children}
        self._root = ""
        self._rigs: dict[Skin, _Rig] = {}
        self._shapes: dict[Skin, Shapes] = {}

    def write(self, node: Node, primitive: Primitive, weights: Sequence[float], meshes: Meshes) -> None:
        """A mesh, bound to its skeleton. Its own node's place does not count (§3.7.3.3)."""
        assert node.skin is not None
        rig = self._rig(node.skin)
        path = meshes.own(self._root, node, primitive, weights)
        if path is None:
            return
        stage, skel = self._stage, self._stage.usd.UsdSkel
        prim = stage.stage.GetPrimAtPath(path)
        binding = skel.BindingAPI.Apply(prim)
        binding.CreateSkeletonRel().SetTargets([rig.path])
        binding.CreateGeomBindTransformAttr(stage.matrix(np.eye(4)))
        indices, shares = influences(primitive, rig.order)
        count = indices.shape[1]
        binding.CreateJointIndicesPrimvar(False, count).Set(stage.integers(indices.ravel()))
        binding.CreateJointWeightsPrimvar(False, count).Set(stage.floats(shares.ravel()))
        if self._clip is not None and is_morphing(self._clip, node, primitive):
            self._shapes.setdefault(node.skin, Shapes(stage, self._clip)).attach(path, node, primitive)
        if not _shown(node, self._parents):
            stage.usd.UsdGeom.Imageable(prim).MakeInvisible()

    def finish(self) -> None:
        """What can be said when all is there: how much room the skinned meshes take, at rest and as they move."""
        if not self._rigs:
            return
        stage, skel = self._stage, self._stage.usd.UsdSkel
        for skin, shapes in self._shapes.items():
            path = self._rigs[skin].path
            shapes.animate(skel.Animation.Define(stage.stage, f"{path}/Animation"))
            _play(stage, path)
        extent = skel.Root(stage.stage.GetPrimAtPath(self._root)).CreateExtentAttr()
        skinned = _skinned_alone(self._document)
        if self._clip is not None:
            skinned.animations = [skinned.animations[self._document.animations.index(self._clip.animation)]]
        moments = [None, *np.linspace(0, self._clip.end, _EXTENTS)] if self._clip is not None else [None]
        for time in moments:
            box = bounds(skinned, time=None if time is None else float(time))
            if box is not None:
                corners = stage.vectors(np.stack([box.min, box.max]))
                extent.Set(corners, *([] if time is None else [float(time) * TIMES_A_SECOND]))

    def _rig(self, skin: Skin) -> _Rig:
        if skin not in self._rigs:
            if not self._rigs:
                self._root = self._stage.names.child(self._stage.root, "Skinned", "Skinned")
                self._stage.usd.UsdSkel.Root.Define(self._stage.stage, self._root)
            rig = self._ordered(skin)
            self._define(rig)
            self._rigs[skin] = rig
        return self._rigs[skin]

    def _ordered(self, skin: Skin) -> _Rig:
        places = {joint: place for place, joint in enumerate(skin.joints)}
        above = [self._nearest(joint, places) for joint in skin.joints]
        depth = [0] * len(above)
        for place in range(len(above)):
            parent = above[place]
            while parent >= 0:
                depth[place] += 1
                parent = above[parent]
        order = sorted(range(len(above)), key=lambda place: depth[place])
        here = {place: number for number, place in enumerate(order)}
        tokens: list[str] = []
        for number, place in enumerate(order):
            name = identifier(skin.joints[place].name, "Joint")
            parent = above[place]
            token = f"{tokens[here[parent]]}/{name}" if parent >= 0 else name
            tokens.append(token if token not in tokens else f"{token}_{number}")
        path = self._stage.names.child(self._root, skin.name, "Skeleton")
        return _Rig(path, skin, order, [here[above[place]] if above[place] >= 0 else -1 for place in order], tokens)

    def _nearest(self, joint: Node, places: dict[Node, int]) -> int:
        """The place of the nearest joint above; −1 where there is none."""
        node = self._parents.get(joint)
        while node is not None and node not in places:
            node = self._parents.get(node)
        return -1 if node is None else places[node]

    def _define(self, rig: _Rig) -> None:
        stage, skel = self._stage, self._stage.usd.UsdSkel
        worlds = np.stack([self._world.get(joint, np.eye(4)) for joint in rig.joints])
        skeleton = skel.Skeleton.Define(stage.stage, rig.path)
        stage.named(skeleton.GetPrim(), rig.skin)
        skeleton.CreateJointsAttr(rig.tokens)
        skeleton.CreateBindTransformsAttr(stage.matrices(_bind_matrices(rig)))
        skeleton.CreateRestTransformsAttr(stage.matrices(_locals(worlds, rig.parents)))
        if self._clip is not None:
            self._animate(rig, skeleton, self._clip)

    def _animate(self, rig: _Rig, skeleton: Any, clip: Clip) -> None:
        times = clip.times(self._above(rig.joints))
        if not len(times):
            return
        stage, skel, vt = self._stage, self._stage.usd.UsdSkel, self._stage.usd.Vt
        animation = skel.Animation.Define(stage.stage, f"{rig.path}/Animation")
        animation.CreateJointsAttr(rig.tokens)
        moves = [self._moves(joint, set(rig.joints), clip, times) for joint in rig.joints]
        translations, rotations = animation.CreateTranslationsAttr(), animation.CreateRotationsAttr()
        scales = animation.CreateScalesAttr()
        for number, time in enumerate(times):
            code = float(time) * TIMES_A_SECOND
            moved, turned, sized = (np.stack([tracks[part][number] for tracks in moves]) for part in range(3))
            translations.Set(stage.vectors(moved), code)
            rotations.Set(vt.QuatfArray([stage.quaternion(turn) for turn in turned.tolist()]), code)
            scales.Set(vt.Vec3hArray([stage.usd.Gf.Vec3h(*size) for size in sized.tolist()]), code)
        _play(stage, rig.path)

    def _moves(self, joint: Node, joints: set[Node], clip: Clip, times: Values) -> tuple[Matrix, Matrix, Matrix]:
        """A joint's translations, turns and scales at `times`, from the joint above it, over the nodes between."""
        chain = [joint]
        while (above := self._parents.get(chain[-1])) is not None and above not in joints:
            chain.append(above)
        if len(chain) == 1 and (joint.matrix is None or clip.paths(joint) & set(TRS)):
            return _tracks(joint, clip, times)
        matrices = np.eye(4)
        for node in reversed(chain):
            if node.matrix is not None and not clip.paths(node) & set(TRS):
                matrices = matrices @ node.matrix
            else:
                matrices = matrices @ trs_matrices(*_tracks(node, clip, times))
        moved, turned, sized = decomposed(np.broadcast_to(matrices, (len(times), 4, 4)))
        return moved, continuous(turned), sized

    def _above(self, joints: list[Node]) -> set[Node]:
        """The joints and everything that carries them."""
        found: set[Node] = set()
        for joint in joints:
            node: Node | None = joint
            while node is not None and node not in found:
                found.add(node)
                node = self._parents.get(node)
        return found


def _play(stage: Stage, skeleton: str) -> None:
    """Bind a skeleton to the animation below it."""
    binding = stage.usd.UsdSkel.BindingAPI.Apply(stage.stage.GetPrimAtPath(skeleton))
    binding.CreateAnimationSourceRel().SetTargets([f"{skeleton}/Animation"])


def _tracks(node: Node, clip: Clip, times: Values) -> tuple[Matrix, Matrix, Matrix]:
    """A node's translation, rotation and scale at `times`, `(times, 3 or 4)` each."""
    moved, turned, sized = (
        clip.values(node, path, times)
        if path in clip.paths(node)
        else np.tile(np.array(getattr(node, path), np.float64), (len(times), 1))
        for path in TRS
    )
    return moved, turned, sized


def _bind_matrices(rig: _Rig) -> Matrix:
    """Where joints stood in the world when the mesh was bound: the inverse of the inverse."""
    count, given = len(rig.order), rig.skin.inverse_bind_matrices
    inverse = np.tile(np.eye(4), (count, 1, 1))
    if given is not None:
        known = given.floats[:count].astype(np.float64)
        inverse[: len(known)] = known
    try:
        return np.asarray(np.linalg.inv(inverse[np.asarray(rig.order)]))
    except np.linalg.LinAlgError as error:
        raise InvalidAsset(
            f"the skin {rig.skin.name or ''!r} has an inverse bind matrix without inverse, which USD cannot hold"
        ) from error


def _locals(worlds: Matrix, parents: Sequence[int]) -> Matrix:
    """World matrices to those relative to the parents."""
    above = np.stack([worlds[parent] if parent >= 0 else np.eye(4) for parent in parents])
    flat = np.abs(np.linalg.det(above[:, :3, :3])) < 1e-18  # a parent without size: its children are points anyway
    above[flat] = np.eye(4)
    return np.asarray(np.linalg.inv(above) @ worlds)


def _shown(node: Node, parents: dict[Node, Node]) -> bool:
    """Whether neither the node nor what is above it is hidden."""
    here: Node | None = node
    while here is not None:
        if here.visible is False:
            return False
        here = parents.get(here)
    return True


def _skinned_alone(document: Document) -> Document:
    """The document with its skinned meshes alone."""
    copy = document.copy()
    for node in copy.nodes:
        if node.mesh is not None and not any(is_skinned(node, part) for part in node.mesh.primitives):
            node.mesh = None
    return copy
