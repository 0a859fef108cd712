"""Optimizing: bytes, likeness, time and memory of `forge3d optimize` beside gltf-transform and gltfpack.

    python -m benchmarks.optimizing MODEL...

Settings are as equal as the programs allow: simplification is off everywhere, gltfpack keeps names, materials, extras
and key times. Neither build of gltfpack writes WebP, so it is in the tables of geometry only. The likeness is FLIP over
the pixels that show the product, of six views drawn by forge3d from the same places, at five times of an animation
where there is one. `gltfpack-native` is the program that a system package installs, where there is one. forge3d's
modules are compiled, as pip leaves what it installs.
"""

from __future__ import annotations

import compileall
import math
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import forge3d
from forge3d.gltf.files import external_uris
from forge3d.optimize import Textures, options_of
from forge3d.optimize.presets import preset

from .harness import REAL_MODELS, RESULTS, Comparison, measure, save
from .likeness import Subject, likeness, subject

PEERS = Path(__file__).parent.parent / "tests" / "peers" / "node_modules" / ".bin"
NATIVE = shutil.which("gltfpack")
SHARED = ("khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb", "khronos/WaterBottle/glTF/WaterBottle.gltf",
          "3d-commerce/Mixer/glTF-Binary/Mixer.glb", "3d-commerce/WickerChair/glTF-Binary/WickerChair.glb",
          "khronos/BrainStem/glTF-Binary/BrainStem.glb", "khronos/CesiumMan/glTF-Binary/CesiumMan.glb",
          "khronos/AnimatedMorphSphere/glTF-Binary/AnimatedMorphSphere.glb",
          "khronos/CesiumMilkTruck/glTF-Binary/CesiumMilkTruck.glb",
          "khronos/RiggedFigure/glTF-Binary/RiggedFigure.glb", "khronos/BoxAnimated/glTF-Binary/BoxAnimated.glb",
          "khronos/Duck/glTF-Binary/Duck.glb")  # fmt: skip
EXAMPLES = ("headphones", "lounge_chair", "neon_jacket")
KEPT = ("-af", "0", "-kn", "-km", "-ke")

Command = list[str]


def ours(model: Path, out: Path, *options: str) -> Command:
    return [str(Path(sys.executable).parent / "forge3d"), "optimize", str(model), str(out), *options]


def transform(model: Path, out: Path, textures: str) -> Command:
    return [str(PEERS / "gltf-transform"), "optimize", str(model), str(out), "--compress", "meshopt",
            "--texture-compress", textures, "--simplify", "false"]  # fmt: skip


def pack(model: Path, out: Path, codec: str, program: str = str(PEERS / "gltfpack")) -> Command:
    return [program, codec, *KEPT, "-i", str(model), "-o", str(out)]


def geometry_steps(extension: str) -> list[str]:
    """The options that run preset `web` without its textures."""
    chosen: list[str] = []
    for step in preset("web"):
        if not isinstance(step, Textures):
            kind = type(step)
            name = forge3d.optimize.name_of(kind)
            set_ = {o.name: getattr(step, o.name) for o in options_of(kind) if getattr(step, o.name) != o.default}
            if name == "compress":
                set_["extension"] = extension
            text = ",".join(f"{key}={'none' if value is None else value}" for key, value in set_.items())
            chosen += ["--step", f"{name}:{text}" if text else name]
    return chosen


def geometry(model: Path, folder: Path) -> dict[str, tuple[Command, Path]]:
    """Contenders of the tables of geometry: each command line and the file it writes."""

    def out(name: str) -> Path:
        return folder / f"{model.stem}.{name}.glb"

    found = {
        "forge3d": (ours(model, out("ext"), *geometry_steps("EXT")), out("ext")),
        "gltf-transform": (transform(model, out("gt"), "false"), out("gt")),
        "gltfpack": (pack(model, out("cc"), "-cc"), out("cc")),
        "forge3d KHR": (ours(model, out("khr"), *geometry_steps("KHR")), out("khr")),
        "gltfpack -cz": (pack(model, out("cz"), "-cz"), out("cz")),
    }
    if NATIVE:
        found["gltfpack-native"] = (pack(model, out("native"), "-cc", NATIVE), out("native"))
    return found


def whole(model: Path, folder: Path) -> dict[str, tuple[Command, Path]]:
    """Contenders of the table of whole files."""
    efforts = {f"forge3d {effort}": ("--preset", "web", "--effort", effort) for effort in ("max", "normal", "fast")}
    found = {
        name: (ours(model, folder / f"{model.stem}.{name[8:]}.glb", *options), folder / f"{model.stem}.{name[8:]}.glb")
        for name, options in efforts.items()
    }
    out = folder / f"{model.stem}.webp.glb"
    return {**found, "gltf-transform": (transform(model, out, "webp"), out)}


@dataclass(slots=True)
class Outcome:
    """What one contender made of one model; the peak is of the whole process, MiB."""

    bytes: int
    brotli: int
    flip: float
    peak: float


