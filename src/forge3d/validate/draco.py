"""KHR_draco_mesh_compression: what the JSON says of a payload, and the payload's data against their accessors."""

from __future__ import annotations

from ..errors import Forge3DError
from ..gltf.json_access import at
from .accessor_data import check_values
from .judge import Clean, Judge
from .meshes import primitives
from .rows import Array
from .rules import ERROR, WARNING, rule

NAME = "KHR_draco_mesh_compression"
MODE = rule("FORGE3D_DRACO_MODE", ERROR, NAME, "Draco holds triangle lists and strips only")
SUBSET = rule("FORGE3D_DRACO_ATTRIBUTE_UNKNOWN", ERROR, NAME, "the payload's attribute is not one of the primitive's")
SAME_ID = rule("FORGE3D_DRACO_ATTRIBUTE_SHARED", WARNING, NAME, "two attributes are one and the same in the payload")
NOT_REQUIRED = rule(
    "FORGE3D_DRACO_NOT_REQUIRED", ERROR, NAME, "there are no uncompressed data, but the extension is not required"
)
REDUNDANT = rule(
    "FORGE3D_DRACO_REDUNDANT_DATA", WARNING, NAME, "the extension is required, so nobody reads the uncompressed data"
)

TRIANGLE_MODES = (4, 5)


def check_draco(judge: Judge) -> None:
    """Compressed primitives as they are declared."""
    required = NAME in judge.root["extensionsRequired"]
    for _, _, primitive, pointer in primitives(judge):
        extension = primitive.get("extensions", {}).get(NAME)
        if extension is None:
            continue
        here = f"{pointer}/extensions/{NAME}"
        if primitive.get("mode", 4) not in TRIANGLE_MODES:
            judge.report(MODE, f"{pointer}/mode", f"mode {primitive['mode']} cannot be compressed")
        _check_ids(extension.get("attributes", {}), primitive.get("attributes") or {}, f"{here}/attributes", judge)
        _check_stored(extension, primitive, pointer, required, judge)


def _check_ids(ids: Clean, attributes: Clean, pointer: str, judge: Judge) -> None:
    known: dict[int, str] = {}
    for name, number in ids.items():
        if name not in attributes:
            judge.report(SUBSET, at(pointer, name))
        if known.setdefault(number, name) != name:
            judge.report(SAME_ID, at(pointer, name), f"{name} and {known[number]} have the id {number}")


def _check_stored(extension: Clean, primitive: Clean, pointer: str, required: bool, judge: Judge) -> None:
    """Whether what is compressed is there uncompressed as well: it must be, unless the extension is required."""
    attributes = primitive.get("attributes") or {}
    users = {at(f"{pointer}/attributes", name): attributes.get(name) for name in extension.get("attributes", {})}
    users[f"{pointer}/indices"] = primitive.get("indices")
    for place, index in users.items():
        accessor = judge.get("accessors", index)
        if accessor is None:
            continue
        stored = "bufferView" in accessor or "sparse" in accessor
        if required and stored:
            judge.report(REDUNDANT, place, f"accessor {index} has data of its own")
        elif not required and not stored:
            judge.report(NOT_REQUIRED, place, f"accessor {index} has no data but the compressed ones")


def check_payloads(judge: Judge, arrays: dict[int, Array]) -> None:
    """Hold decoded values against their accessors' bounds, where those are not what the accessors were read as.

    Several primitives may share one accessor, each with a payload of its own; or the accessor has uncompressed data.
    """
    for mesh, place, primitive, _ in primitives(judge):
        if NAME not in primitive.get("extensions", {}):
            continue
        try:
            decoded = judge.source.draco(mesh, place)
        except Forge3DError:
            continue  # told of where the primitive's data are judged
        for name, array in decoded.attributes.items() if decoded is not None else ():
            index = (primitive.get("attributes") or {}).get(name)
            accessor = judge.get("accessors", index)
            if accessor is not None and arrays.get(index or 0) is not array and len(array):
                check_values(array, accessor, f"/accessors/{index}", judge, compressed=True)
