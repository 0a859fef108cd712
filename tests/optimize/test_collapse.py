"""Edge collapse on small meshes: what may go, what must stay, and that seams keep their texture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.optimize.collapse import Collapse, Remainder
from forge3d.optimize.wedges import TriangleList
from forge3d.surface.deviation import Reference, Surface

NOBODY = np.zeros(0, np.int64)


def sheet(n: int, bump: float = 0.0, seam: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A square of n × n cells in x and y with texture coordinates; with a seam at x = ½ its right half is elsewhere."""
    halves = [np.linspace(0, 0.5, n // 2 + 1), np.linspace(0.5, 1, n // 2 + 1)] if seam else [np.linspace(0, 1, n + 1)]
    positions, uvs, triangles, start = [], [], [], 0
    for number, xs in enumerate(halves):
        x, y = np.meshgrid(xs, np.linspace(0, 1, n + 1))
        positions.append(np.stack([x, y, bump * np.sin(7 * x) * np.cos(5 * y)], axis=-1).reshape(-1, 3))
        uvs.append(np.stack([x * 0.4 + 0.5 * number, y], axis=-1).reshape(-1, 2))
        ids = start + np.arange(x.size).reshape(x.shape)
        a, b, c, d = ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1]
        triangles.append(np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3))
        start += x.size
    return (
        np.concatenate(positions).astype(np.float32),
        np.concatenate(uvs).astype(np.float32),
        np.concatenate(triangles).astype(np.uint32),
    )


def sphere(n: int) -> tuple[np.ndarray, np.ndarray]:
    """A closed unit sphere of 2n² − 2n triangles or so."""
    theta, phi = np.linspace(0, np.pi, n + 1)[1:-1], np.arange(n) * 2 * np.pi / n
    ring = np.stack(
        [np.outer(np.sin(theta), np.cos(phi)), np.outer(np.sin(theta), np.sin(phi)), np.outer(np.cos(theta), phi**0)],
        -1,
    )
    positions = np.concatenate([[[0, 0, 1]], ring.reshape(-1, 3), [[0, 0, -1]]]).astype(np.float32)
    ids = 1 + np.arange((n - 1) * n).reshape(n - 1, n)
    right = np.roll(ids, -1, axis=1)
    last = len(positions) - 1
    triangles = [
        np.stack([np.zeros(n, int), ids[0], right[0]], -1),
        np.stack([ids[:-1], ids[1:], right[1:], ids[:-1], right[1:], right[:-1]], -1).reshape(-1, 3),
        np.stack([ids[-1], np.full(n, last), right[-1]], -1),
    ]
    return positions, np.concatenate(triangles).astype(np.uint32)


def area(positions: np.ndarray, triangles: np.ndarray) -> float:
    p = positions[triangles].astype(np.float64)
    return float(np.linalg.norm(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]), axis=1).sum() / 2)


def collapsed(positions: np.ndarray, attributes: dict, triangles: np.ndarray, locked: np.ndarray = NOBODY) -> Collapse:
    return Collapse([TriangleList(positions, attributes, triangles, locked)])


def remainder(collapse: Collapse, steps: int) -> Remainder:
    """The level with every vertex where it was."""
    (rest,) = collapse.remainders(steps, settle=False)
    return rest


def at(collapse: Collapse, triangles: int) -> int:
    """How many collapses leave at most so many of the triangles."""
    total = int(collapse.removed[-1])
    return int(np.searchsorted(collapse.removed, min(total, triangles)))


def test_a_flat_sheet_becomes_two_triangles_at_no_error() -> None:
    positions, _, triangles = sheet(8)
    collapse = collapsed(positions, {}, triangles, NOBODY)
    steps = int(np.searchsorted(collapse.errors, 1e-6, "right"))
    rest = remainder(collapse, steps)
    assert len(rest.triangles) == 2
    assert area(positions[rest.place], rest.triangles) == pytest.approx(1.0)
    assert sorted(map(tuple, positions[rest.place][:, :2])) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_nothing_is_emptied() -> None:
    positions, _, triangles = sheet(4)
    collapse = collapsed(positions, {}, triangles, NOBODY)
    assert len(remainder(collapse, len(collapse.errors)).triangles) >= 1


