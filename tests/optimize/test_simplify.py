"""Fewer triangles: closed where it was closed, with attributes that were there before."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Accessor, Context, Document, Mesh, Mode, Node, Primitive, Skin
from forge3d.document.geometry import triangles
from forge3d.errors import Cancelled
from forge3d.optimize import Simplify
from forge3d.optimize.borders import Touching, open_edge_vertices, shared_borders
from forge3d.optimize.graph import world_matrices
from forge3d.surface.deviation import Surface

from . import document, grid, placed, primitive, sphere


def count(doc: Document) -> int:
    return sum(len(triangles(part)) for mesh in doc.meshes for part in mesh.primitives)


def test_a_flat_grid_is_two_triangles_without_error() -> None:
    doc = document(grid(10))
    change = Simplify(error=1e-6)(doc, Context())
    assert count(doc) == 2
    assert change.error is not None
    assert change.error < 1e-7
    part = doc.meshes[0].primitives[0]
    corners = part.attributes["POSITION"].array
    assert sorted(map(tuple, corners.tolist())) == [(0, 0, 0), (0, 1, 0), (1, 0, 0), (1, 1, 0)]
    assert np.array_equal(part.attributes["TEXCOORD_0"].array, corners[:, :2])


@pytest.mark.parametrize("ratio", [0.75, 0.5, 0.1])
def test_the_ratio_is_met_and_the_error_is_the_one_measured(ratio: float) -> None:
    part = sphere(24)
    doc = document(part)
    before = count(doc)
    change = Simplify(ratio=ratio)(doc, Context())
    assert before * ratio - 2 <= count(doc) <= before * ratio
    after = np.hstack([part.attributes[n].array for n in ("POSITION", "NORMAL")])
    assert np.abs(np.linalg.norm(after[:, 3:], axis=1) - 1).max() < 1e-6
    assert ((after[:, :3] * after[:, 3:]).sum(axis=1) > 0.9).all()  # normals go with their points
    middles = after[:, :3][triangles(part)].mean(axis=1)
    assert change.error is not None
    facets = 0.009  # of the sphere that it was before
    assert np.abs(1 - np.linalg.norm(middles, axis=1)).max() <= change.error + facets < 0.2


def test_outsides_stay_outside() -> None:
    part = sphere(24)
    Simplify(ratio=0.1)(document(part), Context())
    a, b, c = np.moveaxis(part.attributes["POSITION"].array[triangles(part)], 1, 0)
    assert ((np.cross(b - a, c - a) * (a + b + c)).sum(axis=1) > 0).all()


def test_the_error_is_a_part_of_the_extent_and_holds_in_the_world() -> None:
    wavy = grid(30, height=lambda x, y: 0.05 * np.sin(9 * x))
    doc = placed(Node(mesh=Mesh(primitives=[wavy]), scale=(100.0, 100.0, 100.0)))
    change = Simplify(error=0.002)(doc, Context())
    assert 2 < count(doc) < 900
    assert change.error is not None
    assert 0.01 < change.error < 3 * 0.2  # metres: the model is 100 m wide, the estimate is near but no bound


def skinned_strip() -> tuple[Document, Primitive]:
    part = grid(16, height=lambda x, y: 0.2 * np.sin(6 * y))
    y = part.attributes["POSITION"].array[:, 1]
    weights = np.stack([1 - y, y, 0 * y, 0 * y], axis=1)
    part.attributes["JOINTS_0"] = Accessor(np.tile(np.array([0, 1, 0, 0], np.uint8), (len(y), 1)))
    part.attributes["WEIGHTS_0"] = Accessor(weights)
    part.targets = [{"POSITION": Accessor(np.stack([0 * y, 0 * y, y], axis=1))}]
    joints = [Node(), Node()]
    node = Node(mesh=Mesh(primitives=[part]), skin=Skin(joints=joints))
    assert node.skin is not None
    return placed(*joints, node, skins=[node.skin]), part


def test_skins_and_morph_targets_stay_with_their_vertices() -> None:
    doc, part = skinned_strip()
    Simplify(ratio=0.3)(doc, Context())
    y = part.attributes["POSITION"].array[:, 1]
    assert len(y) < 17 * 17 * 0.6
    assert np.array_equal(part.attributes["WEIGHTS_0"].array[:, 1], y)
    assert np.array_equal(part.targets[0]["POSITION"].array[:, 2], y)
    assert part.attributes["JOINTS_0"].array.tolist() == [[0, 1, 0, 0]] * len(y)


def seamed() -> Primitive:
    """A bumpy sheet whose right half is another chart: the middle column stands twice, far apart in the texture."""
    left, right = (grid(12, height=lambda x, y: 0.3 * np.sin(4 * y)) for _ in range(2))
    parts = [part.attributes["POSITION"].array.copy() for part in (left, right)]
    parts[1][:, 0] += 1
    uv = [part.attributes["TEXCOORD_0"].array * np.float32(0.4) for part in (left, right)]
    uv[1] = uv[1] + np.float32(0.6)
    assert left.indices is not None
    faces = np.concatenate([left.indices.array, left.indices.array + len(parts[0])])
    return primitive(np.concatenate(parts), faces, TEXCOORD_0=np.concatenate(uv))


@pytest.mark.parametrize("ratio", [0.5, 0.15, 0.02])
def test_no_triangle_reads_two_charts(ratio: float) -> None:
    part = seamed()
    doc = document(part)
    Simplify(ratio=ratio)(doc, Context())
    chart = part.attributes["TEXCOORD_0"].array[:, 0] > 0.5
    corners = chart[triangles(part)]
    assert (corners.all(axis=1) | ~corners.any(axis=1)).all()


def halves() -> tuple[Document, list[Primitive]]:
    left, right = (grid(12, height=lambda x, y: 0.3 * np.sin(4 * y)) for _ in range(2))
    nodes = [Node(mesh=Mesh(primitives=[part])) for part in (left, right)]
    nodes[1].translation = (1.0, 0.0, 0.0)
    return placed(*nodes), [left, right]


def test_no_gap_opens_where_primitives_touch() -> None:
    doc, (left, right) = halves()
    before = count(doc)
    Simplify(ratio=0.2)(doc, Context())
    assert count(doc) < before * 0.4

    def border(part: Primitive, x: float) -> set[tuple[float, ...]]:
        positions = part.attributes["POSITION"].array
        return {tuple(row[1:].tolist()) for row in positions[positions[:, 0] == x]}

    assert border(left, 1.0) == border(right, 0.0)
    assert len(border(left, 1.0)) == 13


def test_which_vertices_are_held() -> None:
    doc, (left, right) = halves()
    parts = [
        Touching(Surface(part.attributes["POSITION"].array, triangles(part)), [node])
        for part, node in zip((left, right), doc.nodes, strict=True)
    ]
    held = shared_borders(parts, world_matrices(doc))
    assert left.attributes["POSITION"].array[held[0], 0].tolist() == [1.0] * 13
    assert right.attributes["POSITION"].array[held[1], 0].tolist() == [0.0] * 13
    assert shared_borders(parts[:1], world_matrices(doc))[0].tolist() == []
    ball = sphere(8)
    assert not open_edge_vertices(ball.attributes["POSITION"].array, triangles(ball)).any()


def test_closed_parts_that_lie_on_each_other_are_free() -> None:
    doc = document(sphere(16), sphere(16))
    before = count(doc)
    Simplify(ratio=0.25)(doc, Context())
    assert count(doc) <= before * 0.25


def test_strips_and_quantized_positions() -> None:
    positions = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0], [2, 0, 0], [2, 1, 0]], np.float32)
    strip = primitive(positions, None)
    strip.mode = Mode.TRIANGLE_STRIP
    Simplify(error=1e-6)(document(strip), Context())
    assert strip.mode == Mode.TRIANGLES
    assert len(triangles(strip)) == 2
    small = grid(8)
    small.attributes["POSITION"] = Accessor((small.attributes["POSITION"].array * 8).astype(np.uint16))
    Simplify(error=1e-6)(document(small), Context())
    assert len(triangles(small)) == 2
    assert small.attributes["POSITION"].dtype == np.uint16


def test_primitives_that_share_vertices_still_do() -> None:
    first, second = grid(8), grid(8)
    second.attributes = dict(first.attributes)
    assert first.indices is not None
    assert second.indices is not None
    first.indices, second.indices = (Accessor(first.indices.array[:192]), Accessor(second.indices.array[192:]))
    dots = primitive(indices=(0, 40, 80))
    dots.mode, dots.attributes = Mode.POINTS, dict(first.attributes)
    doc = document(first, second, dots)
    Simplify(ratio=0.1)(doc, Context())
    assert first.attributes["POSITION"] is second.attributes["POSITION"] is dots.attributes["POSITION"]
    assert dots.indices is not None
    where = dots.attributes["POSITION"].array[dots.indices.array]
    assert where.tolist() == [[0, 0, 0], [0.5, 0.5, 0], [1, 1, 0]]
    assert len(triangles(first)) + len(triangles(second)) < 40


def test_what_cannot_be_simplified_is_named_and_stays() -> None:
    lines, foreign, broken = primitive(), primitive(), primitive(np.full((4, 3), np.inf))
    lines.mode = Mode.LINES
    foreign.extensions["EXT_mesh_features"] = {"featureIds": []}
    before = [part.indices for part in (lines, foreign, broken)]
    change = Simplify(ratio=0.0)(document(lines, foreign, broken), Context())
    assert [part.indices for part in (lines, foreign, broken)] == before
    assert [skip.why for skip in change.skipped] == [
        "is made of points or lines",
        "carries an extension that may count its vertices: EXT_mesh_features",
        "has positions that are not finite numbers",
    ]


def test_nothing_is_emptied_and_full_ratio_changes_nothing() -> None:
    parts = [sphere(8), primitive([[0, 0, 0], [1, 0, 0], [0, 1, 0]], (0, 1, 2)), primitive(np.zeros((3, 3)), (0, 1, 2))]
    doc = document(*parts)
    Simplify(ratio=0.0)(doc, Context())
    assert all(len(triangles(part)) > 0 for part in parts)
    again = document(sphere(8))
    position = again.meshes[0].primitives[0].attributes["POSITION"]
    assert Simplify(ratio=1.0)(again, Context()).error == 0
    assert again.meshes[0].primitives[0].attributes["POSITION"] is position


def test_settled_vertices_are_stored_in_the_type_they_had() -> None:
    part = sphere(24)
    for name, kind, limit in (("POSITION", np.int16, 30000), ("NORMAL", np.int8, 127)):
        values = np.rint(part.attributes[name].array * limit).astype(kind)
        part.attributes[name] = Accessor(values, normalized=name == "NORMAL")
    Simplify(ratio=0.25)(document(part), Context())
    assert part.attributes["POSITION"].dtype == np.int16
    assert np.abs(np.linalg.norm(part.attributes["POSITION"].floats, axis=1) / 30000 - 1).max() < 0.05
    assert part.attributes["NORMAL"].dtype == np.int8
    assert np.abs(np.linalg.norm(part.attributes["NORMAL"].floats, axis=1) - 1).max() < 0.02


@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_attributes_that_are_no_numbers_do_not_stop_it(value: float) -> None:
    part = grid(16, height=lambda x, y: 0.1 * np.sin(7 * x))
    uv = part.attributes["TEXCOORD_0"].array.copy()
    uv[40:60] = value
    part.attributes["TEXCOORD_0"] = Accessor(uv)
    Simplify(ratio=0.5)(document(part), Context())
    assert len(triangles(part)) <= 256


def test_cancelling_ends_it() -> None:
    def stop(fraction: float, label: str) -> None:
        raise Cancelled(label)

    doc = document(sphere(16))
    before = doc.meshes[0].primitives[0].indices
    with pytest.raises(Cancelled):
        Simplify(ratio=0.5)(doc, Context(progress=stop))
    assert doc.meshes[0].primitives[0].indices is before
