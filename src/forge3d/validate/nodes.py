"""Nodes and scenes (specification §3.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .formats import joint_sets
from .judge import Clean, Judge
from .kinds import DEPENDENCY
from .references import is_index
from .rules import ERROR, INFORMATION, WARNING, rule
from .tree import Tree

MATRIX_AND_TRS = rule("NODE_MATRIX_TRS", ERROR, "3.5.2", "a node has either a matrix or TRS properties")
MATRIX_DEFAULT = rule("NODE_MATRIX_DEFAULT", INFORMATION, "3.5.2", "the identity matrix can be left out")
MATRIX_NON_TRS = rule("NODE_MATRIX_NON_TRS", ERROR, "3.5.2", "the matrix cannot be decomposed to TRS")
ROTATION = rule("ROTATION_NON_UNIT", ERROR, "5.25", "the rotation is not a unit quaternion")
EMPTY = rule("NODE_EMPTY", INFORMATION, "3.5", "a node with nothing on it and no purpose")
LOOP = rule("NODE_LOOP", ERROR, "3.5.1", "the node is its own ancestor")
PARENTS = rule("NODE_PARENT_OVERRIDE", ERROR, "3.5.1", "the node has two parents")
NON_ROOT = rule("SCENE_NON_ROOT_NODE", ERROR, "3.5.1", "a scene lists root nodes only")
WEIGHTS = rule("NODE_WEIGHTS_INVALID", ERROR, "3.7.2.2", "there are not as many weights as morph targets")
SKIN_WITHOUT_JOINTS = rule(
    "NODE_SKIN_WITH_NON_SKINNED_MESH", ERROR, "3.7.3.2", "the node has a skin, its mesh no JOINTS"
)
JOINTS_WITHOUT_SKIN = rule(
    "NODE_SKINNED_MESH_WITHOUT_SKIN", WARNING, "3.7.3.2", "the mesh has JOINTS, its node no skin"
)
SKINNED_LOCAL = rule(
    "NODE_SKINNED_MESH_LOCAL_TRANSFORMS", WARNING, "3.7.3.2", "the transform of a node with a skinned mesh is ignored"
)
SKINNED_PARENT = rule(
    "NODE_SKINNED_MESH_PARENT_TRANSFORMS", WARNING, "3.7.3.2",
    "transforms above a node with a skinned mesh are ignored",
)  # fmt: skip
SKINNED_NON_ROOT = rule(
    "NODE_SKINNED_MESH_NON_ROOT", INFORMATION, "3.7.3.2", "a node with a skinned mesh should be a root"
)
NO_SCENE = rule("NODE_SKIN_NO_SCENE", ERROR, "3.7.3.2", "a skinned mesh needs its joints in the same scene")
UNUSED_WEIGHTS = rule("UNUSED_MESH_WEIGHTS", INFORMATION, "3.7.2.2", "every node overrides the mesh's weights")

IDENTITY = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
QUATERNION_TOLERANCE = 0.00769
"""How far a quaternion's length may be from 1: the worst that four signed normalized bytes can be."""

SHEAR_TOLERANCE = 1.5e-4
DEFAULTS = {"translation": [0, 0, 0], "rotation": [0, 0, 0, 1], "scale": [1, 1, 1], "matrix": IDENTITY}


