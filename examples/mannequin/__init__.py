"""A shop mannequin in three sizes, with a humanoid skeleton, four poses and an idle loop.

The bind pose is an A-pose, arms 45° down. Animations: "Idle" (4 s, loops), then one for each of `poses.POSES`, which
holds its pose for a second.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from forge3d.document import Animation, Document, Node

from ..modelling.product import Product
from ..modelling.rig import animation
from ..modelling.subdivision import subdivide
from ..modelling.surface import Surface
from .body import Body, body
from .finishes import finishes
from .measures import SIZES
from .pose import Posed, posed, quaternions
from .poses import IDLE_KEYS, IDLE_SECONDS, POSES, idle
from .skeleton import Skeleton
from .weights import weights

__all__ = ["SIZES", "Mannequin", "build"]

Array = npt.NDArray[np.float64]


class Mannequin:
    """A product that moves.

    Args:
        size: a key of `SIZES`.
    """

    def __init__(self, size: str, texture: int = 256):
        self.size, self.texture = size, texture
        self.body: Body = body(SIZES[size])
        self.weights = weights(self.body)

    def document(self) -> Document:
        measures = SIZES[self.size]
        skin, variants = finishes(self.texture)
        product = Product(f"Mannequin {measures.name}", f"F3D-BODY-{self.size[0].upper()}", 0, variants=variants)
        product.add("Body", skin, subdivide(self.body.points, self.body.quads, self.body.uvs, 0))
        document, joints = product.rigged(self.body.bones, self.shares)
        document.nodes[0].extras["measures"] = {
            "height": measures.height, "bust": measures.bust, "waist": measures.waist, "hip": measures.hip, "unit": "m",
        }  # fmt: skip
        document.animations = motions(self.body.bones, joints)
        return document

    def shares(self, surface: Surface) -> Array:
        """Of each joint in the vertices of a surface that is made of the body's own points."""
        where = {tuple(p): k for k, p in enumerate(np.round(self.body.points * 1e7).astype(np.int64).tolist())}
        rows = [where[tuple(p)] for p in np.round(surface.positions * 1e7).astype(np.int64).tolist()]
        return np.asarray(self.weights[rows])


def motions(bones: Skeleton, joints: list[Node]) -> list[Animation]:
    """The idle loop, and a second of each pose."""
    phases = np.linspace(0, 1, IDLE_KEYS)
    made = [_motion("Idle", joints, phases * IDLE_SECONDS, [posed(bones, idle(p)) for p in phases])]
    for name, pose in POSES.items():
        made.append(_motion(name, joints, np.array([0.0, 1.0]), [posed(bones, pose)] * 2))
    return made


def _motion(name: str, joints: list[Node], times: Array, states: list[Posed]) -> Animation:
    rotations = np.stack([quaternions(state.local) for state in states])
    return animation(name, joints, times, rotations, np.stack([state.places[0] for state in states]))


def build(size: str) -> Mannequin:
    return Mannequin(size)
