"""Transforms that change structure, on real models: valid for the Khronos validator, and the same in pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.peers import khronos_reports

from forge3d.document import Document, Transform
from forge3d.optimize import (
    AtlasMaterials,
    Center,
    Decompress,
    Dedup,
    Dequantize,
    Flatten,
    Instance,
    Join,
    MetalRough,
    Normals,
    Palette,
    Pivot,
    Prune,
    RemoveHidden,
    Resample,
    Sparse,
    Stamp,
    Strip,
    Tangents,
    Uninstance,
    Unlit,
    Unweld,
    Unwrap,
)
from forge3d.render import Orbit, Renderer, RenderSettings

QUICK = [
    "khronos/CesiumMilkTruck/glTF-Binary/CesiumMilkTruck.glb",
    "khronos/RiggedSimple/glTF-Binary/RiggedSimple.glb",
    "khronos/SimpleMorph/glTF/SimpleMorph.gltf",
    "khronos/SimpleMeshes/glTF/SimpleMeshes.gltf",
    "blender-io/18_variants/18_variants.gltf",
    "blender-io/24_gpu_instancing/24_gpu_instancing.gltf",
    "blender-io/16_volume/16_volume.gltf",
    "blender-io/22_material_slot_merge/22_material_slot_merge.gltf",
    "blender-io/06_parent-inverse-anim/06_parent-inverse-anim.gltf",
    "blender-io/09_texture_transform/09_texture_transform.gltf",
    "gltf-pipeline/EXT_meshopt_compression/meshopt-fallback/meshopt-fallback.gltf",
]
CHAINS: dict[str, tuple[Transform, ...]] = {
    "flatten": (Flatten(),),
    "join": (Dedup(geometry=False), Flatten(), Join(), Prune()),
    "instance": (Instance(least=2),),
    "uninstance": (Uninstance(),),
    "unweld": (Unweld(),),
    "pivot": (Pivot(),),
    "center": (Center(),),
    "solid": (Prune(solid=0),),
    "palette": (Prune(solid=0), Palette(least=2), Join()),
    "atlas": (AtlasMaterials(size=512), Join()),
    "hidden": (RemoveHidden(rays=128),),
    "resample": (Resample(tolerance=1e-5),),
    "sparse": (Sparse(),),
    "normals": (Normals(),),
    "tangents": (Tangents(),),
    "dequantize": (Decompress(), Dequantize()),
    "strip": (Strip(), Stamp(title="Chair")),
    "unlit": (Unlit(), Prune()),
    "metal-rough": (MetalRough(), Prune()),
    "unwrap": (Unwrap(resolution=256),),
}
SAME = ("flatten", "join", "instance", "uninstance", "unweld", "pivot", "solid", "hidden", "resample", "sparse",
        "normals", "tangents", "dequantize", "strip")  # fmt: skip
"""Chains after which the model looks the same from where it was looked at."""
LONG = {("24_gpu_instancing.gltf", "hidden"), ("01_vertex_count_32bit.gltf", "unwrap")}
"""A million and a half triangles in 1900 places, and tens of thousands of charts: not for a quick test."""


def models(root: Path, most: int = 2_000_000) -> Iterator[tuple[Path, Document]]:
    for path in sorted(root.rglob("*")):
        broken = "OutOfRange" in path.name
        if path.suffix in (".glb", ".gltf") and not broken and path.stat().st_size <= most:
            yield path, Document.read(path)


@pytest.fixture
def quick(shared_assets: Path) -> list[tuple[Path, Document]]:
    root = shared_assets / "models"
    return [(root / name, Document.read(root / name)) for name in QUICK]


def assert_no_new_findings(given: list[tuple[Path, Document]], folder: Path) -> None:
    """Errors and warnings of each chain's output are among those of the model as it is written without a change."""
    plain, changed, labels = [], [], []
    for number, (path, doc) in enumerate(given):
        plain.append(folder / f"{number}.glb")
        doc.write(plain[-1])
        for name, chain in CHAINS.items():
            if (path.name, name) in LONG:
                continue
            copy = doc.copy()
            copy.apply(*chain)
            changed.append(folder / f"{number}-{name}.glb")
            labels.append((number, f"{path.name} {name}"))
            copy.write(changed[-1])
    reports = [
        {(issue["code"], issue["severity"]) for issue in report["issues"]["messages"] if issue["severity"] < 2}
        for report in khronos_reports([*plain, *changed])
    ]
    for (number, label), found in zip(labels, reports[len(plain) :], strict=True):
        assert found <= reports[number], label


@pytest.mark.peers
def test_nothing_new_is_found_in_what_is_written(quick: list[tuple[Path, Document]], tmp_path: Path) -> None:
    assert_no_new_findings(quick, tmp_path)


@pytest.mark.peers
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_new_is_found_in_any_model(shared_assets: Path, tmp_path: Path) -> None:
    assert_no_new_findings(list(models(shared_assets / "models")), tmp_path)


def assert_pictures_stay(given: list[tuple[Path, Document]], size: int = 128) -> None:
    """At most 1 % of the pixels differ by more than rounding, from two sides, in motion, under two variants."""
    cameras = [Orbit(yaw=30, pitch=20), Orbit(yaw=200, pitch=-15)]
    plain = RenderSettings(occlusion=False, samples=1)  # neither rays that follow rounding, nor edges of thin parts
    with Renderer() as renderer:

        def pictures(doc: Document) -> list[np.ndarray]:
            time = 0.4 if doc.animations else None
            looks = [None, *(variant.name for variant in doc.variants[-1:])]
            return [
                renderer.render(
                    doc, camera=camera, size=(size, size), time=time, variant=look, settings=plain
                ).pixels.astype(int)
                for camera in cameras
                for look in looks
            ]

        for path, doc in given:
            before = None
            for name in SAME:
                if (path.name, name) in LONG:
                    continue
                copy = doc.copy()
                copy.apply(*CHAINS[name])
                if copy.to_bytes() == doc.to_bytes():
                    continue
                before = before or pictures(doc)
                for one, other in zip(before, pictures(copy), strict=True):
                    differs = (np.abs(one - other).max(axis=2) > 1).mean()
                    assert differs <= 0.01, f"{path.name} {name}: {differs:.1%} of the pixels differ"


def test_pictures_stay_the_same(quick: list[tuple[Path, Document]]) -> None:
    assert_pictures_stay([quick[number] for number in (0, 3, 4, 7, 8)], size=64)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_pictures_of_every_model_stay_the_same(shared_assets: Path) -> None:
    assert_pictures_stay(list(models(shared_assets / "models", 400_000)))
