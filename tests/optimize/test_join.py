"""Fewer draw calls, the same triangles."""

from __future__ import annotations

from math import cos, pi, sin
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    Primitive,
    Skin,
    Variant,
    VariantMapping,
)
from forge3d.document.material import Transmission, Volume
from forge3d.document.statistics import statistics
from forge3d.document.traversal import mesh_instances
from forge3d.optimize import Join

from . import QUAD, document, everything_drawn, grid, placed, primitive, world_corners

RED = Material(name="red")
TURN = (0.0, sin(pi / 8), 0.0, cos(pi / 8))
UP = np.tile(np.float32([0, 0, 1]), (4, 1))


def part(material: Material | None = RED, **options: Any) -> Primitive:
    made = primitive(**options)
    made.material = material
    return made


def node(*primitives: Primitive, **options: Any) -> Node:
    return Node(mesh=Mesh(primitives=list(primitives) or [part()]), **options)


def calls(doc: Document) -> int:
    return statistics(doc).draw_calls


def assert_same_picture(doc: Document, steps: Join | None = None, time: float | None = None) -> None:
    """Join, and hold every triangle to its place and winding."""
    before = sorted(map(canonical, facing(doc, time)))
    (steps or Join())(doc, Context())
    assert sorted(map(canonical, facing(doc, time))) == before


def facing(doc: Document, time: float | None = None) -> np.ndarray:
    """World corners of every triangle, counter-clockwise from the front: mirrored nodes turn triangles around."""
    shown = sorted(mesh_instances(doc), key=lambda found: doc.meshes.index(found.mesh))
    mirrored = [np.linalg.det(i.world[:3, :3]) < 0 and i.node.skin is None for i in shown for _ in i.mesh.primitives]
    return np.concatenate(
        [c[:, [0, 2, 1]] if turned else c for c, turned in zip(world_corners(doc, time), mirrored, strict=True)]
    )


def canonical(corners: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """A triangle from its least corner on, winding kept."""
    rounded = [tuple((np.round(corner.astype(float), 4) + 0.0).tolist()) for corner in corners]
    first = rounded.index(min(rounded))
    return tuple(rounded[first:] + rounded[:first])


def test_primitives_of_a_mesh_with_one_material_become_one_exactly() -> None:
    doc = document(part(), part(Material(name="blue")), part(positions=QUAD + 5))
    before = everything_drawn(doc)
    Join()(doc, Context())
    first, second = doc.meshes[0].primitives
    assert first.material is RED
    assert first.attributes["POSITION"].array.tolist() == [*QUAD.tolist(), *(QUAD + 5).tolist()]
    assert first.indices is not None
    assert first.indices.array.tolist() == [0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7]
    assert second.attributes["POSITION"].array.tolist() == QUAD.tolist()
    assert everything_drawn(doc) == before


def test_primitives_that_share_vertices_go_on_sharing_them() -> None:
    first, second = part(indices=(0, 1, 2)), part(indices=(0, 2, 3))
    second.attributes = dict(first.attributes)
    doc = document(first, second)
    Join()(doc, Context())
    (made,) = doc.meshes[0].primitives
    assert made.attributes["POSITION"] is first.attributes["POSITION"]
    assert made.indices is not None
    assert made.indices.array.tolist() == [0, 1, 2, 0, 2, 3]


def test_morph_targets_join_within_a_mesh_but_never_across() -> None:
    def morphing() -> Primitive:
        made = part()
        made.targets = [{"POSITION": Accessor(np.ones((4, 3), np.float32))}]
        return made

    doc = placed(node(morphing(), morphing(), weights=[0.5]), node(morphing(), weights=[0.25]))
    assert_same_picture(doc)
    assert calls(doc) == 2
    assert len(doc.meshes[0].primitives[0].targets[0]["POSITION"]) == 8


def test_nodes_join_in_one_space_and_the_emptied_ones_go() -> None:
    doc = placed(node(translation=(1.0, 0.0, 0.0)), node(rotation=TURN, scale=(2.0, 1.0, 1.0)), Node(children=[node()]))
    assert_same_picture(doc)
    assert calls(doc) == 1
    assert len(doc.nodes) == len(doc.meshes) == 1


def test_nodes_that_stand_alike_keep_their_transform_and_their_bits() -> None:
    first, second = (node(translation=(0.1, 0.2, 0.3)) for _ in range(2))
    doc = placed(first, second)
    before = everything_drawn(doc)
    Join()(doc, Context())
    assert doc.nodes == [first]
    assert everything_drawn(doc) == before


def test_mirrored_parts_turn_their_triangles_and_tangents() -> None:
    """Without it the back of a mirrored chair arm is culled, and its normal map is inside out."""
    along = np.tile(np.float32([1, 0, 0, 1]), (4, 1))
    doc = placed(
        node(part(NORMAL=UP, TANGENT=along)),
        node(part(NORMAL=UP, TANGENT=along), scale=(-1.0, 1.0, 1.0), translation=(5.0, 0.0, 0.0)),
    )
    [_, mirrored] = mesh_instances(doc)
    assert np.linalg.det(mirrored.world[:3, :3]) < 0
    Join()(doc, Context())
    (made,) = doc.meshes[0].primitives
    assert made.indices is not None
    assert made.indices.array.tolist() == [0, 1, 2, 0, 2, 3, 4, 6, 5, 4, 7, 6]
    assert made.attributes["NORMAL"].array.tolist() == np.tile(UP, (2, 1)).tolist()
    assert made.attributes["TANGENT"].array[4:].tolist() == [[-1, 0, 0, -1]] * 4
    corners = facing(doc)
    assert (np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2] > 0).all()


