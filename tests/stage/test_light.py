"""The light of a room, guessed from a photo of it."""

from __future__ import annotations

import numpy as np
from tests.stage.boxes import from_where, photographed

from forge3d.render.traced import irradiance
from forge3d.stage import RoomCamera
from forge3d.stage.light import FLOOR, UP, room_light

CAMERA = RoomCamera((300, 200), 55.0, 12.0, 0.0, 1.5)
PLACE = np.array([0.0, 0.0, -3.0])


def test_where_the_light_of_rooms_comes_from() -> None:
    """Rooms that nothing was tuned on; the measured median is told in docs/staging.md."""
    apart = []
    for seed in range(1000, 1060):
        room = photographed(seed)
        guessed = from_where(room_light(room.linear, room.camera, room.place))
        apart.append(np.degrees(np.arccos(np.clip(guessed @ from_where(room.light), -1, 1))))
    print(f"median {np.median(apart):.1f}°, nine of ten within {np.percentile(apart, 90):.0f}°")
    assert np.median(apart) < 15
    assert np.percentile(apart, 90) < 60


def test_a_floor_in_it_is_as_bright_as_the_photos() -> None:
    for level in (0.1, 0.3, 0.7):
        photo = np.full((200, 300, 3), level, np.float32)
        photo[60:80, 40:60] = 1.0  # a window
        assert irradiance(room_light(photo, CAMERA, PLACE), UP) / np.pi * FLOOR <= level * 1.01
    evenly = room_light(np.full((200, 300, 3), 0.3, np.float32), CAMERA, PLACE)
    np.testing.assert_allclose(irradiance(evenly, UP) / np.pi * FLOOR, 0.3, rtol=1e-3)


def test_where_the_floor_has_clipped_the_sun_comes_through_the_window() -> None:
    photo = np.full((200, 300, 3), 0.2, np.float32)
    photo[10:60, 240:280] = 1.0
    column, row = CAMERA.project([PLACE])[0].astype(int)
    shaded = from_where(room_light(photo, CAMERA, PLACE))
    photo[row - 14 : row + 14, column - 40 : column + 40] = 0.95
    light = room_light(photo, CAMERA, PLACE)
    assert light.max() > 100, "a sun"
    assert from_where(light) @ shaded > 0.9
    assert from_where(light)[0] > 0.3, "to the right, as the window is"


def test_same_photo_same_light() -> None:
    room = photographed(7)
    first, second = (room_light(room.linear, room.camera, room.place) for _ in range(2))
    np.testing.assert_array_equal(first, second)
