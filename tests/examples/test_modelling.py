"""The modelling kit, on shapes whose measures are known."""

from __future__ import annotations

import numpy as np
import pytest
from examples.modelling import noise
from examples.modelling.atlas import pack, paint, rasterize
from examples.modelling.cloth_patterns import knit, leather, ripstop, weave
from examples.modelling.curves import fillet, offset, resample, spline, superellipse
from examples.modelling.grid import loft
from examples.modelling.hard_patterns import brushed, moulded, wood
from examples.modelling.maps import linear, normal_map
from examples.modelling.normals import smooth_normals
from examples.modelling.occlusion import ambient
from examples.modelling.patch import Patch, box
from examples.modelling.subdivision import rounded_block, subdivide
from examples.modelling.surface import Surface, areas, join, rotation, volume
from examples.modelling.sweep import circle, frames, revolve, sweep, tube
from examples.modelling.tangents import tangents
from examples.modelling.technical_patterns import carbon, emblem, quilted
from hypothesis import given
from hypothesis import strategies as st


def open_edges(surface: Surface) -> int:
    """Edges that only one triangle has, counting vertices at the same place as one."""
    _, place = np.unique(np.round(surface.positions * 1e7).astype(np.int64), axis=0, return_inverse=True)
    corner = place.reshape(-1)[surface.triangles]
    sides = np.sort(np.concatenate([corner[:, [0, 1]], corner[:, [1, 2]], corner[:, [2, 0]]]), axis=1)
    return int((np.unique(sides, axis=0, return_counts=True)[1] == 1).sum())


def test_resample_spaces_a_square_evenly() -> None:
    square = [(0, 0), (1, 0), (1, 1), (0, 1)]
    assert resample(square, 8, closed=True).tolist() == [
        [0, 0], [0.5, 0], [1, 0], [1, 0.5], [1, 1], [0.5, 1], [0, 1], [0, 0.5],
    ]  # fmt: skip
    assert resample([(0, 0), (2, 0)], 3).tolist() == [[0, 0], [1, 0], [2, 0]]


def test_spline_passes_through_its_points() -> None:
    control = np.array([(0, 0), (1, 2), (3, 1), (4, 4)], dtype=float)
    curve = spline(control, 4001)
    distance = np.linalg.norm(curve[None] - control[:, None], axis=2).min(axis=1)
    assert distance.max() < 2e-3
    assert curve[0].tolist() == [0, 0]
    np.testing.assert_allclose(curve[-1], [4, 4])


def test_fillet_keeps_its_radius_and_leaves_sharp_corners() -> None:
    rounded = fillet([(0, 0), (4, 0), (4, 4), (0, 4)], [1, 0, 1, 1], 8)
    assert [4.0, 0.0] in rounded.tolist()
    near = rounded[(rounded < 1.0 + 1e-9).all(axis=1)]
    np.testing.assert_allclose(np.linalg.norm(near - 1, axis=1), 1)


def test_offset_of_a_circle_is_a_circle() -> None:
    np.testing.assert_allclose(np.linalg.norm(offset(superellipse(1, 1, 2, 64), 0.5), axis=1), 1.5, atol=2e-3)


def test_a_turned_cylinder_is_closed_and_has_its_volume() -> None:
    cylinder = revolve([(0, 0), (1, 0), (1, 2), (0, 2)], sides=256).outward()
    assert open_edges(cylinder) == 0
    assert volume(cylinder) == pytest.approx(2 * np.pi, rel=1e-3)
    flat = np.abs(cylinder.normals[:, 1])
    assert set(np.round(flat, 6)) == {0.0, 1.0}, "the rims are creases"


def test_uvs_are_metres() -> None:
    cylinder = revolve([(0.5, 0), (0.5, 1)], sides=256)
    np.testing.assert_allclose(cylinder.uvs.max(axis=0), [np.pi, 1], rtol=1e-3)


def test_sweep_closes_its_ends_and_turns_outward() -> None:
    path = np.stack([np.zeros(9), np.linspace(0, 1, 9), np.zeros(9)], axis=-1)
    for bevel in (0.0, 0.05):
        rod = sweep(circle(0.1, 64), path, bevel=bevel)
        assert open_edges(rod) == 0
        assert volume(rod) == pytest.approx(np.pi * 0.01, rel=0.05)
    assert volume(sweep(circle(0.1, 64), path[::-1])) > 0


