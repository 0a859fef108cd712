"""Meshes and their primitives as they are declared (specification §3.7); vertex data are in `mesh_data`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ..gltf.json_access import at
from .accessors import element_bytes
from .formats import INDICES, SEMANTIC, TARGET_SEMANTIC, UINT, allowed, form_of
from .judge import Clean, Judge
from .references import is_index
from .rules import ERROR, WARNING, rule
from .usage import use_accessor, use_view

INVALID_ATTRIBUTE = rule("MESH_PRIMITIVE_INVALID_ATTRIBUTE", ERROR, "3.7.2.1", "there is no such attribute semantic")
CONTINUITY = rule(
    "MESH_PRIMITIVE_INDEXED_SEMANTIC_CONTINUITY", ERROR, "3.7.2.1", "numbered attributes begin at 0 without gaps"
)
JOINTS_WEIGHTS = rule(
    "MESH_PRIMITIVE_JOINTS_WEIGHTS_MISMATCH", ERROR, "3.7.3.3", "each JOINTS_n needs WEIGHTS_n and the reverse"
)
NO_POSITION = rule("MESH_PRIMITIVE_NO_POSITION", WARNING, "3.7.2.1", "without POSITION nothing is drawn")
TANGENT_ALONE = rule(
    "MESH_PRIMITIVE_TANGENT_WITHOUT_NORMAL", WARNING, "3.7.2.1", "TANGENT means nothing without NORMAL"
)
UNEQUAL_TARGETS = rule(
    "MESH_PRIMITIVES_UNEQUAL_TARGETS_COUNT", ERROR, "3.7.2.2", "all primitives have as many morph targets as the first"
)
WEIGHTS_COUNT = rule("MESH_INVALID_WEIGHTS_COUNT", ERROR, "3.7.2.2", "there are not as many weights as morph targets")
NO_BOUNDS = rule(
    "MESH_PRIMITIVE_POSITION_ACCESSOR_WITHOUT_BOUNDS", ERROR, "3.7.2.1", "positions must declare min and max"
)
FORMAT = rule(
    "MESH_PRIMITIVE_ATTRIBUTES_ACCESSOR_INVALID_FORMAT", ERROR, "3.7.2.1", "the attribute cannot be of this type"
)
UNSIGNED_INT = rule(
    "MESH_PRIMITIVE_ATTRIBUTES_ACCESSOR_UNSIGNED_INT", ERROR, "3.7.2.1", "vertex attributes cannot be unsigned ints"
)
UNALIGNED = rule("MESH_PRIMITIVE_ACCESSOR_UNALIGNED", ERROR, "3.6.2.4", "vertices must begin at multiples of 4 bytes")
UNEQUAL_COUNT = rule("MESH_PRIMITIVE_UNEQUAL_ACCESSOR_COUNT", ERROR, "3.7.2.1", "all attributes have the same count")
NO_STRIDE = rule(
    "MESH_PRIMITIVE_ACCESSOR_WITHOUT_BYTESTRIDE", ERROR, "3.6.2.4",
    "a buffer view that several attributes share must say its byteStride",
)  # fmt: skip
INDICES_FORMAT = rule(
    "MESH_PRIMITIVE_INDICES_ACCESSOR_INVALID_FORMAT", ERROR, "3.7.2.1", "indices are unsigned integer scalars"
)
INDICES_STRIDE = rule("MESH_PRIMITIVE_INDICES_ACCESSOR_WITH_BYTESTRIDE", ERROR, "3.6.2.4", "indices have no byteStride")
INCOMPATIBLE_MODE = rule(
    "MESH_PRIMITIVE_INCOMPATIBLE_MODE", WARNING, "3.7.2.1", "the mode cannot use all of these vertices"
)
NO_BASE = rule(
    "MESH_PRIMITIVE_MORPH_TARGET_NO_BASE_ACCESSOR", ERROR, "3.7.2.2", "the primitive has no such attribute to morph"
)
TARGET_COUNT = rule(
    "MESH_PRIMITIVE_MORPH_TARGET_INVALID_ATTRIBUTE_COUNT", ERROR, "3.7.2.2", "a morph target has one entry a vertex"
)

MINIMUM = {0: 1, 1: 2, 2: 2, 3: 2, 4: 3, 5: 3, 6: 3}
MULTIPLE = {1: 2, 4: 3}


def check_primitive(primitive: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    attributes = primitive.get("attributes")
    if attributes:
        here = f"{pointer}/attributes"
        _check_semantics(attributes, here, SEMANTIC, judge)
        _check_numbers(attributes, here, judge)
        if "POSITION" not in attributes:
            judge.report(NO_POSITION, here)
        if "TANGENT" in attributes and "NORMAL" not in attributes:
            judge.report(TANGENT_ALONE, f"{here}/TANGENT")
    targets = raw.get("targets")  # of which one that is broken spoils the others' references, not their names
    for index, target in enumerate(targets if type(targets) is list else ()):
        if type(target) is dict:
            _check_semantics(target, f"{pointer}/targets/{index}", TARGET_SEMANTIC, judge)


def _check_semantics(attributes: Clean, pointer: str, pattern: re.Pattern[str], judge: Judge) -> None:
    for semantic in attributes:
        if pattern.fullmatch(semantic) is None:
            judge.report(INVALID_ATTRIBUTE, at(pointer, semantic), f"{semantic!r} is not an attribute's name")


def _check_numbers(attributes: Clean, pointer: str, judge: Judge) -> None:
    counts: Counter[str] = Counter()
    highest: dict[str, int] = {}
    for semantic in attributes:
        base, _, number = semantic.rpartition("_")
        if base in ("TEXCOORD", "COLOR", "JOINTS", "WEIGHTS") and SEMANTIC.fullmatch(semantic):
            counts[base] += 1
            highest[base] = max(highest.get(base, 0), int(number))
    for base, count in tuple(counts.items()):
        if highest[base] != count - 1:
            judge.report(
                CONTINUITY, pointer, f"there are {count} of {base}, but the last one is {base}_{highest[base]}"
            )
            counts[base] = 0
    if counts["JOINTS"] != counts["WEIGHTS"]:
        judge.report(JOINTS_WEIGHTS, pointer, f"{counts['JOINTS']} JOINTS and {counts['WEIGHTS']} WEIGHTS")


def check_mesh(mesh: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    primitives = [entry for entry in mesh.get("primitives", ()) if entry is not None]
    if not primitives:
        return
    counts = [len(entry.get("targets", ())) for entry in primitives]
    for index, (entry, count) in enumerate(zip(primitives, counts, strict=True)):
        if count != counts[0]:
            place = "/targets" if "targets" in entry else ""
            message = f"{count} morph targets where the first primitive has {counts[0]}"
            judge.report(UNEQUAL_TARGETS, f"{pointer}/primitives/{index}{place}", message)
    if "weights" in mesh and len(mesh["weights"]) != counts[0]:
        judge.report(WEIGHTS_COUNT, f"{pointer}/weights", f"{len(mesh['weights'])} weights, {counts[0]} morph targets")


def primitives(judge: Judge) -> Iterator[tuple[int, int, Clean, str]]:
    """(mesh, place, primitive, pointer) of every usable primitive."""
    for index, mesh, pointer in judge.entries("meshes"):
        for place, primitive in enumerate(mesh.get("primitives", ())):
            if primitive is not None:
                yield index, place, primitive, f"{pointer}/primitives/{place}"


def check_accessors(judge: Judge) -> None:
    """Hold every primitive's accessors against what its attributes, targets and indices may be."""
    users_of: dict[int, set[int]] = {}
    for _, _, primitive, pointer in primitives(judge):
        count = _check_attributes(primitive, pointer, users_of, judge)
        indices = _check_indices(primitive, pointer, judge)
        _check_targets(primitive, pointer, users_of, judge)
        drawn = indices if "indices" in primitive else count
        mode = primitive.get("mode", 4)
        if drawn and drawn > 0 and (drawn < MINIMUM.get(mode, 0) or drawn % MULTIPLE.get(mode, 1)):
            judge.report(INCOMPATIBLE_MODE, pointer, f"{drawn} vertices cannot be drawn in mode {mode}")


