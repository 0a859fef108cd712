"""EXT_mesh_gpu_instancing: what its attributes may be."""

from __future__ import annotations

from ..gltf.json_access import at
from .judge import Judge
from .mesh_data import find, floats, non_unit, report
from .nodes import QUATERNION_TOLERANCE
from .rows import Array
from .rules import ERROR, INFORMATION, WARNING, rule

NAME = "EXT_mesh_gpu_instancing"
FORMAT = rule("FORGE3D_INSTANCING_FORMAT", ERROR, NAME, "the instance attribute cannot be of this type")
SEMANTIC = rule("FORGE3D_INSTANCING_SEMANTIC", ERROR, NAME, "there is no such instance attribute")
COUNT = rule("FORGE3D_INSTANCING_COUNT", ERROR, NAME, "all instance attributes have the same count")
NO_MESH = rule("FORGE3D_INSTANCING_NO_MESH", WARNING, NAME, "a node without a mesh has no instances")
NO_TRANSFORM = rule(
    "FORGE3D_INSTANCING_NO_TRANSFORM", INFORMATION, NAME, "all instances are in one place, for nothing moves them"
)
SKINNED = rule(
    "FORGE3D_INSTANCING_SKINNED", WARNING, NAME, "the joints place a skinned mesh, so that its instances coincide"
)
ROTATION = rule("FORGE3D_INSTANCING_ROTATION_NON_UNIT", ERROR, NAME, "rotations are not unit quaternions")

FLOAT, BYTE, SHORT = (5126, False), (5120, True), (5122, True)
FORMATS = {
    "TRANSLATION": ("VEC3", (FLOAT,)), "ROTATION": ("VEC4", (FLOAT, BYTE, SHORT)), "SCALE": ("VEC3", (FLOAT,)),
}  # fmt: skip


def check_instancing(judge: Judge, arrays: dict[int, Array]) -> None:
    for _, node, pointer in judge.entries("nodes"):
        extension = node.get("extensions", {}).get(NAME)
        if extension is None:
            continue
        here = f"{pointer}/extensions/{NAME}"
        if "mesh" not in node:
            judge.report(NO_MESH, here)
        elif "skin" in node:
            judge.report(SKINNED, here)
        if extension.get("attributes") and not FORMATS.keys() & extension["attributes"].keys():
            judge.report(NO_TRANSFORM, f"{here}/attributes")
        counts: set[int] = set()
        for name, index in extension.get("attributes", {}).items():
            accessor = judge.get("accessors", index)
            place = at(f"{here}/attributes", name)
            if name not in FORMATS and not name.startswith("_"):
                judge.report(SEMANTIC, place)
            if accessor is None:
                continue
            counts.add(accessor.get("count", -1))
            kind, components = FORMATS.get(name, (None, ()))
            component = (accessor.get("componentType"), accessor.get("normalized", False))
            if kind is not None and (accessor.get("type") != kind or component not in components):
                judge.report(FORMAT, place)
            elif name == "ROTATION" and index in arrays:
                quaternions = floats(arrays[index], component[1])
                report(find(ROTATION, non_unit(quaternions, QUATERNION_TOLERANCE)), place, judge)
        if len(counts) > 1:
            judge.report(COUNT, f"{here}/attributes", f"{' and '.join(map(str, sorted(counts)))} instances")