def test_frames_on_a_circle_do_not_twist() -> None:
    angle = np.linspace(0, 2 * np.pi, 100, endpoint=False)
    ring = np.stack([np.cos(angle), np.sin(angle), 0 * angle], axis=-1)
    tangent, side, up = frames(ring, closed=True)
    np.testing.assert_allclose(np.einsum("ij,ij->i", tangent, up), 0, atol=1e-9)
    np.testing.assert_allclose(up[:, 2], up[0, 2], atol=1e-9)
    np.testing.assert_allclose(np.einsum("ij,ij->i", up, ring), up[0] @ ring[0], atol=1e-6)
    np.testing.assert_allclose(side, np.cross(tangent, up))
    assert open_edges(tube(ring, 0.1, closed=True)) == 0


def test_catmull_clark_of_a_cube_tends_to_its_limit() -> None:
    cube = box((2, 2, 2))
    places, which = np.unique(cube.positions, axis=0, return_inverse=True)
    quads = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    uvs = np.broadcast_to(np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=float), (6, 4, 2))
    assert which.max() == 7
    one = subdivide(places, quads, uvs, 1)
    np.testing.assert_allclose(np.abs(one.positions).max(axis=0), 1.0)  # the middles of the faces stay
    corner = one.positions[np.abs(one.positions).min(axis=1) > 0.5]
    np.testing.assert_allclose(np.abs(corner), 5 / 9)  # (F + 2 R + 0 P) / 3 with F = 1/3 · (1, 1, 1), R = 2/3 · …
    ball = subdivide(places, quads, uvs, 4)
    assert open_edges(ball) == 0
    assert np.linalg.norm(ball.positions, axis=1).std() < 0.02


def test_rounded_block_keeps_its_size() -> None:
    block = rounded_block((2, 3, 4), 0.3, levels=2)
    np.testing.assert_allclose(np.ptp(block.positions, axis=0), [2, 3, 4])
    assert open_edges(block) == 0
    assert 0.9 * 24 < volume(block) < 24


def test_normals_are_smooth_over_seams_and_split_at_creases() -> None:
    left, right = [(0, 0, 0), (1, 1, 0), (0, 0, 1), (1, 1, 1)], [(1, 1, 0), (2, 0, 0), (1, 1, 1), (2, 0, 1)]
    roof = np.array([*left, *right], dtype=float)
    triangles = np.array([(0, 2, 1), (1, 2, 3), (4, 6, 5), (5, 6, 7)])
    normals, vertex, _ = smooth_normals(roof, triangles, 180.0)
    np.testing.assert_allclose(normals[np.isin(vertex, (1, 3, 4, 6))], [[0, 1, 0]] * 4, atol=1e-12)
    sharp, _, _ = smooth_normals(roof, triangles, 60.0)
    assert np.abs(sharp[:, 0]).min() > 0.7


def test_mirroring_keeps_the_outside_outside() -> None:
    rod = tube([(1, 0, 0), (2, 0, 0)], 0.1)
    twin = rod.mirrored()
    assert volume(twin) == pytest.approx(volume(rod))
    np.testing.assert_allclose(twin.positions[:, 0], -rod.positions[:, 0])
    turned = rod.transformed(rotation("z", 90))
    np.testing.assert_allclose(turned.positions[:, 1], rod.positions[:, 0])


def test_tangents_follow_u_and_the_sign_follows_the_picture() -> None:
    sheet = loft([[(0, 0, 0), (1, 0, 0)], [(0, 1, 0), (1, 1, 0)]])  # v grows with y, so the picture stands on its head
    np.testing.assert_allclose(tangents(sheet), [[1, 0, 0, -1]] * 4)
    np.testing.assert_allclose(tangents(sheet.mirrored()), [[-1, 0, 0, 1]] * 4)


def test_normal_map_of_a_slope() -> None:
    n = 64
    wave = 0.01 * np.sin(2 * np.pi * np.arange(n) / n)
    across = normal_map(np.broadcast_to(wave, (n, n)), 1.0).astype(float) / 255 * 2 - 1
    assert across[0, 0, 0] == pytest.approx(-0.01 * 2 * np.pi, abs=0.02)  # rising to the right leans to the left
    down = normal_map(np.broadcast_to(wave[:, None], (n, n)), 1.0).astype(float) / 255 * 2 - 1
    assert down[0, 0, 1] == pytest.approx(0.01 * 2 * np.pi, abs=0.02)  # rising downward leans to the top
    assert normal_map(np.zeros((4, 4)), 1.0)[0, 0].tolist() == [128, 128, 255]


