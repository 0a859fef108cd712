"""Refined meshes are the same surface."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forge3d.document import Accessor
from forge3d.render.geometry import Geometry, geometry
from forge3d.render.refining import Shapes, refined
from forge3d.render.scene import scene_state

from .shapes import node, placed, quad, sphere


def areas(mesh: Geometry) -> np.ndarray:
    a, b, c = np.moveaxis(mesh.column("POSITION")[mesh.indices], 1, 0)
    return np.asarray(np.cross(b - a, c - a) / 2)


def edges(mesh: Geometry) -> np.ndarray:
    places = mesh.column("POSITION")[mesh.indices]
    return np.asarray(np.linalg.norm(places - np.roll(places, -1, 1), axis=2))


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 2.0))
def test_no_edge_is_longer_and_no_area_is_lost(seed: int, longest: float) -> None:
    rng = np.random.default_rng(seed)
    table = rng.uniform(-1, 1, (6, 5)).astype(np.float32)
    layout = (("POSITION", 3), ("TEXCOORD_0", 2))
    mesh = Geometry(layout, table, np.array([[0, 1, 2], [2, 1, 3], [3, 4, 5]], np.uint32), None)
    made = refined(mesh, longest)
    assert edges(made).max() <= longest
    whole = np.linalg.norm(areas(mesh), axis=1).sum()
    np.testing.assert_allclose(np.linalg.norm(areas(made), axis=1).sum(), whole, rtol=1e-4)
    np.testing.assert_allclose(areas(made).sum(0), areas(mesh).sum(0), atol=1e-4)


def test_a_closed_mesh_stays_closed() -> None:
    mesh = geometry(sphere(rings=6))
    made = refined(mesh, 0.3)
    assert len(made.indices) > len(mesh.indices)
    _, at = np.unique(made.column("POSITION").round(4) + np.float32(0), axis=0, return_inverse=True)
    corners = at.reshape(-1)[made.indices]
    sides = np.concatenate([corners, np.roll(corners, -1, 1)]).reshape(2, -1).T
    sides = sides[sides[:, 0] != sides[:, 1]]
    there, back = ({tuple(side) for side in pairs.tolist()} for pairs in (sides, sides[:, ::-1]))
    assert there == back


def test_attributes_are_interpolated_and_deltas_with_them() -> None:
    primitive = quad()
    primitive.targets = [{"POSITION": Accessor(np.float32([[0, 0, 0], [4, 0, 0], [8, 0, 0], [4, 0, 0]]))}]
    made = refined(geometry(primitive), 1.5)
    place, uv = made.column("POSITION"), made.column("TEXCOORD_0")
    np.testing.assert_allclose(uv, np.stack([(place[:, 0] + 1) / 2, (1 - place[:, 1]) / 2], 1), atol=1e-6)
    assert made.deltas is not None
    np.testing.assert_allclose(made.deltas[0, :, 0, 0], 2 * (place[:, 0] + 1) + 2 * (place[:, 1] + 1), atol=1e-5)


def test_what_is_fine_enough_or_has_joints_stays_as_it_is() -> None:
    mesh = geometry(quad())
    assert refined(mesh, 9.0) is mesh
    skinned = geometry(quad(JOINTS_0=np.zeros((4, 4)), WEIGHTS_0=np.tile([1, 0, 0, 0], (4, 1))))
    assert refined(skinned, 0.1) is skinned


def test_a_scene_gets_about_as_many_vertices_as_it_may_have() -> None:
    state = scene_state(placed(node(quad()), node(quad(z=1.0), scale=(2.0, 2.0, 2.0))))
    shapes = Shapes(state, 10_000)
    count = sum(len(shapes(draw).table) for draw in state.draws)
    assert 3_000 < count < 15_000
    first, second = state.draws
    assert shapes.longest(first) == 2 * shapes.longest(second)  # of its own units, which are twice as long
