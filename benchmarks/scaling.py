"""Optimizing models of growing size: time and peak memory of `forge3d optimize --preset web` by the triangle.

    python -m benchmarks.scaling

The models are made here: bumpy sheets with normals, colours, texture coordinates, in parts of
130,000 triangles, and data that applications add, so that two million triangles take about 500 MB.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import forge3d
from forge3d.document import Accessor, Mesh, Node, Primitive, Scene

from .harness import RESULTS, machine
from .optimizing import ours, peak_of

SIDE = 256  # squares along a part: 131,072 triangles
PARTS = (1, 2, 4, 8, 16)


def part(seed: int) -> Primitive:
    """A bumpy sheet of which no two triangles share a vertex, as scans and CAD exports come: 80 bytes a corner."""
    x, y = np.meshgrid(*[np.linspace(0, 1, SIDE + 1, dtype=np.float32)] * 2)
    z = (0.05 * np.sin(9 * x + seed) * np.cos(7 * y)).astype(np.float32)
    points = np.stack([x, y, z], axis=2).reshape(-1, 3)
    slopes = np.stack([-0.45 * np.cos(9 * x + seed) * np.cos(7 * y), 0.35 * np.sin(9 * x + seed) * np.sin(7 * y),
                       np.ones_like(x)], axis=2).reshape(-1, 3)  # fmt: skip
    normals = (slopes / np.linalg.norm(slopes, axis=1, keepdims=True)).astype(np.float32)
    number = np.arange((SIDE + 1) ** 2).reshape(SIDE + 1, SIDE + 1)
    a, b, c, d = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
    corners = np.stack([a, b, c, a, c, d], axis=-1).reshape(-1)
    uv = points[:, :2]
    arrays = {
        "POSITION": points, "NORMAL": normals, "TEXCOORD_0": uv, "TEXCOORD_1": uv[:, ::-1],
        "COLOR_0": np.concatenate([points.clip(0, 1), np.ones((len(points), 1), np.float32)], axis=1),
        "_CURVATURE": normals, "_THICKNESS": slopes[:, :2].astype(np.float32),
    }  # fmt: skip
    return Primitive(
        attributes={name: Accessor(np.ascontiguousarray(array[corners])) for name, array in arrays.items()}
    )


def model(parts: int) -> forge3d.Document:
    nodes = [
        Node(mesh=Mesh(primitives=[part(number)], name=f"Part {number}"), name=f"Part {number}",
             translation=(float(number % 4), float(number // 4), 0.0))
        for number in range(parts)
    ]  # fmt: skip
    scene = Scene(nodes=nodes)
    meshes = [node.mesh for node in nodes if node.mesh is not None]
    return forge3d.Document(scene=scene, scenes=[scene], nodes=nodes, meshes=meshes)


def main() -> None:
    """Measure every size; rewrites `results/scaling.md`."""
    about = machine()
    lines = [
        f"`forge3d optimize --preset web` on {about['cpu']}, {about['cores']} cores; whole process.", "",
        "| triangles | input MB | output MB | seconds | µs a triangle | peak GiB |", "|---:|---:|---:|---:|---:|---:|",
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "in.glb", Path(folder) / "out.glb"
        for parts in PARTS:
            model(parts).write(source)
            out.unlink(missing_ok=True)
            start = time.perf_counter()
            peak = peak_of(ours(source, out, "--preset", "web", "--json"))
            seconds = time.perf_counter() - start
            triangles = parts * 2 * SIDE * SIDE
            row = (f"{triangles:,}", f"{source.stat().st_size / 1e6:.0f}", f"{out.stat().st_size / 1e6:.1f}",
                   f"{seconds:.1f}", f"{seconds / triangles * 1e6:.1f}", f"{peak / 1024:.2f}")  # fmt: skip
            lines.append("| " + " | ".join(row) + " |")
            print(lines[-1], file=sys.stderr)
    (RESULTS / "scaling.md").write_text("\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