def _check_attributes(primitive: Clean, pointer: str, users_of: dict[int, set[int]], judge: Judge) -> int | None:
    vertices: int | None = None
    for semantic, index in (primitive.get("attributes") or {}).items():
        accessor = judge.get("accessors", index)
        if accessor is None:
            continue
        here = at(f"{pointer}/attributes", semantic)
        _check_attribute(accessor, index, semantic, here, users_of, judge, target=False)
        count = accessor.get("count", -1)
        if vertices in (None, -1):
            vertices = count
        elif count != vertices:
            judge.report(UNEQUAL_COUNT, here, f"{count} entries where the attributes before have {vertices}")
    return vertices


def _check_targets(primitive: Clean, pointer: str, users_of: dict[int, set[int]], judge: Judge) -> None:
    attributes = primitive.get("attributes") or {}
    for place, target in enumerate(primitive.get("targets", ())):
        for semantic, index in (target or {}).items():
            here = at(f"{pointer}/targets/{place}", semantic)
            accessor = judge.get("accessors", index)
            if accessor is None:
                continue
            base = judge.get("accessors", attributes.get(semantic))
            if base is None:
                judge.report(NO_BASE, here)
            if base is not None and base.get("count") != accessor.get("count"):
                judge.report(TARGET_COUNT, here, f"{accessor.get('count')} entries for {base.get('count')} vertices")
            _check_attribute(accessor, index, semantic, here, users_of, judge, target=True)


