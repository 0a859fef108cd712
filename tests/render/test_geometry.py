from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.document import Accessor, Mode, Primitive
from forge3d.errors import InvalidAsset
from forge3d.render.geometry import canonical, geometry

from .shapes import quad


@given(st.integers(0, 10_000), st.integers(1, 12))
@settings(max_examples=50, deadline=None)
def test_canonical_order_depends_on_values_alone(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(0, 3, (count + 3, 4)).astype(np.float32)
    faces = rng.integers(0, len(table), (count, 3)).astype(np.uint32)
    order = rng.permutation(len(table))
    place = np.argsort(order).astype(np.uint32)
    other = place[faces][rng.permutation(count)]
    other = np.stack([np.roll(face, shift) for face, shift in zip(other, rng.integers(0, 3, count), strict=True)])
    first, second = canonical(table, None, faces), canonical(table[order], None, other)
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[2], second[2])


def test_canonical_keeps_every_triangle_and_its_winding() -> None:
    table = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float32)
    faces = np.array([[2, 1, 3], [1, 2, 0]], np.uint32)
    kept, _, made = canonical(table, None, faces)

    def turned(face: np.ndarray) -> tuple[tuple[float, ...], ...]:
        rows = [tuple(map(float, corner)) for corner in face]
        first = rows.index(min(rows))
        return tuple(rows[first:] + rows[:first])

    assert {turned(face) for face in kept[made]} == {turned(face) for face in table[faces]}


def test_strips_and_fans_are_the_triangles_they_stand_for() -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float32)
    for mode, order in ((Mode.TRIANGLE_STRIP, [0, 1, 2, 3]), (Mode.TRIANGLE_FAN, [0, 1, 3, 2])):
        indices = Accessor(np.array(order, np.uint8))
        made = geometry(Primitive(attributes={"POSITION": Accessor(corners)}, indices=indices, mode=mode))
        a, b, c = (made.table[made.indices[:, corner]] for corner in range(3))
        np.testing.assert_array_equal(np.cross(b - a, c - a)[:, 2], [1, 1])


def test_normalized_integers_are_fractions_and_colours_have_alpha() -> None:
    primitive = quad()
    primitive.attributes["COLOR_0"] = Accessor(np.full((4, 3), 51, np.uint8), normalized=True)
    made = geometry(primitive)
    np.testing.assert_allclose(made.column("COLOR_0"), np.broadcast_to([0.2, 0.2, 0.2, 1.0], (4, 4)), rtol=1e-6)


def test_tangents_without_normals_count_for_nothing() -> None:
    primitive = quad(TANGENT=np.tile([1, 0, 0, 1], (4, 1)))
    del primitive.attributes["NORMAL"]
    assert [name for name, _ in geometry(primitive, tangent_uv=0).layout] == ["POSITION", "TEXCOORD_0"]


def test_a_primitive_without_positions_is_a_typed_error() -> None:
    with pytest.raises(InvalidAsset, match="POSITION"):
        geometry(Primitive())
