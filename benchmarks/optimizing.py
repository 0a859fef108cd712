"""Optimizing: `forge3d optimize --preset web` against gltf-transform and gltfpack, whole programs on the same files.

    python -m benchmarks.optimizing MODEL...

Bytes say little without what they cost: the likeness is the PSNR of a picture of the result against one of the input,
over the pixels that show the product, both drawn by forge3d from the same place. gltfpack's npm build cannot write WebP
and keeps textures as they are. Simplification is off everywhere.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import forge3d
from forge3d.compare import psnr
from forge3d.gltf.files import external_uris

from .harness import REAL_MODELS, RESULTS, Comparison, measure, save

PEERS = Path(__file__).parent.parent / "tests" / "peers" / "node_modules" / ".bin"
SHARED = ("khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb", "khronos/WaterBottle/glTF/WaterBottle.gltf",
          "3d-commerce/Mixer/glTF-Binary/Mixer.glb", "3d-commerce/WickerChair/glTF-Binary/WickerChair.glb",
          "khronos/BrainStem/glTF-Binary/BrainStem.glb")  # fmt: skip

Command = list[str]


def commands(model: Path, folder: Path) -> dict[str, tuple[Command, Path]]:
    """Each contender's command line, and the file it writes."""
    out = {name: folder / f"{name}.glb" for name in ("forge3d", "gltf-transform", "gltfpack")}
    program = str(Path(sys.executable).parent / "forge3d")
    return {
        "forge3d": ([program, "optimize", str(model), str(out["forge3d"]), "--preset", "web"], out["forge3d"]),
        "gltf-transform": (
            [str(PEERS / "gltf-transform"), "optimize", str(model), str(out["gltf-transform"]), "--compress", "meshopt",
             "--texture-compress", "webp", "--simplify", "false"],
            out["gltf-transform"],
        ),
        "gltfpack": (
            [str(PEERS / "gltfpack"), "-cc", "-af", "0", "-kn", "-i", str(model), "-o", str(out["gltfpack"])],
            out["gltfpack"],
        ),
    }  # fmt: skip


def run(command: Command) -> None:
    subprocess.run(command, check=True, capture_output=True)


def size(path: Path) -> int:
    """A model with the files it refers to."""
    source = forge3d.Source.open(path)
    return path.stat().st_size + sum(len(source.resource(uri)) for uri in external_uris(source.json))


def main() -> None:
    """Run every contender on the models given, or on the example and shared products."""
    examples = sorted((Path(__file__).parent.parent / "examples" / "models").glob("*.glb"))
    models = [Path(name) for name in sys.argv[1:]] or [
        *examples,
        *(REAL_MODELS / name for name in SHARED if REAL_MODELS.is_dir()),
    ]
    times = Comparison("Whole program, wall time", "forge3d")
    rows = ["| model | input | forge3d | gltf-transform | gltfpack |", "|---|---:|---:|---:|---:|"]
    with tempfile.TemporaryDirectory() as folder, forge3d.Renderer() as renderer:
        for model in models:
            print(model.name, file=sys.stderr)
            contenders = commands(model, Path(folder))
            calls = {name: partial(run, command) for name, (command, _) in contenders.items()}
            times.rows.append(measure(model.stem, calls, turns=3, budget=60))
            camera = renderer.fit(forge3d.load(model), forge3d.Orbit(yaw=30, pitch=15), (512, 512))
            before = renderer.render(forge3d.load(model), camera=camera, size=(512, 512)).pixels
            cells = [model.stem, f"{size(model):,}"]
            for name, (_, path) in contenders.items():
                if name in times.rows[-1].failures:
                    cells.append("fails")
                    continue
                after = renderer.render(forge3d.load(path), camera=camera, size=(512, 512)).pixels
                cells.append(f"{path.stat().st_size:,} ({psnr(before, after):.1f} dB)")
            rows.append("| " + " | ".join(cells) + " |")
    text = save("optimizing", [times], ["forge3d", "pillow", "meshopt"])
    table = "\n".join(["", "## Bytes, and likeness to the input", "", *rows, ""])
    (RESULTS / "optimizing.md").write_text(text + table)
    print(text + table)


if __name__ == "__main__":
    main()
