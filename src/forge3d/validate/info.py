"""The report's `info` block: what the file holds."""

from __future__ import annotations

from typing import Any

from ..gltf.resources import is_data
from ..images.headers import ImageHeader
from .images import describe
from .judge import Clean, Judge
from .meshes import primitives


def describe_file(judge: Judge, asset: Clean, buffers: set[int], headers: dict[int, ImageHeader]) -> dict[str, Any]:
    """The block in the Khronos validator's shape, with the fields that its schema leaves out."""
    root = judge.root
    resources = [*_buffers(judge, buffers), *_images(judge, headers)]
    return {
        "version": asset["version"],
        **{key: asset[key] for key in ("minVersion", "generator") if key in asset},
        **{key: root[key] for key in ("extensionsUsed", "extensionsRequired") if root.get(key)},
        **({"resources": resources} if resources else {}),
        **_counts(judge),
    }


def _buffers(judge: Judge, loaded: set[int]) -> list[dict[str, Any]]:
    result = []
    for index, buffer, pointer in judge.entries("buffers"):
        uri = buffer.get("uri")
        stored = judge.source.stored_buffer(index) if index in loaded else b""
        entry: dict[str, Any] = {"pointer": pointer, "mimeType": "application/gltf-buffer"}
        if uri is None:
            if index or judge.source.glb_bin is None:
                continue
            entry["storage"] = "glb"
        elif is_data(uri):
            entry["storage"] = "data-uri"
        else:
            entry |= {"storage": "external", "uri": uri}
        if index in loaded:
            entry["byteLength"] = len(stored)
        result.append(entry)
    return result


def _images(judge: Judge, headers: dict[int, ImageHeader]) -> list[dict[str, Any]]:
    result = []
    for index, image, pointer in judge.entries("images"):
        uri = image.get("uri")
        entry: dict[str, Any] = {"pointer": pointer}
        header = headers.get(index)
        kind = header.mime_type if header else image.get("mimeType")
        if kind is not None:
            entry["mimeType"] = kind
        entry["storage"] = "buffer-view" if uri is None else "data-uri" if is_data(uri) else "external"
        if entry["storage"] == "external":
            entry["uri"] = uri
        if header is not None:
            entry["image"] = describe(header)
        result.append(entry)
    return result


def _counts(judge: Judge) -> dict[str, Any]:
    drawn = [primitive for _, _, primitive, _ in primitives(judge)]
    attributes = [primitive.get("attributes") or {} for primitive in drawn]
    return {
        "animationCount": len(judge.objects("animations")),
        "materialCount": len(judge.objects("materials")),
        "hasMorphTargets": any("targets" in primitive for primitive in drawn),
        "hasSkins": bool(judge.objects("skins")),
        "hasTextures": bool(judge.objects("textures")),
        "hasDefaultScene": "scene" in judge.root,
        "drawCallCount": len(drawn),
        "totalVertexCount": sum(_vertices(judge, primitive) for primitive in drawn),
        "totalTriangleCount": sum(_triangles(judge, primitive) for primitive in drawn),
        "maxUVs": max((_sets(names, "TEXCOORD_") for names in attributes), default=0),
        "maxInfluences": max((4 * _sets(names, "JOINTS_") for names in attributes), default=0),
        "maxAttributes": max(map(len, attributes), default=0),
    }


def _sets(names: Clean, prefix: str) -> int:
    return sum(name.startswith(prefix) for name in names)


def _vertices(judge: Judge, primitive: Clean) -> int:
    accessor = judge.get("accessors", (primitive.get("attributes") or {}).get("POSITION")) or {}
    count: int = accessor.get("count", 0)
    return count


def _triangles(judge: Judge, primitive: Clean) -> int:
    accessor = judge.get("accessors", primitive.get("indices"))
    count = accessor.get("count", 0) if accessor is not None else _vertices(judge, primitive)
    mode = primitive.get("mode", 4)
    if mode == 4:
        return count // 3
    return max(count - 2, 0) if mode in (5, 6) else 0
