"""Documents in which an accessor of every type, component, normalization and layout serves every purpose."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from .complete import Json, data_uri

COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
SEMANTICS = ("POSITION", "NORMAL", "TANGENT", "TEXCOORD_0", "COLOR_0", "COLOR_1", "JOINTS_0", "WEIGHTS_0", "_OWN")
POSITIONS: Json = {"componentType": 5126, "type": "VEC3", "count": 3, "min": [0, 0, 0], "max": [0, 0, 0]}


def document(accessor: Json, stride: int | None, **more: Any) -> Json:
    """Accessor 0 is `accessor`, with its data in a buffer view; accessor 1 holds three vertices of zeros."""
    view = {"buffer": 0, "byteLength": 256, **({"byteStride": stride} if stride else {})}
    return {
        "asset": {"version": "2.0"},
        "accessors": [{"bufferView": 0, "count": 3, **accessor}, POSITIONS],
        "bufferViews": [view],
        "buffers": [{"byteLength": 256, "uri": data_uri(bytes(256))}],
        **more,
    }


def attributes() -> Iterator[tuple[str, Json]]:
    """Every form as every vertex attribute and in morph targets, with and without KHR_mesh_quantization."""
    forms = product(COMPONENTS, BYTES, (False, True), (None, 64))
    for semantic, form, quantized, target in product(SEMANTICS, list(forms), (False, True), (False, True)):
        kind, component, normalized, stride = form
        zeros = [0] * COMPONENTS[kind]
        accessor = {"type": kind, "componentType": component, "normalized": normalized, "min": zeros, "max": zeros}
        primitive: Json = {"attributes": {"POSITION": 1, semantic: 0}}
        if target:
            base = {"POSITION": 1} if semantic == "POSITION" else {"POSITION": 1, semantic: 0}
            primitive = {"attributes": base, "targets": [{semantic: 0}]}
        elif semantic == "JOINTS_0":
            primitive["attributes"]["WEIGHTS_0"] = 0
        declared = {key: ["KHR_mesh_quantization"] for key in ("extensionsUsed", "extensionsRequired")}
        name = f"{semantic}{' target' * target}{' quantized' * quantized}: {form}"
        more = declared if quantized else {}
        yield name, document(accessor, stride, meshes=[{"primitives": [primitive]}], **more)


def other_uses() -> Iterator[tuple[str, Json]]:
    """Every form as indices, inverse bind matrices, times, and values of each path and interpolation."""
    for form in product(COMPONENTS, BYTES, (False, True), (None, 64), (0, 1, 2, 4)):
        kind, component, normalized, stride, offset = form
        accessor = {"type": kind, "componentType": component, "normalized": normalized, "byteOffset": offset}
        mesh = {"primitives": [{"attributes": {"POSITION": 1}, "indices": 0}]}
        yield f"indices: {form}", document(accessor, stride, meshes=[mesh])
        skin = {"joints": [1], "inverseBindMatrices": 0}
        nodes: list[Json] = [{"children": [1]}, {}]
        yield f"matrices: {form}", document(accessor, stride, skins=[skin], nodes=nodes)
        yield f"times: {form}", document(accessor, stride, **animated("translation", {"input": 0, "output": 1}))
        for path, interpolation in product(
            ("translation", "rotation", "scale", "weights"), ("LINEAR", "STEP", "CUBICSPLINE") if not offset else ()
        ):
            sampler = {"input": 1, "output": 0, "interpolation": interpolation}
            yield f"{path} {interpolation}: {form}", document(accessor, stride, **animated(path, sampler))


def animated(path: str, sampler: Json) -> Json:
    """A node with a mesh of two morph targets, of which `sampler` drives `path`."""
    primitive = {"attributes": {"POSITION": 1}, "targets": [{"POSITION": 1}, {"POSITION": 1}]}
    channel = {"sampler": 0, "target": {"node": 0, "path": path}}
    return {
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [primitive]}],
        "animations": [{"samplers": [sampler], "channels": [channel]}],
    }
