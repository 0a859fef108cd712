"""Measures how far each preset's output is from its input in two viewers that are not ours; writes the table.

FORGE3D_ORACLES=VIEWERS python -m tests.conformance.measure_viewers ASSETS [PICTURES]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
from benchmarks.harness import RESULTS

from forge3d import images
from forge3d.compare import flip
from forge3d.document import Document
from forge3d.gltf import Source
from forge3d.lod import levels, with_levels
from forge3d.optimize import PRESETS

from .viewers import SIZE, Shot, Viewer, decoded, draw, framed

ENVIRONMENT = "environments/aircraft_workshop_01_1k.hdr"
MOST = 0.02
"""Object FLIP of `web`."""
Moment = float | str | None
MODELS: Mapping[str, Sequence[Moment]] = {
    "khronos/WaterBottle/glTF/WaterBottle.gltf": (None,),
    "3d-commerce/WickerChair/glTF-Binary/WickerChair.glb": (None,),
    "khronos/CesiumMan/glTF-Binary/CesiumMan.glb": (0.0, 0.5, 1.3),
    "khronos/AnimatedMorphSphere/glTF-Binary/AnimatedMorphSphere.glb": (0.5, 1.5),
    "khronos/CesiumMilkTruck/glTF-Binary/CesiumMilkTruck.glb": (0.4,),
    "blender-io/18_variants/18_variants.gltf": (None, "Variant_Red", "Variant_Blue"),
    "blender-io/09_texture_transform/09_texture_transform.gltf": (None,),
    "blender-io/24_gpu_instancing/24_gpu_instancing.gltf": (None,),
    "blender-io/01_alpha_blend/01_alpha_blend.gltf": (None,),
    "assimp/ClearCoat-glTF/ClearCoatTest.gltf": (None,),
    "blender-io/16_volume/16_volume.gltf": (None,),
    "khronos/BoxVertexColors/glTF-Binary/BoxVertexColors.glb": (None,),
}
"""Twelve models, each with the times (seconds) or variants that it is drawn at: retail products, skin, morphs, moving
nodes, variants, texture transforms, instances, alpha, clearcoat, transmission and volume, vertex colours."""

LEVELED = (
    "khronos/WaterBottle/glTF/WaterBottle.gltf",
    "3d-commerce/WickerChair/glTF-Binary/WickerChair.glb",
    "khronos/CesiumMan/glTF-Binary/CesiumMan.glb",
)
TITLE = f"""# What other viewers show of our files

Object FLIP between the input and the output in the same viewer with the same camera, {SIZE} × {SIZE} pixels: three.js
through <model-viewer> 4.4.0, and the Khronos sample renderer 1.1.0; more than {MOST} is bold. The Khronos renderer
reads no mesh compression but Draco: EXT_meshopt_compression is unpacked for it by the JavaScript decoder first. It
draws no instances, only their mesh once, and makes tangents of integer normals as if those were not of unit length.
Numbers after a model's name are times of its animation, names are variants.