def test_normals_stay_upright_under_uneven_scales() -> None:
    slope = np.tile(np.float32([0.70710677, 0.70710677, 0]), (4, 1))
    doc = placed(node(part(NORMAL=slope)), node(part(NORMAL=slope), scale=(2.0, 1.0, 1.0)))
    Join()(doc, Context())
    normal = doc.meshes[0].primitives[0].attributes["NORMAL"].array[4]
    assert normal == pytest.approx(np.array([1, 2, 0]) / np.sqrt(5), abs=1e-6)


def test_parts_that_move_apart_stay_apart_and_those_that_move_together_join() -> None:
    rim, tyre, body = node(translation=(0.0, 1.0, 0.0)), node(), node()
    wheel = node(children=[rim, tyre])
    doc = placed(body, Node(children=[wheel], translation=(1.0, 0.0, 0.0)), node(translation=(0.0, 0.0, 1.0)))
    sampler = AnimationSampler(input=Accessor(np.float32([0, 1])), output=Accessor(np.float32([(0, 0, 0, 1), TURN])))
    doc.animations = [Animation(samplers=[sampler], channels=[Channel(sampler=sampler, path="rotation", node=wheel)])]
    assert_same_picture(doc, time=0.7)
    assert calls(doc) == 2
    assert wheel.mesh is not None
    assert len(wheel.mesh.primitives[0].attributes["POSITION"]) == 12


def test_variants_stay_as_they_are() -> None:
    """Joining by the default material alone would show one part's variant on the other."""
    looks = [Variant(name="oak"), Variant(name="ash")]
    oak, ash = Material(name="oak"), Material(name="ash")
    parts = [part() for _ in range(4)]
    parts[0].variants = [VariantMapping(material=oak, variants=[looks[0]])]
    parts[1].variants = [VariantMapping(material=ash, variants=[looks[0]])]
    parts[3].variants = [VariantMapping(material=oak, variants=[looks[0]])]
    doc = placed(*(node(p) for p in parts), materials=[RED, oak, ash], variants=looks)
    Join()(doc, Context())
    made = [p for mesh in doc.meshes for p in mesh.primitives]
    found = [[(m.material.name, [v.name for v in m.variants]) for m in p.variants] for p in made]
    assert sorted(map(repr, found)) == ["[('ash', ['oak'])]", "[('oak', ['oak'])]", "[]"]
    assert sorted(len(p.attributes["POSITION"]) for p in made) == [4, 4, 8]


