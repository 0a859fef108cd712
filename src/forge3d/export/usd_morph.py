"""Animated morph targets as UsdSkel blend shapes.

The mesh holds what is seen at rest, and the shapes' weights say how far they are from theirs at rest, so that a reader
without blend shapes shows the product as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..document import Primitive
from ..document.geometry import triangles
from ..document.scene import Node
from ..document.skinning import morph_weights, morphed
from .usd import TIMES_A_SECOND, Stage, identifier
from .usd_animation import Clip
from .usd_mesh import Meshes

_EXTENTS = 16


def is_morphing(clip: Clip | None, node: Node, primitive: Primitive) -> bool:
    """Whether the animation moves the mesh's targets."""
    return clip is not None and bool(primitive.targets) and "weights" in clip.paths(node)


@dataclass(slots=True)
class Shapes:
    """The blend shapes of everything that one USD animation moves."""

    stage: Stage
    clip: Clip
    _tokens: dict[Node, list[str]] = field(default_factory=dict)

    def attach(self, path: str, node: Node, primitive: Primitive) -> None:
        """Give the mesh at `path` its shapes."""
        stage, skel = self.stage, self.stage.usd.UsdSkel
        if node not in self._tokens:
            prefix = f"{identifier(node.name, 'Shape')}_{len(self._tokens)}"
            self._tokens[node] = [f"{prefix}_{number}" for number in range(len(primitive.targets))]
        tokens = self._tokens[node][: len(primitive.targets)]
        for token, target in zip(tokens, primitive.targets, strict=True):
            shape = skel.BlendShape.Define(stage.stage, f"{path}/{token}")
            count = len(primitive.attributes["POSITION"])
            deltas = {
                semantic: target[semantic].floats if semantic in target else np.zeros((count, 3), np.float32)
                for semantic in ("POSITION", "NORMAL")
            }
            moved = np.flatnonzero(np.any([delta.any(axis=1) for delta in deltas.values()], axis=0))
            shape.CreateOffsetsAttr(stage.vectors(deltas["POSITION"][moved]))
            shape.CreateNormalOffsetsAttr(stage.vectors(deltas["NORMAL"][moved]))
            shape.CreatePointIndicesAttr(stage.integers(moved))
        binding = skel.BindingAPI.Apply(stage.stage.GetPrimAtPath(path))
        binding.CreateBlendShapesAttr(tokens)
        binding.CreateBlendShapeTargetsRel().SetTargets([f"{path}/{token}" for token in tokens])

    def animate(self, animation: Any) -> None:
        """Say when the shapes weigh how much."""
        nodes = [*self._tokens]
        if not nodes:
            return
        rest = [_padded(morph_weights(node), len(tokens)) for node, tokens in self._tokens.items()]
        animation.CreateBlendShapesAttr([token for tokens in self._tokens.values() for token in tokens])
        weights = animation.CreateBlendShapeWeightsAttr(self.stage.floats(np.zeros(sum(map(len, rest)))))
        times = self.clip.times(set(nodes), ("weights",))
        tracks = [
            _columns(self.clip.values(node, "weights", times), len(still)) - still
            for node, still in zip(nodes, rest, strict=True)
        ]
        for number, time in enumerate(times):
            row = np.concatenate([track[number] for track in tracks])
            weights.Set(self.stage.floats(row), float(time) * TIMES_A_SECOND)


class Morphs:
    """Writes meshes that morph and have no skin of their own: each node's below a skeleton of one joint that rests."""

    def __init__(self, stage: Stage, clip: Clip | None, meshes: Meshes):
        self._stage, self.clip, self._meshes = stage, clip, meshes
        self._roots: dict[tuple[str, Node], Shapes] = {}

    def write(self, parent: str, node: Node, primitive: Primitive, weights: Sequence[float]) -> None:
        """A mesh below `parent`, with its shapes."""
        assert self.clip is not None
        stage, skel, root = self._stage, self._stage.usd.UsdSkel, f"{parent}/Morphed"
        if (parent, node) not in self._roots:
            skel.Root.Define(stage.stage, root)
            skeleton = skel.Skeleton.Define(stage.stage, f"{root}/Still")
            skeleton.CreateJointsAttr(["still"])
            skeleton.CreateBindTransformsAttr(stage.matrices([np.eye(4)]))
            skeleton.CreateRestTransformsAttr(stage.matrices([np.eye(4)]))
            self._roots[parent, node] = Shapes(stage, self.clip)
        path = self._meshes.own(root, node, primitive, weights)
        if path is None:
            return
        binding = skel.BindingAPI.Apply(stage.stage.GetPrimAtPath(path))
        binding.CreateSkeletonRel().SetTargets([f"{root}/Still"])
        binding.CreateJointIndicesPrimvar(True, 1).Set(stage.integers(np.zeros(1)))
        binding.CreateJointWeightsPrimvar(True, 1).Set(stage.floats(np.ones(1)))
        self._roots[parent, node].attach(path, node, primitive)

    def finish(self) -> None:
        """The animations, and how much room the shapes take."""
        stage, skel = self._stage, self._stage.usd.UsdSkel
        for (parent, node), shapes in self._roots.items():
            root = f"{parent}/Morphed"
            animation = skel.Animation.Define(stage.stage, f"{root}/Still/Animation")
            shapes.animate(animation)
            skeleton = stage.stage.GetPrimAtPath(f"{root}/Still")
            skel.BindingAPI.Apply(skeleton).CreateAnimationSourceRel().SetTargets([animation.GetPath()])
            extent = skel.Root(stage.stage.GetPrimAtPath(root)).CreateExtentAttr()
            extent.Set(self._box(node, morph_weights(node)))
            for time in np.linspace(0, shapes.clip.end, _EXTENTS):
                (weights,) = shapes.clip.values(node, "weights", np.array([time]))
                extent.Set(self._box(node, weights.tolist()), float(time) * TIMES_A_SECOND)

    def _box(self, node: Node, weights: Sequence[float]) -> Any:
        assert node.mesh is not None
        points = [
            morphed(part, "POSITION", weights)[np.unique(triangles(part))]
            for part in node.mesh.primitives
            if part.targets and len(triangles(part))
        ]
        every = np.concatenate(points)
        return self._stage.vectors(np.stack([every.min(axis=0), every.max(axis=0)]))


def _padded(weights: Sequence[float], count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([*weights, *[0.0] * count][:count], np.float64)


def _columns(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], count: int) -> Any:
    """The first `count` columns; those that are missing are zero."""
    return np.pad(values, ((0, 0), (0, max(0, count - values.shape[1]))))[:, :count]
