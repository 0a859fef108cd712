"""What nobody can see goes; what somebody might see stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forge3d.document import (
    Accessor,
    AlphaMode,
    Animation,
    AnimationSampler,
    Channel,
    Context,
    Document,
    Instancing,
    Material,
    Mesh,
    Mode,
    Node,
    Pointer,
    Primitive,
    Scene,
    Skin,
    Variant,
    VariantMapping,
)
from forge3d.document.material import Transmission
from forge3d.document.statistics import statistics
from forge3d.optimize import RemoveHidden

from . import placed, primitive

FACES = np.array(
    [0, 2, 1, 0, 3, 2, 4, 5, 6, 4, 6, 7, 0, 1, 5, 0, 5, 4, 1, 2, 6, 1, 6, 5, 2, 3, 7, 2, 7, 6, 3, 0, 4, 3, 4, 7]
)
CUBE = np.float32([[x, y, z] for z in (-1, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))])


def cube(size: float = 1.0, faces: int = 12) -> Primitive:
    return primitive(CUBE * np.float32(size), FACES[: 3 * faces])


def node(part: Primitive, **options: object) -> Node:
    return Node(mesh=Mesh(primitives=[part]), **options)  # type: ignore[arg-type]


def boxed(inner: Node | None = None, outer: Primitive | None = None) -> Document:
    return placed(node(outer or cube(2.0)), inner or node(cube()))


def count(doc: Document) -> int:
    RemoveHidden(rays=256)(doc, Context())
    return statistics(doc).triangles


def test_a_box_in_a_closed_box_goes() -> None:
    doc = boxed()
    assert count(doc) == 12
    assert len(doc.meshes) == 1
    assert doc.nodes[1].mesh is None
    again = doc.to_bytes()
    RemoveHidden(rays=256)(doc, Context())
    assert doc.to_bytes() == again


def test_an_open_box_shows_what_is_in_it() -> None:
    assert count(boxed(outer=cube(2.0, faces=10))) == 22


def test_turned_inside_out_it_hides_nothing() -> None:
    """Without double sides only the front of a triangle is drawn: the box is seen through from outside."""
    inside_out = primitive(CUBE * np.float32(2), FACES.reshape(-1, 3)[:, ::-1].ravel())
    assert count(boxed(outer=inside_out)) == 24
    mirrored = placed(node(cube(2.0), scale=(-1.0, 1.0, 1.0)), node(cube()))  # a mirror does not turn it inside out
    assert count(mirrored) == 12


@pytest.mark.parametrize("why", ["blend", "mask", "glass", "variant", "animated"])
def test_what_can_be_seen_through_hides_nothing(why: str) -> None:
    outer = cube(2.0)
    outer.material = Material()
    doc = boxed(outer=outer)
    if why in ("blend", "mask"):
        outer.material.alpha_mode = AlphaMode(why.upper())
    elif why == "glass":
        outer.material.transmission = Transmission(factor=1.0)
    elif why == "variant":
        clear = Variant(name="clear")
        doc.variants = [clear]
        outer.variants = [VariantMapping(material=Material(alpha_mode=AlphaMode.BLEND), variants=[clear])]
    elif why == "animated":
        sampler = AnimationSampler(input=Accessor(np.float32([0])), output=Accessor(np.float32([1])))
        pointer = Pointer(target=outer.material, path="alphaCutoff")
        doc.animations = [Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="p", pointer=pointer)])]
    assert count(doc) == 24


@pytest.mark.parametrize("why", ["lid", "content", "toggled", "morphed", "skinned", "level"])
def test_what_may_move_stays_and_hides_nothing(why: str) -> None:
    doc = boxed()
    lid, content = doc.nodes
    if why in ("lid", "content"):
        sampler = AnimationSampler(
            input=Accessor(np.float32([0, 1])), output=Accessor(np.float32([(0, 0, 0), (9, 9, 9)]))
        )
        moved = lid if why == "lid" else content
        doc.animations = [
            Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="translation", node=moved)])
        ]
    elif why == "toggled":
        lid.visible = True
    elif why == "level":
        doc.nodes.append(node(cube()))
        content.extensions["MSFT_lod"] = {"ids": [doc.nodes[-1]]}
    assert content.mesh is not None
    part = content.mesh.primitives[0]
    if why == "morphed":
        part.targets = [{"POSITION": Accessor(CUBE * 5)}]
    elif why == "skinned":
        bone = Node()
        doc.nodes.append(bone)
        doc.scenes[0].nodes.append(bone)
        content.skin = Skin(joints=[bone])
    RemoveHidden(rays=256)(doc, Context())
    assert part.indices is not None
    assert len(part.indices) == 36


def test_a_mesh_that_is_seen_anywhere_stays() -> None:
    shared = Mesh(primitives=[cube()])
    shown = placed(node(cube(2.0)), Node(mesh=shared), Node(mesh=shared, translation=(9.0, 0.0, 0.0)))
    assert count(shown) == 24
    many = node(cube())
    many.instancing = Instancing(attributes={"TRANSLATION": Accessor(np.float32([[0, 0, 0], [9, 0, 0]]))})
    assert count(boxed(many)) == 24
    elsewhere = boxed()
    elsewhere.scenes.append(Scene(nodes=[elsewhere.nodes[1]]))
    assert count(elsewhere) == 24
    outside = boxed()
    outside.nodes.append(Node(mesh=outside.meshes[1]))
    assert count(outside) == 24


def test_a_border_of_hidden_triangles_stays_unless_told() -> None:
    """A ribbon through the wall: its middle touches the part outside, its end only the middle."""
    ribbon = np.float32([[x, 0, z] for x in (5, 1, 0, -1) for z in (0, 0.5)])
    faces = np.add.outer(np.array([0, 2, 4]), [0, 1, 3, 0, 3, 2]).ravel()
    kept = []
    for border in (True, False):
        doc = boxed(node(primitive(ribbon, faces)))
        RemoveHidden(rays=256, border=border)(doc, Context())
        kept.append(statistics(doc).triangles - 12)
    assert kept == [4, 2]


def test_strips_become_lists() -> None:
    strip = primitive(CUBE[:4], (0, 1, 3, 2))
    strip.mode = Mode.TRIANGLE_STRIP
    strip.attributes = primitive(np.concatenate([CUBE[:4] * 0.5, CUBE[:4] * 9])).attributes
    strip.indices = Accessor(np.uint16([0, 1, 3, 2, 2, 4, 4, 5, 7, 6]))
    doc = boxed(node(strip))
    RemoveHidden(rays=256, border=False)(doc, Context())
    assert strip.mode is Mode.TRIANGLES
    faces = strip.indices.array.reshape(-1, 3)
    solid = [face for face in faces.tolist() if len(set(face)) == 3]  # degenerate ones were not judged, and stay
    assert np.min(solid) >= 4


def test_real_models_keep_what_is_seen(shared_assets: Path) -> None:
    doc = Document.read(shared_assets / "models/khronos/Duck/glTF-Binary/Duck.glb")
    before = statistics(doc).triangles
    change = RemoveHidden(rays=256)(doc, Context())
    assert 0.9 * before < statistics(doc).triangles <= before
    assert change.skipped == []