def test_counts_are_what_remains() -> None:
    positions, uv, triangles = sheet(12, bump=0.1, seam=True)
    collapse = collapsed(positions, {"TEXCOORD_0": uv}, triangles, NOBODY)
    assert len(collapse.removed) == len(collapse.errors) + 1
    for steps in (0, 1, 17, len(collapse.errors) // 2, len(collapse.errors)):
        assert len(remainder(collapse, steps).triangles) == len(triangles) - collapse.removed[steps]


def test_errors_never_fall_and_locked_vertices_stay() -> None:
    positions, _, triangles = sheet(10, bump=0.2)
    locked = np.array([24, 60, 77])
    collapse = collapsed(positions, {}, triangles, locked)
    assert (np.diff(collapse.errors) >= 0).all()
    left = {tuple(p) for p in positions[remainder(collapse, len(collapse.errors)).place]}
    assert {tuple(p) for p in positions[locked]} <= left


def test_both_sides_of_a_seam_keep_their_texture() -> None:
    positions, uv, triangles = sheet(16, bump=0.02, seam=True)
    collapse = collapsed(positions, {"TEXCOORD_0": uv}, triangles, NOBODY)
    rest = remainder(collapse, at(collapse, len(triangles) * 3 // 4))
    assert len(rest.triangles) <= len(triangles) // 4
    assert (rest.place == rest.look).all()  # along the seam there is always a partner
    corners = uv[rest.look][rest.triangles]
    left = corners[..., 0] <= 0.2 + 1e-6
    assert (left.all(axis=1) | (~left).all(axis=1)).all()  # no triangle reaches from one chart into the other
    # Texture coordinates are still the same function of the place.
    x = positions[rest.place][:, 0]
    side = uv[rest.look][:, 0] > 0.45
    assert np.allclose(uv[rest.look][:, 0], x * 0.4 + 0.5 * side, atol=1e-6)


def test_creases_of_flat_shading_do_not_stop_it() -> None:
    positions, triangles = sphere(24)
    flat = positions[triangles].reshape(-1, 3)
    a, b, c = np.swapaxes(positions[triangles], 0, 1)
    normals = np.repeat(np.cross(b - a, c - a), 3, axis=0).astype(np.float32)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    loose = np.arange(len(flat), dtype=np.uint32).reshape(-1, 3)
    collapse = collapsed(flat, {"NORMAL": normals}, loose, NOBODY)
    assert collapse.removed[-1] > len(loose) * 3 // 4


@settings(max_examples=15, deadline=None)
@given(st.integers(6, 20), st.floats(0.1, 0.9))
def test_a_closed_surface_stays_closed_and_near(n: int, share: float) -> None:
    positions, triangles = sphere(n)
    collapse = collapsed(positions, {}, triangles, NOBODY)
    rest = remainder(collapse, at(collapse, int(share * len(triangles))))
    edges = np.sort(np.concatenate([rest.triangles[:, [0, 1]], rest.triangles[:, [1, 2]], rest.triangles[:, [2, 0]]]))
    assert (np.unique(edges, axis=0, return_counts=True)[1] == 2).all()
    p = positions[rest.place][rest.triangles].astype(np.float64)
    volume = np.einsum("tc,tc->t", p[:, 0], np.cross(p[:, 1], p[:, 2])).sum() / 6
    assert 0 < volume < 4 / 3 * np.pi  # never inside out, never larger


def test_a_morph_target_is_a_surface_too() -> None:
    positions, _, triangles = sheet(8)
    spike = np.zeros_like(positions)
    spike[40, 2] = 1.0  # the middle rises
    plain = collapsed(positions, {}, triangles, NOBODY)
    moved = collapsed(positions, {"POSITION/0": spike}, triangles, NOBODY)
    steps = int(np.searchsorted(moved.errors, 1e-6, "right"))
    assert 40 in remainder(moved, steps).place
    assert 40 not in remainder(plain, int(np.searchsorted(plain.errors, 1e-6, "right"))).place


def test_degenerate_triangles_go_at_once() -> None:
    positions = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 0]], np.float32)
    assert len(collapsed(positions, {}, np.array([[0, 3, 1]], np.uint32)).removed) == 0
    mixed = collapsed(positions, {}, np.array([[0, 1, 2], [0, 3, 1]], np.uint32))
    assert mixed.removed.tolist()[0] == 1


