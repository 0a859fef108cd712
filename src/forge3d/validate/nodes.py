"""Nodes and scenes (specification §3.5)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .judge import Clean, Judge
from .kinds import DEPENDENCY
from .rules import ERROR, INFORMATION, WARNING, rule

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
    for key in ("skin", "weights"):
        if key in node and "mesh" not in raw:
            judge.report(DEPENDENCY, f"{pointer}/{key}", f"{key} means nothing without mesh")


def _is_trs(matrix: Sequence[float]) -> bool:
    """Whether a column-major matrix is affine, invertible and without shear."""
    columns = np.array(matrix, np.float64).reshape(4, 4)
    if list(columns[:, 3]) != [0, 0, 0, 1]:
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


def check_graph(judge: Judge) -> list[int | None]:
    """Hold the node tree together; returns each node's parent."""
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
    return parents


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


def ancestors(parents: list[int | None], node: int) -> list[int]:
    """From the node itself up to its root."""
    chain: list[int] = []
    current: int | None = node
    while current is not None:
        chain.append(current)
        current = parents[current]
    return chain


def check_uses(judge: Judge, parents: list[int | None], scenes_of: dict[int, set[int]]) -> None:
    """Nodes with their meshes and skins. `scenes_of` gives for each root node the scenes that list it."""
    joints = {joint for _, skin, _ in judge.entries("skins") for joint in skin.get("joints", ())}
    for index, node, pointer in judge.entries("nodes"):
        if index not in joints and _is_empty(node, judge.source.json["nodes"][index]):
            judge.report(EMPTY, pointer)
        mesh = judge.get("meshes", node.get("mesh"))
        skinned = mesh is not None and _check_mesh(index, node, mesh, pointer, judge)
        skin = judge.get("skins", node.get("skin"))
        if skin is not None:
            _check_skin(index, node, skin, skinned, pointer, judge, parents, scenes_of)
    _check_weights(judge)


def _is_empty(node: Clean, raw: Clean) -> bool:
    filled = "mesh" in node or "camera" in node or node.get("children") or raw.get("extensions")
    return not filled and raw.get("extras") is None


def _check_mesh(index: int, node: Clean, mesh: Clean, pointer: str, judge: Judge) -> bool:
    """A node's mesh; returns whether all of it is skinned."""
    usable = [entry for entry in mesh.get("primitives", ()) if entry is not None]
    targets = len(usable[0].get("targets", ())) if usable else 0
    if "weights" in node and len(node["weights"]) != targets:
        judge.report(WEIGHTS, f"{pointer}/weights", f"{len(node['weights'])} weights, {targets} morph targets")
    skinned = [any(name.startswith("JOINTS_") for name in entry.get("attributes") or ()) for entry in usable]
    if any(skinned) and "skin" not in node:
        judge.report(JOINTS_WITHOUT_SKIN, pointer)
    if not all(skinned) and "skin" in node:
        judge.report(SKIN_WITHOUT_JOINTS, pointer)
    return all(skinned)


def _check_skin(
    index: int, node: Clean, skin: Clean, skinned: bool, pointer: str, judge: Judge, parents: list[int | None],
    scenes_of: dict[int, set[int]],
) -> None:  # fmt: skip
    if skinned and transforms(node):
        judge.report(SKINNED_LOCAL, pointer)
    if parents[index] is not None:
        judge.report(SKINNED_NON_ROOT, pointer)
        if any(transforms(judge.get("nodes", above) or {}) for above in ancestors(parents, index)[1:]):
            judge.report(SKINNED_PARENT, pointer)
    roots = {ancestors(parents, joint)[-1] for joint in skin.get("joints", ()) if joint is not None}
    own = scenes_of.get(ancestors(parents, index)[-1], set())
    if own and roots and not own.intersection(*(scenes_of.get(root, set()) for root in roots)):
        judge.report(NO_SCENE, pointer)


def _check_weights(judge: Judge) -> None:
    overridden: dict[int, bool] = {}
    for _, node, _ in judge.entries("nodes"):
        if "mesh" in node:
            overridden[node["mesh"]] = overridden.get(node["mesh"], True) and "weights" in node
    for index, mesh, pointer in judge.entries("meshes"):
        if "weights" in mesh and overridden.get(index, False):
            judge.report(UNUSED_WEIGHTS, f"{pointer}/weights")