def check_node(node: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    if "matrix" in node:
        matrix = node["matrix"]
        if any(key in node for key in ("translation", "rotation", "scale")):
            judge.report(MATRIX_AND_TRS, f"{pointer}/matrix")
        if matrix == IDENTITY:
            judge.report(MATRIX_DEFAULT, f"{pointer}/matrix")
        elif not _is_trs(matrix):
            judge.report(MATRIX_NON_TRS, f"{pointer}/matrix")
    if "rotation" in node:
        length = sum(component * component for component in node["rotation"]) ** 0.5
        if abs(length - 1) > QUATERNION_TOLERANCE:
            judge.report(ROTATION, f"{pointer}/rotation", f"its length is {length:.6g}")
    for key, said in (("skin", is_index(raw.get("skin"))), ("weights", "weights" in node)):
        if said and not is_index(raw.get("mesh")):
            judge.report(DEPENDENCY, f"{pointer}/{key}", f"{key} means nothing without mesh")


def _is_trs(matrix: Sequence[float]) -> bool:
    """Whether a column-major matrix is affine, invertible and without shear, once its numbers are floats."""
    with np.errstate(over="ignore"):
        columns = np.array(matrix, np.float64).astype(np.float32).astype(np.float64).reshape(4, 4)
    if list(columns[:, 3]) != [0, 0, 0, 1] or not np.isfinite(columns).all():
        return False
    axes = columns[:3, :3]
    lengths = np.linalg.norm(axes, axis=1)
    if not lengths.all():
        return False
    products = (axes / lengths[:, None]) @ (axes / lengths[:, None]).T
    return bool(np.abs(products - np.eye(3)).max() < SHEAR_TOLERANCE)


def transforms(node: Clean) -> bool:
    """Whether the node's transform is not the identity."""
    return any(key in node and node[key] != default for key, default in DEFAULTS.items())


def check_graph(judge: Judge) -> Tree:
    """Hold the node tree together."""
    parents: list[int | None] = [None] * len(judge.objects("nodes"))
    for index, node, pointer in judge.entries("nodes"):
        for place, child in enumerate(node.get("children", ())):
            if child is None:
                continue
            if parents[child] is not None:
                message = f"node {child} is a child of node {parents[child]} already"
                judge.report(PARENTS, f"{pointer}/children/{place}", message)
            parents[child] = index
    for _, scene, pointer in judge.entries("scenes"):
        for place, root in enumerate(scene.get("nodes", ())):
            if root is not None and parents[root] is not None:
                judge.report(NON_ROOT, f"{pointer}/nodes/{place}", f"node {root} is a child of node {parents[root]}")
    for index in loops(parents):
        judge.report(LOOP, f"/nodes/{index}")
        parents[index] = None
    return Tree(parents)


def loops(parents: list[int | None]) -> list[int]:
    """The nodes that are their own ancestors."""
    state = [0] * len(parents)  # 0 new, otherwise the walk that came by
    found: set[int] = set()
    for start in range(len(parents)):
        path: list[int] = []
        node: int | None = start
        while node is not None and not state[node]:
            state[node] = start + 1
            path.append(node)
            node = parents[node]
        if node is not None and state[node] == start + 1:
            found.update(path[path.index(node) :])
    return sorted(found)


def check_uses(judge: Judge, tree: Tree) -> None:
    """Nodes with their meshes and skins."""
    joints = {joint for _, skin, _ in judge.entries("skins") for joint in skin.get("joints", ())}
    scenes = _scenes(judge, tree)
    moved = tree.below(index for index, node, _ in judge.entries("nodes") if transforms(node))
    meshes = {index: _Mesh.of(mesh) for index, mesh, _ in judge.entries("meshes") if "primitives" in mesh}
    shared = {index: _common_scenes(skin, tree, scenes) for index, skin, _ in judge.entries("skins")}
    for index, node, pointer in judge.entries("nodes"):
        if index not in joints and _is_empty(node, judge.source.json["nodes"][index].get("extras")):
            judge.report(EMPTY, pointer)
        mesh = meshes.get(node.get("mesh", -1))
        if mesh is not None:
            _check_mesh(node, mesh, pointer, judge)
        if node.get("skin") not in shared:
            continue
        if transforms(node):
            judge.report(SKINNED_LOCAL, pointer)
        if tree.parents[index] is not None:
            judge.report(SKINNED_NON_ROOT, pointer)
            if index in moved:
                judge.report(SKINNED_PARENT, pointer)
        common = shared[node["skin"]]
        if common is not None and not scenes[index] <= common:
            judge.report(NO_SCENE, pointer)
    _check_weights(judge)


def _scenes(judge: Judge, tree: Tree) -> list[frozenset[int]]:
    """For each node the scenes that show it, because they list it or a node above it."""
    listed: dict[int, set[int]] = {}
    for index, scene, _ in judge.entries("scenes"):
        for root in scene.get("nodes", ()):
            if root is not None:
                listed.setdefault(root, set()).add(index)
    return tree.inherited(listed)


def _common_scenes(skin: Clean, tree: Tree, scenes: list[frozenset[int]]) -> frozenset[int] | None:
    """The scenes that hold the root of a skin's joints; None where there is no such one."""
    roots = {tree.roots[joint] for joint in skin.get("joints", ()) if joint is not None}
    return scenes[roots.pop()] if len(roots) == 1 else None


class _Mesh(NamedTuple):
    """What nodes need to know of a mesh."""

    targets: int
    any_skinned: bool
    all_skinned: bool

    @classmethod
    def of(cls, mesh: Clean) -> _Mesh:
        usable = [entry for entry in mesh.get("primitives", ()) if entry is not None]
        skinned = [joint_sets(entry) > 0 for entry in usable]
        return cls(len(usable[0].get("targets", ())) if usable else 0, any(skinned), all(skinned))


def _is_empty(node: Clean, extras: object) -> bool:
    keys = ("mesh", "camera", "children", "extensions", "unreadExtensions")
    return extras is None and not any(node.get(key) is not None and node[key] != [] and node[key] != {} for key in keys)


def _check_mesh(node: Clean, mesh: _Mesh, pointer: str, judge: Judge) -> None:
    if "weights" in node and len(node["weights"]) != mesh.targets:
        message = f"{len(node['weights'])} weights, {mesh.targets} morph targets"
        judge.report(WEIGHTS, f"{pointer}/weights", message)
    if mesh.any_skinned and "skin" not in node:
        judge.report(JOINTS_WITHOUT_SKIN, pointer)
    if not mesh.all_skinned and "skin" in node:
        judge.report(SKIN_WITHOUT_JOINTS, pointer)


def _check_weights(judge: Judge) -> None:
    overridden: dict[int, bool] = {}
    for _, node, _ in judge.entries("nodes"):
        if "mesh" in node:
            drawn = "primitives" in (judge.get("meshes", node["mesh"]) or {})
            overridden[node["mesh"]] = overridden.get(node["mesh"], True) and ("weights" in node or not drawn)
    for index, mesh, pointer in judge.entries("meshes"):
        if "weights" in mesh and overridden.get(index, False):
            judge.report(UNUSED_WEIGHTS, f"{pointer}/weights")