@dataclass(slots=True)
class Table:
    """Outcomes by model and contender, beside the times."""

    title: str
    times: Comparison
    rows: dict[str, dict[str, Outcome]] = field(default_factory=dict)

    def markdown(self, against: dict[str, tuple[str, ...]]) -> str:
        """One row a model; then, of each contender, the mean ratio to the better of the peers it stands against."""
        names = list(next(iter(self.rows.values())))
        lines = [f"## {self.title}", "", "Bytes, bytes after brotli, FLIP, peak memory in MiB.", ""]
        lines += ["| model | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
        for model, row in self.rows.items():
            cells = (f"{o.bytes:,} · {o.brotli:,} · {o.flip:.4f} · {o.peak:.0f}" for o in row.values())
            lines.append("| " + " | ".join([model, *cells]) + " |")
        lines.append("")
        for name, peers in against.items():
            best = {model: min(row[peer].bytes for peer in peers) for model, row in self.rows.items()}
            ratios = [row[name].bytes / best[model] for model, row in self.rows.items()]
            packed = [row[name].brotli / min(row[p].brotli for p in peers) for row in self.rows.values()]
            flips = [row[name].flip for row in self.rows.values()]
            theirs = [min((row[p] for p in peers), key=lambda o: o.bytes).flip for row in self.rows.values()]
            above = sum(mine > other for mine, other in zip(flips, theirs, strict=True))
            lines.append(
                f"- {name} against the smaller of {', '.join(peers)}: bytes × {_mean(ratios):.3f} (worst "
                f"{max(ratios):.3f}), after brotli × {_mean(packed):.3f}; mean FLIP {statistics.fmean(flips):.4f} "
                f"against {statistics.fmean(theirs):.4f}, above it on {above} of {len(flips)} models"
            )
        return "\n".join([*lines, ""])


def _mean(ratios: list[float]) -> float:
    """Geometric."""
    return math.exp(statistics.fmean(map(math.log, ratios)))


_PEAK = """import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)"""


def peak_of(command: Command) -> float:
    """Run it; its peak memory in MiB. From a small process, because a child begins with its parent's peak."""
    done = subprocess.run([sys.executable, "-S", "-c", _PEAK, *command], capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def run(command: Command) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def stored(path: Path, *, images: bool) -> bytes:
    """A model's bytes with the files it refers to; without its embedded images where they are not asked for."""
    source, data = forge3d.Source.open(path), path.read_bytes()
    if not images:
        for image in source.json.get("images", []):
            if "bufferView" in image:
                data = data.replace(bytes(source.view(image["bufferView"])), b"", 1)
    return data + b"".join(source.resource(uri) for uri in external_uris(source.json) if images)


def brotli(data: bytes) -> int:
    """Bytes after brotli at its default quality, 11, by Node."""
    code = "process.stdout.write(String(require('zlib').brotliCompressSync(require('fs').readFileSync(0)).length))"
    return int(subprocess.run(["node", "-e", code], input=data, capture_output=True, check=True).stdout)


def outcome(renderer: forge3d.Renderer, before: Subject, command: Command, out: Path, *, images: bool) -> Outcome:
    peak = peak_of(command)
    data = stored(out, images=images)
    return Outcome(len(data), brotli(data), likeness(renderer, before, out), peak)


def warm(model: Path) -> float:
    """Seconds of the geometry steps in a process that has run before: reading, steps and writing."""

    def once() -> None:
        document = forge3d.load(model)
        document.apply(*(step for step in preset("web") if not isinstance(step, Textures)))
        document.to_bytes()

    once()
    taken = []
    for _ in range(5):
        start = time.perf_counter()
        once()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def report(tables: list[Table], heated: dict[str, float]) -> str:
    """Write the results so far; returns the Markdown."""
    text = save("optimizing", [table.times for table in tables], ["forge3d", "pillow", "meshopt", "flip-evaluator"])
    text += tables[0].markdown({"forge3d": ("gltf-transform", "gltfpack"), "forge3d KHR": ("gltfpack -cz",)})
    text += tables[1].markdown({f"forge3d {effort}": ("gltf-transform",) for effort in ("max", "normal", "fast")})
    lines = [f"| {name} | {seconds * 1e3:.1f} |" for name, seconds in heated.items()]
    text += "\n".join(
        ["## forge3d in a warm process, geometry, milliseconds", "", "| model | |", "|---|---:|", *lines, ""]
    )
    (RESULTS / "optimizing.md").write_text(text)
    return text


def main() -> None:
    """Run every contender on the models given, or on the example and shared products."""
    compileall.compile_dir(Path(forge3d.__file__).parent, quiet=1)
    examples = Path(__file__).parent.parent / "examples" / "models"
    models = [Path(name) for name in sys.argv[1:]] or [
        *(examples / f"{name}.glb" for name in EXAMPLES),
        *(REAL_MODELS / name for name in SHARED if REAL_MODELS.is_dir()),
    ]
    tables = [
        Table(
            "(a) Geometry and animation, without the images' bytes", Comparison("Whole program, geometry", "forge3d")
        ),
        Table("(b) Whole files with WebP", Comparison("Whole program, with textures", "forge3d normal")),
    ]
    heated: dict[str, float] = {}
    text = ""
    with tempfile.TemporaryDirectory() as folder, forge3d.Renderer() as renderer:
        for model in models:
            print(model.name, file=sys.stderr)
            before = subject(renderer, model)
            for table, contenders in zip(
                tables, (geometry(model, Path(folder)), whole(model, Path(folder))), strict=True
            ):
                table.rows[model.stem] = {
                    name: outcome(renderer, before, command, out, images=table is tables[1])
                    for name, (command, out) in contenders.items()
                }
                calls = {name: partial(run, command) for name, (command, _) in contenders.items()}
                table.times.rows.append(measure(model.stem, calls, turns=3, budget=20))
            heated[model.stem] = warm(model)
            text = report(tables, heated)  # after each model, so that a run that is cut short leaves what it has
    print(text)


if __name__ == "__main__":
    main()
