"""The camera of a photo, from what is known of its floor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.errors import RecipeError
from forge3d.stage import Floor, RoomCamera
from forge3d.stage.camera import solved
from forge3d.stage.photo import field_of_view

SIZE = (1200, 900)
TRUE = RoomCamera(SIZE, 50.0, 12.0, 0.0, 1.55)


def seen(camera: RoomCamera, *places: tuple[float, float]) -> list[tuple[float, float]]:
    """Pixels of places on the floor, `(x, z)`."""
    return [(float(x), float(y)) for x, y in camera.project([[x, 0, z] for x, z in places])]


def test_a_level_camera_by_hand() -> None:
    camera = RoomCamera((200, 100), 90.0, 0.0, 0.0, 1.0)  # focal length 50 pixels
    assert camera.project([[0, 1, -2]])[0] == pytest.approx([100, 50])
    assert camera.project([[2, 0, -2]])[0] == pytest.approx([150, 75])
    assert camera.on_floor([[150, 75]])[0] == pytest.approx([2, 0, -2])
    assert np.isnan(camera.project([[0, 0, 1]])).all()


def test_tilted_and_leaning_by_hand() -> None:
    down = RoomCamera((200, 100), 90.0, 45.0, 0.0, 1.0)
    assert down.project([[0, 0, -1]])[0] == pytest.approx([100, 50])
    leaning = RoomCamera((200, 100), 90.0, 0.0, 90.0, 1.0)  # turned clockwise: what is up is to the left
    assert leaning.project([[0, 2, -2]])[0] == pytest.approx([75, 50])


@given(st.floats(20, 90), st.floats(-10, 60), st.floats(-8, 8), st.floats(0.3, 3), st.floats(-1, 1), st.floats(1.5, 6))
@settings(max_examples=50, deadline=None)
def test_floor_and_picture_are_each_others_inverse(
    fov: float, pitch: float, roll: float, height: float, x: float, away: float
) -> None:
    camera = RoomCamera(SIZE, fov, pitch, roll, height)
    pixel = camera.project([[x, 0, -away]])
    if np.isfinite(pixel).all() and camera.directions(pixel)[0, 1] < -0.02:
        assert camera.on_floor(pixel)[0] == pytest.approx([x, 0, -away], abs=1e-6 * away)


class TestSolved:
    """Every way to know enough."""

    a, b, c, d = seen(TRUE, (-0.8, -2.5), (0.9, -2.4), (-0.7, -4.5), (0.8, -4.4))

    def length(self, first: tuple[float, float], second: tuple[float, float]) -> float:
        return float(np.linalg.norm(np.subtract(*TRUE.on_floor([first, second]))))

    def check(self, floor: Floor, upright: tuple[float, float] | None = None) -> None:
        camera = solved(floor, SIZE, TRUE.fov, upright)
        assert camera.pitch == pytest.approx(TRUE.pitch, abs=1e-3)
        assert camera.height == pytest.approx(TRUE.height, abs=1e-4)

    def test_a_length_and_the_horizon(self) -> None:
        horizon = SIZE[1] / 2 - TRUE.focal * np.tan(np.radians(TRUE.pitch))
        self.check(Floor((self.a, self.b), self.length(self.a, self.b), horizon=float(horizon)))

    def test_a_length_and_the_cameras_height(self) -> None:
        self.check(Floor((self.a, self.d), self.length(self.a, self.d), height=TRUE.height))

    def test_two_lengths(self) -> None:
        more = ((self.a, self.c, self.length(self.a, self.c)),)
        self.check(Floor((self.a, self.b), self.length(self.a, self.b), more=more))

    def test_a_length_and_upright_edges(self) -> None:
        self.check(Floor((self.a, self.b), self.length(self.a, self.b)), upright=(TRUE.pitch, 0.0))

    def test_everything_given(self) -> None:
        self.check(Floor((self.a, self.b), height=TRUE.height, pitch=TRUE.pitch))

    def test_too_little(self) -> None:
        with pytest.raises(RecipeError, match=r"too few upright edges.*add the horizon"):
            solved(Floor((self.a, self.b), 1.7), SIZE, 50.0, None)
        with pytest.raises(RecipeError, match="length in metres between the two floor points, or the camera's height"):
            Floor((self.a, self.b))

    def test_what_cannot_be(self) -> None:
        with pytest.raises(RecipeError, match=r"\(600, 10\) is not on the floor"):
            solved(Floor((self.a, (600.0, 10.0)), 1.0, pitch=12.0), SIZE, 50.0, None)
        wrong = Floor((self.a, self.b), 1.7, more=((self.a, self.c, 40.0), (self.b, self.d, 0.1)))
        with pytest.raises(RecipeError, match="contradict"):
            solved(wrong, SIZE, 50.0, None)
        with pytest.raises(RecipeError, match="take finite numbers"):
            Floor((self.a, (float("nan"), 10.0)), 1.7)
        with pytest.raises(RecipeError, match="is not on the floor"):
            TRUE.on_floor([(float("nan"), 10.0)])
        with pytest.raises(RecipeError, match="are the same"):
            solved(Floor((self.a, self.a), 1.7, pitch=12.0), SIZE, 50.0, None)


def test_the_field_of_view_of_a_35_mm_lens() -> None:
    assert field_of_view(3600, 2400, 24) == pytest.approx(53.13, abs=0.01)  # 24 mm high film, 24 mm lens
    assert field_of_view(2400, 3600, 24) == pytest.approx(2 * np.degrees(np.arctan(18 / 24)), abs=0.01)
    assert field_of_view(100, 100, None) is None
    assert field_of_view(100, 100, 0) is None
