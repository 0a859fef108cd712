"""The share of hidden geometry: bodies in bodies, materials, instances, animations and skins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forge3d.audit import Finding, Outcome, Profile, audit, hidden
from forge3d.document import Accessor, Document, Material, Mesh, Node, Scene
from forge3d.document.animation import Animation, AnimationSampler, Channel
from forge3d.document.material import AlphaMode, Transmission
from forge3d.document.scene import Variant, VariantMapping

from .build import CUBE, CUBE_FACES, primitive


def box(size: float, material: Material | None = None) -> Mesh:
    return Mesh(name=f"Box {size:g}", primitives=[primitive((np.array(CUBE) - 0.5) * size, CUBE_FACES, material)])


def scene(*nodes: Node, **more: Any) -> Document:
    root = Scene(nodes=list(nodes))
    return Document(
        scene=root, scenes=[root], nodes=list(nodes), meshes=[node.mesh for node in nodes if node.mesh], **more
    )


def judged(document: Document, maximum: float = 100) -> Finding:
    return audit(document, Profile.of({"hidden_geometry": {"maximum": maximum}}))["hidden_geometry"]


def test_a_box_in_a_box() -> None:
    found = judged(scene(Node(mesh=box(2)), Node(mesh=box(1))), maximum=10)
    assert (found.outcome, found.value) == (Outcome.FAILED, 50)
    assert [str(place) for place in found.where] == ["/meshes/1/primitives/0 (Box 1): 12 of 12 triangles"]
    assert "1,024 rays" in found.message


def test_nothing_hidden() -> None:
    found = judged(scene(Node(mesh=box(2))), maximum=0)
    assert (found.outcome, found.value, found.message) == (Outcome.PASSED, 0, "")


def test_not_asked_for_costs_nothing() -> None:
    found = audit(scene(Node(mesh=box(2))), Profile.of({"valid": {}}))["hidden_geometry"]
    assert (found.outcome, found.value) == (Outcome.NOT_TESTED, None)


@pytest.mark.parametrize(
    "material",
    [
        Material(alpha_mode=AlphaMode.BLEND),
        Material(alpha_mode=AlphaMode.MASK),
        Material(transmission=Transmission(factor=0.5)),
    ],
)
def test_what_can_be_looked_through_hides_nothing(material: Material) -> None:
    assert judged(scene(Node(mesh=box(2, material)), Node(mesh=box(1)))).value == 0


def test_a_variant_of_glass_hides_nothing() -> None:
    shell = box(2)
    glass = VariantMapping(material=Material(alpha_mode=AlphaMode.BLEND), variants=[Variant(name="Glass")])
    shell.primitives[0].variants.append(glass)
    assert judged(scene(Node(mesh=shell), Node(mesh=box(1)))).value == 0


def test_backs_hide_nothing_unless_the_material_is_double_sided() -> None:
    for double_sided, share in ((False, 0), (True, 50)):
        shell = box(-2, Material(double_sided=double_sided))  # turned inside out
        assert judged(scene(Node(mesh=shell), Node(mesh=box(1)))).value == share


def test_a_mirroring_node_turns_fronts_around() -> None:
    assert judged(scene(Node(mesh=box(2), scale=(-1, 1, 1)), Node(mesh=box(1)))).value == 50


def test_a_mesh_is_seen_when_one_of_its_instances_is() -> None:
    inner = box(1)
    both = [Node(mesh=inner), Node(mesh=inner, translation=(5, 0, 0))]
    assert judged(scene(Node(mesh=box(2)), *both)).value == 0


def test_an_animation_brings_it_out() -> None:
    node = Node(mesh=box(1))
    times = Accessor(np.array([0, 1], np.float32))
    moves = Accessor(np.array([[0, 0, 0], [5, 0, 0]], np.float32))
    sampler = AnimationSampler(input=times, output=moves)
    drawer = Animation(samplers=[sampler], channels=[Channel(sampler=sampler, node=node, path="translation")])
    shell = Node(mesh=box(2))
    assert judged(scene(shell, node)).value == 50
    assert judged(scene(shell, node, animations=[drawer])).value == 0
    lining = Node(mesh=box(1.5))
    found = judged(scene(shell, node, lining, animations=[drawer]))
    assert found.value == pytest.approx(100 / 3, abs=1e-3)
    assert found.message.endswith("at rest and at 8 moments of the animations")


def test_triangles_without_area_do_not_count() -> None:
    flat = Mesh(primitives=[primitive([[0, 0, 0]] * 3, [[0, 1, 2]])])
    assert judged(scene(Node(mesh=box(2)), Node(mesh=flat))).value == 0
    found = judged(scene(Node(mesh=flat)))
    assert (found.outcome, found.message) == (Outcome.NOT_TESTED, "the scene shows no triangles with area")


def test_scenes_that_are_too_large_are_not_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hidden, "_TRIANGLES", 23)
    found = judged(scene(Node(mesh=box(2)), Node(mesh=box(1))))
    assert (found.outcome, found.message) == (Outcome.NOT_TESTED, "the scene draws more than 23 triangles")
