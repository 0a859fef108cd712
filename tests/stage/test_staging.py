"""A product in photos of rooms whose camera and sun are known."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from examples.rooms import Room, rooms
from PIL import Image, ImageDraw
from tests.dress.shapes import model, tube

from forge3d import images
from forge3d.cli import main
from forge3d.document import Document
from forge3d.errors import InvalidAsset, RecipeError
from forge3d.images.colour import srgb_to_linear
from forge3d.render import Renderer, RenderSettings
from forge3d.render.camera import FileCamera
from forge3d.stage import Floor, Shadow, Staged, stage
from forge3d.stage.photo import Photo, read_photo
from forge3d.stage.staging import placed
from forge3d.stage.verticals import tilt

NAMES = ("loft", "hall", "gallery")
WIDTH = 640


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as made:
        yield made


@pytest.fixture(scope="module")
def photos(renderer: Renderer) -> dict[str, tuple[Room, Photo]]:
    """Rooms rasterised in even light: without shadows, but with every edge and window where it is."""
    found = {}
    for room in rooms(WIDTH):
        frame = renderer.render(
            room.document(), camera=FileCamera("photo"), environment=np.full((8, 16, 3), 0.8, np.float32),
            size=room.camera.size, settings=RenderSettings(tone="none", background="white", quality="standard"),
        )  # fmt: skip
        found[room.name] = room, Photo(frame.pixels[..., :3], room.camera.fov)
    return found


def floor(room: Room, **known: float) -> Floor:
    """Two corners of the rug, as somebody points at them: to the nearest quarter of a pixel."""
    (a, b), (c, d) = room.rug
    points = tuple((round(x * 4) / 4, round(y * 4) / 4) for x, y in (room.pixel(a, b), room.pixel(c, d)))
    return Floor((points[0], points[1]), length=float(np.hypot(a - c, b - d)), **known)


def post() -> Document:
    """A post of 1.2 metres."""
    return model(*tube(0.1, 0, 1.2))


@pytest.mark.parametrize("name", NAMES)
def test_upright_edges_tell_the_tilt(photos: dict[str, tuple[Room, Photo]], name: str) -> None:
    room, photo = photos[name]
    found = tilt(photo.linear.mean(axis=2), room.camera.fov)
    assert found is not None
    assert found[0] == pytest.approx(room.camera.pitch, abs=0.3)
    assert found[1] == pytest.approx(room.camera.roll, abs=0.2)


def test_a_picture_without_edges_tells_none() -> None:
    assert tilt(np.full((300, 400), 0.5), 50.0) is None
    noise = np.random.default_rng(1).random((300, 400))
    assert tilt(noise, 50.0) is None


@pytest.mark.parametrize("name", NAMES)
def test_corners_are_where_they_are_in_the_room(
    photos: dict[str, tuple[Room, Photo]], renderer: Renderer, name: str
) -> None:
    """A box of 0.9 × 1.1 × 0.8 metres, from two floor points and their length, without anything else."""
    room, photo = photos[name]
    chair = model(*tube(0.45, 0, 1.1))
    staged = stage(chair, photo, floor(room), at=room.pixel(*room.spot), turn=30, samples=1, renderer=renderer)
    _, corners = placed(chair, room.camera, np.array([room.spot[0], 0, room.spot[1]]), 30)
    assert staged.corners == pytest.approx(room.camera.project(corners), abs=2)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("known", [True, False], ids=["HDR", "guessed"])
def test_the_shadow_falls_away_from_the_light(
    photos: dict[str, tuple[Room, Photo]], renderer: Renderer, name: str, known: bool
) -> None:
    room, photo = photos[name]
    light = room.light() if known else None
    given = floor(room, pitch=room.camera.pitch, roll=room.camera.roll)
    staged = stage(post(), photo, given, at=room.pixel(*room.spot), light=light, samples=4, renderer=renderer)
    direction = shadow_direction(staged, room)
    away = -np.array([room.sun[0], room.sun[2]]) if known else np.array(room.spot) - window(room)
    angle = np.degrees(np.arccos(direction @ away / np.linalg.norm(away)))
    print(f"{name}: {angle:.1f}°")
    assert angle < (12 if known else 30)


@pytest.mark.parametrize("name", NAMES)
def test_a_shadow_in_the_photo_tells_where_the_sun_is(
    photos: dict[str, tuple[Room, Photo]], renderer: Renderer, name: str
) -> None:
    room, photo = photos[name]
    x, z = room.spot
    tip = x - room.sun[0] / room.sun[1] * 0.5, z - room.sun[2] / room.sun[1] * 0.5
    cast = Shadow(room.pixel(x, z), room.pixel(*tip), 0.5)
    painted = Image.fromarray(photo.pixels)
    shade = tuple(int(value) // 3 for value in photo.pixels[int(cast.foot[1]), int(cast.foot[0])])
    ImageDraw.Draw(painted).line([cast.foot, cast.tip], fill=shade, width=9)
    given = floor(room, pitch=room.camera.pitch, roll=room.camera.roll)
    staged = stage(
        post(),
        Photo(np.asarray(painted), photo.fov),
        given,
        at=room.pixel(x, z),
        shadow=cast,
        samples=4,
        renderer=renderer,
    )
    direction, away = shadow_direction(staged, room), -np.array([room.sun[0], room.sun[2]])
    assert np.degrees(np.arccos(direction @ away / np.linalg.norm(away))) < 12


def shadow_direction(staged: Staged, room: Room) -> np.ndarray:
    """From the foot to the middle of the shadow on the floor, `(x, z)` of length 1."""
    height, width = staged.shadow.shape[:2]
    rows, columns = np.mgrid[0:height, 0:width] + 0.5
    looks = room.camera.directions(np.stack([columns, rows], 2))
    floor_there = looks[..., 1] < -0.05
    points = looks[floor_there] * (-room.camera.height / looks[floor_there][:, 1:2])
    offset = points[:, [0, 2]] - room.spot
    reach = np.linalg.norm(offset, axis=1)
    depth = np.linalg.norm(points, axis=1)
    area = depth**2 / -looks[floor_there][:, 1]  # of the floor that a pixel shows, but for a factor
    weight = staged.shadow[..., 3][floor_there] / 255.0 * area * ((reach > 0.15) & (reach < 1.5))
    middle = (offset * weight[:, None]).sum(0) / weight.sum()
    return middle / np.linalg.norm(middle)


def window(room: Room) -> np.ndarray:
    """The middle of the room's window, `(x, z)`."""
    return np.array({"loft": (-3.1, -3.9), "hall": (2.0, -4.9), "gallery": (1.45, -6.6)}[room.name])


