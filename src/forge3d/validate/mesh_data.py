"""Vertex and index data (specification §3.7.2.1, §3.7.3.3), each rule over a whole accessor at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import Forge3DError
from ..gltf.json_access import at
from .accessor_data import Array
from .formats import joint_sets
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
    influences: dict[tuple[Any, ...], dict[str, list[Finding]]] = {}
    for mesh, place, primitive, pointer in primitives(judge):
        data = _decoded(judge, mesh, place, primitive, arrays)
        attributes = {name: data[name] for name in primitive.get("attributes") or {} if name in data}
        for name, array in attributes.items():
            if name in CHECKS and is_allowed(judge, primitive["attributes"][name], name):
                normalized = _normalized(judge, primitive, name)
                key = (id(array), name, normalized)
                if key not in known:
                    known[key] = CHECKS[name](array, normalized)
                report(known[key], at(f"{pointer}/attributes", name), judge)
        for name, findings in _influences(attributes, joints.get(mesh), judge, primitive, influences).items():
            report(findings, f"{pointer}/attributes/{name}", judge)
        if "" in data:
            key = (id(data[""]), vertex_count(judge, primitive), primitive.get("mode", 4) in (4, -1))
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
    "NORMAL": _check_normals, "TANGENT": _check_tangents, "COLOR_0": _check_colours,
}  # fmt: skip


def _joint_counts(judge: Judge) -> dict[int, int]:
    """For each skinned mesh the fewest joints that a skin on it has."""
    counts: dict[int, int] = {}
    for _, node, _ in judge.entries("nodes"):
        skin = judge.get("skins", node.get("skin"))
        if skin is not None and "joints" in skin and "mesh" in node:
            count = len(skin["joints"])
            counts[node["mesh"]] = min(counts.get(node["mesh"], count), count)
    return counts


def _influences(
    attributes: dict[str, Array], joint_count: int | None, judge: Judge, primitive: Clean,
    known: dict[tuple[Any, ...], dict[str, list[Finding]]],
) -> dict[str, list[Finding]]:  # fmt: skip
    """JOINTS_n and WEIGHTS_n of all sets together: findings by attribute."""
    sets = range(joint_sets(primitive))
    names = [name for number in sets for name in (f"JOINTS_{number}", f"WEIGHTS_{number}")]
    vertices = vertex_count(judge, primitive)
    if joint_count is None or not names or any(name not in attributes for name in names):
        return {}
    arrays = [attributes[name] for name in names]
    if any(array.shape != (vertices, 4) for array in arrays) or any(array.dtype.kind == "f" for array in arrays[::2]):
        return {}
    key = (joint_count, *map(id, arrays))
    if key not in known:
        joints = np.stack([array.astype(np.int64) for array in arrays[::2]], axis=2)
        known[key] = _influence_findings(joints, np.stack([floats(a, True) for a in arrays[1::2]], axis=2), joint_count)
    return known[key]


def _influence_findings(
    joints: npt.NDArray[np.int64], weights: npt.NDArray[np.float32], joint_count: int
) -> dict[str, list[Finding]]:
    """Rules over joints and weights, both `(vertices, 4, sets)`; a vertex has its influences in all sets together.

    What is wrong in itself, a joint out of bounds or there already, a negative weight, does not count for the sum.
    """
    vertices, _, sets = joints.shape
    inside = joints < joint_count
    used = inside & (weights != 0)
    flat, flat_used = joints.reshape(vertices, -1), used.reshape(vertices, -1)
    marked = np.where(flat_used, flat, -1 - np.arange(flat.shape[1]))
    order = np.argsort(marked, axis=1, kind="stable")
    ordered = np.take_along_axis(marked, order, axis=1)
    repeated = np.zeros(flat.shape, bool)
    np.put_along_axis(repeated, order[:, 1:], ordered[:, 1:] == ordered[:, :-1], axis=1)
    again = repeated.reshape(joints.shape)
    counted = used & ~again & ~(weights < 0)
    terms = np.where(counted, weights, np.float32(0)).reshape(vertices, -1)
    total = np.zeros(vertices, np.float32)
    with np.errstate(over="ignore", invalid="ignore"):
        for column in terms.T:
            total += column
        off = np.abs(total.astype(np.float64) - 1) > WEIGHT_TOLERANCE * counted.sum(axis=(1, 2))
    found: dict[str, list[Finding]] = {}
    for number in range(sets):
        here = (slice(None), slice(None), number)
        found[f"JOINTS_{number}"] = [
            *find(JOINT_BOUNDS, (~inside)[here].any(axis=1)),
            *find(JOINT_WEIGHTLESS, (inside & (weights == 0) & (joints != 0))[here].any(axis=1)),
            *find(JOINT_TWICE, again[here].any(axis=1)),
        ]
        found[f"WEIGHTS_{number}"] = [
            *find(WEIGHTS_NEGATIVE, (used & ~again & (weights < 0))[here].any(axis=1)),
            *find(WEIGHTS_SUM, off),
        ]
    return found


def _check_indices(indices: Array, vertices: int, triangles: bool) -> list[Finding]:
    if indices.ndim != 1 or indices.dtype.kind != "u":
        return []
    found: list[Finding] = []
    restart = np.iinfo(indices.dtype).max
    largest = int(indices.max(initial=0))
    if largest == restart:
        found += find(RESTART, indices == restart)
    if largest >= vertices:
        found += find(INDEX_BOUNDS, indices >= max(vertices, 0))
    if triangles:
        a, b, c = (indices[: len(indices) // 3 * 3].reshape(-1, 3)[:, corner] for corner in range(3))
        found += find(DEGENERATE, (a == b) | (b == c) | (a == c))
    return found


def _check_bind_matrices(judge: Judge, arrays: dict[int, Array]) -> None:
    for _, skin, pointer in judge.entries("skins"):
        matrices = arrays.get(skin.get("inverseBindMatrices", -1))
        if matrices is not None and matrices.shape[1:] == (4, 4) and matrices.dtype == np.float32:
            rows = (matrices[:, 3] != np.array([0, 0, 0, 1], np.float32)).any(axis=1)
            report(find(INVALID_IBM, rows), f"{pointer}/inverseBindMatrices", judge)
