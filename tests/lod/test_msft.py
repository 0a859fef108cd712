"""MSFT_lod: lower levels outside the scene, driven like the first."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.optimize import document, grid, placed, primitive, sphere

from forge3d.document import Accessor, Animation, AnimationSampler, Channel, Document, Material, Mesh, Node, Skin
from forge3d.document.geometry import triangles
from forge3d.errors import UnsupportedFeature
from forge3d.gltf import glb
from forge3d.lod import levels, screen_coverage, switch_distance, with_levels


def written(doc: Document) -> dict[str, object]:
    chunk = glb.parse(doc.to_bytes()).json
    assert chunk is not None
    return json.loads(bytes(chunk))


def wavy() -> Document:
    part = grid(16, height=lambda x, y: 0.1 * np.sin(7 * x))
    part.material = Material(name="cloth")
    return document(part, materials=[part.material])


def test_levels_stand_outside_the_scene_and_share_the_material() -> None:
    doc = wavy()
    doc.nodes[0].translation, doc.nodes[0].extras = (1.0, 2.0, 3.0), {"sku": 7}
    lower = levels(doc, 2)
    both = with_levels(doc, lower, cull=0.001)
    root = written(both)
    assert root["scenes"] == [{"nodes": [0]}]
    first, *rest = root["nodes"]  # type: ignore[misc]
    assert first["extensions"] == {"MSFT_lod": {"ids": [1, 2]}}
    assert [node["translation"] for node in rest] == [[1, 2, 3]] * 2
    assert [node["mesh"] for node in rest] == [1, 2]
    assert root["extensionsUsed"] == ["MSFT_lod"]
    assert len(both.materials) == 1
    assert [len(triangles(mesh.primitives[0])) for mesh in both.meshes] == [512, *(level.triangles for level in lower)]
    assert all(mesh.primitives[0].material is both.materials[0] for mesh in both.meshes)
    assert "MSFT_lod" not in doc.nodes[0].extensions


def test_coverage_is_where_the_next_levels_error_is_one_pixel() -> None:
    doc = wavy()
    lower = levels(doc, 2)
    extras = with_levels(doc, lower, cull=0.001).nodes[0].extras
    positions = doc.meshes[0].primitives[0].attributes["POSITION"].array
    radius = float(np.linalg.norm(positions.max(axis=0) - positions.min(axis=0))) / 2
    wanted = [screen_coverage(radius, switch_distance(level.error)) for level in lower]
    assert extras == {"MSFT_screencoverage": pytest.approx([*wanted, 0.001])}


def weights(node: Node) -> Animation:
    sampler = AnimationSampler(input=Accessor(np.zeros(1, np.float32)), output=Accessor(np.ones(1, np.float32)))
    return Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="weights", node=node)])


def test_skins_and_morph_animations_drive_every_level() -> None:
    part = grid(16, height=lambda x, y: 0.1 * np.sin(7 * x))
    count = len(part.attributes["POSITION"])
    part.targets = [{"POSITION": Accessor(np.ones((count, 3), np.float32))}]
    part.attributes["JOINTS_0"] = Accessor(np.zeros((count, 4), np.uint8))
    part.attributes["WEIGHTS_0"] = Accessor(np.tile(np.array([1, 0, 0, 0], np.float32), (count, 1)))
    joint = Node()
    node = Node(mesh=Mesh(primitives=[part]), skin=Skin(joints=[joint]), weights=[0.5])
    assert node.skin is not None
    doc = placed(joint, node, skins=[node.skin])
    doc.animations = [weights(node)]
    both = with_levels(doc, levels(doc, 2))
    first, lower = both.nodes[1], both.nodes[2:]
    assert first.extensions["MSFT_lod"]["ids"] == lower
    assert all(level.skin is first.skin and level.weights == [0.5] for level in lower)
    assert [channel.node for channel in both.animations[0].channels] == [first, *lower]


def test_nodes_that_hold_more_hand_the_mesh_to_a_child() -> None:
    handle = Node(mesh=Mesh(primitives=[sphere(16)]))
    parent = Node(mesh=Mesh(primitives=[sphere(16)]), children=[handle], name="door")
    doc = placed(parent)
    both = with_levels(doc, levels(doc, 1))
    door = both.nodes[0]
    assert door.mesh is None
    assert "MSFT_lod" not in door.extensions
    assert [bool(child.extensions) for child in door.children] == [True, True]
    outside = {id(node) for child in door.children for node in child.extensions["MSFT_lod"]["ids"]}
    assert outside.isdisjoint(id(node) for owner in both.nodes for node in owner.children)


def test_meshes_that_no_level_changed_are_left_alone() -> None:
    doc = placed(Node(mesh=Mesh(primitives=[sphere(16)])), Node(mesh=Mesh(primitives=[primitive(indices=(0, 1, 2))])))
    both = with_levels(doc, levels(doc, 1))
    assert both.nodes[0].extensions
    assert not both.nodes[1].extensions
    assert len(both.meshes) == 3
    with pytest.raises(UnsupportedFeature):
        with_levels(both, [])
