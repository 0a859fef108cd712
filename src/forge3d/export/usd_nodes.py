"""The node hierarchy as Xforms, with what moves them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..document import Document
from ..document.scene import Matrix, Node
from ..document.skinning import morph_weights
from ..document.traversal import instance_matrices, roots, walk, world_matrices
from .usd import Stage
from .usd_animation import Clip
from .usd_mesh import Meshes
from .usd_morph import Morphs, is_morphing
from .usd_skeleton import Skeletons, is_skinned


def write_nodes(stage: Stage, document: Document, meshes: Meshes, skeletons: Skeletons, morphs: Morphs) -> None:
    """Every node of the scene below the stage's root."""
    places, worlds = _places(stage, document), world_matrices(document)
    stage.xforms(path for _, path in places)
    for node, path in places:
        xform = stage.usd.UsdGeom.Xform(stage.stage.GetPrimAtPath(path))
        stage.named(xform.GetPrim(), node)
        _place(stage, xform, node, morphs.clip)
        _show(stage, xform, node, morphs.clip)
        _meshes(stage, path, node, worlds[node], meshes, skeletons, morphs)
        for kind, owner in (("KHR_lights_punctual", node.light), ("cameras", node.camera)):
            if owner is not None:
                stage.notes.add(kind, "are left out: the room has its own", node.name)


def _places(stage: Stage, document: Document) -> list[tuple[Node, str]]:
    """Every node that gets a prim, and its path, parents before children."""
    waiting = [(node, stage.root) for node in reversed(roots(document))]
    bones, found = _bare_joints(document), []
    while waiting:
        node, parent = waiting.pop()
        if node not in bones:
            path = stage.names.child(parent, node.name, "Node")
            found.append((node, path))
            waiting += [(child, path) for child in reversed(node.children)]
    return found


def _bare_joints(document: Document) -> set[Node]:
    """Joints that carry nothing but skins: they are in skeletons, and need no prims."""
    joints = {joint for skin in document.skins for joint in skin.joints}
    for node, _ in reversed([*walk(document)]):
        if node.mesh is not None or any(child not in joints for child in node.children):
            joints.discard(node)
    return joints


def _meshes(
    stage: Stage, path: str, node: Node, world: Matrix, meshes: Meshes, skeletons: Skeletons, morphs: Morphs
) -> None:
    if node.mesh is None:
        return
    weights = morph_weights(node)
    places = [(path, np.eye(4))] if node.instancing is None else _instances(stage, path, node)
    for primitive in node.mesh.primitives:
        morphing = is_morphing(morphs.clip, node, primitive)
        if primitive.targets and not morphing:
            stage.notes.add("morph targets", "stand as they do at rest", node.mesh.name or node.name)
        if is_skinned(node, primitive):
            skeletons.write(node, primitive, weights, meshes)
            continue
        for place, matrix in places:
            if morphing:
                morphs.write(place, node, primitive, weights)
            else:
                mirrored = bool(np.linalg.det((world @ matrix)[:3, :3]) < 0)
                meshes.write(place, node, primitive, weights, mirrored=mirrored)


def _instances(stage: Stage, path: str, node: Node) -> list[tuple[str, Matrix]]:
    """An Xform for each place of EXT_mesh_gpu_instancing, and its matrix."""
    assert node.instancing is not None
    matrices = instance_matrices(node.instancing)
    paths = [stage.names.child(path, f"Instance_{number}", "Instance") for number in range(len(matrices))]
    stage.xforms(paths)
    for place, matrix in zip(paths, matrices, strict=True):
        stage.usd.UsdGeom.Xform(stage.stage.GetPrimAtPath(place)).AddTransformOp().Set(stage.matrix(matrix))
    return [*zip(paths, matrices, strict=True)]


def _place(stage: Stage, xform: Any, node: Node, clip: Clip | None) -> None:
    moved = clip.paths(node) if clip is not None else set()
    if node.matrix is not None and not moved & {"translation", "rotation", "scale"}:
        if not np.array_equal(node.matrix, np.eye(4)):
            xform.AddTransformOp().Set(stage.matrix(node.matrix))
        return
    gf = stage.usd.Gf
    kinds = (
        ("translation", xform.AddTranslateOp, (0.0, 0.0, 0.0), lambda value: gf.Vec3d(*map(float, value))),
        ("rotation", xform.AddOrientOp, (0.0, 0.0, 0.0, 1.0), stage.quaternion),
        ("scale", xform.AddScaleOp, (1.0, 1.0, 1.0), lambda value: gf.Vec3f(*map(float, value))),
    )
    for path, add, usual, convert in kinds:
        value = getattr(node, path)
        if path not in moved and tuple(value) == usual:
            continue
        op = add()
        op.Set(convert(value))
        if path in moved and clip is not None:
            for code, key in clip.samples(node, path):
                op.Set(convert(key), code)


def _show(stage: Stage, xform: Any, node: Node, clip: Clip | None) -> None:
    visibility = stage.usd.UsdGeom.Tokens
    if node.visible is False:
        xform.CreateVisibilityAttr(visibility.invisible)
    if clip is not None and "visible" in clip.paths(node):
        for code, value in clip.samples(node, "visible"):
            xform.CreateVisibilityAttr().Set(visibility.inherited if value else visibility.invisible, code)
