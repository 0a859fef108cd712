"""The report's `info` block: what the file holds."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from ..gltf.resources import is_data
from ..images.headers import ImageHeader
from .images import describe
from .judge import Clean, Judge
from .meshes import primitives, vertex_count

LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
RESERVED = "!#$%&'()*+,/:;=?@"


def describe_file(
    judge: Judge, asset: Clean, stored: dict[int, int], headers: dict[int, ImageHeader]
) -> dict[str, Any]:
    """The block in the Khronos validator's shape, with the fields that its schema leaves out.

    Args:
        stored: the bytes that each loaded buffer really has.
        headers: of the images that could be read.
    """
    root = judge.root
    resources = [*_buffers(judge, stored), *_images(judge, headers)]
    return {
        "version": asset["version"],
        **{key: asset[key] for key in ("minVersion", "generator") if key in asset},
        **{key: list(dict.fromkeys(root[key])) for key in ("extensionsUsed", "extensionsRequired") if root[key]},
        **({"resources": resources} if resources else {}),
        **_counts(judge),
    }


def _buffers(judge: Judge, stored: dict[int, int]) -> list[dict[str, Any]]:
    result = []
    for index, buffer, pointer in judge.entries("buffers"):
        entry: dict[str, Any] = {"pointer": pointer, "mimeType": "application/gltf-buffer"}
        uri = buffer.get("uri")
        if "byteLength" not in buffer:
            pass  # it is not looked for
        elif uri is not None:
            entry |= _place_of(uri)
        elif judge.source.container == "glb" and index == 0 and "uri" not in judge.source.json["buffers"][0]:
            entry["storage"] = "glb"
        if index in stored:
            entry["byteLength"] = stored[index]
        result.append(entry)
    return result


def _images(judge: Judge, headers: dict[int, ImageHeader]) -> list[dict[str, Any]]:
    result = []
    for index, image, pointer in judge.entries("images"):
        header, entry = headers.get(index), dict[str, Any](pointer=pointer)
        if image.get("extensions") or image.get("unreadExtensions"):
            result.append(entry)  # which may say that the data are something else
            continue
        if header is not None:
            entry["mimeType"] = header.mime_type
        if "uri" in image:
            entry |= _place_of(image["uri"])
        elif "bufferView" in image:
            entry["storage"] = "buffer-view"
        result.append({**entry, **({"image": describe(header)} if header is not None else {})})
    return result


def _place_of(uri: str) -> dict[str, str]:
    return (
        {"storage": "data-uri"}
        if is_data(uri)
        else {"storage": "external", "uri": quote(LONE_PERCENT.sub("%25", uri), RESERVED)}
    )


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
        "totalVertexCount": sum(max(vertex_count(judge, primitive), 0) for primitive in drawn),
        "totalTriangleCount": sum(triangle_count(judge, primitive) for primitive in drawn),
        "maxUVs": max((_sets(names, "TEXCOORD_") for names in attributes), default=0),
        "maxInfluences": max(
            (4 * min(_sets(names, "JOINTS_"), _sets(names, "WEIGHTS_")) for names in attributes), default=0
        ),
        "maxAttributes": max((sum(index is not None for index in names.values()) for names in attributes), default=0),
    }


def _sets(names: Clean, prefix: str) -> int:
    """How many sets such as TEXCOORD_0, TEXCOORD_1, … there are without a gap."""
    count = 0
    while f"{prefix}{count}" in names:
        count += 1
    return count


def triangle_count(judge: Judge, primitive: Clean) -> int:
    accessor = judge.get("accessors", primitive.get("indices"))
    count = accessor.get("count", 0) if accessor is not None else max(vertex_count(judge, primitive), 0)
    mode = primitive.get("mode", 4)
    if mode == 4:
        return count // 3
    return max(count - 2, 0) if mode in (5, 6) else 0
