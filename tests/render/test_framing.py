from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.document import Accessor, Material
from forge3d.document.scene import Instancing
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.framing import CLEARANCE, Hull, extreme_points, orbit_view
from forge3d.render.scene import scene_state
from forge3d.render.shot import turn_about

from .shapes import node, placed, quad, sphere, unlit

numbers = st.floats(-1, 1)
clouds = st.lists(st.tuples(numbers, numbers, numbers), min_size=4, max_size=20).map(
    lambda points: np.concatenate([points, 0.2 * np.eye(3), [[-0.2, -0.1, -0.15]]])
)
orbits = st.builds(Orbit, yaw=st.floats(-180, 180), pitch=st.floats(-90, 90), fov=st.floats(10, 80), fill=st.just(1.0))


def hull(points: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Hull:
    return Hull.of([points])


@given(clouds, orbits, st.floats(0.3, 3.0))
@settings(max_examples=60, deadline=None)
def test_a_still_touches_the_border_and_never_crosses_it(points: np.ndarray, orbit: Orbit, aspect: float) -> None:
    view = orbit_view(orbit, hull(points), aspect)
    widest = np.abs(view.project(points)).max()
    assert widest <= 1 + 1e-6
    if view.depths(points).min() > 2 * CLEARANCE * hull(points).diagonal:
        assert widest == pytest.approx(1.0, abs=1e-6)


@given(clouds, orbits, st.floats(0.3, 3.0))
@settings(max_examples=60, deadline=None)
def test_a_still_is_centred(points: np.ndarray, orbit: Orbit, aspect: float) -> None:
    seen = orbit_view(orbit, hull(points), aspect).project(points)
    np.testing.assert_allclose(seen.max(0) + seen.min(0), 0, atol=1e-3)


@given(clouds, orbits, st.floats(0.3, 3.0))
@settings(max_examples=40, deadline=None)
def test_a_spin_touches_the_border_at_some_angle_and_crosses_it_at_none(
    points: np.ndarray, orbit: Orbit, aspect: float
) -> None:
    made = hull(points)
    view = orbit_view(orbit, made, aspect, turning=True)
    widest = 0.0
    for degrees in np.arange(0, 360, 0.5):
        turn = turn_about(made.center, degrees)
        seen = view.project(points @ turn[:3, :3].T + turn[:3, 3])
        widest = max(widest, float(np.abs(seen).max()))
    assert 0.999 < widest <= 1 + 1e-6


@given(clouds, st.floats(0.2, 1.0))
@settings(max_examples=30, deadline=None)
def test_fill_is_the_share_of_the_frame(points: np.ndarray, fill: float) -> None:
    seen = orbit_view(Orbit(yaw=20, pitch=10, fill=fill), hull(points), 1.5).project(points)
    assert np.abs(seen).max() == pytest.approx(fill, abs=1e-6)


def test_a_target_stays_in_the_middle() -> None:
    points = np.array([[0.0, 0, 0], [2, 0, 0], [0, 1, 0]])
    view = orbit_view(Orbit(target=(0, 0, 0), fill=1.0), hull(points), 1.0)
    np.testing.assert_allclose(view.project([[0, 0, 0]]), [[0, 0]], atol=1e-12)
    assert np.abs(view.project(points)).max() == pytest.approx(1.0)


def test_the_spherical_convention_of_model_viewer() -> None:
    view = orbit_view(Orbit.from_spherical(90, 90, 2.0, (1, 0, 0)), hull(np.zeros((1, 3))), 1.0)
    np.testing.assert_allclose(view.eye, [3, 0, 0], atol=1e-12)
    above = orbit_view(Orbit.from_spherical(0, 0, 2.0), hull(np.zeros((1, 3))), 1.0)
    np.testing.assert_allclose(above.eye, [0, 2, 0], atol=1e-12)


def test_pixels_keep_the_promise(renderer: Renderer) -> None:
    """A stretched ball, spun: its frames reach the border rows or columns, and its border stays empty with a margin."""
    document = placed(node(sphere(unlit((1, 1, 1, 1))), scale=(1.5, 0.4, 0.7), translation=(3, 1, -2)))
    settings = RenderSettings(samples=1)
    tight = list(
        renderer.turntable(document, frames=12, camera=Orbit(pitch=25, fill=1.0), size=(96, 96), settings=settings)
    )
    covered = np.any([frame.pixels[..., 3] > 0 for frame in tight], 0)
    assert covered[:, :2].any()
    assert covered[:, -2:].any()
    loose = renderer.turntable(document, frames=12, camera=Orbit(pitch=25, fill=0.9), size=(96, 96), settings=settings)
    for frame in loose:
        alpha = frame.pixels[..., 3]
        assert not alpha[:4].any()
        assert not alpha[-4:].any()
        assert not alpha[:, :4].any()
        assert not alpha[:, -4:].any()


def test_the_outermost_points_are_nearly_the_hull() -> None:
    points = np.random.default_rng(5).normal(size=(20_000, 3)).astype(np.float32)
    kept = extreme_points(points, 1024)
    assert len(kept) < 400
    toward = np.random.default_rng(6).normal(size=(3, 500)).astype(np.float32)
    missing = (points @ toward).max(0) - (kept @ toward).max(0)
    assert (missing <= 0.02 * np.linalg.norm(toward, axis=0) * np.abs(points).max()).all()


def test_vertices_that_no_index_names_do_not_count() -> None:
    primitive = quad()
    far = np.concatenate([primitive.attributes["POSITION"].array, [[100, 0, 0]]]).astype(np.float32)
    primitive.attributes = {"POSITION": Accessor(far)}
    np.testing.assert_array_equal(scene_state(placed(node(primitive))).hull.high, [1, 1, 0])


def test_many_instances_are_framed_like_few() -> None:
    ball = sphere(rings=10)
    spots = np.random.default_rng(8).uniform(-9, 9, (100, 3)).astype(np.float32)
    grid = Instancing(attributes={"TRANSLATION": Accessor(spots)})
    many = scene_state(placed(node(ball, instancing=grid))).hull
    few = scene_state(placed(*(node(ball, translation=tuple(map(float, spot))) for spot in spots))).hull
    np.testing.assert_allclose([many.low, many.high], [few.low, few.high], atol=1e-2)
    views = [orbit_view(Orbit(yaw=33, pitch=12), made, 1.0) for made in (many, few)]
    np.testing.assert_allclose(views[0].eye, views[1].eye, atol=2e-2)


def test_nothing_to_frame_is_no_error(renderer: Renderer) -> None:
    point = placed(node(sphere(Material(), radius=0.0, rings=2)))
    assert renderer.render(point, size=(8, 8)).size == (8, 8)


@pytest.mark.parametrize("orbit", [Orbit(yaw=30, pitch=15), Orbit(target=(0.5, 0, 0)), Orbit(distance=5.0)])
def test_a_fitted_camera_gives_the_same_picture_as_numbers(renderer: Renderer, orbit: Orbit) -> None:
    document = placed(node(quad(unlit((1, 1, 1, 1)), size=0.7, z=0.4)), node(sphere(rings=8), translation=(0, 2, 0)))
    fitted = renderer.fit(document, orbit, (48, 32))
    assert fitted.distance is not None
    assert fitted.target is not None
    first, second = (renderer.render(document, camera=camera, size=(48, 32)).pixels for camera in (orbit, fitted))
    np.testing.assert_array_equal(first, second)
    assert renderer.fit(document, fitted, (48, 32)) == fitted


@given(clouds, st.floats(1e-3, 1e3))
@settings(max_examples=60, deadline=None)
def test_balls_hold_all_points_and_little_more(points: np.ndarray, scale: float) -> None:
    whole = hull(points * scale + 7)
    middles, radius = whole.balls
    toward = np.random.default_rng(3).normal(size=(200, 3))
    toward /= np.linalg.norm(toward, axis=1, keepdims=True)
    beyond = (middles @ toward.T).max(0) + radius - (whole.points @ toward.T).max(0)
    assert (beyond > -1e-9 * scale).all()
    assert (beyond < 0.05 * whole.diagonal).all()
