"""Skins and animations: what makes a product move with a skeleton."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from forge3d.document import Accessor, Animation, AnimationSampler, Channel, Document, Node, Primitive, Skin

Array = npt.NDArray[np.float64]


class Bones(Protocol):
    """Joints, parents first; nothing is turned in the bind pose."""

    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def parents(self) -> tuple[int, ...]: ...
    @property
    def places(self) -> Array: ...
    @property
    def offsets(self) -> Array: ...


def rig(document: Document, bones: Bones, shares: Mapping[Primitive, Array]) -> list[Node]:
    """Bind every mesh of a product to a skeleton.

    The product's root keeps its name and facts and gets the joints below it; its parts go beside it, since the
    transforms above a skinned mesh do not count (§3.7.3.3).

    Args:
        shares: of each joint in each vertex `(n, joints)`; the four largest are kept.

    Returns:
        The joints' nodes.
    """
    joints = [
        Node(name=name, translation=(float(offset[0]), float(offset[1]), float(offset[2])))
        for name, offset in zip(bones.names, bones.offsets, strict=True)
    ]
    for node, parent in zip(joints, bones.parents, strict=True):
        if parent >= 0:
            joints[parent].children.append(node)
    inverse = np.tile(np.eye(4), (len(joints), 1, 1))
    inverse[:, :3, 3] = -bones.places
    skin = Skin(
        name="Skeleton", joints=joints, inverse_bind_matrices=Accessor(inverse.astype(np.float32)), skeleton=joints[0]
    )
    for mesh in document.meshes:
        for primitive in mesh.primitives:
            which, share = four_largest(shares[primitive])
            primitive.attributes["JOINTS_0"] = Accessor(which)
            primitive.attributes["WEIGHTS_0"] = Accessor(share, normalized=True)
    root, parts = document.nodes[0], document.nodes[0].children
    for part in parts:
        part.skin = skin
    assert document.scene is not None
    document.scene.nodes = [root, *parts]
    document.nodes = [root, *joints, *parts]
    root.children = [joints[0]]
    document.skins = [skin]
    return joints


def four_largest(shares: Array) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
    """Joints and normalized weights `(n, 4)` each; the weights sum up to exactly 65535, unused joints are 0."""
    which = np.argsort(-shares, axis=1, kind="stable")[:, :4]
    share = np.take_along_axis(shares, which, axis=1)
    share = np.where(share < 2e-3, 0.0, share)
    whole = np.round(share / share.sum(axis=1, keepdims=True) * 65535).astype(np.int64)
    whole[:, 0] += 65535 - whole.sum(axis=1)
    return np.where(whole > 0, which, 0).astype(np.uint8), whole.astype(np.uint16)


def animation(name: str, joints: list[Node], times: npt.ArrayLike, rotations: Array, root: Array) -> Animation:
    """Rotations `(keys, joints, 4)` and the first joint's places `(keys, 3)`, linear in between.

    Joints that stay as they are in the bind pose all along are left out.
    """
    at = Accessor(np.asarray(times, dtype=np.float32))
    made = Animation(name=name)

    def channel(node: Node, path: str, values: Array) -> None:
        sampler = AnimationSampler(input=at, output=Accessor(values.astype(np.float32)))
        made.samplers.append(sampler)
        made.channels.append(Channel(sampler=sampler, node=node, path=path))

    channel(joints[0], "translation", root)
    for k, node in enumerate(joints):
        turned = continuous(rotations[:, k])
        if np.abs(turned - [0, 0, 0, 1]).max() > 1e-7:
            channel(node, "rotation", turned)
    return made


def continuous(quaternions: Array) -> Array:
    """The same rotations `(keys, 4)`, each with the sign that is nearer to the one before."""
    dots = np.einsum("ij,ij->i", quaternions[1:], quaternions[:-1])
    signs = np.concatenate([[1.0], np.cumprod(np.where(dots < 0, -1.0, 1.0))])
    result: Array = quaternions * signs[:, None]
    return result
