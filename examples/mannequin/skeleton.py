"""The humanoid skeleton: joints by the names of VRM 1.0, in an A-pose, every joint's axes along the world's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .measures import MEDIUM, Measures

Array = npt.NDArray[np.float64]

# Joint, its parent, and its place in the medium size; x grows to the body's left, the right side is mirrored.
_MIDDLE: list[tuple[str, str | None, tuple[float, float, float]]] = [
    ("hips", None, (0.0, 0.950, -0.010)),
    ("spine", "hips", (0.0, 1.045, -0.008)),
    ("chest", "spine", (0.0, 1.155, -0.008)),
    ("upperChest", "chest", (0.0, 1.290, -0.016)),
    ("neck", "upperChest", (0.0, 1.480, -0.028)),
    ("head", "neck", (0.0, 1.570, -0.008)),
]
_SIDE: list[tuple[str, str, tuple[float, float, float]]] = [
    ("Shoulder", "upperChest", (0.028, 1.425, -0.016)),
    ("UpperArm", "Shoulder", (0.168, 1.412, -0.022)),
    ("LowerArm", "UpperArm", (0.3660, 1.2110, -0.032)),
    ("Hand", "LowerArm", (0.5350, 1.0360, 0.004)),
    ("UpperLeg", "hips", (0.094, 0.915, -0.006)),
    ("LowerLeg", "UpperLeg", (0.106, 0.495, 0.002)),
    ("Foot", "LowerLeg", (0.114, 0.082, -0.028)),
    ("Toes", "Foot", (0.133, 0.022, 0.110)),
]


@dataclass(frozen=True)
class Skeleton:
    """Joints in order, parents first.

    Attributes:
        names: VRM 1.0 humanoid bones.
        parents: index of each joint's parent, −1 for the root.
        places: `(n, 3)` metres, in the bind pose.
        scale: of lengths beside the medium size's.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    places: Array
    scale: float

    def place(self, name: str) -> Array:
        return np.asarray(self.places[self.names.index(name)])

    def index(self, name: str) -> int:
        return self.names.index(name)

    @property
    def offsets(self) -> Array:
        """`(n, 3)` from each joint's parent, which is its node's translation: nothing is turned in the bind pose."""
        return np.array([p - self.places[k] if k >= 0 else p for p, k in zip(self.places, self.parents, strict=True)])


def skeleton(measures: Measures) -> Skeleton:
    """The joints of a size: lengths go with its height, the width of shoulders and hips with their girths."""
    wide = 0.5 * measures.scale + 0.5 * measures.bust / MEDIUM.bust
    joints: dict[str, tuple[str | None, Array]] = {}
    for name, parent, place in _MIDDLE:
        joints[name] = parent, np.array(place)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for name, parent, place in _SIDE:
            under = parent if parent in joints else side + parent
            joints[side + name] = under, np.array(place) * [sign, 1, 1]
    shoulder = abs(joints["leftUpperArm"][1][0])
    names = tuple(joints)
    places = np.array([place for _, place in joints.values()])
    scaled = places * measures.scale
    # Arms move out with the ribs; all that hangs on them keeps its length.
    out = shoulder * (wide - measures.scale)
    arms = np.array([n.endswith(("UpperArm", "LowerArm", "Hand")) for n in names])
    scaled[arms, 0] += np.sign(places[arms, 0]) * out
    parents = tuple(names.index(p) if p else -1 for p, _ in joints.values())
    return Skeleton(names, parents, scaled, measures.scale)
