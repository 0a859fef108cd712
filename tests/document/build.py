"""Tiny documents and files for tests."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np

from forge3d.document import Accessor, Document, Mesh, Node, Primitive, Scene
from forge3d.gltf import glb

TRIANGLE = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
"""A PNG of one pixel."""


def triangle(**attributes: Any) -> Primitive:
    """A triangle with 8-bit indices; more attributes by semantic, as arrays or accessors."""
    given = {name: data if isinstance(data, Accessor) else Accessor(data) for name, data in attributes.items()}
    return Primitive(
        attributes={"POSITION": Accessor(TRIANGLE), **given}, indices=Accessor(np.array([0, 1, 2], np.uint8))
    )


def document(*primitives: Primitive, **lists: Any) -> Document:
    """One node that shows the primitives (by default: a triangle), in the default scene."""
    mesh = Mesh(primitives=list(primitives) or [triangle()])
    node = Node(mesh=mesh)
    scene = Scene(nodes=[node])
    return Document(scene=scene, scenes=[scene], nodes=[node], meshes=[mesh], **lists)


def written(source: Document | bytes, **options: Any) -> tuple[dict[str, Any], bytes]:
    """The JSON and the binary chunk of a document's GLB."""
    chunks = glb.parse(source.to_bytes(**options) if isinstance(source, Document) else source)
    assert chunks.json is not None
    return json.loads(bytes(chunks.json)), bytes(chunks.bin or b"")


def packed(root: dict[str, Any], data: bytes = b"") -> bytes:
    """A GLB of this JSON, `asset` and the buffer added."""
    root = {"asset": {"version": "2.0"}, **root}
    if data:
        root.setdefault("buffers", [{"byteLength": len(data)}])
    return glb.pack(json.dumps(root).encode(), data)


def triangle_file(**root: Any) -> bytes:
    """The GLB of a triangle, with more root properties, or others in place of the triangle's."""
    data = TRIANGLE.tobytes() + bytes([0, 1, 2, 0])
    base = {
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]},
            {"bufferView": 1, "componentType": 5121, "count": 3, "type": "SCALAR"},
        ],
        "bufferViews": [{"buffer": 0, "byteLength": 36}, {"buffer": 0, "byteOffset": 36, "byteLength": 3}],
    }
    return packed({**base, **root}, data)
