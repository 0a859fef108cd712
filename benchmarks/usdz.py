"""USDZ of the examples and of known models, opened again: findings, bounds, movement, likeness.

    python -m benchmarks.usdz [MODEL …]

Writes results/usdz.md, unless models are named. Bounds are of the points, as USD places them, against the document's.
Movement is that of the first animation that lasts: how far a point goes from where it was at its beginning, and how far
at most USD's own skinning and transforms put any point from where the document puts it, at seven moments. FLIP is
between pictures of 256 × 256 pixels on white and on black, the worse of the two, of the model and of its USDZ. With
nothing behind it glass shows the studio, a transparent surface the page: for models with glass, FLIP before a grey wall
is in brackets.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from examples import NAMES

import forge3d
from forge3d.compare import difference
from forge3d.document import Accessor, Document, Material, Mesh, Node, Primitive
from forge3d.document.bounds import bounds
from forge3d.document.material import Unlit
from forge3d.document.sampling import duration
from forge3d.export import Note, faults, usdz
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
_YAW, _PITCH = 35.0, 20.0


@dataclass(frozen=True, slots=True)
class Line:
    """One model. Lengths are in metres.

    Attributes:
        moves, off: None where nothing moves.
        flip_before_wall: None where nothing is glass.
    """

    name: str
    before: int
    after: int
    findings: int
    bounds: float
    moves: float | None
    off: float | None
    flip: float
    flip_before_wall: float | None
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
    from pxr import Usd

    document = forge3d.load(path)
    made = usdz(document)
    file = folder / f"{path.stem}.usdz"
    file.write_bytes(made.data)
    stage, again = Usd.Stage.Open(str(file)), read(file)
    moves, off = moved(document, stage)
    glass = any(material.transmission is not None for material in document.materials)
    before = path.parent.glob("*") if path.suffix == ".gltf" else [path]
    return Line(
        name=path.stem,
        before=sum(part.stat().st_size for part in before),
        after=len(made.data),
        findings=len(faults(made.data)),
        bounds=apart(document, again),
        moves=moves,
        off=off,
        flip=likeness(renderer, document, again),
        flip_before_wall=likeness(renderer, *map(before_wall, (document, again)), seen=document) if glass else None,
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


def likeness(renderer: Renderer, document: Document, again: Document, *, seen: Document | None = None) -> float:
    """FLIP of the two, from where all of `seen`, or of the first, is seen."""
    size = (_SIDE, _SIDE)
    camera = renderer.fit(seen or document, Orbit(yaw=_YAW, pitch=_PITCH), size)
    first, second = (renderer.render(one, camera=camera, size=size).pixels for one in (document, again))
    return difference(first, second).picture.flip


def before_wall(document: Document) -> Document:
    """The document with a grey wall behind it, as it is seen."""
    box = bounds(document)
    assert box is not None
    yaw, pitch, size = np.radians(_YAW), np.radians(_PITCH), box.diagonal
    to_camera = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    right = np.array([np.cos(yaw), 0, -np.sin(yaw)])
    place = np.eye(4)
    place[:3, :3] = np.column_stack([right, np.cross(to_camera, right), to_camera]) * (4 * size)
    place[:3, 3] = box.center - 0.75 * size * to_camera
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    grey = Material(name="Wall", base_color_factor=(0.4, 0.4, 0.4, 1.0), unlit=Unlit())
    faces = Accessor(np.array([0, 1, 2, 0, 2, 3], np.uint16))
    square = Primitive(attributes={"POSITION": Accessor(corners)}, indices=faces, material=grey)
    copy = document.copy()
    wall = Node(name="Wall", mesh=Mesh(primitives=[square]), matrix=place)
    copy.nodes.append(wall)
    (copy.scene or copy.scenes[0]).nodes.append(wall)
    return copy


def row(line: Line) -> str:
    lost = ", ".join(dict.fromkeys(note.feature for note in line.notes))
    moves = "" if line.moves is None or line.off is None else f"{line.moves * 1000:,.1f} | {line.off * 1000:.3f}"
    wall = "" if line.flip_before_wall is None else f" ({line.flip_before_wall:.3f})"
    return (
        f"| {line.name} | {line.before / 1e6:.2f} | {line.after / 1e6:.2f} | {line.findings} | "
        f"{line.bounds * 1000:.4f} | {moves or ' | '} | {line.flip:.3f}{wall} | {lost} |"
    )


def page(lines: Sequence[Line]) -> str:
    head = "| model | MB | USDZ, MB | findings | bounds off, mm | moves, mm | off then, mm | FLIP | told by name |"
    rows = "\n".join(map(row, lines))
    return f"# USDZ, opened again\n\n{__doc__}\n{head}\n|---|--:|--:|--:|--:|--:|--:|--:|---|\n{rows}\n"


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
