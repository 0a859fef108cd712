"""USDZ of the examples and of known models, opened again: findings, bounds, movement, likeness.

    python -m benchmarks.usdz [MODEL …]

Writes results/usdz.md, unless models are named. Bounds are of the points, as USD places them, against the document's.
Movement is that of the first animation that lasts: how far a point goes from where it was at its beginning, and how far
at most USD's own skinning and transforms put any point from where the document puts it, at seven moments. FLIP is
between pictures of 256 × 256 pixels on white and on black, the worse of the two, of the model and of its USDZ.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from examples import NAMES

import forge3d
from forge3d.compare import difference
from forge3d.document import Document
from forge3d.document.bounds import bounds
from forge3d.document.sampling import duration
from forge3d.export import Note, usdz
from forge3d.render import Orbit, Renderer

from .harness import REAL_MODELS, RESULTS
from .usdz_reading import own_points, read, usd_points

_EXAMPLES = Path(__file__).parents[1] / "examples" / "models"
_KNOWN = (
    "khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb", "khronos/WaterBottle/glTF/WaterBottle.gltf",
    "3d-commerce/Mixer/glTF-Binary/Mixer.glb", "3d-commerce/WickerChair/glTF-Binary/WickerChair.glb",
    "khronos/CesiumMan/glTF-Binary/CesiumMan.glb", "khronos/BrainStem/glTF-Binary/BrainStem.glb",
    "khronos/RiggedFigure/glTF-Binary/RiggedFigure.glb", "khronos/BoxAnimated/glTF-Binary/BoxAnimated.glb",
    "khronos/CesiumMilkTruck/glTF-Binary/CesiumMilkTruck.glb",
    "khronos/AnimatedMorphCube/glTF-Binary/AnimatedMorphCube.glb",
    "khronos/TextureSettingsTest/glTF-Binary/TextureSettingsTest.glb",
    "khronos/BoxVertexColors/glTF-Binary/BoxVertexColors.glb",
    "khronos/NormalTangentTest/glTF-Binary/NormalTangentTest.glb",
)  # fmt: skip
_MOMENTS = 7
_SIDE = 256


@dataclass(frozen=True, slots=True)
class Line:
    """One model. Lengths are in metres.

    Attributes:
        moves, off: None where nothing moves.
    """

    name: str
    before: int
    after: int
    seconds: float
    findings: int
    bounds: float
    moves: float | None
    off: float | None
    flip: float
    notes: tuple[Note, ...]


def main(named: Sequence[Path]) -> None:
    models = named or [*(_EXAMPLES / f"{name}.glb" for name in NAMES), *(REAL_MODELS / path for path in _KNOWN)]
    lines = []
    with Renderer() as renderer, tempfile.TemporaryDirectory() as folder:
        for path in models:
            if path.exists():
                lines.append(line(path, renderer, Path(folder)))
                print(row(lines[-1]), flush=True)
    if not named:
        (RESULTS / "usdz.md").write_text(page(lines), "utf-8")


def line(path: Path, renderer: Renderer, folder: Path) -> Line:
    """Write a model as USDZ, open it again, and measure."""
    from pxr import Usd, UsdValidation

    document = forge3d.load(path)
    begun = time.perf_counter()
    made = usdz(document)
    seconds = time.perf_counter() - begun
    file = folder / f"{path.stem}.usdz"
    file.write_bytes(made.data)
    stage, again = Usd.Stage.Open(str(file)), read(file)
    every = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    moves, off = moved(document, stage)
    before = path.parent.glob("*") if path.suffix == ".gltf" else [path]
    return Line(
        name=path.stem,
        before=sum(part.stat().st_size for part in before),
        after=len(made.data),
        seconds=seconds,
        findings=len(UsdValidation.ValidationContext(every).Validate(stage)),
        bounds=apart(document, again),
        moves=moves,
        off=off,
        flip=likeness(renderer, document, again),
        notes=made.notes,
    )


def apart(document: Document, again: Document) -> float:
    """How far a side of one box is from that of the other."""
    first, second = bounds(document), bounds(again)
    assert first is not None
    assert second is not None
    return float(max(np.abs(first.min - second.min).max(), np.abs(first.max - second.max).max()))


def moved(document: Document, stage: Any) -> tuple[float | None, float | None]:
    """How far points move, and how far USD puts them from where they belong."""
    document = document.copy()
    document.animations = [one for one in document.animations if duration(one) > 0][:1]
    if not document.animations:
        return None, None
    start, moves, off = own_points(document, 0.0), 0.0, 0.0
    for moment in np.linspace(0, duration(document.animations[0]), _MOMENTS).tolist():
        mine, theirs = own_points(document, moment), usd_points(stage, moment)
        moves = max(moves, *(_farthest(one, other) for one, other in zip(mine, start, strict=True)))
        for one in mine:  # skinned meshes come in another order
            off = max(off, min(_farthest(one, other) for other in theirs if len(other) == len(one)))
    return moves, off


def _farthest(first: Any, second: Any) -> float:
    return float(np.linalg.norm(first - second, axis=1).max())


def likeness(renderer: Renderer, document: Document, again: Document) -> float:
    """FLIP of the two, seen from one place."""
    size = (_SIDE, _SIDE)
    camera = renderer.fit(document, Orbit(yaw=35, pitch=20), size)
    first, second = (renderer.render(one, camera=camera, size=size).pixels for one in (document, again))
    return difference(first, second).picture.flip


def row(line: Line) -> str:
    lost = ", ".join(dict.fromkeys(note.feature for note in line.notes))
    moves = "" if line.moves is None or line.off is None else f"{line.moves * 1000:,.1f} | {line.off * 1000:.3f}"
    return (
        f"| {line.name} | {line.before / 1e6:.2f} | {line.after / 1e6:.2f} | {line.seconds:.2f} | {line.findings} | "
        f"{line.bounds * 1000:.4f} | {moves or ' | '} | {line.flip:.3f} | {lost} |"
    )


def page(lines: Sequence[Line]) -> str:
    head = "| model | MB | USDZ, MB | s | findings | bounds off, mm | moves, mm | off then, mm | FLIP | told by name |"
    rows = "\n".join(map(row, lines))
    return f"# USDZ, opened again\n\n{__doc__}\n{head}\n|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n{rows}\n"


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
