"""Instances stand where the nodes stood, and the other way around."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np
import pytest

from forge3d.document import (
    Accessor,
    AlphaMode,
    Animation,
    AnimationSampler,
    Camera,
    Channel,
    Context,
    Document,
    Instancing,
    Material,
    Mesh,
    Node,
    Perspective,
    Scene,
    Skin,
)
from forge3d.document.material import Volume
from forge3d.document.statistics import statistics
from forge3d.document.traversal import mesh_instances
from forge3d.optimize import Instance, Uninstance

from . import placed, primitive, world_corners

TURN = (0.0, sin(pi / 8), 0.0, cos(pi / 8))


def row(count: int = 5, mesh: Mesh | None = None, scale: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> list[Node]:
    mesh = mesh or Mesh(primitives=[primitive()])
    return [Node(mesh=mesh, translation=(float(n), 0.5, 0.0), rotation=TURN, scale=scale) for n in range(count)]


def corners(doc: Document) -> np.ndarray:
    found = np.concatenate(world_corners(doc)).reshape(-1, 9)
    return found[np.lexsort(np.round(found, 3).T)]


def worlds(doc: Document, scene: Scene) -> list[np.ndarray]:
    return [instance.world for instance in mesh_instances(doc, scene)]


def assert_same_places(doc: Document, *steps: Instance | Uninstance) -> None:
    before = corners(doc)
    doc.apply(*steps)
    np.testing.assert_allclose(corners(doc), before, atol=2e-6)


def test_nodes_become_instances_of_one_and_back() -> None:
    group = Node(children=row(6), translation=(0.0, 3.0, 0.0))
    doc = placed(group)
    assert_same_places(doc, Instance())
    (node,) = doc.nodes
    assert node.instancing is not None
    assert set(node.instancing.attributes) == {"TRANSLATION", "ROTATION"}
    assert statistics(doc).draw_calls == 1
    again = Document.read(doc.to_bytes())
    assert again.extensions_required == ["EXT_mesh_gpu_instancing"]
    before = corners(doc)
    Uninstance()(doc, Context())
    np.testing.assert_array_equal(corners(doc), before)  # exact
    assert "EXT_mesh_gpu_instancing" not in Document.read(doc.to_bytes()).extensions_used


def test_mirrored_nodes_get_a_mirroring_node() -> None:
    """Viewers look at the node's own transform to know which side of a triangle is the front."""
    mesh = Mesh(primitives=[primitive()])
    doc = placed(*row(5, mesh), *row(5, mesh, scale=(2.0, -1.0, 1.0)))
    assert_same_places(doc, Instance())
    plain, mirrored = doc.nodes
    assert (plain.scale, mirrored.scale) == ((1.0, 1.0, 1.0), (-1.0, 1.0, 1.0))
    assert mirrored.instancing is not None
    assert (mirrored.instancing.attributes["SCALE"].array > 0).all()


def test_nodes_that_an_animation_moves_apart_stay_apart() -> None:
    mesh = Mesh(primitives=[primitive()])
    moving, still = Node(children=row(5, mesh)), Node(children=row(5, mesh))
    doc = placed(moving, still, *row(2, mesh))
    sampler = AnimationSampler(input=Accessor(np.float32([0, 1])), output=Accessor(np.float32([(0, 0, 0), (1, 1, 1)])))
    channel = Channel(sampler=sampler, path="translation", node=moving)
    doc.animations = [Animation(samplers=[sampler], channels=[channel])]
    before = np.concatenate(world_corners(doc, 0.5))
    Instance()(doc, Context())
    after = np.concatenate(world_corners(doc, 0.5))
    assert [len(node.children) for node in doc.nodes if node is moving] == [1]
    assert len(before) == len(after)
    np.testing.assert_allclose(np.sort(before, axis=0), np.sort(after, axis=0), atol=2e-6)


@pytest.mark.parametrize("why", ["few", "extras", "camera", "blended", "thick", "skin", "sheared", "instanced", "lod"])
def test_what_stays_as_it_is(why: str) -> None:
    nodes = row(4 if why == "few" else 5)
    mesh = nodes[0].mesh
    assert mesh is not None
    doc = placed(Node(children=nodes, scale=(1.0, 1.0, 3.0)) if why == "sheared" else Node(children=nodes))
    if why == "extras":
        nodes[0].extras = {"sku": 1}
    elif why == "camera":
        nodes[0].camera = Camera(projection=Perspective(yfov=1.0, znear=0.1))
    elif why == "blended":
        mesh.primitives[0].material = Material(alpha_mode=AlphaMode.BLEND)
    elif why == "thick":
        mesh.primitives[0].material = Material(volume=Volume(thickness_factor=0.5))
    elif why == "skin":
        nodes[0].skin = Skin(joints=[nodes[1]])
        doc.skins = [nodes[0].skin]
    elif why == "instanced":
        nodes[0].instancing = Instancing(attributes={"TRANSLATION": Accessor(np.zeros((2, 3), np.float32))})
    elif why == "lod":
        nodes[0].extensions["MSFT_lod"] = {"ids": [nodes[1]]}
    Instance()(doc, Context())
    assert all(node.mesh is mesh for node in nodes)
    assert doc.nodes[1:] == nodes


def test_instances_with_more_than_a_place_stay_instances() -> None:
    places = {"TRANSLATION": Accessor(np.float32([[0, 0, 0], [1, 0, 0]]))}
    mesh = Mesh(primitives=[primitive()])
    tagged = Node(mesh=mesh, instancing=Instancing(attributes={**places, "_ID": Accessor(np.float32([1, 2]))}))
    featured = Node(mesh=mesh, instancing=Instancing(attributes=places), extensions={"EXT_instance_features": {}})
    plain = Node(mesh=mesh, name="many", instancing=Instancing(attributes=places))
    doc = placed(tagged, featured, plain)
    change = Uninstance(most=1)(doc, Context())
    assert [skip.why for skip in change.skipped] == [
        "its instances have attributes of their own: _ID",
        "its instances have features, extensions or extras",
        "2 instances would be too many nodes",
    ]
    Uninstance()(doc, Context())
    assert [child.translation for child in plain.children] == [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0)]
    assert plain.instancing is None


def test_rounded_rotations_become_unit_quaternions() -> None:
    turned = Accessor(np.int8([[0, 49, 0, 117]]), normalized=True)
    doc = placed(Node(mesh=Mesh(primitives=[primitive()]), instancing=Instancing(attributes={"ROTATION": turned})))
    assert_same_places(doc, Uninstance())
    rotation = doc.nodes[0].children[0].rotation
    assert sum(part * part for part in rotation) == pytest.approx(1.0, abs=1e-12)


def test_nodes_of_two_scenes_stay_in_theirs() -> None:
    """One batch for both would show either scene's nodes in the other."""
    nodes = row(10)
    doc = placed(*nodes[:5])
    other = Scene(nodes=nodes[5:])
    doc.scenes.append(other)
    doc.nodes += nodes[5:]
    before = [sorted(tuple(w[:3, 3]) for w in worlds(doc, scene)) for scene in doc.scenes]
    Instance()(doc, Context())
    assert [len(scene.nodes) for scene in doc.scenes] == [1, 1]
    assert [sorted(tuple(w[:3, 3]) for w in worlds(doc, scene)) for scene in doc.scenes] == before