def test_layers_laid_over_the_photo_are_the_picture(
    photos: dict[str, tuple[Room, Photo]], renderer: Renderer, tmp_path: Path
) -> None:
    room, photo = photos["loft"]
    staged = stage(post(), photo, floor(room), samples=1, renderer=renderer)
    files = staged.save(tmp_path / "out.png", layers=True)
    assert [file.name for file in files] == ["out.png", "out.product.png", "out.shadow.png"]
    laid = Image.fromarray(photo.pixels).convert("RGBA")
    for name in ("out.shadow.png", "out.product.png"):
        laid.alpha_composite(Image.open(tmp_path / name).convert("RGBA"))
    whole = images.decode((tmp_path / "out.png").read_bytes()).astype(int)
    assert np.abs(np.asarray(laid)[..., :3].astype(int) - whole).max() <= 2
    untouched = (staged.product[..., 3] == 0) & (staged.shadow[..., 3] == 0)
    assert untouched.mean() > 0.3
    assert (staged.picture[untouched] == photo.pixels[untouched]).all()


def test_what_the_mask_shows_stands_before_the_product(
    photos: dict[str, tuple[Room, Photo]], renderer: Renderer
) -> None:
    room, photo = photos["loft"]
    mask = np.zeros(photo.pixels.shape[:2])
    mask[:, : WIDTH // 2] = 1
    staged = stage(post(), photo, floor(room), at=room.pixel(*room.spot), mask=mask, samples=1, renderer=renderer)
    assert (staged.picture[:, : WIDTH // 2] == photo.pixels[:, : WIDTH // 2]).all()
    assert staged.product[:, WIDTH // 2 :, 3].max() == 255


def test_a_brighter_floor_means_brighter_light(photos: dict[str, tuple[Room, Photo]], renderer: Renderer) -> None:
    room, photo = photos["hall"]
    window = (photo.pixels > 240).all(axis=2, keepdims=True)
    darker = Photo(np.where(window, photo.pixels, photo.pixels // 2).astype(np.uint8), photo.fov)
    given, at = floor(room, pitch=room.camera.pitch), room.pixel(*room.spot)
    bright, dim = (
        stage(post(), picture, given, at=at, samples=2, renderer=renderer).product for picture in (photo, darker)
    )
    solid = bright[..., 3] == 255
    posts = [srgb_to_linear(layer[solid][:, :3] / 255.0).mean() for layer in (bright, dim)]
    assert 3 < posts[0] / posts[1] < 7  # sRGB values halved are a fourth to a fifth of the light


def test_same_input_same_picture(photos: dict[str, tuple[Room, Photo]], renderer: Renderer) -> None:
    room, photo = photos["loft"]
    first, second = (stage(post(), photo, floor(room), samples=1, renderer=renderer).picture for _ in range(2))
    assert (first == second).all()


class TestWrongInput:
    """Each error says what to add."""

    def test_no_field_of_view(self, photos: dict[str, tuple[Room, Photo]]) -> None:
        room, photo = photos["loft"]
        with pytest.raises(RecipeError, match="field of view"):
            stage(post(), Photo(photo.pixels), floor(room))

    def test_a_place_in_the_air(self, photos: dict[str, tuple[Room, Photo]]) -> None:
        room, photo = photos["loft"]
        with pytest.raises(RecipeError, match="is not on the floor"):
            stage(post(), photo, floor(room), at=(300, 5))

    def test_a_light_and_a_shadow(self, photos: dict[str, tuple[Room, Photo]]) -> None:
        room, photo = photos["loft"]
        cast = Shadow(room.pixel(0, -3), room.pixel(0.5, -3), 1.0)
        with pytest.raises(RecipeError, match="the light or a shadow that it casts, not both"):
            stage(post(), photo, floor(room), light="studio", shadow=cast)

    def test_a_mask_of_another_size(self, photos: dict[str, tuple[Room, Photo]]) -> None:
        room, photo = photos["loft"]
        with pytest.raises(RecipeError, match="mask has 4 × 3 pixels"):
            stage(post(), photo, floor(room), mask=np.zeros((3, 4)))

    def test_a_turn_that_is_no_number(self, photos: dict[str, tuple[Room, Photo]]) -> None:
        room, photo = photos["loft"]
        with pytest.raises(RecipeError, match="finite number of degrees"):
            stage(post(), photo, floor(room), turn=float("nan"))

    def test_a_product_without_size(self, photos: dict[str, tuple[Room, Photo]]) -> None:
        room, photo = photos["loft"]
        with pytest.raises(RecipeError, match="has no extent"):
            stage(model(np.ones((3, 3), np.float32), np.arange(3)), photo, floor(room))

    def test_no_photo(self, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").write_bytes(b"not a picture")
        with pytest.raises(InvalidAsset, match="cannot be read as a photo"):
            read_photo(tmp_path / "a.jpg")


def test_photos_are_turned_and_say_their_lens(tmp_path: Path) -> None:
    image = Image.new("RGB", (300, 200), (10, 20, 30))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif.get_ifd(0x8769)[0xA405] = 24
    image.save(tmp_path / "a.jpg", exif=exif)
    photo = read_photo(tmp_path / "a.jpg")
    assert photo.size == (200, 300)
    assert photo.fov == pytest.approx(2 * np.degrees(np.arctan(18 / 24)), abs=0.01)


def test_sixteen_bits_of_grey_are_the_same_grey(tmp_path: Path) -> None:
    Image.fromarray(np.full((4, 5), 128 * 257, np.uint16)).save(tmp_path / "deep.png")
    assert (read_photo(tmp_path / "deep.png").pixels == 128).all()


def test_the_command(
    photos: dict[str, tuple[Room, Photo]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    room, photo = photos["loft"]
    post().write(tmp_path / "post.glb")
    Image.fromarray(photo.pixels).save(tmp_path / "room.png")
    (a, b), (c, d) = floor(room).points

    def run(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["forge3d", "stage", *map(str, arguments)])
        with pytest.raises(SystemExit) as exit_:
            main()
        return int(exit_.value.code or 0)

    files = tmp_path / "post.glb", tmp_path / "room.png", "-o", tmp_path / "out.webp"
    pair = f"{a},{b},{c},{d},{floor(room).length}"
    known = "--fov", room.camera.fov, "--samples", 1
    assert run(*files, "--floor", pair, *known, "--json", "--layers") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["camera"]["pitch"] == pytest.approx(room.camera.pitch, abs=0.3)
    assert len(facts["files"]) == 3
    assert run(*files, *known) == 2
    assert "x1,y1,x2,y2" in capsys.readouterr().err
    assert run(tmp_path / "post.glb", tmp_path / "room.png", "-o", tmp_path / "room.png", "--floor", pair, *known) == 4
    photo_there = tmp_path / "out.shadow.png"
    Image.fromarray(photo.pixels).save(photo_there)
    before = photo_there.read_bytes()
    onto = tmp_path / "post.glb", photo_there, "-o", tmp_path / "out.webp", "--floor", pair, *known
    assert run(*onto, "--layers") == 4, "a layer would go over the photo"
    assert photo_there.read_bytes() == before
    assert run(*files, "--floor", f"nan,{b},{c},{d},1", *known) == 2
    assert run(tmp_path / "post.glb", tmp_path / "room.png", "-o", tmp_path / "out.bmp", "--floor", pair, *known) == 2