def _check_attribute(
    accessor: Clean,
    index: int,
    semantic: str,
    pointer: str,
    users_of: dict[int, set[int]],
    judge: Judge,
    *,
    target: bool,
) -> None:
    use_accessor(judge, index, "vertex attribute", pointer)
    use_view(judge, accessor, "vertex attribute", pointer)
    if semantic == "POSITION" and ("min" not in accessor or "max" not in accessor):
        judge.report(NO_BOUNDS, pointer)
    component, kind = accessor.get("componentType"), accessor.get("type")
    if not is_allowed(judge, index, semantic, target=target):
        judge.report(FORMAT, pointer, f"{semantic} cannot be {describe(form_of(accessor))}")
    elif component == UINT and not target:
        judge.report(UNSIGNED_INT, pointer)
    size = element_bytes(component, kind)[1] if component is not None and kind is not None else 0
    _check_alignment(accessor, index, size, pointer, users_of, judge)


def _check_alignment(
    accessor: Clean, index: int, size: int, pointer: str, users_of: dict[int, set[int]], judge: Judge
) -> None:
    number = accessor.get("bufferView")
    view = judge.get("bufferViews", number)
    placed = is_index(judge.source.json["accessors"][index].get("bufferView"))
    starts = accessor.get("byteOffset", 0) if placed else 0
    if starts > 0 and starts % 4:
        judge.report(UNALIGNED, pointer)
        size = 0
    if view is None or number is None:
        return
    stride = view.get("byteStride")
    if stride is None and size % 4:
        judge.report(UNALIGNED, pointer)
    if stride is None:
        users = users_of.setdefault(number, set())
        if users and index not in users:
            judge.report(NO_STRIDE, pointer)
        users.add(index)


def vertex_count(judge: Judge, primitive: Clean) -> int:
    """How many vertices a primitive has; -1 where it does not say."""
    for index in (primitive.get("attributes") or {}).values():
        accessor = judge.get("accessors", index)
        if accessor is not None and "count" in accessor:
            count: int = accessor["count"]
            return count
    return -1


def is_allowed(judge: Judge, index: int, semantic: str, *, target: bool = False) -> bool:
    """Whether an accessor's type is one that the attribute may have."""
    good = allowed(semantic, target=target, quantized="KHR_mesh_quantization" in judge.extensions)
    return good is None or form_of(judge.get("accessors", index) or {}) in good


def _check_indices(primitive: Clean, pointer: str, judge: Judge) -> int | None:
    accessor = judge.get("accessors", primitive.get("indices"))
    if accessor is None:
        return None
    here = f"{pointer}/indices"
    use_accessor(judge, primitive["indices"], "indices", here)
    use_view(judge, accessor, "indices", here)
    view = judge.get("bufferViews", accessor.get("bufferView"))
    if view is not None and "byteStride" in view:
        judge.report(INDICES_STRIDE, here)
    form = form_of(accessor)
    if form not in INDICES:
        judge.report(INDICES_FORMAT, here, f"indices cannot be {describe(form)}")
    count: int | None = accessor.get("count")
    return count


def describe(form: tuple[Any, Any, Any]) -> str:
    """A format in words, such as "VEC3 of normalized unsigned bytes"."""
    names: dict[Any, str] = {
        5120: "bytes",
        5121: "unsigned bytes",
        5122: "shorts",
        5123: "unsigned shorts",
        5125: "unsigned ints",
        5126: "floats",
    }
    components = names.get(form[1], "unknown components")
    return f"{form[0] or 'an unknown type'} of {'normalized ' if form[2] else ''}{components}"
