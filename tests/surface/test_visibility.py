"""What is seen from outside: closed and open bodies, one side and two, surfaces that hide nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.surface.visibility import seen_from_outside

QUAD = [[0, 1, 2], [0, 2, 3]]


def cube(half: float = 1.0, at: tuple[float, float, float] = (0, 0, 0)) -> Any:
    """Twelve triangles whose fronts look outwards: two each at -x, +x, -y, +y, -z and +z."""
    sides = []
    for axis in range(3):
        for way in (-1, 1):
            square = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]][::way], np.float64)
            sides.append(np.insert(square, axis, way, axis=1)[:, [0, 1, 2]] if axis != 1 else
                         np.insert(square[::-1], axis, way, axis=1))  # fmt: skip
    return np.array([side[triangle] for side in sides for triangle in QUAD]) * half + at


def sphere(count: int, radius: float) -> Any:
    """A closed sphere of 2 · count · (count - 1) triangles or so, fronts outwards."""
    u, v = np.meshgrid(np.arange(2 * count) / (2 * count), np.arange(count + 1) / count, indexing="ij")
    ring = np.sin(np.pi * v)
    points = radius * np.stack([ring * np.cos(2 * np.pi * u), ring * np.sin(2 * np.pi * u), np.cos(np.pi * v)], axis=2)
    next_ = np.roll(points, -1, axis=0)
    a, b, c, d = points[:, :-1], points[:, 1:], next_[:, 1:], next_[:, :-1]
    return np.concatenate([np.stack(t, axis=2).reshape(-1, 3, 3)[_solid(t)] for t in ((a, b, c), (a, c, d))])


def _solid(corners: Any) -> Any:
    a, b, c = corners
    return (np.linalg.norm(np.cross(b - a, c - a), axis=2) > 1e-9).ravel()


def test_the_cube_looks_outwards() -> None:
    corners = cube()
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (np.einsum("ij,ij->i", normals, corners.mean(axis=1)) > 0).all()


@pytest.mark.parametrize("double_sided", [True, False])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_what_is_inside_is_not_seen(double_sided: bool, scale: float) -> None:
    corners = np.concatenate([cube(), cube(0.5), cube(0.999)]) * scale + 10 * scale
    result = seen_from_outside(corners, double_sided=np.full(36, double_sided))
    assert result.seen.tolist() == [True] * 12 + [False] * 24
    assert (result.rays[12:] == 1024).all()
    assert result.missed(0.01)[12:].max() < 1e-4


def test_faces_where_two_bodies_touch() -> None:
    corners = np.concatenate([cube(), cube(at=(2, 0, 0))])
    seen = seen_from_outside(corners, double_sided=np.zeros(24, np.bool_)).seen
    touching = [2, 3, 12, 13]  # +x of the left one, -x of the right one
    assert np.flatnonzero(~seen).tolist() == touching


def test_what_can_be_looked_through_hides_nothing() -> None:
    corners = np.concatenate([cube(), cube(0.5)])
    glass = np.arange(24) >= 12
    assert seen_from_outside(corners, hides=glass).seen.all()
    lid_of_glass = np.ones(24, np.bool_)
    lid_of_glass[10:12] = False
    seen = seen_from_outside(corners, hides=lid_of_glass).seen
    assert np.flatnonzero(~seen).tolist() == [20, 21]  # the inner one's far side


def test_backs_of_one_side_hide_nothing() -> None:
    inside_out = cube()[:, ::-1]
    corners = np.concatenate([inside_out, cube(0.5)])
    one, two = np.zeros(24, np.bool_), np.ones(24, np.bool_)
    assert seen_from_outside(corners, double_sided=one).seen.all()  # through the backs
    assert seen_from_outside(corners, double_sided=two).seen.tolist() == [True] * 12 + [False] * 12


def test_a_front_that_only_a_body_sees() -> None:
    floor = np.array([[[-1, -1, 0], [1, 1, 0], [1, -1, 0]]], np.float64)  # looks down, into the body
    body = cube(1.5, at=(0, 0, -1.5))
    seen = seen_from_outside(np.concatenate([floor - [0, 0, 0.001], body]), double_sided=np.zeros(13, np.bool_)).seen
    assert not seen[0]
    assert seen[1:].all()


def test_two_backs_in_one_place_are_a_wall() -> None:
    """Exporters write two-sided surfaces so too."""
    walls = cube()
    corners = np.concatenate([walls, walls[:, ::-1], cube(0.5)[:, ::-1]])
    result = seen_from_outside(corners, double_sided=np.zeros(36, np.bool_))
    assert result.seen.tolist() == [True] * 12 + [False] * 24


def test_an_opening_lets_something_be_seen() -> None:
    corners = np.concatenate([cube()[:-2], cube(0.5)])  # without its +z side
    seen = seen_from_outside(corners).seen
    assert seen[:10].all()
    assert seen[-2:].all()  # +z of the inner one
    assert seen[10:20].any()


def test_a_tight_shell_is_tight() -> None:
    """Of 8 million rays some hundred slip between triangles; none of them counts."""
    shell = sphere(64, 1.0)
    corners = np.concatenate([shell, sphere(64, 0.9)])
    result = seen_from_outside(corners, rays=512)
    assert result.seen[: len(shell)].all()
    assert not result.seen[len(shell) :].any()


def test_only_what_is_wanted_is_judged() -> None:
    wanted = np.zeros(24, np.bool_)
    wanted[[0, 15]] = True
    result = seen_from_outside(np.concatenate([cube(), cube(0.5)]), wanted=wanted)
    assert np.flatnonzero(result.rays).tolist() == [0, 15]
    assert np.flatnonzero(result.seen).tolist() == [0]


def test_no_more_rays_than_allowed() -> None:
    corners = np.concatenate([cube(), sphere(32, 0.5)])
    result = seen_from_outside(corners, most=20 * len(corners))
    assert 8 <= result.rays[12:].max() <= 20
    assert not result.seen[12:].any()
    assert result.missed(0.5)[12:].max() < 0.5**8 + 1e-9
    assert not seen_from_outside(corners, most=3).rays.any()


def test_what_has_no_area_or_is_not_finite_is_never_seen() -> None:
    corners = np.concatenate([cube(), np.zeros((1, 3, 3)), np.full((1, 3, 3), np.inf)])
    result = seen_from_outside(corners)
    assert result.seen.tolist() == [True] * 12 + [False] * 2
    assert not result.rays[12:].any()
    assert seen_from_outside(np.empty((0, 3, 3))).seen.shape == (0,)
    assert not seen_from_outside(np.full((2, 3, 3), np.nan)).seen.any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1 << 30))
def test_answers_do_not_depend_on_order_of_what_is_clear(seed: int) -> None:
    corners = np.concatenate([cube(), cube(0.5), cube(0.1, at=(3, 0, 0))])
    order = np.random.default_rng(seed).permutation(len(corners))
    seen = seen_from_outside(corners[order], rays=64).seen
    assert (seen == ((order < 12) | (order >= 24))).all()
    assert (seen_from_outside(corners[order], rays=64).seen == seen).all()
