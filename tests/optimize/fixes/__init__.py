"""Small files with one fault each, written by hand so that the fault is as a user's file has it."""

from __future__ import annotations

import copy
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from forge3d.gltf import Source, glb
from forge3d.optimize.fixes import Mended, mend
from forge3d.validate import validate

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
TYPES = {np.dtype(code): number for code, number in zip("bBhHIf", (5120, 5121, 5122, 5123, 5125, 5126), strict=True)}


class Model:
    """A GLB in the making: `json` is free to be broken, `add` stores arrays."""

    def __init__(self) -> None:
        self.json: dict[str, Any] = {
            "asset": {"version": "2.0"},
            "scene": 0,
            "scenes": [{"nodes": [0]}],
            "nodes": [{"mesh": 0, "name": "quad"}],
            "meshes": [{"primitives": [{"attributes": {}}]}],
            "bufferViews": [],
            "accessors": [],
            "buffers": [{"byteLength": 0}],
        }
        self.data = bytearray()
        positions = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
        self.attributes["POSITION"] = self.add(positions, min=[0, 0, 0], max=[1, 1, 0], target=34962)
        self.primitive["indices"] = self.add(np.array([0, 1, 2, 0, 2, 3], np.uint16), target=34963)

    @property
    def primitive(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json["meshes"][0]["primitives"][0]
        return found

    @property
    def attributes(self) -> dict[str, int]:
        found: dict[str, int] = self.primitive["attributes"]
        return found

    def add(self, array: np.ndarray, *, target: int = 0, stride: bool = False, **members: Any) -> int:
        """Store an array in a buffer view of its own; the accessor's index."""
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self.data), "byteLength": array.nbytes}
        if target:
            view["target"] = target
        if stride:
            view["byteStride"] = array[0].nbytes
        self.data += array.tobytes() + bytes(-array.nbytes % 4)
        self.json["buffers"][0]["byteLength"] = len(self.data)
        self.json["bufferViews"].append(view)
        kind = "SCALAR" if array.ndim == 1 else f"VEC{array.shape[1]}"
        accessor = {"componentType": TYPES[array.dtype], "count": len(array), "type": kind, **members}
        self.json["accessors"].append({"bufferView": len(self.json["bufferViews"]) - 1, **accessor})
        return len(self.json["accessors"]) - 1

    def vertices(self, name: str, rows: Any, dtype: Any = np.float32, **members: Any) -> None:
        """An attribute of the four vertices."""
        array = np.array(rows, dtype)
        self.attributes[name] = self.add(array, target=34962, stride=True, **members)

    def skin(self, joints: Any, weights: Any) -> None:
        self.vertices("JOINTS_0", joints, np.uint8)
        self.vertices("WEIGHTS_0", weights)
        self.json["nodes"] += [{"name": "a", "children": [2]}, {"name": "b"}]
        self.json["nodes"][0]["skin"] = 0
        self.json["scenes"][0]["nodes"].append(1)
        self.json["skins"] = [{"joints": [1, 2]}]

    def animate(self, rows: Any, interpolation: str) -> None:
        """Rotations of the node at 0 and 1 s."""
        times = self.add(np.array([0, 1], np.float32), min=[0], max=[1])
        sampler = {"input": times, "output": self.add(np.array(rows, np.float32)), "interpolation": interpolation}
        channel = {"sampler": 0, "target": {"node": 0, "path": "rotation"}}
        self.json["animations"] = [{"samplers": [sampler], "channels": [channel]}]

    def image(self, **members: Any) -> None:
        """A material with a 1 × 1 PNG in a buffer view."""
        self.json["bufferViews"].append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(PNG)})
        self.data += PNG + bytes(-len(PNG) % 4)
        self.json["buffers"][0]["byteLength"] = len(self.data)
        self.json["images"] = [{"bufferView": len(self.json["bufferViews"]) - 1, **members}]
        self.json["textures"] = [{"source": 0}]
        self.json["materials"] = [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}]
        self.primitive["material"] = 0
        self.vertices("TEXCOORD_0", [[0, 0], [1, 0], [1, 1], [0, 1]])

    def bytes(self) -> bytes:
        return glb.pack(json.dumps(self.json).encode(), bytes(self.data))


def model(change: Callable[[Model], Any] | None = None) -> bytes:
    """The faultless quad with a change."""
    made = Model()
    if change is not None:
        change(made)
    return made.bytes()


def faults(source: Source) -> list[tuple[str, str | None]]:
    return [(issue.code, issue.pointer) for issue in validate(source).issues]


def codes(data: bytes, folder: Path | None = None, resources: dict[str, bytes] | None = None) -> list[str]:
    return [code for code, _ in faults(Source.open(data, base=folder, resources=resources))]


def mended(data: bytes, folder: Path | None = None, **options: Any) -> Mended:
    return mend(data, faults, folder=folder, **options)


def chunk(kind: int, data: bytes) -> bytes:
    return struct.pack("<II", len(data), kind) + data


def json_of(data: bytes) -> dict[str, Any]:
    return copy.deepcopy(Source.open(data).json)


def array_of(data: bytes, semantic: str) -> np.ndarray:
    source = Source.open(data)
    primitive = source.json["meshes"][0]["primitives"][0]
    return source.array(primitive["indices"] if semantic == "indices" else primitive["attributes"][semantic])
