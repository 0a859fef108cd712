"""OBJ, STL and PLY."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from forge3d.document import Document
from forge3d.document.bounds import bounds
from forge3d.document.importers import read
from forge3d.errors import InvalidAsset, LimitExceeded
from forge3d.gltf import Limits

from .build import PIXEL

OBJ = """mtllib chair.mtl
v 0 0 0
v 1 0 0
v 0 1 0
vt 0 0
vt 1 0
vt 0 1
vn 0 0 1
usemtl cloth
f 1/1/1 2/2/1 3/3/1
"""
MTL = "newmtl cloth\nKd 1 0.5 0\nmap_Kd textures/cloth.png\n"


def test_obj_with_material_and_texture(tmp_path: Path) -> None:
    (tmp_path / "chair.obj").write_text(OBJ)
    (tmp_path / "chair.mtl").write_text(MTL)
    (tmp_path / "textures").mkdir()
    (tmp_path / "textures" / "cloth.png").write_bytes(PIXEL)
    made = Document.read(tmp_path / "chair.obj")
    primitive = made.meshes[0].primitives[0]
    assert sorted(primitive.attributes["POSITION"].array.tolist()) == [[0, 0, 0], [0, 1, 0], [1, 0, 0]]
    assert primitive.attributes["NORMAL"].array.tolist() == [[0, 0, 1]] * 3
    columns = (primitive.attributes[semantic].array.tolist() for semantic in ("POSITION", "TEXCOORD_0"))
    uv = {tuple(position): tuple(pair) for position, pair in zip(*columns, strict=True)}
    assert uv == {(0, 0, 0): (0, 1), (1, 0, 0): (1, 1), (0, 1, 0): (0, 0)}  # glTF's v points down
    assert primitive.material is not None
    assert primitive.material.metallic_factor == 0
    assert primitive.material.base_color_texture is not None
    assert made.nodes[0].name == "chair"
    assert {Path(path).name for path in made.source_files} == {"chair.obj", "chair.mtl", "cloth.png"}


@pytest.mark.parametrize("suffix", ["stl", "ply", "obj"])
def test_units_and_the_up_axis_turn_the_root(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"box.{suffix}"
    trimesh.creation.box(extents=(1000, 2000, 3000)).export(path)
    box = bounds(read(path, metres_per_unit=0.001, up="z"))
    assert box is not None
    assert np.allclose(box.extent, [1, 3, 2])
    plain = bounds(Document.read(path))
    assert plain is not None
    assert np.allclose(plain.extent, [1000, 2000, 3000])


def test_nothing_outside_the_folder_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "chair.mtl").write_text(MTL)
    (folder / "chair.obj").write_text(OBJ.replace("chair.mtl", "../chair.mtl"))
    made = read(folder / "chair.obj")
    assert [Path(path).name for path in made.source_files] == ["chair.obj"]
    assert not made.materials


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.obj", b"f 1 2 9\n"), ("b.obj", b""), ("c.stl", b"solid nothing\nendsolid\n"), ("d.stl", b"\0" * 84),
        ("e.ply", b"ply\nformat ascii 1.0\nelement vertex 99999999999\nend_header\n"), ("f.ply", b"\xff" * 100),
        ("g.stl", b"\0" * 80 + b"\xff\xff\xff\x7f" + b"\0" * 50), ("h.obj", b"v nan 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n"),
    ],
)  # fmt: skip
def test_broken_files_are_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidAsset, match=name):
        Document.read(tmp_path / name)


def test_limits_count(tmp_path: Path) -> None:
    (tmp_path / "chair.obj").write_text(OBJ)
    with pytest.raises(LimitExceeded, match="max_file_bytes"):
        Document.read(tmp_path / "chair.obj", limits=Limits(max_file_bytes=10))
    with pytest.raises(InvalidAsset, match="cannot be read"):
        Document.read(tmp_path / "nothing.obj")
