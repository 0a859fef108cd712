"""The GLB for Android's Scene Viewer: nothing in it needs an extension, and it shows what others show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.audit.build import CUBE, CUBE_FACES, SQUARE, SQUARE_FACES, document, flat, primitive

from forge3d.aws.layout import is_compressible
from forge3d.document import (
    Accessor,
    AlphaMode,
    Document,
    Image,
    Instancing,
    Material,
    Node,
    Texture,
    TextureInfo,
    Variant,
    VariantMapping,
)
from forge3d.document.bounds import bounds
from forge3d.document.material import Clearcoat, SpecularGlossiness
from forge3d.errors import UnsupportedFeature
from forge3d.gltf import Source
from forge3d.images import encode
from forge3d.optimize import PRESETS, Compress, Quantize, Textures
from forge3d.pipeline.manifest import File
from forge3d.pipeline.steps.scene_viewer import scene_viewer
from forge3d.validate import validate

from .test_ar import made

NOISE = np.random.default_rng(3).integers(0, 255, (64, 32, 4)).astype(np.uint8)
PHOTO = Textures(format="jpeg", core=True)


def painted(pixels: np.ndarray[Any, Any], form: str = "webp", **options: Any) -> Material:
    image = Image(encode(pixels, form))  # type: ignore[arg-type]
    return Material(base_color_texture=TextureInfo(texture=Texture(image=image)), **options)


def plain(model: Document) -> tuple[Document, dict[str, Any]]:
    """What the file holds, as a document and as JSON; held to what is true of every such file."""
    found = scene_viewer(Document.read(model.to_bytes()), PHOTO, error=0.0)
    assert (found.role, found.media_type, found.facts.decoders) == ("scene-viewer", "model/gltf-binary", ())
    assert validate(found.data).issues == []
    json = Source.open(found.data).json
    assert "extensionsRequired" not in json
    return Document.read(found.data), json


@pytest.mark.parametrize("packing", [Compress("meshopt", extension="EXT"), Compress("draco")])
def test_packed_geometry_is_plain_floats_in_its_true_size(packing: Compress) -> None:
    model = document(primitive(np.array(CUBE) * 0.7, CUBE_FACES), translation=(1.0, 2.0, 3.0))
    size = bounds(model)
    model.apply(*([Quantize(position=16)] if packing.codec == "meshopt" else []), packing)
    assert "extensionsRequired" in Source.open(model.to_bytes()).json
    shown, json = plain(model)
    assert "extensionsUsed" not in json
    assert {accessor["componentType"] for accessor in json["accessors"] if accessor["type"] == "VEC3"} == {5126}
    box = bounds(shown)
    assert box is not None
    assert size is not None
    np.testing.assert_allclose([box.min, box.max], [size.min, size.max], atol=1e-3)


def test_pictures_of_a_build_are_jpeg_or_png_and_no_larger_than_asked(tmp_path: Path) -> None:
    materials = [painted(NOISE), painted(NOISE[::-1].copy(), alpha_mode=AlphaMode.BLEND)]
    materials[1].clearcoat = Clearcoat(factor=1.0)
    model = document(*(flat(SQUARE, SQUARE_FACES, material) for material in materials))
    recipe = {"optimize": {"preset": "web"}, "ar": {"scene_viewer": True, "usdz": "never", "texture_size": 16}}
    result = made(model, tmp_path, **recipe)
    (file,) = result.artifacts
    shown = Document.read(file.data)
    found = [slot.info.texture.image for material in shown.materials for slot in material.textures()]
    assert [(i.header.format, i.header.width, i.header.height) for i in found if i] == [
        ("jpeg", 8, 16), ("png", 8, 16)
    ]  # fmt: skip
    assert validate(file.data).issues == []
    assert Source.open(file.data).json["extensionsUsed"] == ["KHR_materials_clearcoat"]  # drawn or not, none is lost
    assert file.facts.triangles == 4


def test_one_look_and_nothing_that_is_hidden() -> None:
    red, blue = Material(name="Red"), Material(name="Blue")
    model = document(primitive(CUBE, CUBE_FACES, red))
    model.variants.append(Variant(name="Sea"))
    model.materials.append(blue)
    model.meshes[0].primitives[0].variants.append(VariantMapping(material=blue, variants=model.variants[:]))
    child = Node(mesh=model.meshes[0], translation=(5.0, 0.0, 0.0))
    ghost, far = Node(visible=False, children=[child]), Node(mesh=model.meshes[0], translation=(0.0, 9.0, 0.0))
    model.nodes += [child, ghost, far]
    model.nodes[0].children.append(ghost)
    model.nodes[0].extensions["MSFT_lod"] = {"ids": [far]}
    shown, json = plain(model)
    assert "extensionsUsed" not in json
    assert [material.name for material in shown.materials] == ["Red"]
    box = bounds(shown)
    assert box is not None
    np.testing.assert_array_equal(box.max, 1)
    assert sum(node.mesh is not None for node in shown.nodes) == 1


def test_older_materials_become_those_of_core_gltf() -> None:
    image = Image(encode(NOISE[..., :3].copy(), "png"))
    gloss = SpecularGlossiness(diffuse_texture=TextureInfo(texture=Texture(image=image)))
    shown, json = plain(document(flat(SQUARE, SQUARE_FACES, Material(specular_glossiness=gloss))))
    texture = shown.materials[0].base_color_texture
    assert texture is not None
    assert texture.texture.image is not None
    assert texture.texture.image.header.format == "jpeg"
    assert "KHR_materials_pbrSpecularGlossiness" not in json["extensionsUsed"]


def test_instances_become_nodes_unless_they_hold_more() -> None:
    model = document(primitive(CUBE, CUBE_FACES))
    places = Accessor(np.array([[0, 0, 0], [2, 0, 0]], np.float32))
    model.nodes[0].instancing = Instancing(attributes={"TRANSLATION": places})
    shown, _ = plain(model)
    assert sum(node.mesh is not None for node in shown.nodes) == 2
    model.nodes[0].instancing.attributes["_ID"] = Accessor(np.array([1, 2], np.float32))
    with pytest.raises(UnsupportedFeature, match="EXT_mesh_gpu_instancing"):
        plain(model)


def test_nothing_to_show_is_a_finding_and_the_recipe_may_do_without(tmp_path: Path) -> None:
    result = made(document(), tmp_path, ar={"scene_viewer": True, "usdz": "never"})
    assert [(f.severity, f.code) for f in result.findings if f.code != "NOT_AR_READY"] == [
        ("warning", "NO_SCENE_VIEWER")
    ]
    assert made(document(primitive(CUBE, CUBE_FACES)), tmp_path, ar={"usdz": "never"}).artifacts == ()


def test_it_is_never_stored_encoded() -> None:
    """The viewer fetches it itself; and what two roles share is stored as the pickier one needs it."""
    digest = "0" * 64
    about = {"path": f"{digest}.glb", "bytes": 1, "sha256": digest, "media_type": "model/gltf-binary"}
    viewer, page = File(role="scene-viewer", **about), File(role="model", **about)
    assert is_compressible((page,), page.path)
    assert not is_compressible((viewer,), viewer.path)
    assert not is_compressible((page, viewer), page.path)


def test_what_the_preset_of_a_build_packs_needs_extensions() -> None:
    """The reason for all this: should the model itself need none some day, this file can go."""
    model = Document.read(document(flat(SQUARE, SQUARE_FACES, painted(NOISE, "png"))).to_bytes())
    model.apply(*PRESETS["web"])
    required = Source.open(model.to_bytes()).json["extensionsRequired"]
    assert {"EXT_texture_webp", "KHR_mesh_quantization"} <= set(required)


def test_what_numbers_of_few_bits_bend_is_mended() -> None:
    normals = np.tile(np.array([[0.6, 0.0, 0.8]], np.float32), (len(CUBE), 1))
    model = document(primitive(CUBE, CUBE_FACES, NORMAL=normals))
    model.apply(Quantize(normal=6))
    shown, _ = plain(model)
    accessor = shown.meshes[0].primitives[0].attributes["NORMAL"]
    np.testing.assert_allclose(np.linalg.norm(accessor.array, axis=1), 1, atol=1e-6)
