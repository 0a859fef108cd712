"""Validating: forge3d against npm gltf-validator, in process and warm on both sides.

    python -m benchmarks.validating [FOLDER]

Generated meshes of 50 thousand, 500 thousand and 5 million triangles (positions, normals, texture coordinates,
indices), BrainStem (372 accessors) and the smallest files of the folder of models.

The npm side is one node process that reads paths from its standard input, so that neither its start nor its
just-in-time compiler counts; each side reads the file from disk and makes its whole report.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from .harness import Comparison, measure, models_below, save

PEERS = Path(__file__).parents[1] / "tests" / "peers"
TRIANGLES = (50_000, 500_000, 5_000_000)
SMALLEST = 5


class KhronosProcess:
    """A running npm gltf-validator."""

    def __init__(self) -> None:
        command = ["node", "--max-old-space-size=8192", str(PEERS / "validate.mjs")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def judge(self, path: Path) -> object:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{path}\n".encode())
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if line.startswith(b'{"failed"') or not line:
            raise RuntimeError(line.decode()[:200] or "npm gltf-validator ended")
        return line

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def judge_forge3d(path: Path) -> object:
    from forge3d.validate import validate

    return validate(path).to_json()


def write_grid(path: Path, triangles: int) -> None:
    """A GLB of a wavy square grid of about so many triangles, with normals and texture coordinates."""
    side = int((triangles / 2) ** 0.5)
    u, v = (part.ravel() for part in np.meshgrid(*[np.linspace(0, 1, side + 1, dtype=np.float32)] * 2))
    wave = np.float32(0.05) * np.sin(20 * u)
    slope = np.cos(20 * u)  # of 0.05 sin(20 u)
    normals = np.stack([-slope, np.zeros_like(u), np.ones_like(u)], axis=1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    positions = np.stack([u, v, wave], axis=1).astype(np.float32)
    corner = np.arange((side + 1) ** 2, dtype=np.uint32).reshape(side + 1, side + 1)
    a, b, c, d = corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]
    indices = np.stack([a, b, c, a, c, d], axis=-1).reshape(-1)
    arrays = [positions, normals.astype(np.float32), np.stack([u, v], axis=1), indices]
    write_glb(path, arrays)


def write_glb(path: Path, arrays: list[np.ndarray]) -> None:
    from forge3d.gltf import glb

    views, start = [], 0
    for number, array in enumerate(arrays):
        views.append({
            "buffer": 0, "byteOffset": start, "byteLength": array.nbytes, "target": 34963 if number == 3 else 34962,
        })  # fmt: skip
        start += array.nbytes
    positions, indices = arrays[0], arrays[3]
    bounds = {"min": positions.min(axis=0).tolist(), "max": positions.max(axis=0).tolist()}
    count = len(positions)
    document = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "NORMAL": 1, "TEXCOORD_0": 2}, "indices": 3}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "type": "VEC3", "count": count, **bounds},
            {"bufferView": 1, "componentType": 5126, "type": "VEC3", "count": count},
            {"bufferView": 2, "componentType": 5126, "type": "VEC2", "count": count},
            {"bufferView": 3, "componentType": 5125, "type": "SCALAR", "count": len(indices)},
        ],
        "bufferViews": views, "buffers": [{"byteLength": start}],
    }  # fmt: skip
    path.write_bytes(glb.pack(json.dumps(document).encode(), b"".join(array.tobytes() for array in arrays)))


def main() -> None:
    """Run over FORGE3D_ASSETS/models, or the folder given."""
    folder, models = models_below(sys.argv[1:])
    khronos = KhronosProcess()
    note = (__doc__ or "").split("\n\n")[-1].strip()
    generated = Comparison("Generated meshes", "forge3d", note=note)
    many = Comparison("Many accessors: BrainStem", "forge3d", note="372 accessors, 61 thousand triangles.")
    small = Comparison(f"The {SMALLEST} smallest files", "forge3d", note="Below 1 is slower than npm gltf-validator.")
    with tempfile.TemporaryDirectory() as scratch:
        for triangles in TRIANGLES:
            path = Path(scratch) / f"{triangles}.glb"
            write_grid(path, triangles)
            print(path.name, file=sys.stderr)
            sides = {"forge3d": partial(judge_forge3d, path), "gltf-validator": partial(khronos.judge, path)}
            generated.rows.append(measure(f"{triangles:,} triangles", sides, budget=30))
    smallest = sorted(models, key=lambda path: path.stat().st_size)[:SMALLEST]
    brain = [path for path in models if path.stem == "BrainStem"]
    for comparison, paths in ((many, brain), (small, smallest)):
        for path in paths:
            print(path.name, file=sys.stderr)
            sides = {"forge3d": partial(judge_forge3d, path), "gltf-validator": partial(khronos.judge, path)}
            comparison.rows.append(measure(str(path.relative_to(folder)), sides, turn_seconds=0.2))
    khronos.close()
    print(save("validating", [part for part in (generated, many, small) if part.rows], ["forge3d", "numpy"]))


if __name__ == "__main__":
    main()
