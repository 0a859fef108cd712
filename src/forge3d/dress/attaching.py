"""What hangs on one bone and does not bend: a visor, a watch, a bag."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..document import Document, Node
from ..document.scene import Matrix
from ..document.traversal import world_matrices
from ..errors import NotWearable
from .body import Body
from .fitting import inside
from .garment import by_hand
from .rig import Naming, Rig
from .wear import Wear
from .weights import Influences
from .worn import Piece, Worn

_LARGEST, _STEPS = 1.5, 12  # how much it may grow, and how often that is halved
_ALLOWED = 0.002  # the part of its vertices that may stay inside


def attach(
    document: Document, nodes: Sequence[Node], naming: Naming, wear: Wear, rig: Rig, body: Body
) -> tuple[Worn, float | None]:
    """Hang nodes on the bone, grown until the body is out of them where `wear.scale` is 0.

    Where the product has a node of that bone's name, that is put where the body's is; else its origin is.

    Returns:
        what is worn, and its size against the file's; None where it stays inside at every size, and was not grown.

    Raises:
        NotWearable: the body has no such bone, or nothing is drawn, or only with a skin.
    """
    if wear.attach not in rig.bones:
        raise NotWearable(f"the body has no {wear.attach}: attach the product to one of {', '.join(rig.bones)}")
    world = {node: place for node, place in world_matrices(document).items() if node in set(nodes)}
    anchor = next((place[:3, 3] for node, place in world.items() if naming.bone(node) == wear.attach), np.zeros(3))
    joint = rig.bones[wear.attach]
    head = (body.to_world @ [*rig.head(wear.attach), 1.0])[:3]
    to_body = np.linalg.inv(body.to_world)
    worn = Worn(_pieces(world, joint))
    own = worn.points

    def placed(scale: float) -> Matrix:
        matrix = body.facing @ by_hand(wear)
        matrix[:3, :3] *= scale
        matrix[:3, 3] += head - matrix[:3, :3] @ anchor
        matrix = to_body @ matrix
        worn.move(own @ matrix[:3, :3].T + matrix[:3, 3])
        return matrix

    def share(scale: float) -> float:
        placed(scale)
        return inside(worn.points, body.surface)

    scale = wear.scale or _grown(share)
    scene = document.scene or document.scenes[0]
    roots = [node for node in scene.nodes if node in set(nodes)]
    place = np.linalg.inv(rig.bind[joint]) @ placed(1.0 if wear.scale else scale or 1.0)
    hung = Node(name=f"worn on {wear.attach}", children=roots, matrix=place)
    scene.nodes = [node for node in scene.nodes if node not in set(nodes)]
    document.nodes.append(hung)
    bone = rig.skin.joints[joint]
    bone.children = [*bone.children, hung]
    return worn, scale


def _pieces(world: dict[Node, Matrix], joint: int) -> list[Piece]:
    pieces = []
    for node, matrix in world.items():
        if node.mesh is None:
            continue
        if node.skin is not None:
            raise NotWearable("the product bends with a skeleton of its own: dress it without `attach`")
        for primitive in node.mesh.primitives:
            points = primitive.attributes["POSITION"].floats @ matrix[:3, :3].T + matrix[:3, 3]
            held = Influences(np.full((len(points), 1), joint), np.ones((len(points), 1), np.float32))
            pieces.append(Piece(primitive, points, np.empty((0, 3, 3)), held))
    if not pieces:
        raise NotWearable("the product has no meshes: add what is to be worn")
    return pieces


def _grown(share: Callable[[float], float]) -> float | None:
    """The smallest scale from 1 on that keeps the body out; None where none does."""
    if share(1.0) <= _ALLOWED:
        return 1.0
    if share(_LARGEST) > _ALLOWED:
        return None
    low, high = 1.0, _LARGEST
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if share(middle) <= _ALLOWED else (middle, high)
    return high
