"""Simplification: `forge3d.lod` against gltfpack and gltf-transform at equal triangles.

    python -m benchmarks.simplifying MODEL...

Peers are asked for a part of the triangles and given any error they need (`-se 1`, `--error 1`), without quantization;
ours gets as many triangles as each of them has left, at most. Errors are distances between the surfaces, both ways,
from 40,000 points spread evenly over each, as parts of the model's longest side. The slip of texture is how far the
texture coordinates of a point are from those of the nearest point of the original, in texels of the level's texture,
which halves its side with each level. FLIP is the mean over the object's pixels of six views. Times are of the whole
program, and for ours also warm: the record of the collapse, one level, and measuring its error.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import exp, log
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np
import numpy.typing as npt

import forge3d
from forge3d.compare import flip
from forge3d.document import Context, Document
from forge3d.document.geometry import triangles
from forge3d.document.skinning import world_positions
from forge3d.document.traversal import mesh_instances, world_matrices
from forge3d.native.nearest import Nearest
from forge3d.optimize.reduction import Reduction, apply, reduction
from forge3d.surface.deviation import spread

from .harness import REAL_MODELS, RESULTS, machine
from .optimizing import PEERS, SHARED, run

Floats = npt.NDArray[np.float64]

RATIOS = (0.5, 0.25, 0.125)
VIEWS = tuple((yaw, pitch) for yaw, pitch in ((30, 15), (90, 0), (150, -15), (210, 30), (270, 0), (330, 50)))
SIZE = (512, 512)
POINTS = 40_000


@dataclass(slots=True)
class Quality:
    """Of one level: its triangles, mean and largest error in parts of the longest side, slip in texels, FLIP."""

    triangles: int
    mean: float
    largest: float
    slip: float
    flip: float


PRODUCTS = SHARED[:5]  # the later ones are too small for levels: gltfpack leaves nothing of the morphing sphere


def drawn(document: Document) -> tuple[Floats, Floats]:
    """All triangles in the world `(n, 3, 3)` and their texture coordinates `(n, 3, 2)`, in parts of the texture."""
    world = world_matrices(document)
    places: list[Floats] = []
    coordinates: list[Floats] = []
    for instance in mesh_instances(document):
        for primitive in instance.mesh.primitives:
            corners = triangles(primitive)
            uv = primitive.attributes.get("TEXCOORD_0")
            places.append(world_positions(primitive, instance, world)[corners].astype(np.float64))
            coordinates.append(
                np.full((len(corners), 3, 2), np.nan) if uv is None else uv.floats[corners].astype(np.float64)
            )
    return np.concatenate(places), np.concatenate(coordinates)


class Original:
    """What levels of a model are measured against."""

    def __init__(self, document: Document, renderer: forge3d.Renderer):
        self.corners, self.uv = drawn(document)
        self.extent = float(np.ptp(self.corners.reshape(-1, 3), axis=0).max())
        self.nearest, self.points = Nearest(self.corners), spread(self.corners, POINTS)[0]
        self.renderer = renderer
        self.cameras = [renderer.fit(document, forge3d.Orbit(yaw=yaw, pitch=pitch), SIZE) for yaw, pitch in VIEWS]
        self.pictures = self._pictures(document)
        self.texture = max((max(i.header.width, i.header.height) for i in document.images), default=0)

    def _pictures(self, document: Document) -> list[npt.NDArray[np.uint8]]:
        return [self.renderer.render(document, camera=camera, size=SIZE).pixels for camera in self.cameras]

    def quality(self, level: Document, texture: float) -> Quality:
        """How near a level is, with a texture of so many texels a side."""
        corners, uv = drawn(level)
        points, triangle, weights = spread(corners, POINTS)
        there, hit, barycentric = self.nearest.query(points)
        back = Nearest(corners).query(self.points)[0]
        own = np.einsum("nk,nkc->nc", weights, uv[triangle])
        slip = np.linalg.norm(own - np.einsum("nk,nkc->nc", barycentric, self.uv[hit]), axis=1) * texture
        flips = [flip(a, b) or 0.0 for a, b in zip(self.pictures, self._pictures(level), strict=True)]
        return Quality(
            len(corners), (there.mean() + back.mean()) / 2 / self.extent, max(there.max(), back.max()) / self.extent,
            float(np.nanmedian(slip)) if np.isfinite(slip).any() else float("nan"), fmean(flips),
        )  # fmt: skip


def peers(model: Path, ratio: float, folder: Path) -> dict[str, tuple[list[str], Path]]:
    """Command lines of the peers, and the file each writes."""
    out = {name: folder / f"{name}.glb" for name in ("gltfpack", "gltf-transform")}
    pack = [str(PEERS / "gltfpack"), "-noq", "-kn", "-si", str(ratio), "-se", "1", "-i", str(model)]
    transform = [str(PEERS / "gltf-transform"), "simplify", "--ratio", str(ratio), "--error", "1", str(model)]
    return {
        "gltfpack": ([*pack, "-o", str(out["gltfpack"])], out["gltfpack"]),
        "gltf-transform": ([*transform, str(out["gltf-transform"])], out["gltf-transform"]),
    }


def ours(document: Document, plan: Reduction, most: int) -> Document:
    """The level with at most so many triangles, of which the scene may show some several times."""
    copy = document.copy()
    apply(copy, plan.cut(most))
    return copy


def seconds(call: Callable[[], object], turns: int = 3) -> float:
    taken = []
    for _ in range(turns):
        begin = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begin)
    return median(taken)


def main() -> None:
    """Measure the models given, or the shared products."""
    models = [Path(name) for name in sys.argv[1:]] or [REAL_MODELS / name for name in PRODUCTS if REAL_MODELS.is_dir()]
    rows, times = [], []
    compared: dict[str, list[tuple[Quality, Quality]]] = {"gltfpack": [], "gltf-transform": []}
    with tempfile.TemporaryDirectory() as name, forge3d.Renderer() as renderer:
        folder = Path(name)
        for model in models:
            print(model.name, file=sys.stderr)
            document = forge3d.load(model)
            original, plan = Original(document, renderer), reduction(document, Context())
            shown = len(original.corners) / plan.total
            for number, ratio in enumerate(RATIOS, start=1):
                texture = original.texture / 2**number
                for peer, (command, file) in peers(model, ratio, folder).items():
                    run(command)
                    theirs = original.quality(forge3d.load(file), texture)
                    mine = original.quality(ours(document, plan, int(theirs.triangles / shown)), texture)
                    compared[peer].append((mine, theirs))
                    rows.append(_row(model.stem, ratio, peer, mine, theirs))
            times.append(_times(model, document, plan, folder))
    text = _report(compared, rows, times)
    (RESULTS / "simplifying.md").write_text(text)
    print(text)


def _row(model: str, ratio: float, peer: str, mine: Quality, theirs: Quality) -> str:
    cells = [f"{mine.triangles:,} / {theirs.triangles:,}"]
    cells += [f"{a * 1e4:.2f} / {b * 1e4:.2f}" for a, b in ((mine.mean, theirs.mean), (mine.largest, theirs.largest))]
    cells += ["–" if np.isnan(mine.slip) else f"{mine.slip:.2f} / {theirs.slip:.2f}"]
    cells += [f"{mine.flip:.4f} / {theirs.flip:.4f}"]
    return f"| {model} {ratio:g} | {peer} | " + " | ".join(cells) + " |"


def _times(model: Path, document: Document, plan: Reduction, folder: Path) -> str:
    """Half the triangles: whole programs, and what ours is made of."""
    level = folder / "ours.glb"
    program = str(Path(sys.executable).parent / "forge3d")
    command = [program, "optimize", str(model), str(level), "--step", "simplify:ratio=0.5"]
    commands = {"forge3d": command} | {name: line for name, (line, _) in peers(model, 0.5, folder).items()}
    whole = [f"{seconds(partial(run, command)):.2f}" for command in commands.values()]
    parts: list[Callable[[], Any]] = [
        lambda: reduction(document, Context()),
        lambda: plan.cut(plan.total // 2).left,
        lambda: plan.cut(plan.total // 2).error,
    ]
    record, made, measured = (seconds(part) * 1e3 for part in parts)
    cells = [f"{plan.total:,}", *whole, f"{record:.0f}", f"{made:.0f}", f"{max(0.0, measured - made):.0f}"]
    return f"| {model.stem} | " + " | ".join(cells) + " |"


def _report(compared: dict[str, list[tuple[Quality, Quality]]], rows: list[str], times: list[str]) -> str:
    about = machine()
    peer = subprocess.run([str(PEERS / "gltfpack"), "-v"], capture_output=True, text=True, check=False).stdout.strip()
    out = [
        f"Measured on {about['cpu']}, {about['cores']} cores, {about['memory_gib']} GiB, {about['system']}, Python "
        f"{about['python']}; {peer}.", "", (__doc__ or "").split("MODEL...")[1].strip(), "",
        "## Ours as a part of theirs, geometric mean", "",
        "| peer | mean error | largest error | FLIP | levels where ours is not below: mean, largest, FLIP |",
        "|---|---:|---:|---:|---:|",
    ]  # fmt: skip
    for peer, pairs in compared.items():
        cells, above = [], []
        for field in ("mean", "largest", "flip"):
            values = [getattr(mine, field) / getattr(theirs, field) for mine, theirs in pairs]
            cells.append(f"{exp(fmean(map(log, values))):.2f}")
            above.append(str(sum(value >= 1 for value in values)))
        out.append(f"| {peer} | " + " | ".join(cells) + f" | {', '.join(above)} of {len(pairs)} |")
    out += ["", "## Every level, ours / theirs", "", "Errors in ten-thousandths of the longest side.", ""]
    out += ["| model and part | peer | triangles | mean error | largest error | slip, texels | FLIP |"]
    out += ["|---|---|---:|---:|---:|---:|---:|", *rows, "", "## Times", ""]
    out += ["Half the triangles. Whole programs in seconds; warm parts in milliseconds.", ""]
    out += ["| model | triangles | forge3d | gltfpack | gltf-transform | record | level | measuring |"]
    return "\n".join([*out, "|---|---:|---:|---:|---:|---:|---:|---:|", *times, ""])


if __name__ == "__main__":
    main()
