"""Validating: forge3d against npm gltf-validator, in process and warm on both sides, and as whole processes.

    python -m benchmarks.validating [FOLDER]

Generated meshes of 50 thousand, 500 thousand and 5 million triangles (positions, normals, texture coordinates,
indices), BrainStem (372 accessors) and the smallest files of the folder of models. As whole processes, start included:
a folder of a hundred real models, most of them small samples, and one of a hundred generated ones of product size.

The npm side is one node process that reads paths from its standard input, so that neither its start nor its
just-in-time compiler counts; each side reads the file from disk and makes its whole report.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from functools import partial
from pathlib import Path

import numpy as np

from .harness import Comparison, Row, measure, models_below, save

NODE = ["node", "--max-old-space-size=8192", str(Path(__file__).parents[1] / "tests" / "peers" / "validate.mjs")]
FORGE3D = [str(Path(sysconfig.get_path("scripts")) / "forge3d"), "validate", "--json"]
TRIANGLES = (50_000, 500_000, 5_000_000)
SMALLEST = 5
FOLDER = 100
PRODUCT_TRIANGLES = (10_000, 300_000)
ALONE = 5
PEAK = (
    "import sys; from forge3d.validate import validate; [validate(path) for path in sys.argv[1:]]; "
    "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')))"
)


class KhronosProcess:
    """A running npm gltf-validator."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(NODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

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


def cost_of_vertices(rows: list[Row], paths: list[Path]) -> str:
    """Time and memory by the vertex, as a table."""
    heads = ("triangles", "vertices", "ns a vertex", "gltf-validator", "file, MiB", "peak memory beyond imports, MiB")
    out = [f"| {' | '.join(heads)} |", "|" + "---:|" * len(heads)]
    imports = _peak_memory([])
    for row, triangles, path in zip(rows, TRIANGLES, paths, strict=True):
        vertices = (int((triangles / 2) ** 0.5) + 1) ** 2
        ours, theirs = (1e9 * (row.seconds[name] or 0) / vertices for name in ("forge3d", "gltf-validator"))
        size, peak = path.stat().st_size / 2**20, _peak_memory([path]) - imports
        out.append(f"| {triangles:,} | {vertices:,} | {ours:.1f} | {theirs:.1f} | {size:.1f} | {peak:.0f} |")
    return "\n".join(out)


def _peak_memory(paths: list[Path]) -> float:
    """MiB that a process which judges these files has at most."""
    command = [sys.executable, "-c", PEAK, *map(str, paths)]
    return int(subprocess.run(command, capture_output=True, check=True).stdout) / 1024


def run_whole(command: list[str], *arguments: Path) -> object:
    """A process from its start to its end; exit code 1 only says that models have faults."""
    done = subprocess.run([*command, *map(str, arguments)], capture_output=True, check=False)
    if done.returncode > 1:
        raise RuntimeError(done.stderr.decode()[-200:])
    return done.stdout


def run_each(command: list[str], paths: list[Path]) -> object:
    return [run_whole(command, path) for path in paths]


def whole_processes(models: list[Path], folder: Path, scratch: Path) -> list[Comparison]:
    """Folders of a hundred models each, and a process for each of a few files."""
    real, products = scratch / "real", scratch / "products"
    shutil.copytree(folder, real)
    spread = np.linspace(0, len(models) - 1, min(FOLDER, len(models))).astype(int)
    chosen = [real / models[place].relative_to(folder) for place in spread]
    for path in models:
        if real / path.relative_to(folder) not in chosen:
            (real / path.relative_to(folder)).unlink()
    products.mkdir()
    sizes = np.geomspace(*PRODUCT_TRIANGLES, FOLDER).astype(int)
    made = [products / f"{number:03}.glb" for number in range(FOLDER)]
    for path, triangles in zip(made, sizes, strict=True):
        write_grid(path, int(triangles))
    few = sorted(models, key=lambda path: path.stat().st_size)[:ALONE]
    note = (
        f"Generated, {sizes[0]:,} to {sizes[-1]:,} triangles each. `forge3d validate FOLDER --json`, start included,\n"
        "against one node process that judges the same files one after another."
    )
    large = Comparison("A whole process: a folder of product-sized models", "forge3d", note=note)
    large.rows = [_folder(products, made)]
    note = "Most of them samples of a few kB, where the start of the program counts most."
    small = Comparison("A whole process: a folder of real models", "forge3d", note=note)
    small.rows = [_folder(real, chosen)]
    note = "Node starts in a third of the time that Python, NumPy and typer take to be imported."
    alone = Comparison(f"A process for each file: the {ALONE} smallest", "forge3d", note=note)
    sides = {"forge3d": partial(run_each, FORGE3D, few), "gltf-validator": partial(run_each, NODE, few)}
    alone.rows = [measure(f"{ALONE} processes", sides, budget=10)]
    return [large, small, alone]


def _folder(folder: Path, models: list[Path]) -> Row:
    name = f"{len(models)} models, {_megabytes(models)} MB"
    print(name, file=sys.stderr)
    sides = {"forge3d": partial(run_whole, FORGE3D, folder), "gltf-validator": partial(run_whole, NODE, *models)}
    return measure(name, sides, budget=15)


def _megabytes(paths: list[Path]) -> int:
    return round(sum(path.stat().st_size for path in paths) / 1e6)


def main() -> None:
    """Run over FORGE3D_ASSETS/models, or the folder given."""
    folder, models = models_below(sys.argv[1:])
    khronos = KhronosProcess()
    note = (__doc__ or "").split("\n\n")[-1].strip()
    generated = Comparison("Generated meshes", "forge3d", note=note)
    many = Comparison("Many accessors: BrainStem", "forge3d", note="372 accessors, 61 thousand triangles.")
    small = Comparison(f"The {SMALLEST} smallest files", "forge3d", note="Below 1 is slower than npm gltf-validator.")
    with tempfile.TemporaryDirectory() as scratch:
        grids = [Path(scratch) / f"{triangles}.glb" for triangles in TRIANGLES]
        for triangles, path in zip(TRIANGLES, grids, strict=True):
            write_grid(path, triangles)
            print(path.name, file=sys.stderr)
            sides = {"forge3d": partial(judge_forge3d, path), "gltf-validator": partial(khronos.judge, path)}
            generated.rows.append(measure(f"{triangles:,} triangles", sides, budget=30))
        generated.note += "\n\n" + cost_of_vertices(generated.rows, grids)
        whole = whole_processes(models, folder, Path(scratch))
    smallest = sorted(models, key=lambda path: path.stat().st_size)[:SMALLEST]
    brain = [path for path in models if path.stem == "BrainStem"]
    for comparison, paths in ((many, brain), (small, smallest)):
        for path in paths:
            print(path.name, file=sys.stderr)
            sides = {"forge3d": partial(judge_forge3d, path), "gltf-validator": partial(khronos.judge, path)}
            comparison.rows.append(measure(str(path.relative_to(folder)), sides, turn_seconds=0.2))
    khronos.close()
    print(save("validating", [part for part in (generated, many, small, *whole) if part.rows], ["forge3d", "numpy"]))


if __name__ == "__main__":
    main()
