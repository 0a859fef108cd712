"""Documents with real compressed payloads, for tests that break them."""

from __future__ import annotations

import base64
import io
import struct
from pathlib import Path
from typing import Any

import DracoPy
import numpy as np
from PIL import Image

from forge3d.gltf.codecs import meshopt

from .test_rules import found, judged

KTX2 = Path(__file__).parents[1] / "images" / "data"
SIDE = 6
POINTS = SIDE * SIDE


def ours(document: dict[str, Any]) -> list[tuple[str, str | None]]:
    """(code, pointer) of what the Khronos validator has no rules for; codes without their prefix."""
    return [(code.removeprefix("FORGE3D_"), at) for code, at in found(document) if code.startswith("FORGE3D_")]


def errors(document: dict[str, Any]) -> set[str]:
    return {issue.code for issue in judged(document).errors}


def uri(data: bytes) -> str:
    return "data:application/octet-stream;base64," + base64.b64encode(data).decode()


def changed(data: bytes, offset: int, form: str, value: int) -> bytes:
    out = bytearray(data)
    struct.pack_into(form, out, offset, value)
    return bytes(out)


def grid() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions, normals and triangles of a sheet."""
    x, y = np.meshgrid(np.linspace(0, 1, SIDE), np.linspace(0, 1, SIDE))
    positions = np.stack([x, y, np.zeros_like(x)], axis=-1).reshape(-1, 3).astype(np.float32)
    normals = np.tile(np.float32([0, 0, 1]), (POINTS, 1))
    corner = (np.arange(SIDE - 1)[:, None] * SIDE + np.arange(SIDE - 1)).reshape(-1, 1)
    triangles = (corner + np.array([[0, 1, SIDE, 1, SIDE + 1, SIDE]])).reshape(-1).astype(np.uint32)
    return positions, normals, triangles


def scene(**document: Any) -> dict[str, Any]:
    return {"scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}], **document}


def draco_document(
    positions: np.ndarray | None = None, normals: np.ndarray | None = None, triangles: np.ndarray | None = None
) -> dict[str, Any]:
    """A sheet whose every attribute and index is in one Draco payload."""
    base = grid()
    points = base[0] if positions is None else positions
    data = DracoPy.encode(
        points, (base[2] if triangles is None else triangles).reshape(-1, 3), quantization_bits=14,
        normals=(base[1] if normals is None else normals).astype(np.float64), preserve_order=True,
    )  # fmt: skip
    ids = {attribute["attribute_type"]: attribute["unique_id"] for attribute in DracoPy.decode(data).attributes}
    extension = {"bufferView": 0, "attributes": {"POSITION": ids[0], "NORMAL": ids[1]}}
    primitive = {"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2}
    return scene(
        extensionsUsed=["KHR_draco_mesh_compression"], extensionsRequired=["KHR_draco_mesh_compression"],
        meshes=[{"primitives": [{**primitive, "extensions": {"KHR_draco_mesh_compression": extension}}]}],
        accessors=[
            {"componentType": 5126, "type": "VEC3", "count": POINTS, "min": [0, 0, 0], "max": [1, 1, 0]},
            {"componentType": 5126, "type": "VEC3", "count": POINTS},
            {"componentType": 5125, "type": "SCALAR", "count": len(base[2])},
        ],
        bufferViews=[{"buffer": 0, "byteLength": len(data)}], buffers=[{"uri": uri(data), "byteLength": len(data)}],
    )  # fmt: skip


def draco_extension(document: dict[str, Any]) -> dict[str, Any]:
    extension: dict[str, Any] = document["meshes"][0]["primitives"][0]["extensions"]["KHR_draco_mesh_compression"]
    return extension


def meshopt_document(
    name: str = meshopt.EXT, normals: np.ndarray | None = None, triangles: np.ndarray | None = None
) -> dict[str, Any]:
    """The same sheet with each array in a meshopt payload, and no uncompressed data."""
    base = grid()
    turned = base[1] if normals is None else normals
    indices = base[2] if triangles is None else triangles
    version: Any = 1 if name == meshopt.KHR else 0
    payloads = [
        meshopt.encode_attributes(base[0], version=version), meshopt.encode_attributes(turned, version=version),
        meshopt.encode_triangles(indices) if triangles is None else meshopt.encode_indices(indices),
    ]  # fmt: skip
    blob, views, stood = b"", [], 0
    layouts = ((12, POINTS, "ATTRIBUTES"), (12, POINTS, "ATTRIBUTES"),
               (4, len(indices), "TRIANGLES" if triangles is None else "INDICES"))  # fmt: skip
    for payload, (stride, count, mode) in zip(payloads, layouts, strict=True):
        extension = {
            "buffer": 0, "byteOffset": len(blob), "byteLength": len(payload), "byteStride": stride, "count": count,
            "mode": mode,
        }  # fmt: skip
        view = {"buffer": 1, "byteOffset": stood, "byteLength": stride * count, "extensions": {name: extension}}
        attribute = {"byteStride": stride, "target": 34962} if mode == "ATTRIBUTES" else {"target": 34963}
        views.append({**view, **attribute})
        blob += payload + bytes(-len(payload) % 4)
        stood += stride * count
    return scene(
        extensionsUsed=[name], extensionsRequired=[name],
        meshes=[{"primitives": [{"attributes": {"POSITION": 0, "NORMAL": 1}, "indices": 2}]}],
        accessors=[
            {"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": POINTS, "min": [0, 0, 0],
             "max": [1, 1, 0]},
            {"bufferView": 1, "componentType": 5126, "type": "VEC3", "count": POINTS},
            {"bufferView": 2, "componentType": 5125, "type": "SCALAR", "count": len(indices)},
        ],
        bufferViews=views,
        buffers=[
            {"uri": uri(blob), "byteLength": len(blob)},
            {"byteLength": stood, "extensions": {name: {"fallback": True}}},
        ],
    )  # fmt: skip


def textured(data: bytes, kind: str = "ktx2", slot: str = "baseColorTexture") -> dict[str, Any]:
    """A material with one texture, of which there is no PNG."""
    name = {"ktx2": "KHR_texture_basisu", "webp": "EXT_texture_webp", "avif": "EXT_texture_avif"}[kind]
    info = {"index": 0}
    material = {slot: info} if slot == "normalTexture" else {"pbrMetallicRoughness": {slot: info}}
    return {
        "extensionsUsed": [name], "extensionsRequired": [name],
        "buffers": [{"uri": uri(data), "byteLength": len(data)}],
        "bufferViews": [{"buffer": 0, "byteLength": len(data)}],
        "images": [{"bufferView": 0, "mimeType": f"image/{kind}"}],
        "textures": [{"extensions": {name: {"source": 0}}}], "materials": [material],
    }  # fmt: skip


def picture(mode: str, kind: str, **options: Any) -> bytes:
    """48 × 32 pixels of noise, encoded."""
    shape = (32, 48, len(mode)) if len(mode) > 1 else (32, 48)
    out = io.BytesIO()
    pixels = np.random.default_rng(1).integers(0, 255, shape, np.uint8)
    Image.fromarray(pixels).save(out, kind, **{"quality": 60, **options})
    return out.getvalue()
