"""Vertex and index data (specification §3.7.2.1, §3.7.3.3), each rule over a whole accessor at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import Forge3DError
from ..gltf.json_access import at
from .accessor_data import Array
from .judge import Clean, Judge
from .meshes import is_allowed, primitives, vertex_count
from .resources import note
from .rules import ERROR, INFORMATION, WARNING, Rule, rule

NON_UNIT = rule("ACCESSOR_VECTOR3_NON_UNIT", ERROR, "3.7.2.1", "vectors are not of unit length")
SIGN = rule("ACCESSOR_INVALID_SIGN", ERROR, "3.7.2.1", "a tangent's w must be 1 or -1")
NON_CLAMPED = rule("ACCESSOR_NON_CLAMPED", ERROR, "3.7.2.1", "colours are outside [0, 1]")
INDEX_BOUNDS = rule("ACCESSOR_INDEX_OOB", ERROR, "3.7.2.1", "indices are not below the vertex count")
RESTART = rule("ACCESSOR_INDEX_PRIMITIVE_RESTART", ERROR, "3.7.2.1", "the largest index restarts primitives")
DEGENERATE = rule("ACCESSOR_INDEX_TRIANGLE_DEGENERATE", INFORMATION, "3.7.2.1", "triangles use a vertex twice")
WEIGHTS_NEGATIVE = rule("ACCESSOR_WEIGHTS_NEGATIVE", ERROR, "3.7.3.3", "joint weights are negative")
WEIGHTS_SUM = rule("ACCESSOR_WEIGHTS_NON_NORMALIZED", ERROR, "3.7.3.3", "a vertex's joint weights do not sum up to 1")
JOINT_BOUNDS = rule("ACCESSOR_JOINTS_INDEX_OOB", ERROR, "3.7.3.3", "joint indices are not below the number of joints")
JOINT_TWICE = rule("ACCESSOR_JOINTS_INDEX_DUPLICATE", ERROR, "3.7.3.3", "a joint has two weights on one vertex")
JOINT_WEIGHTLESS = rule("ACCESSOR_JOINTS_USED_ZERO_WEIGHT", WARNING, "3.7.3.3", "joints of weight zero should be 0")
INVALID_IBM = rule("ACCESSOR_INVALID_IBM", ERROR, "3.7.3.1", "an inverse bind matrix's last row must be 0, 0, 0, 1")

UNIT_TOLERANCE = 0.00674
"""How far a vector's length may be from 1: the worst that three signed normalized bytes can be."""

WEIGHT_TOLERANCE = 2e-7
"""How far a vertex's float weights may be from 1, for each of them that is not zero."""


Finding = tuple[Rule, str, int]
"""A broken rule, how it is broken, and by how many elements."""


def check_meshes(judge: Judge, arrays: dict[int, Array]) -> None:
    """Every primitive; an array that many of them share is looked at once, and reported wherever it is used."""
    joints = _joint_counts(judge)
    known: dict[tuple[Any, ...], list[Finding]] = {}
    for mesh, place, primitive, pointer in primitives(judge):
        data = _decoded(judge, mesh, place, primitive, arrays)
        attributes = {name: data[name] for name in primitive.get("attributes") or {} if name in data}
        for name, array in attributes.items():
            base = name.rpartition("_")[0] or name
            if base in CHECKS and is_allowed(judge, primitive["attributes"][name], name):
                normalized = _normalized(judge, primitive, name)
                key = (id(array), base, normalized)
                if key not in known:
                    known[key] = CHECKS[base](array, normalized)
                report(known[key], at(f"{pointer}/attributes", name), judge)
        for name, findings in _influences(attributes, joints.get(mesh), judge, primitive, known).items():
            report(findings, f"{pointer}/attributes/{name}", judge)
        if "" in data:
            key = (id(data[""]), vertex_count(judge, primitive), primitive.get("mode", 4))
            if key not in known:
                known[key] = _check_indices(data[""], *key[1:])
            report(known[key], f"{pointer}/indices", judge)
    _check_bind_matrices(judge, arrays)


def report(findings: list[Finding], pointer: str, judge: Judge) -> None:
    for broken, message, count in findings:
        judge.report(broken, pointer, message, count)


def _decoded(judge: Judge, mesh: int, place: int, primitive: Clean, arrays: dict[int, Array]) -> dict[str, Array]:
    """A primitive's arrays by semantic, "" for the indices; Draco's where it has them."""
    users = {**(primitive.get("attributes") or {}), **({"": primitive["indices"]} if "indices" in primitive else {})}
    data = {name: arrays[index] for name, index in users.items() if index in arrays}
    if "KHR_draco_mesh_compression" in primitive.get("extensions", {}):
        try:
            decoded = judge.source.draco(mesh, place)
        except Forge3DError as error:
            note(error, f"/meshes/{mesh}/primitives/{place}", judge)
        else:
            if decoded is not None:
                data |= decoded.attributes
                data |= {} if decoded.indices is None else {"": decoded.indices}
    return data


def _normalized(judge: Judge, primitive: Clean, name: str) -> bool:
    accessor = judge.get("accessors", primitive["attributes"][name]) or {}
    return bool(accessor.get("normalized"))


def floats(array: Array, normalized: bool) -> npt.NDArray[np.float32]:
    if array.dtype == np.float32:
        return array
    values = array.astype(np.float32)
    if normalized:
        values /= np.float32(np.iinfo(array.dtype).max)
        np.maximum(values, -1, out=values)
    return values


def find(rule: Rule, broken: Any) -> list[Finding]:
    """The finding that a mask over elements stands for, if any is set."""
    count = int(np.count_nonzero(broken))
    if not count:
        return []
    return [(rule, f"{count} of {len(broken)} elements, the first is {int(broken.argmax())}", count)]


