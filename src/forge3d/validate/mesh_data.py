"""Vertex and index data (specification §3.7.2.1, §3.7.3.3), each rule over a whole accessor at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import Forge3DError
from ..gltf.codecs.draco import EXTENSION as DRACO
from ..gltf.json_access import at
from .accessor_data import DRACO_TOLERANCE
from .formats import BIND_MATRICES, INDICES, form_of, joint_sets
from .judge import Clean, Judge
from .meshes import is_allowed, primitives, vertex_count
from .resources import BROKEN_PLACES, note
from .rows import Array, batches, pieces, tally
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


ROUGH = 1e-5
"""More than the sum of a few squares in single precision can be off."""


Finding = tuple[Rule, str, int]
"""A broken rule, how it is broken, and by how many elements."""


def check_meshes(judge: Judge, arrays: dict[int, Array]) -> None:
    """Every primitive; an array that many of them share is looked at once, and reported wherever it is used."""
    joints = _joint_counts(judge)
    known: dict[tuple[Any, ...], list[Finding]] = {}
    decoded = [
        (primitive, pointer, _decoded(judge, mesh, place, primitive, arrays), joints.get(mesh))
        for mesh, place, primitive, pointer in primitives(judge)
    ]
    skinned = [_influences(judge, primitive, data, count) for primitive, _, data, count in decoded]
    influences = judge_influences([influence for influence in skinned if influence])
    for (primitive, pointer, data, _), influence in zip(decoded, skinned, strict=True):
        attributes = {name: data[name] for name in primitive.get("attributes") or {} if name in data}
        for name, array in attributes.items():
            if name in CHECKS and is_allowed(judge, primitive["attributes"][name], name):
                normalized = _normalized(judge, primitive, name)
                packed = name in primitive.get("extensions", {}).get(DRACO, {}).get("attributes", ())
                key = (id(array), name, normalized)
                if key not in known:
                    known[key] = CHECKS[name](array, normalized, DRACO_TOLERANCE if packed else 0)
                report(known[key], at(f"{pointer}/attributes", name), judge)
        for name, findings in influences[influence.key].items() if influence else ():
            report(findings, f"{pointer}/attributes/{name}", judge)
        accessor = judge.get("accessors", primitive.get("indices"))
        if "" in data and (accessor is None or form_of(accessor) in INDICES):
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
    if DRACO in primitive.get("extensions", {}):
        try:
            decoded = judge.source.draco(mesh, place)
        except Forge3DError as error:
            if getattr(error, "code", None) not in BROKEN_PLACES:
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
    return finding(rule, int(np.count_nonzero(broken)), int(broken.argmax()) if len(broken) else 0, len(broken))


def search(rule: Rule, broken: Callable[..., npt.NDArray[np.bool_]], *arrays: Array) -> list[Finding]:
    """The finding of the elements that are `broken`, if any is; see `rows.tally`."""
    return finding(rule, *tally(broken, *arrays), len(arrays[0]))


def finding(rule: Rule, count: int, first: int, elements: int) -> list[Finding]:
    return [(rule, f"{count} of {elements} elements, the first is {first}", count)] if count else []


def _check_normals(array: Array, normalized: bool, slack: float) -> list[Finding]:
    if array.ndim != 2 or array.shape[1] < 3:
        return []
    tolerance = UNIT_TOLERANCE + slack
    return search(NON_UNIT, lambda piece: non_unit(floats(piece, normalized)[:, :3], tolerance), array)


def non_unit(vectors: npt.NDArray[np.float32], tolerance: float) -> npt.NDArray[np.bool_]:
    """Which rows are finite and not of unit length; numbers that are not finite have a rule of their own."""
    low, high = (1 - tolerance) ** 2, (1 + tolerance) ** 2
    with np.errstate(over="ignore", invalid="ignore"):
        rough = sum(np.square(column) for column in vectors.T)
    if len(rough) and low + ROUGH < rough.min() and rough.max() < high - ROUGH:
        return np.zeros(len(vectors), bool)
    squares = np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64)  # exact, and four times as slow
    outside: npt.NDArray[np.bool_] = (squares < low) | (squares > high)
    return outside


def _check_tangents(array: Array, normalized: bool, slack: float) -> list[Finding]:
    if array.ndim != 2 or array.shape[1] != 4:
        return []
    signs = search(SIGN, lambda piece: ~(np.abs(np.abs(floats(piece, normalized)) - 1) <= slack), array[:, 3])
    return [*_check_normals(array, normalized, slack), *signs]


def _check_colours(array: Array, normalized: bool, slack: float) -> list[Finding]:
    if array.dtype.kind != "f" or array.ndim != 2:
        return []
    return search(NON_CLAMPED, lambda piece: ((piece < -slack) | (piece > 1 + slack)).any(axis=1), array)


CHECKS: dict[str, Callable[[Array, bool, float], list[Finding]]] = {
    "NORMAL": _check_normals, "TANGENT": _check_tangents, "COLOR_0": _check_colours,
}  # fmt: skip
"""Given an array, whether it is normalized, and how far Draco's quantization may have moved its values."""