def test_only_equal_layouts_join_and_white_colours_fill() -> None:
    colors = np.full((4, 4), 128, np.uint8)
    plain, colored = part(), part(COLOR_0=Accessor(colors, normalized=True))
    other = part(TEXCOORD_0=np.zeros((4, 2), np.float32))
    doc = placed(node(plain), node(colored), node(other))
    kept = doc.copy()
    Join()(doc, Context())
    assert calls(doc) == 2
    made = next(p for m in doc.meshes for p in m.primitives if "COLOR_0" in p.attributes)
    assert made.attributes["COLOR_0"].array.tolist() == [[255] * 4] * 4 + [[128] * 4] * 4
    Join(fill=False)(kept, Context())
    assert calls(kept) == 3


def test_topologies_join_as_lists() -> None:
    strip, fan = part(indices=(0, 1, 3, 2)), part(indices=None)
    strip.mode, fan.mode = Mode.TRIANGLE_STRIP, Mode.TRIANGLE_FAN
    loop, segments = part(indices=None), part(indices=(0, 2))
    loop.mode, segments.mode = Mode.LINE_LOOP, Mode.LINES
    doc = document(strip, fan, loop, segments, part())
    assert_same_picture(doc)
    triangles, lines = doc.meshes[0].primitives
    assert (triangles.mode, lines.mode) == (Mode.TRIANGLES, Mode.LINES)
    assert lines.indices is not None
    assert lines.indices.array.tolist() == [0, 1, 1, 2, 2, 3, 3, 0, 4, 5]


def test_points_and_unindexed_triangles_get_no_indices() -> None:
    dots = [part(indices=None) for _ in range(2)]
    for dot in dots:
        dot.mode = Mode.POINTS
    bare = [part(positions=QUAD[:3], indices=None) for _ in range(2)]
    doc = document(*dots, *bare)
    Join()(doc, Context())
    assert [p.indices for p in doc.meshes[0].primitives] == [None, None]
    assert [len(p.attributes["POSITION"]) for p in doc.meshes[0].primitives] == [8, 6]


def test_what_would_lose_something_stays() -> None:
    told = part()
    told.extras = {"part": "leg"}
    features = part()
    features.extensions["EXT_mesh_features"] = {"featureIds": [{"featureCount": 2}]}
    driven, instanced = node(), node()
    instanced.instancing = Instancing(attributes={"TRANSLATION": Accessor(np.zeros((2, 3), np.float32))})
    marked = node(extras={"id": 7})
    mesh = Mesh(primitives=[part()], extras={"lod": 0})
    doc = placed(node(told), node(features), driven, instanced, marked, Node(mesh=mesh))
    before = calls(doc)
    change = Join()(doc, Context())
    assert calls(doc) == before
    assert {skip.why for skip in change.skipped} == {"has extensions or extras of its own"}
    assert marked in doc.nodes
    assert mesh in doc.meshes


def test_blended_parts_join_only_when_told() -> None:
    glass = Material(alpha_mode=AlphaMode.BLEND)
    doc = placed(node(part(glass)), node(part(glass)))
    assert "blended" in Join()(doc, Context()).skipped[0].why
    assert calls(doc) == 2
    Join(blended=True)(doc, Context())
    assert calls(doc) == 1


def test_volumes_join_only_at_one_scale() -> None:
    """Thickness is in mesh units: brought into another space it would mean another thickness."""
    glass = Material(transmission=Transmission(factor=1.0), volume=Volume(thickness_factor=0.1))
    alike = [node(part(glass), scale=(2.0, 2.0, 2.0)) for _ in range(2)]
    doc = placed(*alike, node(part(glass)))
    Join()(doc, Context())
    assert calls(doc) == 2
    assert doc.nodes[0].scale == (2.0, 2.0, 2.0)


