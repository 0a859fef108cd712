"""How cost grows with the model: `forge3d optimize` on a bumpy ring of ever more triangles, whole program.

    python -m benchmarks.growing [TRIANGLES...]

Vertices are not shared, and carry positions, normals, tangents, two sets of texture coordinates and colours, as exports
from CAD and scans do: 72 bytes a corner, so that two million triangles are 432 MB. Peak memory is of the whole process.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt

from forge3d.document import Accessor, Document, Mesh, Node, Primitive, Scene

from .harness import RESULTS, machine

COUNTS = (125_000, 500_000, 2_000_000)
STEPS = ("weld", "simplify:ratio=0.5", "reorder", "quantize", "compress")


def ring(triangles: int) -> Document:
    """A bumpy torus of about so many triangles, none of which share vertices."""
    side = round((triangles / 2) ** 0.5)
    v, u = (part.astype(np.float32) for part in np.meshgrid(*[np.linspace(0, 1, side + 1)] * 2, indexing="ij"))
    a, b = 2 * np.pi * u, 2 * np.pi * v
    a[:, -1], b[-1] = 0, 0  # closed to the bit
    r = 1 + 0.02 * np.sin(40 * a) * np.cos(36 * b)
    normal = np.stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)], axis=-1)
    place = normal * r[..., None] + 3 * np.stack([np.cos(a), np.sin(a), 0 * a], axis=-1)
    tangent = np.stack([-np.sin(a), np.cos(a), 0 * a, 0 * a + 1], axis=-1)
    colour = np.stack([u, v, 0.5 + 0 * u, 1 + 0 * u], axis=-1)
    ids = np.arange((side + 1) ** 2).reshape(side + 1, side + 1)
    corner = (ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[:-1, :-1], ids[1:, 1:], ids[1:, :-1])
    order = np.stack(corner, axis=-1).reshape(-1)

    def spread(values: npt.NDArray[np.float32]) -> Accessor:
        return Accessor(values.reshape(-1, values.shape[-1]).astype(np.float32)[order])

    uv = np.stack([u, v], axis=-1)
    attributes = {"POSITION": place, "NORMAL": normal, "TANGENT": tangent, "TEXCOORD_0": uv, "TEXCOORD_1": uv * 4,
                  "COLOR_0": colour}  # fmt: skip
    mesh = Mesh(primitives=[Primitive(attributes={name: spread(values) for name, values in attributes.items()})])
    node = Node(mesh=mesh)
    scene = Scene(nodes=[node])
    return Document(scene=scene, scenes=[scene], nodes=[node], meshes=[mesh])


def measured(command: list[str]) -> tuple[float, float]:
    """Wall seconds of a program, and its peak memory in MiB."""
    begin = time.perf_counter()
    child = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit(f"{' '.join(command)} failed with {status}")
    return time.perf_counter() - begin, usage.ru_maxrss / 1024


def main() -> None:
    """Write each ring, optimize it, and report."""
    counts = [int(text) for text in sys.argv[1:]] or list(COUNTS)
    about = machine()
    rows = [
        "| triangles | file, MB | seconds | microseconds a triangle | peak memory, MiB |",
        "|---:|---:|---:|---:|---:|",
    ]
    program = str(Path(sys.executable).parent / "forge3d")
    with tempfile.TemporaryDirectory() as name:
        model, output = Path(name) / "ring.glb", Path(name) / "out.glb"
        for count in counts:
            ring(count).write(model)
            steps = [word for step in STEPS for word in ("--step", step)]
            seconds, memory = measured([program, "optimize", str(model), str(output), *steps])
            size = model.stat().st_size / 1e6
            rows.append(f"| {count:,} | {size:,.0f} | {seconds:.1f} | {seconds / count * 1e6:.1f} | {memory:,.0f} |")
            print(rows[-1], file=sys.stderr)
    text = "\n".join([
        f"Measured on {about['cpu']}, {about['cores']} cores, {about['memory_gib']} GiB, {about['system']}, Python "
        f"{about['python']}; steps {', '.join(STEPS)}.", "", (__doc__ or "").split("[TRIANGLES...]")[1].strip(), "",
        *rows, "",
    ])  # fmt: skip
    (RESULTS / "growing.md").write_text(text)


if __name__ == "__main__":
    main()
