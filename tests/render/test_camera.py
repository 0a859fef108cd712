from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Camera, Node, Orthographic, Perspective
from forge3d.errors import RecipeError
from forge3d.render import FileCamera, Orbit, Renderer, RenderSettings
from forge3d.render.camera import file_view

from .shapes import node, placed, quad, unlit


def test_the_axes_of_an_orbit_are_a_right_handed_frame() -> None:
    for yaw, pitch in ((0, 0), (30, 45), (-120, 90), (200, -90)):
        axes = Orbit(yaw=yaw, pitch=pitch).axes()
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
        assert np.linalg.det(axes) == pytest.approx(1.0)
        assert axes[1, 1] >= -1e-12


@pytest.mark.parametrize("wrong", [{"pitch": 91}, {"fov": 0}, {"fill": 0}, {"distance": -1}, {"yaw": np.nan}])
def test_an_impossible_orbit_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(RecipeError, match=next(iter(wrong))):
        Orbit(**wrong)


def test_a_perspective_camera_of_the_file() -> None:
    eye = Node(name="eye", camera=Camera(projection=Perspective(yfov=np.pi / 2, znear=0.1)), translation=(0, 0, 5))
    view = file_view(placed(eye), FileCamera("eye"), 2.0)
    np.testing.assert_allclose(view.project([[10, 5, 0]]), [[1, 1]])


def test_a_narrow_picture_keeps_the_width_the_camera_asks_for() -> None:
    lens = Perspective(yfov=np.pi / 2, znear=0.1, aspect_ratio=2.0)
    view = file_view(placed(Node(camera=Camera(projection=lens), translation=(0, 0, 5))), FileCamera(), 1.0)
    np.testing.assert_allclose(view.project([[10, 5, 0]]), [[1, 0.5]])


def test_an_orthographic_camera_sees_parallel_lines(renderer: Renderer) -> None:
    lens = Orthographic(xmag=2, ymag=2, znear=0.1, zfar=10)
    document = placed(node(quad(unlit((1, 1, 1, 1)))), Node(camera=Camera(projection=lens), translation=(0, 0, 5)))
    frame = renderer.render(document, camera=FileCamera(), size=(32, 32), settings=RenderSettings(samples=1))
    covered = frame.pixels[..., 3] > 127
    assert covered.sum() == 16 * 16
    assert covered[8:24, 8:24].all()
    np.testing.assert_allclose(frame.depth[16, 16], 5.0, rtol=1e-5)


def test_a_missing_camera_names_those_there_are() -> None:
    lens = Camera(projection=Perspective(yfov=1.0, znear=0.1), name="lens")
    with pytest.raises(RecipeError, match="lens"):
        file_view(placed(Node(camera=lens)), FileCamera("other"), 1.0)
