"""Documents to files: the exact JSON and bytes, names, and what happens when writing fails."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from forge3d import __version__
from forge3d.document import Accessor, Document, Image, Material, Node, Skin, Texture, TextureInfo, Variant
from forge3d.document.equality import differences
from forge3d.document.serialize import generator
from forge3d.document.writer import to_gltf
from forge3d.errors import InvalidAsset, OutputError

from .build import PIXEL, TRIANGLE, document, triangle, triangle_file, written


def test_a_triangle_to_the_byte() -> None:
    root, data = written(document())
    assert root == {
        "asset": {"version": "2.0", "generator": f"forge3d {__version__}"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1}]}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]},
            {"bufferView": 1, "componentType": 5121, "count": 3, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 36, "byteStride": 12, "target": 34962},
            {"buffer": 0, "byteOffset": 36, "byteLength": 3, "target": 34963},
        ],
        "buffers": [{"byteLength": 39}],
    }
    assert data == TRIANGLE.tobytes() + b"\0\1\2\0"


def test_short_vertex_elements_are_padded_to_four_bytes() -> None:
    normals = Accessor(np.array([[1, 2, 3], [4, 5, 6], [7, 8, 9]], np.int8), normalized=True)
    root, data = written(document(triangle(NORMAL=normals)))
    normal = root["accessors"][root["meshes"][0]["primitives"][0]["attributes"]["NORMAL"]]
    view = root["bufferViews"][normal["bufferView"]]
    assert view["byteStride"] == 4
    assert data[view["byteOffset"] :][:12] == bytes([1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0])
    assert root["extensionsUsed"] == root["extensionsRequired"] == ["KHR_mesh_quantization"]


def test_core_integer_texture_coordinates_need_no_extension() -> None:
    uv = Accessor(np.zeros((3, 2), np.uint16), normalized=True)
    assert "extensionsUsed" not in written(document(triangle(TEXCOORD_7=uv)))[0]


def test_matrices_are_written_by_columns_and_read_back_by_rows() -> None:
    for dtype, shape in (("f4", (1, 4, 4)), ("u1", (2, 2, 2)), ("u1", (2, 3, 3)), ("i2", (2, 3, 3))):
        matrices = np.arange(np.prod(shape), dtype=dtype).reshape(shape)
        made = document(accessors=[Accessor(matrices)])
        read = Document.read(made.to_bytes()).accessors[0].array
        assert read.dtype == matrices.dtype
        assert (read == matrices).all()
    root, data = written(document(accessors=[Accessor(np.arange(16, dtype=np.float32).reshape(1, 4, 4))]))
    start = root["bufferViews"][root["accessors"][0]["bufferView"]]["byteOffset"]
    assert np.frombuffer(data, "<f4", 4, start).tolist() == [0, 4, 8, 12]


def test_accessors_of_one_kind_share_a_buffer_view() -> None:
    triangles = [triangle(NORMAL=TRIANGLE + n, TEXCOORD_0=TRIANGLE[:, :2].copy()) for n in range(1, 6)]
    root, _ = written(document(*triangles))
    assert len(root["accessors"]) == 20
    assert len(root["bufferViews"]) == 3
    assert [accessor.get("byteOffset", 0) for accessor in root["accessors"]][:4] == [0, 36, 0, 0]


def test_the_same_accessor_is_written_once_and_the_same_memory_too() -> None:
    shared = Accessor(TRIANGLE)
    again = Accessor(TRIANGLE)
    root, data = written(document(triangle(NORMAL=shared), triangle(NORMAL=shared), triangle(NORMAL=again)))
    assert len(root["accessors"]) == 3 + 3 + 2
    assert len(data) == 36 + 12  # all positions and normals are one array; three times three indices and padding


def test_objects_that_are_not_listed_are_written_after_the_listed_ones() -> None:
    listed, unlisted = Material(name="listed"), Material(name="unlisted")
    made = document(triangle(), materials=[listed])
    made.meshes[0].primitives[0].material = unlisted
    root, _ = written(made)
    assert [material["name"] for material in root["materials"]] == ["listed", "unlisted"]
    assert root["meshes"][0]["primitives"][0]["material"] == 1


def test_saving_twice_gives_the_same_bytes() -> None:
    made = document(triangle(NORMAL=TRIANGLE, COLOR_0=TRIANGLE), materials=[Material(name="ä")])
    first = made.to_bytes()
    assert made.to_bytes() == first == made.copy().to_bytes() == Document.read(first).to_bytes()


def test_an_empty_accessor_is_refused() -> None:
    with pytest.raises(InvalidAsset, match="empty"):
        document(triangle(NORMAL=np.zeros((0, 3), np.float32))).to_bytes()


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_positions_that_are_not_finite_are_refused(value: float) -> None:
    broken = TRIANGLE.copy()
    broken[1, 2] = value
    with pytest.raises(InvalidAsset, match="NaN or infinity"):
        document(triangle(POSITION=broken)).to_bytes()


def test_numbers_and_extras_that_json_cannot_hold_are_refused() -> None:
    with pytest.raises(InvalidAsset, match="finite"):
        Document(nodes=[Node(translation=(float("nan"), 0, 0))]).to_bytes()
    with pytest.raises(InvalidAsset, match="not JSON"):
        Document(nodes=[Node(extras=object())]).to_bytes()


def test_computed_bounds_read_back_as_the_same_floats() -> None:
    points = np.array([[0.1, 1e-30, 3], [16777217, -0.3, 1 / 3]], np.float32)
    made = document(triangle(POSITION=np.vstack([points, points[:1]])))
    position = written(made)[0]["accessors"][0]
    assert (np.array(position["min"], np.float32) == points.min(axis=0)).all()
    assert (np.array(position["max"], np.float32) == points.max(axis=0)).all()


def test_declared_bounds_of_untouched_accessors_stay_as_they_are() -> None:
    read = Document.read(triangle_file())
    read.accessors[0].bounds = ([-1, -1, -1], [2, 2.5, 2])
    assert written(read)[0]["accessors"][0]["max"] == [2, 2.5, 2]


def test_what_buffers_and_buffer_views_say_is_kept() -> None:
    views = [
        {"buffer": 0, "byteLength": 36, "name": "points", "extras": {"a": 1}},
        {"buffer": 0, "byteOffset": 36, "byteLength": 3, "extensions": {"FB_geometry_metadata": {}}},
    ]
    buffers = [{"byteLength": 40, "name": "all", "extras": [1]}]
    root, _ = written(Document.read(triangle_file(bufferViews=views, buffers=buffers)))
    assert root["buffers"] == [{"name": "all", "extras": [1], "byteLength": 39}]
    assert (root["bufferViews"][0]["name"], root["bufferViews"][0]["extras"]) == ("points", {"a": 1})
    assert root["bufferViews"][1]["extensions"] == {"FB_geometry_metadata": {}}


def test_replaced_accessors_are_dropped_and_unused_ones_kept() -> None:
    read = Document.read(triangle_file())
    spare = Accessor(np.arange(5, dtype=np.uint16))
    read.accessors.append(spare)
    read.meshes[0].primitives[0].attributes["POSITION"] = Accessor(TRIANGLE * 2)
    root, _ = written(read)
    assert [accessor["count"] for accessor in root["accessors"]] == [3, 5, 3]
    assert [accessor["type"] for accessor in root["accessors"]] == ["SCALAR", "SCALAR", "VEC3"]


def test_the_generator_keeps_who_made_the_asset() -> None:
    own = f"forge3d {__version__}"
    assert generator(None) == own
    assert generator("Blender 4.3") == f"{own} (from Blender 4.3)"
    assert generator("forge3d 0.0.1 (from Blender (x))") == f"{own} (from Blender (x))"
    assert generator("forge3d 0.0.1") == own


def test_text_that_is_no_utf8_is_escaped() -> None:
    read = Document.read(Document(nodes=[Node(name="half \ud800")]).to_bytes())
    assert read.nodes[0].name is not None
    assert read.nodes[0].name.startswith("half ")


def test_dropped_extensions_are_not_written() -> None:
    made = document(triangle(), materials=[Material(extensions={"VENDOR_paint": {"x": 1}, "VENDOR_other": {}})])
    made.variants = [Variant(name="red")]
    root, _ = written(made, drop_extensions=["VENDOR_paint", "KHR_materials_variants"])
    assert root["materials"] == [{"extensions": {"VENDOR_other": {}}}]
    assert root["extensionsUsed"] == ["VENDOR_other"]
    assert "extensions" not in root


# .gltf and names.


def textured(**image: object) -> Document:
    picture = Image(PIXEL, **image)  # type: ignore[arg-type]
    material = Material(base_color_texture=TextureInfo(texture=Texture(image=picture)))
    made = document(triangle())
    made.meshes[0].primitives[0].material = material
    return made


def test_gltf_files_come_with_the_json_last() -> None:
    files = to_gltf(textured(uri="maps/a%20b.png"), "chair")
    assert list(files) == ["chair.bin", "maps/a b.png", "chair.gltf"]
    assert files["maps/a b.png"] == PIXEL
    assert b'"uri":"maps/a%20b.png"' in files["chair.gltf"]


@pytest.mark.parametrize("uri", ["../a.png", "/etc/a.png", "C:/a.png", "x/../../a.png", "a\\b.png", "%2e%2e/a.png"])
def test_image_names_never_climb_out(uri: str) -> None:
    names = list(to_gltf(textured(uri=uri, name="Front/../ view"), "chair"))
    assert names == ["chair.bin", "Front_view.png", "chair.gltf"]


def test_image_names_are_unique() -> None:
    made = textured(uri="chair.bin")
    made.images = [Image(PIXEL, uri="a.png"), Image(PIXEL, uri="A.png"), Image(PIXEL, name="a")]
    assert list(to_gltf(made, "chair")) == [
        "chair.bin", "a.png", "A-1.png", "a-2.png", "chair-1.bin", "chair.gltf",
    ]  # fmt: skip


def test_a_replaced_image_gets_the_suffix_of_its_type() -> None:
    made = textured(uri="maps/front.tga")
    picture = made.meshes[0].primitives[0].material.base_color_texture.texture.image  # type: ignore[union-attr]
    picture.data, picture.mime_type = b"RIFF....WEBP", "image/webp"  # type: ignore[union-attr]
    root, _ = written(made)
    assert root["extensionsRequired"] == ["EXT_texture_webp"]
    assert root["textures"] == [{"extensions": {"EXT_texture_webp": {"source": 0}}}]
    assert "front.webp" in to_gltf(made, "chair")


def test_gltf_round_trip_through_files(tmp_path: Path) -> None:
    made = textured(uri="maps/deep/front.png")
    made.write(tmp_path / "chair.gltf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chair.bin", "chair.gltf", "maps"]
    assert differences(Document.read(tmp_path / "chair.gltf"), Document.read(made.to_bytes())) == []
    embedded = to_gltf(made, "chair", embed_images=True)
    assert list(embedded) == ["chair.bin", "chair.gltf"]


# Files.


def test_the_input_is_not_written_over_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "chair.glb"
    path.write_bytes(triangle_file())
    read = Document.read(path)
    path.write_bytes(read.to_bytes())
    with pytest.raises(OutputError, match="read from"):
        read.write(path)  # also where nothing would change
    read.nodes[0].name = "changed"
    before = path.read_bytes()
    with pytest.raises(OutputError, match="read from"):
        read.write(path)
    link = tmp_path / "link.glb"
    link.symlink_to(path)
    with pytest.raises(OutputError, match="read from"):
        read.write(link)
    assert path.read_bytes() == before
    read.write(path, overwrite=True)
    assert Document.read(path).nodes[0].name == "changed"


def test_input_images_beside_a_gltf_are_spared(tmp_path: Path) -> None:
    textured(uri="front.png").write(tmp_path / "chair.gltf")
    read = Document.read(tmp_path / "chair.gltf")
    read.write(tmp_path / "table.gltf")  # the picture is the same: nothing to write over
    read.images[0].data = PIXEL + b"changed"
    with pytest.raises(OutputError, match=r"front\.png"):
        read.write(tmp_path / "table.gltf")
    assert (tmp_path / "front.png").read_bytes() == PIXEL


def test_the_suffix_chooses_the_format(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"\.glb or \.gltf"):
        document().write(tmp_path / "chair.obj")


def test_a_folder_that_is_not_there_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="could not be written"):
        document().write(tmp_path / "nowhere" / "chair.glb")
    (tmp_path / "taken.glb").mkdir()
    with pytest.raises(OutputError, match=r"taken\.glb"):
        document().write(tmp_path / "taken.glb")
    (tmp_path / "taken.gltf").mkdir()
    with pytest.raises(OutputError, match=r"taken\.gltf"):
        textured(uri="maps/front.png").write(tmp_path / "taken.gltf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["taken.glb", "taken.gltf"]


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "chair.glb"
    document().write(path)
    before = path.read_bytes()
    code = (
        "import resource, signal, sys, numpy as np\n"
        "from forge3d.document import Accessor, Document\n"
        "from forge3d.errors import OutputError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))\n"
        "big = Document(accessors=[Accessor(np.arange(100000, dtype=np.float32))])\n"
        "try:\n"
        "    big.write(sys.argv[1])\n"
        "except OutputError as error:\n"
        "    print(error)\n"
    )
    assert resource.RLIMIT_FSIZE is not None
    run = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, timeout=60)
    assert "chair.glb could not be written: File too large" in run.stdout, run.stderr
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["chair.glb"]


def test_the_written_file_has_ordinary_permissions(tmp_path: Path) -> None:
    document().write(tmp_path / "chair.glb")
    umask = os.umask(0)
    os.umask(umask)
    assert (tmp_path / "chair.glb").stat().st_mode & 0o777 == 0o666 & ~umask


def test_skins_without_joints_in_the_list_are_complete() -> None:
    joint = Node(name="joint")
    made = document(triangle())
    made.nodes[0].skin = Skin(joints=[joint], inverse_bind_matrices=Accessor(np.eye(4, dtype=np.float32)[None]))
    read = Document.read(made.to_bytes())
    assert read.skins[0].joints == [read.nodes[1]]
    assert read.nodes[1].name == "joint"
