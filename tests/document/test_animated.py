from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Camera,
    Channel,
    Document,
    Light,
    Material,
    Mesh,
    Node,
    Perspective,
    Pointer,
    Texture,
    TextureInfo,
)  # fmt: skip
from forge3d.document.animated import with_value
from forge3d.document.material import Clearcoat, Ior
from forge3d.document.sampling import pose_at
from forge3d.document.skinning import morph_weights


def surface() -> Material:
    info = TextureInfo(texture=Texture())
    return Material(base_color_texture=info, normal_texture=info, clearcoat=Clearcoat(factor=0.5, normal_texture=info))


CHANGES = [
    ("pbrMetallicRoughness/baseColorFactor", [0.1, 0.2, 0.3, 0.4], "base_color_factor", (0.1, 0.2, 0.3, 0.4)),
    ("pbrMetallicRoughness/roughnessFactor", [0.25], "roughness_factor", 0.25),
    ("emissiveFactor", [1, 0, 0.5], "emissive_factor", (1.0, 0.0, 0.5)),
    ("alphaCutoff", [0.75], "alpha_cutoff", 0.75),
    ("normalTexture/scale", [2], "normal_texture.scale", 2.0),
    ("extensions/KHR_materials_clearcoat/clearcoatFactor", [1], "clearcoat.factor", 1.0),
    ("extensions/KHR_materials_clearcoat/clearcoatNormalTexture/scale", [3], "clearcoat.normal_texture.scale", 3.0),
    ("extensions/KHR_materials_ior/ior", [1.25], "ior.ior", 1.25),
    (
        "pbrMetallicRoughness/baseColorTexture/extensions/KHR_texture_transform/offset",
        [0.5, 1],
        "base_color_texture.transform.offset",
        (0.5, 1.0),
    ),
]


def at(owner: Any, path: str) -> Any:
    for name in path.split("."):
        owner = getattr(owner, name)
    return owner


@pytest.mark.parametrize(("path", "value", "attribute", "expected"), CHANGES)
def test_exactly_the_one_value_moves(path: str, value: list[float], attribute: str, expected: Any) -> None:
    before = surface()
    kept = {field.name: getattr(before, field.name) for field in fields(before)}
    after = with_value(before, path, np.array(value, np.float64))
    assert after is not None
    assert at(after, attribute) == expected
    moved = attribute.split(".")[0]
    for name, held in kept.items():
        assert getattr(before, name) is held
        assert name == moved or getattr(after, name) is held
    if "." in attribute and kept[moved] is not None:
        below, rest = attribute.split(".")[:2]
        for field in fields(kept[below]):
            assert field.name == rest or getattr(getattr(after, below), field.name) is getattr(kept[below], field.name)


def test_lights_cameras_and_meshes() -> None:
    light = with_value(Light(type="spot"), "spot/outerConeAngle", np.array([0.5]))
    camera = with_value(Camera(projection=Perspective(yfov=1.0, znear=0.1)), "perspective/yfov", np.array([0.5]))
    mesh = with_value(Mesh(weights=[0.0, 1.0]), "weights/1", np.array([0.25]))
    assert light is not None
    assert camera is not None
    assert mesh is not None
    assert (light.outer_cone_angle, light.inner_cone_angle) == (0.5, 0.0)
    assert isinstance(camera.projection, Perspective)
    assert camera.projection.yfov == 0.5
    assert mesh.weights == [0.0, 0.25]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("nothing", [1.0]),
        ("pbrMetallicRoughness", [1.0]),
        ("pbrMetallicRoughness/baseColorFactor", [1.0]),
        ("pbrMetallicRoughness/roughnessFactor/x", [1.0]),
        ("occlusionTexture/strength", [1.0]),  # has no such texture
        ("extensions/KHR_materials_ior", [1.0]),
        ("extensions/VENDOR_x/y", [1.0]),
        ("", [1.0]),
    ],
)
def test_what_is_not_there_is_not_set(path: str, value: list[float]) -> None:
    assert with_value(surface(), path, np.array(value)) is None


def channel(target: Any, path: str, *values: Any) -> Channel:
    times = Accessor(np.arange(len(values), dtype=np.float32))
    sampler = AnimationSampler(input=times, output=Accessor(np.array(values, np.float32)))
    return Channel(sampler=sampler, path="pointer", pointer=Pointer(target=target, path=path))


def test_a_pose_holds_all_values_of_an_object_and_names_what_it_missed() -> None:
    material, mesh = Material(ior=Ior(ior=1.5)), Mesh(weights=[0.0, 0.0])
    node, own = Node(mesh=mesh), Node(mesh=mesh, weights=[1.0, 1.0])
    channels = [
        channel(material, "pbrMetallicRoughness/metallicFactor", 0.0, 1.0),
        channel(material, "extensions/KHR_materials_ior/ior", 1.0, 2.0),
        channel(material, "extensions/VENDOR_x/y", 1.0, 2.0),
        channel(mesh, "weights/1", 0.0, 1.0),
        channel(own, "weights/0", 1.0, 0.0),
        channel(None, "extensions/VENDOR_y/z", 1.0, 2.0),
    ]
    pose = pose_at(Document(animations=[Animation(channels=channels)]), 0.5)
    posed = pose.of(material)
    assert (posed.metallic_factor, posed.ior and posed.ior.ior) == (0.5, 1.5)
    assert list(morph_weights(node, pose)) == [0.0, 0.5]
    assert list(morph_weights(own, pose)) == [0.5, 1.0]
    assert [pointer.path for pointer in pose.missed] == ["extensions/VENDOR_x/y", "extensions/VENDOR_y/z"]
    assert pose.of(node) is node
