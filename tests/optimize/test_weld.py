"""Vertices that are equal to the bit become one; nothing else changes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from forge3d.document import Accessor, Context, Mode
from forge3d.optimize import Weld
from forge3d.optimize.weld import unique_rows

from . import document, everything_drawn, primitive


def test_soup_of_two_triangles_becomes_four_vertices() -> None:
    soup = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 1, 0], [0, 1, 0]]
    doc = document(primitive(soup, None))
    Weld()(doc, Context())
    part = doc.meshes[0].primitives[0]
    assert part.attributes["POSITION"].array.tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]
    assert part.indices is not None
    assert part.indices.array.tolist() == [0, 1, 2, 0, 2, 3]
    assert part.indices.dtype == np.uint16


def test_any_difference_keeps_vertices_apart() -> None:
    corners = np.zeros((3, 3), np.float32)
    normals = np.array([[0, 0, 1], [0, 0, 1], [0, 1, 0]], np.float32)
    signs = np.array([[0.0, 0.0], [-0.0, 0.0], [0.0, 0.0]], np.float32)
    doc = document(primitive(corners, (0, 1, 2), NORMAL=normals), primitive(corners, (0, 1, 2), TEXCOORD_0=signs))
    Weld()(doc, Context())
    first, second = doc.meshes[0].primitives
    assert first.indices is not None
    assert second.indices is not None
    assert first.indices.array.tolist() == [0, 0, 1]
    assert second.indices.array.tolist() == [0, 1, 0]  # −0 is not 0 to the bit


def test_morph_targets_keep_vertices_apart() -> None:
    doc = document(primitive(np.zeros((3, 3)), (0, 1, 2)))
    part = doc.meshes[0].primitives[0]
    part.targets = [{"POSITION": Accessor(np.array([[1, 0, 0], [1, 0, 0], [2, 0, 0]], np.float32))}]
    Weld()(doc, Context())
    assert part.targets[0]["POSITION"].array.tolist() == [[1, 0, 0], [2, 0, 0]]
    assert part.indices is not None
    assert part.indices.array.tolist() == [0, 0, 1]


def test_primitives_that_share_vertices_still_do() -> None:
    shared = primitive([[0, 0, 0], [1, 0, 0], [0, 0, 0], [0, 1, 0], [9, 9, 9]], (0, 1, 3))
    other = primitive(indices=(2, 1, 3))
    other.attributes = dict(shared.attributes)
    doc = document(shared, other)
    Weld()(doc, Context())
    assert shared.attributes["POSITION"] is other.attributes["POSITION"]
    assert len(shared.attributes["POSITION"]) == 3  # the unused vertex went too
    assert shared.indices is not None
    assert other.indices is not None
    assert shared.indices.array.tolist() == other.indices.array.tolist() == [0, 1, 2]


def test_primitives_that_share_some_attributes_are_left_alone() -> None:
    first = primitive(np.zeros((3, 3)), (0, 1, 2))
    second = primitive(indices=(0, 1, 2))
    second.attributes = {**first.attributes, "NORMAL": Accessor(np.ones((3, 3), np.float32))}
    change = Weld()(document(first, second), Context())
    assert len(first.attributes["POSITION"]) == 3
    assert [skip.what for skip in change.skipped] == ["mesh 0 primitive 0", "mesh 0 primitive 1"]


def test_degenerate_triangles_stay_and_points_are_not_indexed() -> None:
    flat = primitive(np.zeros((3, 3)), None)
    dots = primitive(np.zeros((3, 3)), None)
    dots.mode = Mode.POINTS
    Weld()(document(flat, dots), Context())
    assert flat.indices is not None
    assert flat.indices.array.tolist() == [0, 0, 0]
    assert dots.indices is None


def test_sixteen_bits_end_below_the_restart_value() -> None:
    for count, kind in ((65535, np.uint16), (65536, np.uint32)):
        positions = np.zeros((count + 1, 3), np.float32)
        positions[:count, 0] = np.arange(count)  # the last vertex is the first one again
        indices = np.arange(count + 1, dtype=np.uint32)
        part = primitive(positions, None)
        part.indices = Accessor(indices)
        part.mode = Mode.LINE_STRIP
        Weld()(document(part), Context())
        assert len(part.attributes["POSITION"]) == count
        assert part.indices.dtype == kind
        assert part.indices.array[-1] == 0


corner_values = st.sampled_from([0.0, -0.0, 1.0, 0.5, np.float32(np.nan)])


@given(hnp.arrays(np.float32, st.tuples(st.integers(1, 30), st.just(3)), elements=corner_values), st.data())
def test_what_is_drawn_stays_equal_to_the_bit(positions: np.ndarray, data: st.DataObject) -> None:
    count = len(positions)
    triangles = data.draw(hnp.arrays(np.uint16, st.integers(1, 12).map(lambda n: 3 * n),
                                     elements=st.integers(0, count - 1)))  # fmt: skip
    colors = data.draw(hnp.arrays(np.uint8, (count, 4), elements=st.integers(0, 1)))
    doc = document(primitive(positions, triangles, COLOR_0=Accessor(colors, normalized=True)))
    before = everything_drawn(doc)
    Weld()(doc, Context())
    assert everything_drawn(doc) == before
    once = doc.meshes[0].primitives[0].attributes["POSITION"]
    Weld()(doc, Context())
    assert doc.meshes[0].primitives[0].attributes["POSITION"] is once


@given(hnp.arrays(np.uint8, st.tuples(st.integers(1, 60), st.integers(1, 5)), elements=st.integers(0, 2)))
def test_unique_rows_agrees_with_numpy(rows: np.ndarray) -> None:
    kept, place = unique_rows([rows], np.ones(len(rows), bool))
    assert len(kept) == len(np.unique(rows, axis=0))
    assert np.array_equal(rows[kept][place], rows)
    assert np.all(np.diff(kept) > 0)
