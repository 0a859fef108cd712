"""Bodies and garments as plain as they can be: tubes around a spine."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Channel,
    Document,
    Material,
    Mesh,
    Node,
    Primitive,
    Scene,
    Skin,
)

SPINE = ("hips", "spine", "chest", "neck", "head")
HEIGHTS = (0.0, 0.3, 0.6, 0.9, 1.1)


def tube(radius: float, low: float, high: float, rows: int = 25, around: int = 24) -> tuple[np.ndarray, np.ndarray]:
    """Points and faces of an upright tube, closed at its ends by fans."""
    heights = np.linspace(low, high, rows)
    angles = np.arange(around) * 2 * np.pi / around
    ring = np.stack([np.sin(angles), np.zeros(around), np.cos(angles)], 1) * radius
    points = np.concatenate([ring + np.array([0, height, 0]) for height in heights] + [[[0, low, 0], [0, high, 0]]])
    faces = []
    for row in range(rows - 1):
        for step in range(around):
            a, b = row * around + step, row * around + (step + 1) % around
            faces += [[a, b, b + around], [a, b + around, a + around]]
    bottom, top, last = rows * around, rows * around + 1, (rows - 1) * around
    faces += [[(step + 1) % around, step, bottom] for step in range(around)]
    faces += [[last + step, last + (step + 1) % around, top] for step in range(around)]
    return points, np.array(faces)


def skinned(
    points: np.ndarray,
    faces: np.ndarray,
    heights: Sequence[float] = HEIGHTS,
    names: Sequence[str] = SPINE,
    turn: np.ndarray | None = None,
    bend: bool = False,
) -> Document:
    """The points hung on joints up the spine, each between its two nearest.

    Args:
        turn: `(3, 3)`: how each joint's axes stand in the model.
        bend: with an animation that bends the spine by 40 degrees.
    """
    axes = np.eye(3) if turn is None else turn
    joints: list[Node] = []
    binds = []
    for name, height in zip(names, heights, strict=True):
        bind = np.eye(4)
        bind[:3, :3], bind[:3, 3] = axes, [0, height, 0]
        local = np.linalg.inv(binds[-1]) @ bind if binds else bind
        joint = Node(name=name, matrix=local)
        if joints:
            joints[-1].children = [joint]
        joints.append(joint)
        binds.append(bind)
    place = np.clip(np.interp(points[:, 1], heights, np.arange(len(heights))), 0, len(heights) - 1)
    lower = np.minimum(place.astype(int), len(heights) - 2)
    share = (place - lower).astype(np.float32)
    rows, weights = np.zeros((len(points), 4), np.uint8), np.zeros((len(points), 4), np.float32)
    rows[:, 0], rows[:, 1] = lower, np.where(share > 0, lower + 1, 0)
    weights[:, 0], weights[:, 1] = 1 - share, share
    only = share == 1
    rows[only, 0], weights[only, 0], rows[only, 1], weights[only, 1] = lower[only] + 1, 1, 0, 0
    skin = Skin(joints=joints, inverse_bind_matrices=Accessor(np.linalg.inv(np.stack(binds)).astype(np.float32)))
    document = model(points, faces)
    primitive = document.meshes[0].primitives[0]
    primitive.attributes |= {"JOINTS_0": Accessor(rows), "WEIGHTS_0": Accessor(weights)}
    document.nodes[0].skin = skin
    document.nodes += joints
    document.scenes[0].nodes.append(joints[0])
    document.skins.append(skin)
    if bend:
        document.animations.append(_bending(joints[1]))
    return document


def model(points: np.ndarray, faces: np.ndarray, name: str = "tube") -> Document:
    """A document with one mesh; normals point away from the y axis."""
    outward = points * [1, 0, 1]
    length = np.linalg.norm(outward, axis=1, keepdims=True)
    normals = np.where(length > 0, outward / np.where(length > 0, length, 1), [0, 1, 0])
    primitive = Primitive(
        attributes={
            "POSITION": Accessor(points.astype(np.float32)),
            "NORMAL": Accessor(normals.astype(np.float32)),
        },
        indices=Accessor(faces.astype(np.uint16).ravel()),
        material=Material(name=name),
    )
    mesh = Mesh(name=name, primitives=[primitive])
    node = Node(name=name, mesh=mesh)
    scene = Scene(nodes=[node])
    assert primitive.material is not None
    return Document(scene=scene, scenes=[scene], nodes=[node], meshes=[mesh], materials=[primitive.material])


def _bending(joint: Node) -> Animation:
    half = np.radians(40) / 2
    turned = np.array([[0, 0, 0, 1], [np.sin(half), 0, 0, np.cos(half)]], np.float32)
    sampler = AnimationSampler(input=Accessor(np.array([0, 1], np.float32)), output=Accessor(turned))
    assert joint.matrix is not None
    joint.translation, joint.matrix = tuple(joint.matrix[:3, 3].tolist()), None
    return Animation(name="bend", samplers=[sampler], channels=[Channel(sampler=sampler, path="rotation", node=joint)])
