"""The sun, from shadows in a photo."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.errors import RecipeError
from forge3d.render.traced import irradiance
from forge3d.stage import RoomCamera, Shadow
from forge3d.stage.light import with_sun

CAMERA = RoomCamera((600, 400), 55.0, 25.0, 2.0, 1.6)
UP = np.array([0.0, 1.0, 0.0])


def shadow(sun: tuple[float, float, float], height: float = 0.8) -> Shadow:
    """Of something that stands two metres before the camera."""
    foot = np.array([0.1, 0.0, -2.2])
    tip = foot - np.array(sun) / sun[1] * height * [1, 0, 1]
    (x, y), (tip_x, tip_y) = CAMERA.project([foot, tip]).tolist()
    return Shadow((x, y), (tip_x, tip_y), height)


@pytest.mark.parametrize("sun", [(0.6, 0.5, -0.2), (-0.3, 0.9, -0.4), (0.1, 0.4, 0.5)])
def test_where_it_comes_from(sun: tuple[float, float, float]) -> None:
    assert shadow(sun).toward(CAMERA) == pytest.approx(np.array(sun) / np.linalg.norm(sun), abs=1e-6)


@pytest.mark.parametrize("left", [0.2, 0.5, 0.9])
def test_how_much_of_the_light_it_is(left: float) -> None:
    cast = shadow((0.6, 0.5, -0.2))
    rows, columns = np.mgrid[0:400, 0:600] + 0.5
    floor = CAMERA.directions(np.stack([columns, rows], 2))[..., 1] < -0.01
    places = np.full((400, 600, 3), 1e9)
    places[floor] = CAMERA.on_floor(np.stack([columns, rows], 2)[floor])
    foot, tip = CAMERA.on_floor([cast.foot, cast.tip])
    way = (tip - foot) / np.linalg.norm(tip - foot)
    along = (places - foot) @ way
    aside = np.linalg.norm(places - foot - along[..., None] * way, axis=2)
    dark = (aside < 0.06) & (along > 0) & (along < np.linalg.norm(tip - foot))
    photo = np.where(dark[..., None], 0.5 * left, 0.5).repeat(3, 2).astype(np.float32)
    assert cast.share(photo, CAMERA) == pytest.approx(1 - left, abs=0.01)


def test_a_photo_without_contrast_leaves_hardly_a_sun() -> None:
    assert shadow((0.6, 0.5, -0.2)).share(np.full((400, 600, 3), 0.5, np.float32), CAMERA) == pytest.approx(0.05)


def test_its_part_of_the_light_on_the_floor() -> None:
    around = np.random.default_rng(3).random((128, 256, 3)).astype(np.float32)
    toward = np.array([0.6, 0.5, -0.2]) / np.linalg.norm([0.6, 0.5, -0.2])
    sunny = with_sun(around, toward, 0.7)
    assert irradiance(around, UP) == pytest.approx(0.3 * irradiance(sunny, UP), rel=1e-4)
    row, column = np.unravel_index(sunny.sum(2).argmax(), sunny.shape[:2])
    assert np.degrees(np.arcsin(toward[1])) == pytest.approx(90 - (row + 0.5) / 128 * 180, abs=1)
    azimuth = np.degrees(np.arctan2(toward[2], toward[0]))
    assert azimuth == pytest.approx((column + 0.5) / 256 * 360 - 180, abs=1)


def test_what_is_no_shadow() -> None:
    with pytest.raises(RecipeError, match="takes metres above 0"):
        Shadow((1, 2), (3, 4), 0.0)
    with pytest.raises(RecipeError, match="foot and tip are one place"):
        Shadow((300, 300), (300, 300), 1.0).toward(CAMERA)
    with pytest.raises(RecipeError, match="is not on the floor"):
        Shadow((300, 300), (300, 2), 1.0).toward(CAMERA)