def _joint_counts(judge: Judge) -> dict[int, int]:
    """For each skinned mesh the fewest joints that a skin on it has."""
    counts: dict[int, int] = {}
    for _, node, _ in judge.entries("nodes"):
        skin = judge.get("skins", node.get("skin"))
        if skin is not None and "joints" in skin and "mesh" in node:
            count = len(skin["joints"])
            counts[node["mesh"]] = min(counts.get(node["mesh"], count), count)
    return counts


@dataclass(frozen=True, slots=True)
class Influences:
    """JOINTS_n and WEIGHTS_n of all sets of one primitive, each `(vertices, 4)`, and how many joints there are."""

    joints: tuple[Array, ...]
    weights: tuple[Array, ...]
    joint_count: int

    @property
    def key(self) -> tuple[int, ...]:
        """Equal for primitives that share all of it."""
        return (self.joint_count, *map(id, (*self.joints, *self.weights)))


def _influences(judge: Judge, primitive: Clean, data: dict[str, Array], joint_count: int | None) -> Influences | None:
    """What a skinned primitive is moved by; None where it is not skinned, or not of a form that can be judged."""
    sets = range(joint_sets(primitive))
    joints, weights = (
        tuple(data[f"{name}_{number}"] for number in sets if f"{name}_{number}" in data)
        for name in ("JOINTS", "WEIGHTS")
    )
    vertices = vertex_count(judge, primitive)
    if joint_count is None or not sets or len(joints) != len(sets) or len(weights) != len(sets):
        return None
    if any(array.shape != (vertices, 4) for array in (*joints, *weights)):
        return None
    return None if any(array.dtype.kind == "f" for array in joints) else Influences(joints, weights, joint_count)


def judge_influences(given: list[Influences]) -> dict[tuple[int, ...], dict[str, list[Finding]]]:
    """Findings by attribute, by key; small ones that have as many sets and joints are looked at together first."""
    distinct = {one.key: one for one in given}
    alike: dict[tuple[Any, ...], list[Influences]] = {}
    for one in distinct.values():
        types = tuple(array.dtype for array in (*one.joints, *one.weights))
        alike.setdefault((one.joint_count, *types), []).append(one)
    found: dict[tuple[int, ...], dict[str, list[Finding]]] = {}
    for ones in alike.values():
        for batch in batches(ones, lambda one: len(one.joints[0])):
            joints, weights = (
                [np.concatenate(part) if len(part) > 1 else part[0] for part in zip(*columns, strict=True)]
                for columns in ([one.joints for one in batch], [one.weights for one in batch])
            )
            good = len(batch) > 1 and not _influence_findings(joints, weights, batch[0].joint_count)
            for one in batch:
                found[one.key] = {} if good else _influence_findings(one.joints, one.weights, one.joint_count)
    return found


