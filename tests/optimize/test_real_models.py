"""Real models through every preset: valid for the Khronos validator, and standing where they stood."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tests.peers import khronos_reports

from forge3d.document import Context, Document
from forge3d.document.bounds import bounds
from forge3d.lod import levels, with_levels
from forge3d.optimize import PRESETS, Decompress, Simplify
from forge3d.optimize.reduction import joined, reduction
from forge3d.optimize.wedges import points_on_edges
from forge3d.surface.deviation import Surface

from . import everything_drawn, world_corners

MODELS = [
    "khronos/DamagedHelmet/glTF-Binary/DamagedHelmet.glb",
    "khronos/WaterBottle/glTF/WaterBottle.gltf",
    "3d-commerce/Mixer/glTF-Binary/Mixer.glb",
    "3d-commerce/WickerChair/glTF-Binary/WickerChair.glb",
    "khronos/CesiumMan/glTF-Binary/CesiumMan.glb",
    "khronos/BrainStem/glTF-Binary/BrainStem.glb",
    "khronos/AnimatedMorphSphere/glTF-Binary/AnimatedMorphSphere.glb",
]
FOLDERS = ["blender-io/18_variants", "blender-io/24_gpu_instancing", "blender-io/16_volume", "khronos/RiggedFigure",
           "khronos/AnimatedMorphCube", "khronos/CesiumMilkTruck", "khronos/SimpleMeshes", "gltf-pipeline"]  # fmt: skip
MOST_TIMES = (0.0, 0.4, 1.1)


@pytest.fixture(scope="module")
def models(shared_assets: Path) -> list[Path]:
    root = shared_assets / "models"
    found = [root / name for name in MODELS]
    for folder in FOLDERS:
        paths = [path for path in sorted((root / folder).rglob("*")) if path.suffix in (".glb", ".gltf")]
        assert paths, folder
        found += paths
    return found


def errors_of(files: list[Path]) -> list[set[tuple[str, str]]]:
    """Codes of the errors and warnings that the Khronos validator finds in each file."""
    return [
        {(m["code"], str(m["severity"])) for m in report["issues"]["messages"] if m["severity"] < 2}
        for report in khronos_reports(files)
    ]


@pytest.mark.peers
@pytest.mark.parametrize("preset", PRESETS)
def test_presets_write_valid_files_that_stand_where_they_stood(models: list[Path], tmp_path: Path, preset: str) -> None:
    files = []
    for path in models:
        doc = Document.read(path)
        time = 0.4 if doc.animations else None
        before = bounds(doc, time=time)
        doc.apply(*PRESETS[preset])
        files.append(tmp_path / f"{len(files)}.glb")
        doc.write(files[-1])
        after = bounds(Document.read(files[-1]), time=time)
        assert (before is None) == (after is None), path.name
        if before is not None and after is not None:
            tolerance = 0 if preset == "lossless" else 2e-3 * before.diagonal + 1e-6
            assert np.abs(np.array([before.min - after.min, before.max - after.max])).max() <= tolerance, path.name
    for path, old, new in zip(models, errors_of(models), errors_of(files), strict=True):
        assert new <= old, path.name


def test_lossless_keeps_every_triangle_and_never_grows(models: list[Path]) -> None:
    for path in models:
        doc = Document.read(path)
        plain = doc.to_bytes()
        names = {name for mesh in doc.meshes for part in mesh.primitives for name in part.attributes}
        doc.apply(*PRESETS["lossless"])
        kept = {name for mesh in doc.meshes for part in mesh.primitives for name in part.attributes}
        assert len(doc.to_bytes()) <= len(plain), path.name
        if kept == names and sum(map(len, world_corners(doc))) < 20_000:
            assert everything_drawn(doc) == everything_drawn(Document.read(path)), path.name
        once = doc.to_bytes()
        doc.apply(*PRESETS["lossless"])
        assert len(doc.to_bytes()) <= len(once), path.name


@pytest.mark.peers
@pytest.mark.parametrize(
    "names", [pytest.param(MODELS, marks=pytest.mark.slow), (MODELS[1], MODELS[4])], ids=["all", "few"]
)
def test_levels_are_valid_smaller_and_near(shared_assets: Path, tmp_path: Path, names: list[str]) -> None:
    files, sources = [], []
    for name in names:
        doc = Document.read(shared_assets / "models" / name)
        box = bounds(doc)
        assert box is not None
        found = levels(doc)
        counts = [level.triangles for level in found]
        assert len(counts) == 3, name
        assert counts == sorted(set(counts), reverse=True), name
        for number, level in enumerate(found):
            lower = bounds(level.document)
            assert lower is not None
            assert np.abs(lower.extent - box.extent).max() <= 2 * level.error + 1e-6, name
            assert level.error < 0.2 * box.diagonal, name
            files.append(tmp_path / f"{doc.meshes[0].name or 'model'}-{len(files)}-{number}.glb")
            level.document.write(files[-1])
            sources.append(shared_assets / "models" / name)
        files.append(tmp_path / f"all-{len(files)}.glb")
        with_levels(doc, found).write(files[-1])
        sources.append(shared_assets / "models" / name)
    for source, old, new in zip(sources, errors_of(sources), errors_of(files), strict=True):
        assert new <= old, source.name


def places_on_edges(surface: Surface, which: Callable[[np.ndarray], np.ndarray]) -> set[bytes]:
    """Places on an edge where `which` is true of its number of triangles, taken together by place."""
    places, point = np.unique(surface.positions, axis=0, return_inverse=True)
    marked = points_on_edges(point.reshape(-1)[surface.triangles], len(places), which)
    return {place.tobytes() for place in places[marked]}


@pytest.mark.parametrize("name", MODELS[:6], ids=lambda name: Path(name).stem)
def test_levels_have_no_cracks(shared_assets: Path, name: str) -> None:
    """Where a level's surface ends, the model's did: taken together by place, every primitive of a mesh included."""
    document = Document.read(shared_assets / "models" / name)
    plan = reduction(document, Context())
    for ratio in (0.5, 0.125):
        cut = plan.cut(int(ratio * plan.total))
        for part, left in zip(cut.parts, cut.left, strict=True):
            if not left:
                continue
            before = joined([(piece.source.positions, piece.source.triangles) for piece in part.pieces])
            pairs = zip(part.pieces, left, strict=True)
            after = joined(
                [(rest.positions(p.source.positions).astype(np.float32), rest.triangles) for p, rest in pairs]
            )
            irregular = places_on_edges(before, lambda count: count != 2)
            assert places_on_edges(after, lambda count: count == 1) <= irregular, name


def test_simplified_skins_still_move(shared_assets: Path) -> None:
    doc = Document.read(shared_assets / "models" / MODELS[4])
    lower = doc.copy()
    change = Simplify(ratio=0.5)(lower, Context())
    assert change.error is not None
    assert change.error < 0.01
    for time in MOST_TIMES:
        there, here = bounds(doc, time=time), bounds(lower, time=time)
        assert there is not None
        assert here is not None
        assert np.abs(there.extent - here.extent).max() < 0.02


@pytest.mark.slow
def test_every_model_goes_through_every_preset(shared_assets: Path) -> None:
    """No transform fails on any shared model that can be read."""
    for path in sorted((shared_assets / "models").rglob("*")):
        if path.suffix not in (".glb", ".gltf") or path.name.endswith("IndicesOutOfRange.gltf"):
            continue
        if path.name == "IndexOutOfRange.gltf" or path.stat().st_size > 2_000_000:
            continue
        doc = Document.read(path)
        small = doc.copy()
        for steps in (PRESETS["lossless"], (Decompress(), Simplify(ratio=0.5))):
            small = doc.copy()
            small.apply(*steps)
            assert Document.read(small.to_bytes()).scenes is not None