def test_settled_points_are_nearer_and_their_texture_moves_with_them() -> None:
    positions, uv, triangles = sheet(24, bump=0.2)
    collapse = collapsed(positions, {"TEXCOORD_0": uv}, triangles)
    steps = at(collapse, len(triangles) * 3 // 4)
    (rest,) = collapse.remainders(steps)
    original = Reference(Surface(positions, triangles))
    stiff = remainder(collapse, steps)
    assert len(rest.settled) > 10
    settled, kept = (original.deviation(Surface(r.positions(positions), r.triangles)).mean for r in (rest, stiff))
    assert settled < 0.8 * kept
    where = rest.positions(positions)[rest.settled]
    assert np.abs(rest.moved["TEXCOORD_0"] - where[:, :2] * [0.4, 1.0]).max() < 0.01
    assert np.array_equal(rest.triangles, stiff.triangles)


def test_two_primitives_share_their_border() -> None:
    positions, _, triangles = sheet(12, bump=0.1)
    left = positions[triangles][:, :, 0].mean(axis=1) < 0.5
    parts = [TriangleList(positions, {}, triangles[side], NOBODY) for side in (left, ~left)]
    collapse = Collapse(parts)
    rests = collapse.remainders(at(collapse, len(triangles) * 3 // 4), settle=True)
    borders = []
    for rest in rests:
        places = rest.positions(positions)
        edges = np.sort(
            np.concatenate([rest.triangles[:, [0, 1]], rest.triangles[:, [1, 2]], rest.triangles[:, [2, 0]]])
        )
        single = [edge for edge, n in zip(*np.unique(edges, axis=0, return_counts=True), strict=True) if n == 1]
        inner = [sorted(map(tuple, places[edge])) for edge in single if np.ptp(places[edge], axis=0)[1] > 0]
        borders.append({tuple(edge) for edge in inner if 0.01 < edge[0][0] < 0.99})
    assert borders[0] == borders[1]
    assert 1 <= len(borders[0]) < 12


def test_no_primitive_is_emptied() -> None:
    positions, _, triangles = sheet(8)
    parts = [TriangleList(positions, {}, part, NOBODY) for part in (triangles[:1], triangles[1:])]
    collapse = Collapse(parts)
    counts = [len(rest.triangles) for rest in collapse.remainders(len(collapse.errors))]
    assert counts[0] == 1
    assert 1 <= counts[1] < 8


def test_a_thin_spike_stays_while_what_is_round_gives_triangles() -> None:
    """Its area, and with it what leaving it out costs, is next to nothing; but it would be missed."""
    positions, _, triangles = sheet(24, bump=0.2)
    spike = 12 * 25 + 12
    positions[spike, 2] += 0.06
    at_spike = (triangles == spike).any(axis=1)
    ring = np.setdiff1d(triangles[at_spike], [spike])
    positions[ring, :2] += (positions[spike, :2] - positions[ring, :2]) * np.float32(0.95)
    collapse = collapsed(positions, {}, triangles, NOBODY)
    rest = remainder(collapse, at(collapse, len(triangles) // 4))
    found = Reference(Surface(positions, triangles)).deviation(Surface(rest.positions(positions), rest.triangles))
    assert found.largest < 0.004