What is above {MOST} in `web` is WebP first: with an encoder for pictures at quality 80 it alone is .038 of the bottle,
.029 of the man, .026 of the texture transform and .019 of the chair in three.js, and at quality 95 still .030 of the
bottle and .025 of the man; planes that keep the means of what is read take a tenth to a fifth off the whole.
Instances of two pixels each move by parts of a pixel. In the Khronos
renderer the chair and the clearcoat test have normal maps without tangents: another order of triangles alone changes
the chair by .024 there; with Tangents first it is .000, and .007 with quantized normals too."""


@dataclass(frozen=True, slots=True)
class Row:
    """One picture of one output beside the same picture of its input.

    Attributes:
        flip: mean over the object's pixels, 0 to 1; None where the viewer did not open one of the two.
        note: what the viewer said, or what was done before it opened the file.
    """

    model: str
    moment: Moment
    output: str
    viewer: Viewer
    flip: float | None
    note: str


def measure(assets: Path, outputs: Mapping[str, Sequence[tuple[str, Path]]], folder: Path) -> list[Row]:
    """Draw models and outputs in both viewers.

    Args:
        assets: what `MODELS` and `ENVIRONMENT` are relative to.
        outputs: model → (what it is, file).
        folder: for pictures and intermediate files.
    """
    shown = {file: file for files in outputs.values() for _, file in files}
    packed = [file for file in shown if "EXT_meshopt_compression" in Source.open(file).json.get("extensionsUsed", ())]
    unpacked = {file: folder / f"{file.stem}-unpacked.glb" for file in packed}
    decoded(list(unpacked.items()))
    rows = []
    for viewer in get_args(Viewer):
        files = {**shown, **unpacked} if viewer == "khronos" else shown
        shots, plan = [], []
        for model, written in outputs.items():
            for moment in MODELS.get(model, (None,)):
                source = assets / "models" / model
                for output, file in [("", source), *written]:
                    picture = folder / f"{source.stem}-{moment}-{output or 'input'}-{viewer}.png"
                    shots.append(_shot(source, moment).of(files.get(file, file), picture))
                    plan.append((model, moment, output, "unpacked" if files.get(file, file) != file else ""))
        said = draw(viewer, assets / ENVIRONMENT, shots)
        first = 0
        for number, (model, moment, output, note) in enumerate(plan):
            if not output:
                first = number
                continue
            fault = said[first] or said[number]
            value = None if fault else _apart(shots[first], shots[number])
            rows.append(Row(model, moment, output, viewer, value, fault or note))
    return rows


def _shot(source: Path, moment: Moment) -> Shot:
    time, variant = (moment, None) if not isinstance(moment, str) else (None, moment)
    return framed(source, Path(), time=time, variant=variant)


def _apart(before: Shot, after: Shot) -> float | None:
    pictures = [images.decode(Path(shot.out).read_bytes()) for shot in (before, after)]
    assert np.asarray(pictures[0])[..., 3].any(), f"{before.out} is empty"
    return flip(*pictures)


def optimized(
    assets: Path, folder: Path, presets: Sequence[str] = tuple(PRESETS), models: Iterable[str] = tuple(MODELS)
) -> dict[str, list[tuple[str, Path]]]:
    """Every model through each preset."""
    outputs: dict[str, list[tuple[str, Path]]] = {}
    for model in models:
        for preset in presets:
            document = Document.read(assets / "models" / model)
            document.apply(*PRESETS[preset])
            file = folder / f"{Path(model).stem}-{preset}.glb"
            document.write(file)
            outputs.setdefault(model, []).append((preset, file))
    return outputs


def with_lower_levels(assets: Path, folder: Path) -> dict[str, list[tuple[str, Path]]]:
    """The lower levels of `LEVELED`, and all levels in one file, of which viewers without MSFT_lod show the first."""
    outputs: dict[str, list[tuple[str, Path]]] = {}
    for model in LEVELED:
        document = Document.read(assets / "models" / model)
        found = levels(document)
        named = [(f"level {number}", level.document) for number, level in enumerate(found, 1)]
        for name, made in [*named, ("MSFT_lod", with_levels(document, found))]:
            file = folder / f"{Path(model).stem}-{name.replace(' ', '-')}.glb"
            made.write(file)
            outputs.setdefault(model, []).append((name, file))
    return outputs


def table(rows: Sequence[Row], outputs: Sequence[str]) -> str:
    """A line a picture; a column for each output in each viewer."""
    values = {(row.model, row.moment, row.output, row.viewer): row for row in rows}
    columns = [(output, viewer) for output in outputs for viewer in get_args(Viewer)]
    lines = ["| model | " + " | ".join(f"{output}, {viewer}" for output, viewer in columns) + " |"]
    lines.append("|---|" + "---:|" * len(columns))
    for model, moment in dict.fromkeys((row.model, row.moment) for row in rows):
        name = Path(model).stem + ("" if moment is None else f", {moment}" + ("" if isinstance(moment, str) else " s"))
        cells = [_cell(values.get((model, moment, output, viewer))) for output, viewer in columns]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(row: Row | None) -> str:
    if row is None or row.flip is None:
        return "not opened"
    return f"**{row.flip:.4f}**" if row.flip > MOST else f"{row.flip:.4f}"


def main(assets: Path, folder: Path) -> None:
    presets = measure(assets, optimized(assets, folder), folder)
    lower = measure(assets, with_lower_levels(assets, folder), folder)
    lods = list(dict.fromkeys(row.output for row in lower))
    faults = dict.fromkeys(
        f"- {row.viewer}, {row.output}: {row.note}" for row in (*presets, *lower) if row.flip is None
    )
    text = [TITLE, table(presets, tuple(PRESETS)), "Not opened, and what the viewer said:", "\n".join(faults)]
    text += ["## Levels of detail, beside the whole model", table(lower, lods)]
    (RESULTS / "viewers.md").write_text("\n\n".join(text) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        main(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(sys.argv[1]), Path(temporary))
