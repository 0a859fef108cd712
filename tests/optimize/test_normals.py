"""Normals appear where they were missing, and the rest stays."""

from __future__ import annotations

import numpy as np

from forge3d.document import Accessor, Context, Document, Material, Mode
from forge3d.document.material import Unlit
from forge3d.optimize import Normals

from . import QUAD, document, everything_drawn, primitive, sphere

FOLDED = np.float32([[0, 0, 0], [0, 1, 0], [-1, 0, -1], [1, 0, -1]])
RIDGE = (0, 1, 2, 1, 0, 3)
S = np.float32(np.sqrt(0.5))


def test_flat_faces_split_the_vertices_between_them() -> None:
    part = primitive(FOLDED, RIDGE, TEXCOORD_0=FOLDED[:, :2].copy())
    doc = document(part)
    before = everything_drawn(doc, {"POSITION", "TEXCOORD_0"})
    Normals()(doc, Context())
    assert everything_drawn(doc, {"POSITION", "TEXCOORD_0"}) == before
    assert part.attributes["POSITION"].array.tolist() == FOLDED[[0, 0, 1, 1, 2, 3]].tolist()
    left, right = [-S, 0, S], [S, 0, S]
    np.testing.assert_allclose(part.attributes["NORMAL"].array, [left, right, left, right, left, right], atol=1e-6)
    once = doc.to_bytes()
    Normals()(doc, Context())
    assert doc.to_bytes() == once


def test_one_plane_keeps_its_vertices() -> None:
    part = primitive()
    Normals()(document(part), Context())
    np.testing.assert_array_equal(part.attributes["POSITION"].array, QUAD)
    assert part.attributes["NORMAL"].array.tolist() == [[0, 0, 1]] * 4
    assert part.indices is not None
    assert part.indices.array.tolist() == [0, 1, 2, 0, 2, 3]


def test_a_crease_angle_rounds_what_is_softer() -> None:
    part = primitive(FOLDED, RIDGE)
    Normals(crease=100)(document(part), Context())
    np.testing.assert_allclose(part.attributes["NORMAL"].array[:2], [[0, 0, 1]] * 2, atol=1e-6)
    ball = sphere(16)
    smooth = ball.attributes.pop("NORMAL").array
    points = ball.attributes["POSITION"].array
    Normals(crease=60)(document(ball), Context())
    made, moved = ball.attributes["NORMAL"].array, ball.attributes["POSITION"].array
    np.testing.assert_array_equal(points, moved)
    assert np.einsum("ij,ij->i", made, smooth).min() > 0.995


def test_morph_targets_turn_normals_too() -> None:
    """Without deltas a shape that folds up would be lit as if it still lay flat."""
    flat = FOLDED * [1, 1, 0]
    part = primitive(flat, RIDGE)
    part.targets = [{"POSITION": Accessor(FOLDED - flat.astype(np.float32))}, {}]
    Normals()(document(part), Context())
    base, delta = part.attributes["NORMAL"].array, part.targets[0]["NORMAL"].array
    np.testing.assert_allclose(base, [[0, 0, 1]] * 6, atol=1e-6)
    left, right = [-S, 0, S], [S, 0, S]
    np.testing.assert_allclose(base + delta, [left, right, left, right, left, right], atol=1e-6)
    assert part.targets[1] == {}


def test_what_needs_no_normals_gets_none() -> None:
    shaded, points = primitive(), primitive(indices=None)
    shaded.material = Material(unlit=Unlit())
    points.mode = Mode.POINTS
    doc = document(shaded, points)
    before = doc.to_bytes()
    assert Normals()(doc, Context()).notes == []
    assert doc.to_bytes() == before


def test_an_unlit_material_with_a_lit_variant_needs_them() -> None:
    from forge3d.document import Variant, VariantMapping

    part = primitive()
    part.material = Material(unlit=Unlit())
    part.variants = [VariantMapping(material=Material(), variants=[Variant(name="lit")])]
    Normals()(document(part), Context())
    assert "NORMAL" in part.attributes


def test_tangents_that_counted_for_nothing_go() -> None:
    part = primitive(TANGENT=np.tile(np.float32([0, 1, 0, 1]), (4, 1)))
    Normals()(document(part), Context())
    assert sorted(part.attributes) == ["NORMAL", "POSITION"]


def test_lengths_are_put_right_and_directions_kept() -> None:
    odd = np.float32([[0, 0, 2], [0, 3, 0], [0, 0, 0], [0, 0, 1]])
    part = primitive(NORMAL=odd)
    change = Normals()(document(part), Context())
    assert part.attributes["NORMAL"].array.tolist() == [[0, 0, 1], [0, 1, 0], [0, 0, 0], [0, 0, 1]]
    assert change.notes == ["2 normals brought to length one"]


def test_old_normals_go_only_when_told_and_strips_become_lists() -> None:
    part = primitive(QUAD[[0, 1, 3, 2]], None, NORMAL=np.tile(np.float32([1, 0, 0]), (4, 1)))
    part.mode = Mode.TRIANGLE_STRIP
    doc = document(part)
    Normals()(doc, Context())
    assert part.attributes["NORMAL"].array[0].tolist() == [1, 0, 0]
    Normals(overwrite=True)(doc, Context())
    assert part.attributes["NORMAL"].array.tolist() == [[0, 0, 1]] * 4
    assert part.mode is Mode.TRIANGLES
    assert part.indices is not None
    assert len(part.indices) == 6
    assert len(Document.read(doc.to_bytes()).meshes) == 1
