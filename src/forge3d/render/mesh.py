"""Primitives on the GPU."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..surface.thinness import width_of
from .geometry import Floats, Geometry, Indices

_ATTRIBUTE_NAMES = {"POSITION": "a_position", "NORMAL": "a_normal", "TANGENT": "a_tangent", "COLOR_0": "a_color"}
_FAMILIES = {"TEXCOORD_": "a_uv", "JOINTS_": "a_joints", "WEIGHTS_": "a_weights"}


@dataclass(slots=True, eq=False)
class GpuMesh:
    """One primitive's buffers.

    Attributes:
        semantics: attributes in `vertices`, in order.
        mode: 4, 1 or 0: GL_TRIANGLES, GL_LINES or GL_POINTS.
        places: `(vertices, 3)` float32, mesh space.
        centroids: `(triangles, 3)` float32 mesh-space centres, by which blended triangles are sorted.
        triangles: `(triangles, 3)` uint32, the canonical order.
        low, high: the box of the positions, mesh space.
        width: see `thinness.width_of`, mesh space.
        nbytes: memory, on the GPU and here.
        influences: of each triangle's first corner, `(joint, weight)` of every joint that moves it; empty if none does.
    """

    context: Any
    layout: tuple[tuple[str, int], ...]
    mode: int
    vertices: Any
    indices: Any
    deltas: Any
    count: int
    vertex_count: int
    target_count: int
    places: Floats
    centroids: Floats
    triangles: Indices
    low: Floats
    high: Floats
    nbytes: int
    width: float = 0.0
    influences: tuple[tuple[Indices, Floats], ...] = ()
    _sorted: Any = None
    _arrays: dict[tuple[int, int], tuple[Any, Any]] = field(default_factory=dict)

    @property
    def semantics(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.layout)

    def vertex_array(self, program: Any, indices: Any = None) -> Any:
        """The vertex array that feeds `program`, made once for each program. `indices` in place of the mesh's own."""
        # The program is kept beside its array, so that its address cannot come to mean another one.
        key = (id(program), id(indices))
        if key not in self._arrays:
            formats, names = [], []
            for semantic, width in self.layout:
                name = attribute_name(semantic)
                used = name in program
                formats.append(f"{width}f" if used else f"{width * 4}x")
                names += [name] if used else []
            array = self.context.vertex_array(
                program, [(self.vertices, " ".join(formats), *names)], self.indices if indices is None else indices
            )
            self._arrays[key] = (program, array)
        return self._arrays[key][1]

    def in_order(self, order: Indices) -> Any:
        """An index buffer of the triangles at these places, `(n,)`; good until the next call."""
        if self._sorted is None:
            self._sorted = self.context.buffer(reserve=self.indices.size)
        self._sorted.write(self.triangles[order].tobytes())
        return self._sorted


def attribute_name(semantic: str) -> str:
    """The vertex shader's name of an attribute."""
    for family, name in _FAMILIES.items():
        if semantic.startswith(family):
            return name + semantic[len(family) :]
    return _ATTRIBUTE_NAMES[semantic]


def upload_mesh(context: Any, built: Geometry) -> GpuMesh | None:
    """Put a primitive's buffers on the GPU; None where it has nothing to draw."""
    if not len(built.indices) or not len(built.table):
        return None
    position = built.column("POSITION")
    deltas = None
    if built.deltas is not None:
        padded = np.zeros((*built.deltas.shape[:3], 4), np.float32)
        padded[..., :3] = built.deltas
        deltas = context.buffer(padded.tobytes())
    vertices, indices = context.buffer(built.table.tobytes()), context.buffer(built.indices.tobytes())
    is_surface = built.corners == 3
    return GpuMesh(
        context=context,
        layout=built.layout,
        mode={3: 4, 2: 1, 1: 0}[built.corners],
        vertices=vertices,
        indices=indices,
        deltas=deltas,
        count=built.indices.size,
        vertex_count=len(built.table),
        target_count=0 if built.deltas is None else len(built.deltas),
        places=position,
        centroids=position[built.indices].mean(1) if is_surface else np.zeros((0, 3), np.float32),
        triangles=built.indices if is_surface else np.zeros((0, 3), np.uint32),
        low=position.min(0),
        high=position.max(0),
        width=width_of(position, built.indices) if is_surface else 0.0,
        influences=tuple(_influences(built)) if is_surface else (),
        nbytes=2 * vertices.size + 3 * indices.size + (deltas.size if deltas is not None else 0),
    )


def _influences(built: Geometry) -> Iterator[tuple[Indices, Floats]]:
    names = dict(built.layout)
    first = built.indices[:, 0]
    for number in range(2):  # as many sets as surface.vert reads
        if f"JOINTS_{number}" not in names or f"WEIGHTS_{number}" not in names:
            continue
        joints, weights = (built.column(f"{kind}_{number}")[first] for kind in ("JOINTS", "WEIGHTS"))
        yield from ((joint.astype(np.uint32), weight) for joint, weight in zip(joints.T, weights.T, strict=True))
