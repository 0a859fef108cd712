"""What places see of the sky: counted where it is known."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.light import Flag, Stage
from forge3d.light.material import default_material
from forge3d.light.points import outside_of, points_of, uncovered
from forge3d.light.transfer import CELLS, MOST_SITES, PARTS, Transfer, cells, gathered, transfer

BOX = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))


def stage_of(places: np.ndarray, corners: np.ndarray, *, two_sided: bool = False, color: float = 0.5) -> Stage:
    vertices = np.zeros((len(places), 14), np.float32)
    vertices[:, :6], vertices[:, 10:14] = places, 1.0
    material = default_material()
    material["metallic"], material["base_color"] = 0.0, [color, color, color, 1]
    material["flags"] = Flag.DOUBLE_SIDED if two_sided else 0
    return Stage(vertices, corners, np.zeros(len(corners), np.int32), material)


def box(inward: bool) -> tuple[np.ndarray, np.ndarray]:
    """A cube with a vertex for each corner of each side: places and triangles."""
    places, corners = [], []
    for side in SIDES:
        square = BOX[list(side)]
        normal = np.sign(square.mean(0).round()) * (-1 if inward else 1)
        wound = [0, 1, 2, 0, 2, 3]
        if np.cross(square[1] - square[0], square[2] - square[0]) @ normal < 0:
            wound = [0, 2, 1, 0, 3, 2]
        corners += [np.array(wound).reshape(2, 3) + len(places) * 4]
        places.append(np.concatenate([square, np.tile(normal, (4, 1))], 1))
    return np.concatenate(places).astype(np.float32), np.concatenate(corners)


def of(places: np.ndarray, corners: np.ndarray, **options: object) -> Transfer:
    stage = stage_of(places, corners, **options)  # type: ignore[arg-type]
    return transfer(stage, np.arange(len(places)), len(places), 0)


def blocked(made: Transfer, site: int) -> np.ndarray:
    """Of each cell, how much of it the site does not see."""
    parts = np.zeros(CELLS)
    own = made.entries[made.starts[site] : made.starts[site + 1]]
    parts[own & 127] = (own >> 7 & 63) / PARTS
    return parts


def test_cells_are_even() -> None:
    np.testing.assert_allclose(np.linalg.norm(cells(), axis=1), 1)
    np.testing.assert_allclose(cells().mean(0), 0, atol=2e-3)
    np.testing.assert_allclose(cells().T @ cells() / CELLS, np.eye(3) / 3, atol=2e-3)


def test_nothing_hides_the_sky_from_what_is_convex() -> None:
    assert len(of(*box(inward=False)).entries) == 0


def test_nothing_is_seen_from_within_a_closed_box_but_its_sides() -> None:
    places, corners = box(inward=True)
    made = of(places, corners)
    for site, normal in enumerate(places[:, 3:]):
        above = cells() @ normal > 0.01
        np.testing.assert_array_equal(blocked(made, site)[above], 1)
    assert ((made.entries >> 13) < len(places)).all()
    np.testing.assert_allclose(made.looks[:, :3], 0.5 * 0.95 + 0.05, atol=1e-6)
    assert not made.looks[:, 7].any()


def test_sides_that_only_face_away_send_nothing_and_are_counted() -> None:
    outer, wound = box(inward=False)
    floor = np.float32([[-0.1, 0, -0.1, 0, 1, 0], [0.1, 0, -0.1, 0, 1, 0], [0, 0, 0.1, 0, 1, 0]])
    made = of(np.concatenate([floor, outer]), np.concatenate([[[0, 2, 1]], wound + 3]))
    assert (made.looks[:3, 7] == 1).all()
    assert (made.entries[: made.starts[3]] >> 13 == MOST_SITES).all()


def test_a_wall_hides_half_of_the_sky_from_what_lies_at_its_foot() -> None:
    floor = np.float32([[0.01, 0, 0, 0, 1, 0], [0.03, 0, -0.01, 0, 1, 0], [0.03, 0, 0.01, 0, 1, 0]])
    wall = np.float32([[0, -1, 500, 1, 0, 0], [0, -1, -500, 1, 0, 0], [0, 900, 0, 1, 0, 0]])
    made = of(np.concatenate([floor, wall]), np.array([[0, 2, 1], [3, 4, 5]]))
    up = cells()[:, 1] > 0.01
    for site in range(3):
        np.testing.assert_array_equal(blocked(made, site)[up], cells()[up, 0] < 0)


def test_backs_are_sites_of_their_own() -> None:
    lower = np.float32([[-1, 0, -1, 0, 1, 0], [1, 0, -1, 0, 1, 0], [0, 0, 1, 0, 1, 0]])
    upper = lower + np.float32([0, 1e-3, 0, 0, 0, 0])
    corners = np.array([[0, 2, 1], [3, 5, 4]])
    stage = stage_of(np.concatenate([lower, upper]), corners, two_sided=True)
    made = transfer(stage, np.arange(6), 6, 6)
    counts = np.diff(made.starts)
    assert (counts[[0, 1, 2, 9, 10, 11]] > 50).all()  # they see each other
    assert not counts[3:9].any()
    seen = made.entries[: made.starts[3]] >> 13
    assert seen.min() >= 9  # backs of the upper one


def test_glass_takes_a_part() -> None:
    floor = np.float32([[-0.1, 0, -0.1, 0, 1, 0], [0.1, 0, -0.1, 0, 1, 0], [0, 0, 0.1, 0, 1, 0]])
    pane = np.float32([[-9e3, 1, -9e3, 0, 1, 0], [9e3, 1, -9e3, 0, 1, 0], [0, 1, 9e3, 0, 1, 0]])
    places, corners = np.concatenate([floor, pane]), np.array([[0, 2, 1], [3, 5, 4]])
    vertices = np.zeros((6, 14), np.float32)
    vertices[:, :6], vertices[:, 10:14] = places, 1.0
    materials = default_material(2)
    materials["transmission"][1], materials["base_color"][1] = 1.0, [0.5, 0.5, 0.5, 1]
    stage = Stage(vertices, corners, [0, 1], materials)
    parts = blocked(transfer(stage, np.arange(6), 6, 0), 0)[cells()[:, 1] > 0.1]
    np.testing.assert_allclose(parts, 1 - 0.5 * 0.95, atol=1 / PARTS)


def test_threads_change_nothing() -> None:
    places, corners = box(inward=True)
    stage = stage_of(places, corners)
    one, many = (transfer(stage, np.arange(24), 24, 0, rays=2, threads=threads) for threads in (1, 5))
    np.testing.assert_array_equal(one.entries, many.entries)
    np.testing.assert_array_equal(one.starts, many.starts)


def test_numbers_are_held_against_their_bounds() -> None:
    stage = stage_of(*box(inward=True))
    for point_of, points, two_sided in ((np.arange(24), 23, 0), (np.arange(24), 24, 25), (np.arange(23), 24, 0)):
        with pytest.raises(ValueError, match=r"point|sites"):
            transfer(stage, point_of, points, two_sided)


class TestPoints:
    def test_vertices_that_stand_and_face_alike_are_one(self) -> None:
        places = np.float32([[0, 0, 0, 0, 1, 0], [1, 0, 0, 0, 1, 0], [0, 0, -0.0, 0, 1, 0], [0, 0, 0, 1, 0, 0]])
        points = points_of(places, np.array([False, True, False, False]), 1.0)
        np.testing.assert_array_equal(points.point_of, [1, 0, 1, 2])  # what has two sides comes first
        np.testing.assert_array_equal(points.places, places[[1, 0, 3]])
        assert (points.two_sided, points.sites, points.reach) == (1, 4, 0.0)

    def test_many_share_points_with_neighbours_that_face_the_same_way(self) -> None:
        rng = np.random.default_rng(1)
        places = rng.normal(size=(5000, 6)).astype(np.float32)
        places[:, 3:] /= np.linalg.norm(places[:, 3:], axis=1, keepdims=True)
        points = points_of(places, np.zeros(5000, bool), 10.0, most=300)
        assert len(points.places) <= 300
        apart = np.abs(places[:, :3] - points.places[points.point_of, :3]).max()
        assert apart <= points.reach
        assert ((places[:, 3:] > 0) == (points.places[points.point_of, 3:] > 0)).all()

    def test_what_lies_within_something_takes_its_neighbours_light(self) -> None:
        corners = np.array([[0, 1, 2], [2, 1, 3], [3, 2, 4]])
        inside = np.array([True, True, False, True, True])
        np.testing.assert_array_equal(outside_of(np.arange(5), inside, corners), [2, 2, 2, 2, 2])


class TestGathered:
    def test_the_nearest_that_face_alike_count(self) -> None:
        places = np.float32([[0, 0, 0, 0, 1, 0], [1, 0, 0, 0, 1, 0], [0.5, 0, 0, 0, -1, 0], [9, 9, 9, 0, 1, 0]])
        found = gathered(np.float32([[0.5, 0, 0, 0, 1, 0], [0, 0, 0, 0, 1, 0]]), places, 1.0, [3, 3])
        first = sorted((int(part) >> 8, int(part) & 255) for part in found[0] if part & 255)
        assert [place for place, _ in first] == [0, 1]
        assert first[0][1] + first[1][1] == 255
        assert abs(first[0][1] - first[1][1]) <= 1
        assert found[1, 0] == 0 << 8 | 255

    def test_what_is_alone_keeps_what_it_is_given(self) -> None:
        found = gathered(np.float32([[5, 5, 5, 0, 1, 0]]), np.float32([[0, 0, 0, 0, 1, 0]]), 1.0, [7])
        assert found.tolist() == [[7 << 8 | 255, 0, 0, 0]]


def test_what_something_lies_on_reads_its_most_open_neighbour() -> None:
    """A strip of four vertices, the second under a cord: what is between them is seen."""
    corners = np.array([[0, 1, 2], [1, 2, 3]], np.int32)
    read = np.array([[point << 8 | 255, 0, 0, 0] for point in range(4)], np.uint32)
    openness = np.array([0.5, 0.1, 0.9, 0.8], np.float32)
    assert (uncovered(read, openness, corners)[:, 0] >> 8).tolist() == [0, 2, 2, 3]


def test_light_that_fades_stays() -> None:
    corners = np.array([[0, 1, 2]], np.int32)
    read = np.array([[point << 8 | 255, 0, 0, 0] for point in range(3)], np.uint32)
    openness = np.array([1.0, 0.6, 0.4], np.float32)
    assert (uncovered(read, openness, corners)[:, 0] >> 8).tolist() == [0, 1, 0]
