"""One body as other programs would have written it: other names, units, rest poses and spines."""

from __future__ import annotations

import numpy as np

from forge3d.document import Accessor, Document, Node
from forge3d.document.traversal import world_matrices

_MIXAMO = {
    "hips": "Hips", "spine": "Spine", "chest": "Spine1", "upperChest": "Spine2", "neck": "Neck", "head": "Head",
    "Shoulder": "Shoulder", "UpperArm": "Arm", "LowerArm": "ForeArm", "Hand": "Hand", "UpperLeg": "UpLeg",
    "LowerLeg": "Leg", "Foot": "Foot", "Toes": "ToeBase",
}  # fmt: skip
_VROID = {
    "hips": "Hips",
    "spine": "Spine",
    "chest": "Chest",
    "upperChest": "UpperChest",
    "neck": "Neck",
    "head": "Head",
}


def mixamo(document: Document) -> Document:
    """Joints by Mixamo's names."""
    return _renamed(document, lambda side, bone: f"mixamorig:{side.title()}{_MIXAMO[bone]}")


def vroid(document: Document) -> Document:
    """Joints as VRoid Studio names them."""
    return _renamed(document, lambda side, bone: f"J_Bip_{side[:1].upper() or 'C'}_{_VROID.get(bone, bone)}")


def _renamed(document: Document, name: object) -> Document:
    made = document.copy()
    for joint in made.skins[0].joints:
        side = next((side for side in ("left", "right") if (joint.name or "").startswith(side)), "")
        joint.name = name(side, (joint.name or "").removeprefix(side))  # type: ignore[operator]
    return made


def in_centimetres(document: Document) -> Document:
    """Mesh and skeleton a hundred times as large, under an armature that makes them small again."""
    made = document.copy()
    (skin,) = made.skins
    inverse = skin.inverse_bind_matrices
    assert inverse is not None
    binds = inverse.floats.astype(np.float64)
    binds[:, :3, 3] *= 100
    skin.inverse_bind_matrices = Accessor(binds.astype(np.float32))
    for joint in skin.joints:
        x, y, z = joint.translation
        joint.translation = (100 * x, 100 * y, 100 * z)
    for primitive in (p for mesh in made.meshes for p in mesh.primitives):
        primitive.attributes["POSITION"] = Accessor(primitive.attributes["POSITION"].floats * np.float32(100))
    for animation in made.animations:
        for channel in animation.channels:
            if channel.path == "translation":
                channel.sampler.output = Accessor(channel.sampler.output.floats * np.float32(100))
    (root,) = (node for node in made.nodes if skin.joints[0] in node.children)
    root.scale = (0.01, 0.01, 0.01)
    return made


def without(document: Document, *bones: str) -> Document:
    """The skeleton with fewer joints: what one moved follows the one above it."""
    made = document.copy()
    (skin,) = made.skins
    names = [joint.name for joint in skin.joints]
    parent = {child: node for node in made.nodes for child in node.children}
    at = list(range(len(names)))
    for bone in bones:
        joint = skin.joints[names.index(bone)]
        above = parent[joint]
        at = [names.index(above.name) if number == names.index(bone) else number for number in at]
        above.children = [*(child for child in above.children if child is not joint), *joint.children]
        for child in joint.children:
            child.translation = tuple(np.add(child.translation, joint.translation).tolist())
            parent[child] = above
        for animation in made.animations:
            animation.channels = [channel for channel in animation.channels if channel.node is not joint]
        made.nodes.remove(joint)
    kept = [number for number, name in enumerate(names) if name not in bones]
    assert skin.inverse_bind_matrices is not None
    skin.inverse_bind_matrices = Accessor(skin.inverse_bind_matrices.floats[kept])
    skin.joints = [skin.joints[number] for number in kept]
    table = np.array([kept.index(at[number]) if at[number] in kept else 0 for number in range(len(names))], np.uint8)
    for primitive in (p for mesh in made.meshes for p in mesh.primitives):
        primitive.attributes["JOINTS_0"] = Accessor(table[primitive.attributes["JOINTS_0"].array])
    return made


def in_t_pose(document: Document, degrees: float = 45.0) -> Document:
    """Bound with arms raised to the side."""
    made = document.copy()
    made.animations.clear()
    (skin,) = made.skins
    half = np.radians(degrees) / 2
    for joint in skin.joints:
        sign = {"leftUpperArm": 1, "rightUpperArm": -1}.get(joint.name or "", 0)
        if sign:
            joint.rotation = (0.0, 0.0, float(sign * np.sin(half)), float(np.cos(half)))
    return rebound(made)


def rebound(document: Document) -> Document:
    """Bound as it stands: vertices where they are now, nodes of the skeleton without rotation."""
    from forge3d.document.skinning import world_positions
    from forge3d.document.traversal import mesh_instances

    world = world_matrices(document)
    (skin,) = document.skins
    for instance in mesh_instances(document):
        for primitive in instance.mesh.primitives:
            primitive.attributes["POSITION"] = Accessor(world_positions(primitive, instance, world))
    heads = {joint: world[joint][:3, 3] for joint in skin.joints}
    parent: dict[Node, Node] = {child: node for node in document.nodes for child in node.children}
    for joint in skin.joints:
        above = heads.get(parent.get(joint), np.zeros(3))  # type: ignore[arg-type]
        joint.rotation = (0.0, 0.0, 0.0, 1.0)
        joint.translation = tuple((heads[joint] - above).tolist())
    binds = np.tile(np.eye(4, dtype=np.float32), (len(heads), 1, 1))
    binds[:, :3, 3] = -np.stack([heads[joint] for joint in skin.joints])
    skin.inverse_bind_matrices = Accessor(binds)
    return document
