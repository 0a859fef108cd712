"""Cloth: brought to the body's shape, kept outside of it, and given its joints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ..document import Accessor, Document, Mesh, Node, Skin
from ..document.scene import Matrix
from ..document.traversal import trs_matrices, world_matrices
from ..errors import NotWearable
from .body import Body
from .fitting import fitted
from .placing import Placing, placing
from .rig import Naming, Rig, rig_of
from .wear import Wear
from .weights import MOST, Influences, condensed, influences, mixed
from .worn import Piece, Worn, directed, turned_delta


def garment(
    document: Document, nodes: Sequence[Node], naming: Naming, wear: Wear, rig: Rig, body: Body
) -> tuple[Worn, dict[str, str]]:
    """The cloth of some nodes, where the body's skeleton puts it, and the joints that were folded into others.

    Raises:
        NotWearable: nothing is drawn, or joints are unknown.
    """
    world = world_matrices(document)
    to_body = np.linalg.inv(body.to_world) @ by_hand(wear)
    skins: dict[Skin, Placing] = {}
    worn, folded = Worn(), dict[str, str]()
    own_meshes(nodes)
    for node in nodes:
        if node.mesh is None:
            continue
        skin = node.skin if node.skin is not None and node.skin.joints else None
        if skin is not None and skin not in skins:
            skins[skin] = placing(rig_of(document, skin, naming), rig, _used(nodes, skin))
            folded |= skins[skin].folded
        for primitive in node.mesh.primitives:
            held = influences(primitive) if skin is not None else None
            if held is None:
                matrix = to_body @ world.get(node, np.eye(4))
                matrices = np.broadcast_to(matrix, (len(primitive.attributes["POSITION"]), 4, 4))
            else:
                assert skin is not None
                matrices = held.blended(to_body @ body.to_world @ skins[skin].matrices).astype(np.float64)
                held = condensed(skins[skin].joints[held.joints], held.weights)
            rest = primitive.attributes["POSITION"].floats.astype(np.float64)
            points = np.einsum("nij,nj->ni", matrices[:, :3, :3], rest) + matrices[:, :3, 3]
            if held is None or wear.weights == "body":
                touch = body.surface.at(points)
                held = mixed(body.influences, touch.corners, touch.shares)
            worn.pieces.append(Piece(primitive, points, np.ascontiguousarray(matrices[:, :3, :3]), held))
    if not worn.pieces:
        raise NotWearable("the product has no meshes: add what is to be worn")
    return worn, folded


def fit(worn: Worn, body: Body, poses: Sequence[Matrix], clearance: float) -> float:
    """Move the cloth out of the body, `clearance` metres from it; by how many metres at most."""
    points = worn.points
    moved = fitted(points, worn.influences, body, poses, clearance / body.unit)
    worn.move(moved)
    return float(np.linalg.norm(moved - points, axis=1).max(initial=0)) * body.unit


def write(document: Document, nodes: Sequence[Node], worn: Worn, skin: Skin) -> list[str]:
    """Let the nodes draw the cloth with the body's skin, at the top of the scene; what stays behind goes.

    Returns:
        what of the product was left out.
    """
    for piece in worn.pieces:
        primitive = piece.primitive
        made = {"POSITION": Accessor(piece.points.astype(np.float32))}
        for name, accessor in primitive.attributes.items():
            if name in ("NORMAL", "TANGENT"):
                made[name] = directed(accessor, piece.turns, normals=name == "NORMAL")
            elif name != "POSITION" and not name.startswith(("JOINTS_", "WEIGHTS_")):
                made[name] = accessor
        made["JOINTS_0"], made["WEIGHTS_0"] = columns(piece.influences, len(skin.joints))
        primitive.attributes, primitive.draco = made, None
        primitive.targets = [
            {name: turned_delta(values, piece.turns, normals=name == "NORMAL") for name, values in target.items()}
            for target in primitive.targets
        ]
    drawn = [node for node in nodes if node.mesh is not None]
    left = [kind for kind in ("camera", "light") if any(getattr(node, kind) is not None for node in nodes)]
    for node in drawn:
        node.skin, node.children, node.matrix = skin, [], None
        node.translation, node.rotation, node.scale = (0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), (1.0, 1.0, 1.0)
        node.camera = node.light = None
    gone = set(nodes) - set(drawn)
    for scene in document.scenes:
        scene.nodes = [node for node in scene.nodes if node not in gone and node not in drawn]
    (document.scene or document.scenes[0]).nodes += drawn
    document.nodes[:] = [node for node in document.nodes if node not in gone]
    for animation in document.animations:
        animation.channels = [
            channel for channel in animation.channels
            if channel.node not in gone and not (channel.node in drawn and channel.path != "weights")
        ]  # fmt: skip
        used = {id(channel.sampler) for channel in animation.channels}
        animation.samplers = [sampler for sampler in animation.samplers if id(sampler) in used]
    document.animations[:] = [animation for animation in document.animations if animation.channels]
    return [f"the product's {kind}s were left out" for kind in left]


def own_meshes(nodes: Sequence[Node]) -> None:
    """Give every node a mesh of its own, as each gets vertices of its own."""
    seen: set[Mesh] = set()
    for node in nodes:
        if node.mesh is None:
            continue
        if node.mesh in seen:
            node.mesh = replace(node.mesh, primitives=[replace(p) for p in node.mesh.primitives])
        seen.add(node.mesh)
        if len(set(node.mesh.primitives)) != len(node.mesh.primitives):
            node.mesh.primitives = [replace(p) for p in node.mesh.primitives]


def by_hand(wear: Wear) -> Matrix:
    """The offset, rotation and scale that the wearer asks for in the world, `(4, 4)`."""
    matrix: Matrix = trs_matrices(np.array([wear.offset]), np.array([[0, 0, 0, 1.0]]), np.ones((1, 3)))[0]
    for axis, degrees in zip(np.eye(3), wear.rotation, strict=True):
        half = np.radians(degrees) / 2
        spin = trs_matrices(np.zeros((1, 3)), np.array([[*(axis * np.sin(half)), np.cos(half)]]), np.ones((1, 3)))[0]
        matrix[:3, :3] = spin[:3, :3] @ matrix[:3, :3]
    matrix[:3, :3] *= wear.scale or 1.0
    return matrix


def columns(held: Influences, joints: int) -> tuple[Accessor, Accessor]:
    """JOINTS_0 and WEIGHTS_0 `(n, 4)`."""
    kind = np.uint8 if joints <= 256 else np.uint16
    pad = ((0, 0), (0, MOST - held.joints.shape[1]))
    return Accessor(np.pad(held.joints, pad).astype(kind)), Accessor(np.pad(held.weights, pad))


def _used(nodes: Sequence[Node], skin: Skin) -> npt.NDArray[np.bool_]:
    """Which joints move any vertex."""
    used = np.zeros(len(skin.joints), bool)
    for node in nodes:
        for primitive in node.mesh.primitives if node.mesh is not None and node.skin is skin else []:
            held = influences(primitive)
            if held is not None:
                used[np.minimum(held.joints[held.weights > 0], len(used) - 1)] = True
    return used