def test_skinned_parts_of_one_skin_join_wherever_their_nodes_stand() -> None:
    bone = Node(translation=(0.0, 3.0, 0.0))
    skin = Skin(joints=[bone])
    weights = np.tile(np.float32([1, 0, 0, 0]), (4, 1))
    bound = {"JOINTS_0": np.zeros((4, 4), np.uint8), "WEIGHTS_0": weights}
    nodes = [node(part(**bound), skin=skin, translation=(float(n), 0.0, 0.0)) for n in range(2)]
    doc = placed(bone, *nodes, node(part(**bound), skin=Skin(joints=[bone])))
    assert nodes[0].mesh is not None
    doc.skins = [n.skin for n in doc.nodes if n.skin is not None]
    assert_same_picture(doc)
    assert calls(doc) == 2


def test_small_shared_meshes_are_copied_and_large_ones_left_for_instances() -> None:
    mesh = Mesh(primitives=[part()])
    nodes = [Node(mesh=mesh, translation=(float(n), 0.0, 0.0)) for n in range(3)]
    doc, other = placed(*nodes), placed(*nodes).copy()
    assert_same_picture(doc)
    assert calls(doc) == 1
    Join(shared=3)(other, Context())
    assert calls(other) == 3


def test_a_mesh_that_goes_on_elsewhere_is_not_changed_there() -> None:
    blue = Material(name="blue")
    mesh = Mesh(primitives=[part(), part(blue)])
    still = Node(mesh=mesh, extras={"kept": True})
    doc = placed(Node(mesh=mesh), node(part(), translation=(1.0, 0.0, 0.0)), still)
    assert_same_picture(doc)
    assert still.mesh is mesh
    assert len(mesh.primitives) == 2


def test_names_stay_when_told() -> None:
    doc = placed(node(name="drawer"), node(name="door"), node(), node())
    Join(keep_names=True)(doc, Context())
    assert [n.name for n in doc.nodes][:2] == ["drawer", "door"]
    assert calls(doc) == 3


def test_more_vertices_than_sixteen_bits_name_take_wider_indices() -> None:
    """65535 is the restart index: 65,536 vertices do not fit into 16 bits."""
    doc = placed(node(grid_part(181)), node(grid_part(180), translation=(0.0, 0.0, 1.0)))
    Join()(doc, Context())
    (made,) = doc.meshes[0].primitives
    count = len(made.attributes["POSITION"])
    assert made.indices is not None
    assert count == 182**2 + 181**2 > 65535
    assert made.indices.dtype == np.uint32
    small = placed(node(grid_part(180)), node(grid_part(100)))
    Join()(small, Context())
    assert small.meshes[0].primitives[0].indices.dtype == np.uint16  # type: ignore[union-attr]


def grid_part(n: int) -> Primitive:
    made = grid(n)
    made.material = RED
    return made


@given(
    st.lists(
        st.tuples(st.sampled_from([-1.5, 1.0]), st.floats(-3, 3), st.integers(0, 1), st.integers(0, 3)),
        min_size=1,
        max_size=7,
    )
)
def test_any_scene_keeps_its_triangles(rows: list[tuple[float, float, int, int]]) -> None:
    materials = [RED, Material(name="other")]
    nodes: list[Node] = []
    for scale, place, material, parent in rows:
        made = node(part(materials[material]), scale=(scale, 1.0, 2.0), translation=(round(place, 1), 0.0, 0.0))
        if nodes and parent:
            nodes[parent % len(nodes)].children.append(made)
        nodes.append(made)
    children = {id(child) for n in nodes for child in n.children}
    doc = placed(*[n for n in nodes if id(n) not in children])
    assert_same_picture(doc)
    assert calls(doc) <= 2
    once = doc.to_bytes()
    Join()(doc, Context())
    assert doc.to_bytes() == once
