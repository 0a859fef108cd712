"""Floats again, and everything where it stood."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.peers import khronos_errors

from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Channel,
    Context,
    Document,
    Instancing,
    Material,
    Mesh,
    Node,
    Skin,
    Texture,
    TextureInfo,
    TextureTransform,
)
from forge3d.document.material import Volume
from forge3d.gltf import Source
from forge3d.optimize import Compress, Decompress, Dequantize, Quantize

from . import QUAD, document, placed, primitive, world_corners

BUMPS = np.float32([[3, 1, 2], [4.1, 1, 2], [4, 2.2, 2], [3, 2, 2.7]])
STEPS = Quantize(position=14, texcoord=12)


def mesh(**attributes: object) -> Mesh:
    return Mesh(primitives=[primitive(BUMPS, **attributes)])


def there_and_back(doc: Document, time: float | None = None) -> None:
    """Quantize and dequantize; all floats, nothing that asks for the extension, and all in its place."""
    STEPS(doc, Context())
    before = world_corners(doc, time)
    Dequantize()(doc, Context())
    for old, new in zip(before, world_corners(doc, time), strict=True):
        np.testing.assert_allclose(new, old, atol=3e-6)
    root = Source.open(doc.to_bytes()).json
    assert "KHR_mesh_quantization" not in root.get("extensionsUsed", [])
    assert "KHR_mesh_quantization" not in root.get("extensionsRequired", [])


def test_a_plain_node_has_its_scale_again() -> None:
    node = Node(mesh=mesh(), translation=(1.0, 2.0, 3.0))
    doc = placed(node)
    there_and_back(doc)
    assert node.scale == (1, 1, 1)
    array = node.mesh.primitives[0].attributes["POSITION"].array  # type: ignore[union-attr]
    np.testing.assert_allclose(np.ptp(array, axis=0), np.ptp(BUMPS, axis=0), atol=2e-4)
    once = doc.to_bytes()
    Dequantize()(doc, Context())
    assert doc.to_bytes() == once


def test_a_node_that_quantization_added_goes() -> None:
    node = Node(mesh=mesh(), translation=(1.0, 2.0, 3.0))
    doc = placed(node)
    keys = Accessor(np.float32([[0, 0, 0], [5, 0, 0]]))
    sampler = AnimationSampler(input=Accessor(np.float32([0, 1])), output=keys)
    doc.animations = [Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="translation", node=node)])]
    STEPS(doc, Context())
    assert len(doc.nodes) == 2
    Dequantize()(doc, Context())
    assert doc.nodes == [node]
    assert node.mesh is not None
    np.testing.assert_allclose(node.mesh.primitives[0].attributes["POSITION"].array, BUMPS, atol=1e-4)
    there_and_back(doc, 0.5)


def test_bind_matrices_instances_and_thickness_take_it_back() -> None:
    weights = {"JOINTS_0": np.zeros((4, 4), np.uint8), "WEIGHTS_0": np.float32([[1, 0, 0, 0]] * 4)}
    joint = Node(translation=(0.0, 1.0, 0.0))
    skinned = Node(mesh=mesh(**weights), skin=Skin(joints=[joint]))
    doc = placed(skinned, joint, skins=[skinned.skin])
    there_and_back(doc)
    binds = skinned.skin.inverse_bind_matrices  # type: ignore[union-attr]
    assert binds is not None
    np.testing.assert_allclose(binds.array[0, :3, :3], np.eye(3), atol=1e-6)
    assert skinned.mesh.primitives[0].attributes["JOINTS_0"].dtype == np.uint8  # type: ignore[union-attr]

    many = Node(mesh=mesh(), instancing=Instancing(attributes={"TRANSLATION": Accessor(BUMPS)}))
    there_and_back(placed(many))
    assert many.scale == (1.0, 1.0, 1.0)

    glass = Node(mesh=mesh())
    glass.mesh.primitives[0].material = Material(volume=Volume(thickness_factor=0.5))  # type: ignore[union-attr]
    doc = placed(glass)
    there_and_back(doc)
    made = Document.read(doc.to_bytes()).materials[0]
    assert made.volume is not None
    assert made.volume.thickness_factor == pytest.approx(0.5)


def test_morph_deltas_come_back_without_the_offset() -> None:
    node = Node(mesh=mesh(), weights=[0.5])
    node.mesh.primitives[0].targets = [{"POSITION": Accessor(QUAD)}]  # type: ignore[union-attr]
    there_and_back(placed(node))
    delta = node.mesh.primitives[0].targets[0]["POSITION"].array  # type: ignore[union-attr]
    np.testing.assert_allclose(delta, QUAD, atol=2e-4)


def test_texture_transforms_go_back_into_the_coordinates() -> None:
    """Coordinates far outside [0, 1], a second slot that repeats, and one that turns."""
    uvs = QUAD[:, :2] * np.float32([7, 3]) - np.float32([2, 1])
    part = primitive(TEXCOORD_0=uvs)
    part.material = Material(
        base_color_texture=TextureInfo(texture=Texture()),
        normal_texture=TextureInfo(texture=Texture(), transform=TextureTransform(scale=(4.0, 2.0))),
        occlusion_texture=TextureInfo(texture=Texture(), transform=TextureTransform(rotation=0.5, offset=(0.25, 0))),
    )
    doc = document(part)
    STEPS(doc, Context())
    Dequantize()(doc, Context())
    np.testing.assert_allclose(part.attributes["TEXCOORD_0"].array, uvs, atol=2e-3)
    slots = {slot.path: slot.info.transform for slot in part.material.textures()}
    assert slots["base_color_texture"] is None
    kept, turned = slots["normal_texture"], slots["occlusion_texture"]
    assert kept is not None
    assert turned is not None
    np.testing.assert_allclose([*kept.scale, *kept.offset], [4, 2, 0, 0], atol=1e-5)
    np.testing.assert_allclose([*turned.scale, *turned.offset, turned.rotation], [1, 1, 0.25, 0, 0.5], atol=1e-5)


def test_only_the_format_changes_without_folding() -> None:
    node = Node(mesh=mesh())
    doc = placed(node)
    STEPS(doc, Context())
    scale = node.scale
    Dequantize(fold=False)(doc, Context())
    assert node.scale == scale
    position = node.mesh.primitives[0].attributes["POSITION"]  # type: ignore[union-attr]
    assert position.dtype == np.float32
    assert position.array.max() > 1000


@pytest.mark.peers
@pytest.mark.parametrize("name", ["CesiumMan", "AnimatedMorphSphere", "CesiumMilkTruck"])
def test_real_models_stand_where_quantization_left_them(shared_assets: Path, tmp_path: Path, name: str) -> None:
    doc = Document.read(shared_assets / "models" / "khronos" / name / "glTF-Binary" / f"{name}.glb")
    doc.apply(Quantize(), Compress())
    packed = Document.read(doc.to_bytes())
    assert "compressed" in Dequantize()(packed, Context()).skipped[0].why
    Decompress()(packed, Context())
    before = world_corners(packed, 0.4)
    Dequantize()(packed, Context())
    size = max(float(np.ptp(corners.reshape(-1, 3), axis=0).max()) for corners in before)
    for old, new in zip(before, world_corners(packed, 0.4), strict=True):
        np.testing.assert_allclose(new, old, atol=1e-4 * size)
    packed.write(tmp_path / "floats.glb")
    assert khronos_errors([tmp_path / "floats.glb"]) == []