def _check_normals(array: Array, normalized: bool) -> list[Finding]:
    if array.ndim != 2 or array.shape[1] < 3:
        return []
    return find(NON_UNIT, non_unit(floats(array, normalized)[:, :3], UNIT_TOLERANCE))


def non_unit(vectors: npt.NDArray[np.float32], tolerance: float) -> npt.NDArray[np.bool_]:
    """Which rows are finite and not of unit length; numbers that are not finite have a rule of their own."""
    squares = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)
    low, high = (1 - tolerance) ** 2, (1 + tolerance) ** 2
    outside: npt.NDArray[np.bool_] = (squares < low) | (squares > high)
    return outside


def _check_tangents(array: Array, normalized: bool) -> list[Finding]:
    if array.ndim != 2 or array.shape[1] != 4:
        return []
    sign = floats(array, normalized)[:, 3]
    return [*_check_normals(array, normalized), *find(SIGN, np.abs(sign) != 1)]


def _check_colours(array: Array, normalized: bool) -> list[Finding]:
    if array.dtype.kind != "f" or array.ndim != 2:
        return []
    return find(NON_CLAMPED, ((array < 0) | (array > 1)).any(axis=1))


CHECKS: dict[str, Callable[[Array, bool], list[Finding]]] = {
    "NORMAL": _check_normals, "TANGENT": _check_tangents, "COLOR": _check_colours,
}  # fmt: skip


def _joint_counts(judge: Judge) -> dict[int, int]:
    """For each skinned mesh the fewest joints that a skin on it has."""
    counts: dict[int, int] = {}
    for _, node, _ in judge.entries("nodes"):
        skin = judge.get("skins", node.get("skin"))
        if skin is not None and "mesh" in node:
            count = len(skin.get("joints", ()))
            counts[node["mesh"]] = min(counts.get(node["mesh"], count), count)
    return counts


def _influences(
    attributes: dict[str, Array], joint_count: int | None, judge: Judge, primitive: Clean,
    known: dict[tuple[Any, ...], list[Finding]],
) -> dict[str, list[Finding]]:  # fmt: skip
    """JOINTS_n and WEIGHTS_n of all sets together: findings by attribute."""
    pairs = []
    for name, joints in attributes.items():
        other = name.replace("JOINTS_", "WEIGHTS_")
        weights = attributes.get(other)
        if name.startswith("JOINTS_") and weights is not None and joints.shape == weights.shape and joints.ndim == 2:
            pairs.append((name, other, joints, weights, _normalized(judge, primitive, other)))
    if not pairs or joint_count is None or len({len(joints) for _, _, joints, _, _ in pairs}) > 1:
        return {}
    used = tuple(part for _, _, joints, weights, normalized in pairs for part in (id(joints), id(weights), normalized))
    result: dict[str, list[Finding]] = {}
    for check in (_joint_findings, _weight_findings):
        key = (check, joint_count, *used)
        if key not in known:
            known[key] = check(
                [(joints, floats(weights, normalized)) for *_, joints, weights, normalized in pairs], joint_count
            )
        result[pairs[0][0] if check is _joint_findings else pairs[0][1]] = known[key]
    return result


Pairs = list[tuple[Array, npt.NDArray[np.float32]]]
"""Joint indices and weights of each set, `(vertices, 4)`."""


def _joint_findings(pairs: Pairs, joint_count: int) -> list[Finding]:
    joints = np.concatenate([joints.astype(np.int64) for joints, _ in pairs], axis=1)
    weights = np.concatenate([weights for _, weights in pairs], axis=1)
    distinct = np.where(weights != 0, joints, -1 - np.arange(joints.shape[1]))
    ordered = np.sort(distinct, axis=1)
    return [
        *find(JOINT_BOUNDS, (joints >= joint_count).any(axis=1)),
        *find(JOINT_WEIGHTLESS, ((weights == 0) & (joints != 0)).any(axis=1)),
        *find(JOINT_TWICE, (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)),
    ]


def _weight_findings(pairs: Pairs, joint_count: int) -> list[Finding]:
    weights = np.concatenate([weights for _, weights in pairs], axis=1)
    used = np.count_nonzero(weights, axis=1)
    off = np.abs(weights.sum(axis=1, dtype=np.float64) - 1) > WEIGHT_TOLERANCE * np.maximum(used, 1)
    return [*find(WEIGHTS_NEGATIVE, (weights < 0).any(axis=1)), *find(WEIGHTS_SUM, off)]


def _check_indices(indices: Array, vertices: int, mode: int) -> list[Finding]:
    if indices.ndim != 1 or indices.dtype.kind != "u":
        return []
    found: list[Finding] = []
    restart = np.iinfo(indices.dtype).max
    largest = int(indices.max(initial=0))
    if largest == restart:
        found += find(RESTART, indices == restart)
    if largest >= vertices:
        found += find(INDEX_BOUNDS, indices >= max(vertices, 0))
    if mode == 4:
        a, b, c = (indices[: len(indices) // 3 * 3].reshape(-1, 3)[:, corner] for corner in range(3))
        found += find(DEGENERATE, (a == b) | (b == c) | (a == c))
    return found


def _check_bind_matrices(judge: Judge, arrays: dict[int, Array]) -> None:
    for _, skin, pointer in judge.entries("skins"):
        matrices = arrays.get(skin.get("inverseBindMatrices", -1))
        if matrices is not None and matrices.shape[1:] == (4, 4) and matrices.dtype == np.float32:
            rows = (matrices[:, 3] != np.array([0, 0, 0, 1], np.float32)).any(axis=1)
            report(find(INVALID_IBM, rows), f"{pointer}/inverseBindMatrices", judge)