def _influence_findings(
    joints: Sequence[Array], weights: Sequence[Array], joint_count: int
) -> dict[str, list[Finding]]:
    """What is broken, by attribute."""
    tallies: dict[tuple[str, Rule], tuple[int, int]] = {}
    for piece in pieces(len(joints[0])):
        masks = influence_masks([a[piece] for a in joints], [floats(a[piece], True) for a in weights], joint_count)
        for key, mask in masks.items():
            here = int(np.count_nonzero(mask))
            if here:
                count, first = tallies.get(key, (0, piece.start + int(mask.argmax())))
                tallies[key] = count + here, first
    found: dict[str, list[Finding]] = {}
    for (name, broken), (count, first) in tallies.items():
        found.setdefault(name, []).extend(finding(broken, count, first, len(joints[0])))
    return found


def influence_masks(
    joints: Sequence[Array], weights: Sequence[Array], joint_count: int
) -> dict[tuple[str, Rule], npt.NDArray[np.bool_]]:
    """Which vertices break which rule at which attribute; each array is `(vertices, 4)`, a set.

    A vertex has its influences in all sets together. What is wrong in itself, a joint out of bounds or there already,
    a negative weight, does not count for the sum.
    """
    vertices = len(joints[0])
    masks: dict[tuple[str, Rule], npt.NDArray[np.bool_]] = {}

    def mark(name: str, broken: Rule, mask: npt.NDArray[np.bool_]) -> None:
        masks[name, broken] = masks[name, broken] | mask if (name, broken) in masks else mask

    total, counted = np.zeros(vertices, np.float32), np.zeros(vertices, np.uint8)
    before: list[tuple[Array, npt.NDArray[np.bool_]]] = []
    columns = [(joint.T.copy(), weight.T.copy()) for joint, weight in zip(joints, weights, strict=True)]
    for component in range(4):
        for number, (joint_set, weight_set) in enumerate(columns):
            joint, weight = joint_set[component], weight_set[component]
            inside, weightless = joint < joint_count, weight == 0
            used = inside & ~weightless
            again = np.zeros(vertices, bool)
            for other, other_used in before:
                again |= (joint == other) & other_used
            again &= used
            before.append((joint, used))
            negative = used & (weight < 0)
            counts = used & ~again & ~(weight < 0)
            with np.errstate(over="ignore", invalid="ignore"):
                total += np.where(counts, weight, np.float32(0))
            counted += counts
            mark(f"JOINTS_{number}", JOINT_BOUNDS, ~inside)
            mark(f"JOINTS_{number}", JOINT_WEIGHTLESS, inside & weightless & (joint != 0))
            mark(f"JOINTS_{number}", JOINT_TWICE, again)
            mark(f"WEIGHTS_{number}", WEIGHTS_NEGATIVE, negative)
    off = np.abs(total.astype(np.float64) - 1) > WEIGHT_TOLERANCE * counted
    for number in range(len(joints)):
        masks[f"WEIGHTS_{number}", WEIGHTS_SUM] = off
    return masks


def _check_indices(indices: Array, vertices: int, triangles: bool) -> list[Finding]:
    if indices.ndim != 1 or indices.dtype.kind != "u":
        return []
    found: list[Finding] = []
    restart = np.iinfo(indices.dtype).max
    largest = int(indices.max(initial=0))
    if largest == restart:
        found += search(RESTART, lambda piece: piece == restart, indices)
    if largest >= vertices:
        found += search(INDEX_BOUNDS, lambda piece: piece >= max(vertices, 0), indices)
    if triangles:
        found += search(DEGENERATE, _degenerate, indices[: len(indices) // 3 * 3].reshape(-1, 3))
    return found


def _degenerate(triangles: Array) -> npt.NDArray[np.bool_]:
    a, b, c = triangles.T
    mask: npt.NDArray[np.bool_] = (a == b) | (b == c) | (a == c)
    return mask


def _check_bind_matrices(judge: Judge, arrays: dict[int, Array]) -> None:
    for _, skin, pointer in judge.entries("skins"):
        matrices = arrays.get(skin.get("inverseBindMatrices", -1))
        accessor = judge.get("accessors", skin.get("inverseBindMatrices"))
        if matrices is not None and form_of(accessor or {}) in BIND_MATRICES:
            rows = (matrices[:, 3] != np.array([0, 0, 0, 1], np.float32)).any(axis=1)
            report(find(INVALID_IBM, rows), f"{pointer}/inverseBindMatrices", judge)
