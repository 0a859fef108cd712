"""An order of triangles for codecs: what it may not change, and what it costs in the real encoders."""

from __future__ import annotations

import meshopt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.gltf.codecs.meshopt import encode_attributes, encode_triangles
from forge3d.native.ordering import order


def as_set(triangles: np.ndarray) -> list[tuple[int, ...]]:
    return sorted(map(tuple, triangles.reshape(-1, 3).tolist()))


@given(st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_the_same_triangles_corner_by_corner_come_in_another_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    vertices = int(rng.integers(1, 40))
    parts = [
        (rng.integers(0, vertices, 3 * int(rng.integers(0, 60))), False),
        (rng.integers(0, vertices, int(rng.integers(0, 20))), True),
        (rng.integers(0, vertices, 3 * int(rng.integers(0, 60))), False),
    ]
    rows = rng.integers(0, 9, (vertices, 20)).astype(np.uint8)
    points = rng.normal(size=(vertices, 3))
    ordered, used = order(parts, rows, points)
    for (before, kept), after in zip(parts, ordered, strict=True):
        assert as_set(used[after]) == as_set(before) if not kept else np.array_equal(used[after], before)
    assert np.array_equal(np.sort(used), np.unique(np.concatenate([part for part, _ in parts])))
    again, used_again = order(parts, rows, points)
    assert np.array_equal(used_again, used)
    assert all(np.array_equal(a, b) for a, b in zip(again, ordered, strict=True))


def tube(around: int, along: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Triangles in no order, vertices as 16-bit positions and coordinates, and their points."""
    i, j = np.meshgrid(np.arange(around), np.arange(along), indexing="ij")
    a = i * (along + 1) + j
    b, c, d = a + 1, a + along + 1, a + along + 2
    triangles = np.concatenate([np.stack([a, b, c], -1), np.stack([b, d, c], -1)]).reshape(-1, 3)
    u, v = np.repeat(np.arange(around + 1) / around, along + 1), np.tile(np.arange(along + 1) / along, around + 1)
    points = np.stack([np.cos(2 * np.pi * u), np.sin(2 * np.pi * u), 3 * v], axis=1)
    rows = np.concatenate([(points + 1) * 2000, np.zeros((len(u), 1)), np.stack([u, v], 1) * 4095], axis=1)
    shuffled = np.random.default_rng(3).permutation(triangles)
    return shuffled.reshape(-1), np.rint(rows).astype(np.uint16), points


def test_triangles_take_little_more_than_a_byte_and_vertices_less_than_in_strips() -> None:
    indices, rows, points = tube(64, 40)
    (ordered,), used = order([(indices, False)], rows, points)
    assert len(encode_triangles(ordered)) < 1.15 * len(indices) / 3
    mine = len(encode_triangles(ordered)) + len(encode_attributes(rows[used]))
    strips, place, _ = meshopt.reorder_mesh(indices.astype(np.uint32), True, True)
    moved = np.empty_like(rows)
    moved[place] = rows
    theirs = len(encode_triangles(strips)) + len(encode_attributes(moved))
    assert mine < 0.9 * theirs


def test_new_vertices_are_next_wherever_an_edge_continues() -> None:
    """The law that makes a new vertex free in the index codec: edge by edge, as the codec itself looks."""
    indices, rows, points = tube(20, 20)
    (ordered,), _ = order([(indices, False)], rows, points)
    edges: list[tuple[int, int]] = []
    seen, continued = 0, 0
    for a, b, c in ordered.reshape(-1, 3).tolist():
        turns = [(a, b, c), (b, c, a), (c, a, b)]
        found = next((turn for edge in edges[:15] for turn in turns if turn[:2] == edge), None)
        if found is not None:
            continued += 1
            assert found[2] <= seen
            edges = [(found[0], found[2]), (found[2], found[1]), *edges]
        else:
            edges = [(a, c), (c, b), (b, a), *edges]
        seen = max(seen, a + 1, b + 1, c + 1)
    assert continued > 0.95 * len(ordered) / 3


def test_the_first_triangle_tells_the_codec_that_a_stream_begins() -> None:
    indices, rows, points = tube(8, 8)
    (ordered,), _ = order([(indices, False)], rows, points)
    assert ordered[:3].tolist() == [0, 1, 2]
    alone, twice = len(encode_triangles(ordered)), len(encode_triangles(np.concatenate([ordered, ordered])))
    assert twice - alone < 1.1 * alone


def test_surfaces_that_hang_together_with_nothing_come_one_after_the_nearest() -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], float)
    places = np.random.default_rng(5).permutation(64)
    points = (corners[None] + places[:, None, None] * np.array([10.0, 0, 0])).reshape(-1, 3)
    _, used = order([(np.arange(192), False)], np.rint(points * 20).astype(np.int16), points)
    steps = np.abs(np.diff(places[used[::3] // 3]))
    assert np.median(steps) == 1
    assert steps.mean() < 4


def test_masses_at_one_vertex_or_one_edge_take_no_longer_than_others() -> None:
    many = 100_000
    rows, points = np.zeros((many + 2, 4), np.uint8), np.zeros((many + 2, 3))
    rim = np.arange(1, many + 1)
    for triangles in (
        np.stack([np.zeros(many), rim, rim + 1], axis=1),  # around one vertex
        np.stack([np.zeros(many), np.ones(many), rim], axis=1),  # along one edge
        np.tile([0, 1, 2], (many, 1)),  # on each other
        np.arange(many // 3 * 3).reshape(-1, 3),  # each by itself
    ):
        (ordered,), _ = order([(triangles.reshape(-1), False)], rows, points)
        assert len(ordered) == triangles.size


def test_bad_input_is_refused() -> None:
    rows, points = np.zeros((3, 4), np.uint8), np.zeros((3, 3))
    with pytest.raises(ValueError, match="names a vertex that there is not"):
        order([(np.array([0, 1, 3]), False)], rows, points)
    with pytest.raises(ValueError, match="within a triangle"):
        order([(np.array([0, 1, 2, 0]), False)], rows, points)
    with pytest.raises(ValueError, match="shape"):
        order([(np.array([0, 1, 2]), False)], rows, points[:, :2])
    unknown = np.full((3, 3), np.nan)
    unknown[1] = np.inf
    assert order([(np.array([2, 0, 1]), False)], rows, unknown)[0][0].tolist() == [0, 1, 2]
