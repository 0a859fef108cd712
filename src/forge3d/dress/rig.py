"""A skin's joints as humanoid bones, and where they stand when nothing is bent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..document import Document, Node, Skin
from ..document.scene import Matrix
from ..document.traversal import world_matrices
from ..errors import NotWearable
from .bones import PARENT, bone_of

VRM = ("VRMC_vrm", "VRM")
"""Extensions that say which node is which bone."""


@dataclass(frozen=True, slots=True, eq=False)
class Rig:
    """A skin and its bones.

    Attributes:
        bind: `(joints, 4, 4)` float64: each joint's place in the space that the skin's meshes are modelled in.
        bones: humanoid bone → the joint's number.
        above: for each joint the nearest joint at or above it that is a bone, or -1.
    """

    skin: Skin
    bind: Matrix
    bones: dict[str, int]
    above: list[int]

    def head(self, bone: str) -> Matrix:
        """Where the bone begins, `(3,)`."""
        place: Matrix = self.bind[self.bones[bone]][:3, 3]
        return place

    def bone(self, joint: int) -> str | None:
        """The bone that the joint is, or hangs on."""
        at = self.above[joint]
        return next((bone for bone, number in self.bones.items() if number == at), None)


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """What a file's joints are called: `given` by name, `declared` by the file itself (VRM), else by the tables."""

    given: Mapping[str, str]
    declared: Mapping[Node, str]

    def bone(self, joint: Node) -> str | None:
        given = self.given.get(joint.name or "")
        return given or (self.declared.get(joint) if self.declared else bone_of(joint.name))


def rig_of(document: Document, skin: Skin, naming: Naming) -> Rig:
    """The bones of a skin; of two joints that are the same bone, the first.

    Raises:
        NotWearable: an inverse bind matrix cannot be inverted.
    """
    bones: dict[str, int] = {}
    for number, joint in enumerate(skin.joints):
        bone = naming.bone(joint)
        if bone is not None:
            bones.setdefault(bone, number)
    parents = {child: node for node in document.nodes for child in node.children}
    number_of = {joint: number for number, joint in enumerate(skin.joints)}
    known = set(bones.values())
    above = []
    for joint in skin.joints:
        step: Node | None = joint
        while step is not None and number_of.get(step, -1) not in known:
            step = parents.get(step)
        above.append(number_of[step] if step is not None else -1)
    return Rig(skin, _bind(document, skin), bones, above)


def best_rig(document: Document, skins: Sequence[Skin], naming: Naming) -> Rig | None:
    """The rig of the skin with most bones; None where none has joints."""
    rigs = [rig_of(document, skin, naming) for skin in skins if skin.joints]
    return max(rigs, key=lambda rig: len(rig.bones), default=None)


def _bind(document: Document, skin: Skin) -> Matrix:
    if skin.inverse_bind_matrices is None:
        world = world_matrices(document)
        return np.stack([world.get(joint, np.eye(4)) for joint in skin.joints])
    inverse = skin.inverse_bind_matrices.floats[: len(skin.joints)].astype(np.float64)
    if not (np.abs(np.linalg.det(inverse)) > 1e-12).all():
        raise NotWearable("an inverse bind matrix of its skin cannot be inverted: export the rig with its bind pose")
    return np.asarray(np.linalg.inv(inverse))


def declared_bones(document: Document) -> dict[int, str]:
    """Nodes' numbers → bones, as VRM files say them: VRMC_vrm (1.0) maps bones to nodes, VRM (0.x) lists pairs."""
    for name in VRM:
        extension = document.extensions.get(name)
        humanoid = extension.get("humanoid") if isinstance(extension, dict) else None
        listed = humanoid.get("humanBones") if isinstance(humanoid, dict) else None
        entries = listed.items() if isinstance(listed, dict) else [(_key(e, "bone"), e) for e in listed or ()]
        pairs = [(bone, _key(entry, "node")) for bone, entry in entries]
        found = {node: bone for bone, node in pairs if bone in PARENT and isinstance(node, int)}
        if found:
            return found
    return {}


def _key(entry: Any, key: str) -> Any:
    return entry.get(key) if isinstance(entry, dict) else None
