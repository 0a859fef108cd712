"""Tiny assets for tests."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from forge3d.gltf import Limits, Source, glb

Array = npt.NDArray[Any]


def source(data: bytes = b"", limits: Limits | None = None, **root: Any) -> Source:
    """A GLB with these root properties; `data` is its binary chunk, declared as buffer 0 unless `buffers` is given."""
    root = {"asset": {"version": "2.0"}, **root}
    if data:
        root.setdefault("buffers", [{"byteLength": len(data)}])
    return Source.open(glb.pack(json.dumps(root).encode(), data), limits=limits, name="test.glb")


def one_accessor(data: bytes, accessor: dict[str, Any], limits: Limits | None = None, **view: Any) -> Source:
    """A GLB with one buffer view over `data`, and one accessor."""
    views = [{"buffer": 0, "byteLength": len(data), **view}]
    return source(data, limits, bufferViews=views, accessors=[{"bufferView": 0, **accessor}])


def codes(found: Source) -> list[tuple[str, str]]:
    """Code and pointer of each fault."""
    return [(fault.code, fault.pointer) for fault in found.faults()]


def grid(side: int = 6) -> tuple[Array, Array, Array]:
    """A wavy grid: positions (n, 3) float32, texture coordinates (n, 2) float32, triangles (m, 3) uint32."""
    place = np.mgrid[0:side, 0:side].reshape(2, -1).T.astype(np.float32)
    positions = np.column_stack([place, np.sin(place[:, 0])]).astype(np.float32)
    corner = np.array([row * side + column for row in range(side - 1) for column in range(side - 1)], np.uint32)
    lower = np.column_stack([corner, corner + side, corner + 1])
    upper = np.column_stack([corner + 1, corner + side, corner + side + 1])
    return positions, place / (side - 1), np.concatenate([lower, upper])
