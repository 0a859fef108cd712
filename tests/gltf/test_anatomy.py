"""Where the bytes are: they add up to the file, and stand under what they are for."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.optimize import document, grid

from forge3d.document import Context
from forge3d.gltf import Source
from forge3d.gltf.anatomy import anatomy, decoders
from forge3d.optimize import Compress, Quantize


def test_plain_data_count_exactly(tmp_path: Path) -> None:
    doc = document(grid(4))
    doc.write(tmp_path / "a.glb")
    parts = anatomy(Source.open(tmp_path / "a.glb"))
    assert parts["POSITION"] == 25 * 12
    assert parts["TEXCOORD"] == 25 * 8
    assert parts["indices"] == 32 * 3 * 2
    assert sum(parts.values()) == (tmp_path / "a.glb").stat().st_size
    assert list(parts.values()) == sorted(parts.values(), reverse=True)
    assert decoders(Source.open(tmp_path / "a.glb")) == ()


def test_compressed_data_count_as_stored(tmp_path: Path) -> None:
    doc = document(grid(30))
    Quantize()(doc, Context())
    Compress()(doc, Context())
    doc.write(tmp_path / "a.gltf")
    source = Source.open(tmp_path / "a.gltf")
    parts = anatomy(source)
    assert 0 < parts["POSITION"] < 961 * 8
    assert sum(parts.values()) == sum(file.stat().st_size for file in tmp_path.iterdir())
    assert decoders(source) == ("EXT_meshopt_compression",)


@pytest.mark.parametrize(
    ("name", "purposes"),
    [
        ("khronos/CesiumMan/glTF-Binary/CesiumMan.glb", {"JOINTS", "WEIGHTS", "animations", "skins", "images"}),
        ("khronos/WaterBottle/glTF/WaterBottle.gltf", {"TANGENT", "images", "JSON"}),
        ("khronos/AnimatedMorphCube/glTF-Binary/AnimatedMorphCube.glb", {"morph targets", "animations"}),
        ("asset-auditor/blender-default-cube-draco.glb", {"Draco"}),
    ],
)
def test_real_models_add_up(shared_assets: Path, name: str, purposes: set[str]) -> None:
    path = shared_assets / "models" / name
    source = Source.open(path)
    parts = anatomy(source)
    assert purposes <= set(parts)
    whole = path.stat().st_size
    if path.suffix == ".gltf":
        whole = sum(file.stat().st_size for file in path.parent.iterdir())
    assert sum(parts.values()) == whole
