"""Every preset on every shared model: the Khronos validator finds nothing in the output that was not in the input."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge3d.document import Document
from forge3d.optimize import PRESETS, Compress, merge, partition
from forge3d.optimize.presets import EFFORTS, preset

from .findings import findings

FEW = [
    "khronos/CesiumMan/glTF-Binary/CesiumMan.glb",
    "khronos/AnimatedMorphCube/glTF-Binary/AnimatedMorphCube.glb",
    "khronos/TextureSettingsTest/glTF-Binary/TextureSettingsTest.glb",
    "khronos/SimpleMeshes/glTF/SimpleMeshes.gltf",
    "blender-io/09_texture_transform/09_texture_transform.gltf",
    "blender-io/16_volume/16_volume.gltf",
    "blender-io/18_variants/18_variants.gltf",
    "blender-io/22_vertex_color/22_vertex_color.gltf",
    "blender-io/24_gpu_instancing/24_gpu_instancing.gltf",
    "gltf-pipeline/KHR_meshopt_compression/meshopt-fallback/meshopt-fallback.gltf",
]
"""Skin, morphs, samplers, shared meshes, texture transforms, volume, variants, vertex colours, instances, meshopt."""
BROKEN = {"IndexOutOfRange.gltf", "AllIndicesOutOfRange.gltf"}
"""Made to be refused."""


def all_models(folder: Path) -> list[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.suffix in (".glb", ".gltf"))
    return [path for path in found if path.name not in BROKEN]


def hold_against_input(models: list[Path], name: str, folder: Path, effort: str = "normal") -> None:
    written = []
    for number, path in enumerate(models):
        document = Document.read(path)
        document.apply(*preset(name, effort))
        written.append(folder / f"{number}-{path.stem}.glb")
        document.write(written[-1])
    news = {
        path.name: sorted(after - before)
        for path, before, after in zip(models, findings(models), findings(written), strict=True)
        if after - before
    }
    assert not news


@pytest.mark.peers
@pytest.mark.parametrize("name", PRESETS)
def test_presets_bring_no_finding(shared_assets: Path, tmp_path: Path, name: str) -> None:
    hold_against_input([shared_assets / "models" / name for name in FEW], name, tmp_path)


@pytest.mark.slow
@pytest.mark.peers
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize("name", PRESETS)
def test_presets_bring_no_finding_to_any_model(shared_assets: Path, tmp_path: Path, name: str, effort: str) -> None:
    models = all_models(shared_assets / "models")
    assert len(models) >= 100
    hold_against_input(models, name, tmp_path, effort)


@pytest.mark.peers
def test_parts_and_what_they_make_together_bring_no_finding(shared_assets: Path, tmp_path: Path) -> None:
    models = [shared_assets / "models" / name for name in FEW]
    written, sources = [], []
    for number, path in enumerate(models):
        parts = partition(Document.read(path), "mesh")
        for place, document in enumerate([*parts.values(), merge(list(parts.values()))]):
            written.append(tmp_path / f"{number}-{place}.glb")
            document.write(written[-1])
            sources.append(path)
    known = dict(zip(models, findings(models), strict=True))
    news = {
        file.name: after - known[path] for path, file, after in zip(sources, written, findings(written), strict=True)
    }
    assert not {name: found for name, found in news.items() if found}


@pytest.mark.parametrize("effort", EFFORTS)
def test_presets_keep_to_what_javascript_decoders_decode(effort: str) -> None:
    """The decoders of viewers read level 3 of KHR_meshopt_compression wrongly."""
    steps = [step for name in PRESETS for step in preset(name, effort) if isinstance(step, Compress)]
    assert {step.codec for step in steps} == {"meshopt", "draco"}
    assert all(step.level < 3 for step in steps)