TILES = [
    noise.fractal(64, 5, 1), noise.cellular(64, 6, 2)[0], weave(64, 0.1, 8, 3).height, ripstop(64, 0.1, 2, 4).height,
    knit(64, 0.1, 4, 5).height, leather(64, 0.1, 6, 6).height, wood(64, 0.1, 3, 7).tone, brushed(64, 0.1, 8).tone,
    moulded(64, 0.1, 9).height, quilted(64, 0.1, 2, 10).height, carbon(64, 0.1, 8, 11).tone,
]  # fmt: skip


@pytest.mark.parametrize("height", TILES)
def test_patterns_tile(height: np.ndarray) -> None:
    """The step over the border is no larger than the steps inside."""
    assert np.isfinite(height).all()
    assert np.ptp(height) > 0
    for axis in (0, 1):
        steps = np.abs(np.diff(height, axis=axis))
        border = np.abs(np.take(height, 0, axis) - np.take(height, -1, axis))
        assert border.max() <= steps.max() * 1.2
        assert border.mean() <= steps.mean(axis=1 - axis).max() * 1.2


def test_noise_is_the_same_everywhere() -> None:
    assert noise.table(7, 3).tolist() == [0.625095466604667, 0.8972138009695755, 0.7756856902451935]


def test_emblem_is_ink_on_black() -> None:
    ink = emblem(128)
    assert ink[0, 0] == 0.0
    assert ink[40, 64] == 1.0, "the sun"
    assert 0.05 < ink.mean() < 0.5


@given(st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)), min_size=1, max_size=12))
def test_charts_never_overlap(sizes: list[tuple[float, float]]) -> None:
    sheets = [loft([[(0, 0, 0), (w, 0, 0)], [(0, h, 0), (w, h, 0)]]) for w, h in sizes]
    whole = join(*sheets)
    atlas = pack(whole, 256)
    assert atlas.min() >= 0
    assert atlas.max() <= 1
    corners = [atlas[c.start : c.stop] for c in whole.charts]
    for i, a in enumerate(corners):
        for b in corners[i + 1 :]:
            apart = (a.min(0) >= b.max(0)) | (b.min(0) >= a.max(0))
            assert apart.any()


def test_rasterize_covers_a_square_once() -> None:
    uvs = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], dtype=float)
    texel, weights, _ = rasterize(uvs, np.array([(0, 1, 2), (0, 2, 3)]), 8)
    assert set(texel.tolist()) == set(range(64))
    np.testing.assert_allclose(weights.sum(axis=1), 1)


def test_paint_interpolates() -> None:
    sheet = loft([[(0, 0, 0), (1, 0, 0)], [(0, 1, 0), (1, 1, 0)]])
    picture = paint(sheet.uvs[:, 0], sheet.uvs, sheet, 16, soften=0)
    np.testing.assert_allclose(picture, np.broadcast_to((np.arange(16) + 0.5) / 16, (16, 16)), atol=0.01)


def test_ambient_light_in_the_open_and_in_a_box() -> None:
    angle = np.linspace(0, np.pi, 24)
    ball = revolve(np.stack([np.sin(angle), np.cos(angle)], axis=-1), sides=32).outward()
    assert ambient(ball, directions=64, points=60_000, resolution=96).min() > 0.9
    inside_out = join(box((2, 2, 2)).flipped(), ball.transformed(np.diag([2.0, 2.0, 2.0, 1.0])))
    assert ambient(inside_out, directions=64, points=60_000, resolution=96)[:24].max() < 0.2


def test_patch_measures_on_the_surface() -> None:
    u, v = np.meshgrid(np.linspace(0, 2, 5), np.linspace(0, 1, 4))
    patch = Patch(np.stack([u, v, 0 * u], axis=-1), u[0], v)
    point, normal = patch.at([(0.3, 0.7)], 0.1)
    np.testing.assert_allclose(point, [[0.3, 0.7, 0.1]], atol=1e-12)
    np.testing.assert_allclose(normal, [[0, 0, 1]])
    np.testing.assert_allclose(patch.around((1, 0.5), [(0.1, 0.2)]), [[1.1, 0.7]])
    plate = patch.plate((1, 0.5), superellipse(0.2, 0.2, 2, 24), np.array([(0.0, 0.02), (0.0, 0.0)]))
    assert plate.positions[:, 2].max() == pytest.approx(0.02)
    assert areas(plate).min() > 0
    assert (plate.normals[:, 2] > -1e-9).all()


def test_linear_light() -> None:
    assert linear("#000000") == (0, 0, 0)
    assert linear("#ffffff") == (1, 1, 1)
    assert linear("#808080")[0] == pytest.approx(0.21586, abs=1e-5)
