"""Other object models, there and back."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image as Picture

from forge3d.document import Accessor, Document, Image, Material, Mesh, Node, Primitive, Texture, TextureInfo
from forge3d.document.bounds import bounds
from forge3d.document.bridges import from_pygltflib, from_trimesh, to_pygltflib, to_trimesh
from forge3d.document.equality import differences
from forge3d.document.material import Unlit
from forge3d.document.statistics import statistics
from forge3d.errors import InvalidAsset

from .build import PIXEL, TRIANGLE, document, triangle


def test_pygltflib_and_back(tmp_path: Path) -> None:
    made = document(triangle(NORMAL=TRIANGLE), materials=[Material(name="red", roughness_factor=0.25)])
    made.nodes[0].extras = {"sku": 7}
    theirs = to_pygltflib(made)
    assert theirs.meshes[0].primitives[0].attributes.POSITION == 0
    assert theirs.nodes[0].extras == {"sku": 7}
    assert differences(made, from_pygltflib(theirs)) == []


def test_pygltflib_files_beside_the_model_are_read(tmp_path: Path) -> None:
    import pygltflib

    made = document()
    made.write(tmp_path / "chair.gltf")
    assert differences(made, from_pygltflib(pygltflib.GLTF2().load(str(tmp_path / "chair.gltf")))) == []


def test_trimesh_and_back() -> None:
    uv = np.array([[0, 0], [1, 0], [0, 0.25]], np.float32)
    info = TextureInfo(texture=Texture(image=Image(PIXEL)))
    material = Material(name="cloth", base_color_texture=info, roughness_factor=0.25, metallic_factor=0.5)
    primitive = triangle(NORMAL=np.tile(np.array([0, 0, 1], np.float32), (3, 1)), TEXCOORD_0=uv)
    primitive.material = material
    made = document(primitive)
    made.nodes[0].translation = (1, 2, 3)
    scene = to_trimesh(made)
    box = bounds(made)
    assert box is not None
    assert np.allclose(scene.bounds, [box.min, box.max])
    again = from_trimesh(scene)
    result = again.meshes[0].primitives[0]
    assert np.array_equal(result.attributes["POSITION"].array, TRIANGLE)
    assert np.array_equal(result.attributes["TEXCOORD_0"].array, uv)
    assert np.array_equal(result.attributes["NORMAL"].array, primitive.attributes["NORMAL"].array)
    assert again.nodes[0].matrix is not None
    assert again.nodes[0].matrix[:3, 3].tolist() == [1, 2, 3]
    assert result.material is not None
    assert (result.material.roughness_factor, result.material.metallic_factor) == (0.25, 0.5)
    assert result.material.base_color_texture is not None
    picture = result.material.base_color_texture.texture.image
    assert picture is not None
    colors = [Picture.open(BytesIO(data)).convert("RGBA").getpixel((0, 0)) for data in (PIXEL, picture.data)]
    assert colors[0] == colors[1]


def test_instances_share_their_geometry() -> None:
    mesh = Mesh(primitives=[triangle()])
    nodes = [Node(mesh=mesh, translation=(float(x), 0, 0)) for x in range(3)]
    scene = to_trimesh(Document(nodes=nodes))
    assert len(scene.geometry) == 1
    assert len(scene.graph.nodes_geometry) == 3
    again = from_trimesh(scene)
    assert (len(again.meshes), len(again.nodes)) == (1, 3)


def test_vertex_colours_and_wide_indices() -> None:
    sphere = trimesh.creation.uv_sphere(count=[300, 300])
    sphere.visual.vertex_colors = np.tile(np.array([10, 20, 30, 255], np.uint8), (len(sphere.vertices), 1))
    made = from_trimesh(sphere)
    primitive = made.meshes[0].primitives[0]
    assert primitive.attributes["COLOR_0"].normalized
    assert primitive.attributes["COLOR_0"].array[0].tolist() == [10, 20, 30, 255]
    assert primitive.indices is not None
    assert primitive.indices.dtype == (np.uint32 if len(sphere.vertices) > 65535 else np.uint16)
    assert Document.read(made.to_bytes()).meshes


def test_lines_and_points_have_no_place_in_trimesh() -> None:
    made = document(Primitive(attributes={"POSITION": Accessor(TRIANGLE)}, mode=0))  # type: ignore[arg-type]
    assert len(to_trimesh(made).geometry) == 0
    with pytest.raises(InvalidAsset, match="no triangles"):
        from_trimesh(trimesh.Scene())


def test_positions_that_are_not_finite_are_refused() -> None:
    mesh = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [0, np.nan, 0]], [[0, 1, 2]], process=False)
    with pytest.raises(InvalidAsset, match="NaN"):
        from_trimesh(mesh)


def test_materials_without_textures() -> None:
    primitive = triangle()
    primitive.material = Material(unlit=Unlit(), base_color_factor=(1, 0.5, 0, 1))
    again = from_trimesh(to_trimesh(document(primitive)))
    assert again.materials[0].base_color_factor == pytest.approx((1, 0.5, 0, 1), abs=1 / 255)
    assert statistics(again).triangles == 1
