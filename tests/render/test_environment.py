from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from forge3d.document import Material
from forge3d.document.material import Ior
from forge3d.errors import InvalidAsset, RecipeError
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.environment import ggx_lobe, read_environment, roughness_of_mip, sky_lights
from forge3d.render.quality import QUALITIES
from forge3d.render.studio import STUDIOS, studio
from forge3d.render.tonemap import srgb_decoded, srgb_encoded

from .shapes import node, placed, sphere

SIZE = (65, 65)
MIRROR = Material(metallic_factor=1.0, roughness_factor=0.0)
PLAIN = RenderSettings(tone="none", samples=1)


def one_light(yaw: float, pitch: float, *, width: int = 256) -> np.ndarray:
    """A sky that is dark but for one spot in the direction of an orbit."""
    sky = np.zeros((width // 2, width, 3), np.float32)
    a, b = np.radians(yaw), np.radians(pitch)
    x, y, z = np.cos(b) * np.sin(a), np.sin(b), np.cos(b) * np.cos(a)
    column = int((np.arctan2(z, x) / (2 * np.pi) + 0.5) * width) % width
    row = int((0.5 - np.arcsin(y) / np.pi) * width / 2)
    sky[row - 3 : row + 4, column - 3 : column + 4] = 50
    return sky


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (60, 0), (-60, 40), (20, -50)])
def test_a_mirror_ball_shows_the_light_where_it_stands(renderer: Renderer, yaw: float, pitch: float) -> None:
    """The ball's normal at the highlight halves the angle between the light and the camera, which is far away."""
    document = placed(node(sphere(MIRROR)))
    camera = Orbit(distance=200, target=(0, 0, 0), fov=0.6)
    frame = renderer.render(document, camera=camera, environment=one_light(yaw, pitch), size=SIZE, settings=PLAIN)
    rows, columns = np.nonzero(frame.pixels[..., 0] > 100)
    normal = frame.normals[rows, columns].mean(0)
    a, b = np.radians(yaw), np.radians(pitch)
    half = np.array([np.cos(b) * np.sin(a), np.sin(b), np.cos(b) * np.cos(a) + 1])
    assert float(normal @ (half / np.linalg.norm(half)) / np.linalg.norm(normal)) > 0.999


def test_rotating_the_environment_moves_the_light_counter_clockwise(renderer: Renderer) -> None:
    document = placed(node(sphere(MIRROR)))
    camera = Orbit(distance=200, target=(0, 0, 0), fov=0.6)
    turned = RenderSettings(tone="none", samples=1, environment_rotation=60)
    first = renderer.render(document, camera=camera, environment=one_light(60, 0), size=SIZE, settings=PLAIN)
    second = renderer.render(document, camera=camera, environment=one_light(0, 0), size=SIZE, settings=turned)
    middles = [np.nonzero(frame.pixels[..., 0] > 100)[1].mean() for frame in (first, second)]
    assert middles[0] == pytest.approx(middles[1], abs=1.0)


@pytest.mark.parametrize("quality", QUALITIES)
def test_rotation_and_intensity_hold_at_every_quality(renderer: Renderer, quality: str) -> None:
    ball, camera = placed(node(sphere(MIRROR))), Orbit(distance=200, target=(0, 0, 0), fov=0.6)

    def picture(yaw: float, **how: float) -> np.ndarray:
        settings = RenderSettings(tone="none", quality=quality, samples=1, background="#000000", **how)  # type: ignore[arg-type]
        sky = one_light(yaw, 0) / np.float32(100)
        return renderer.render(ball, camera=camera, environment=sky, size=SIZE, settings=settings).pixels[..., 0]

    there, turned = picture(60), picture(0, environment_rotation=60)
    assert np.nonzero(there)[1].mean() == pytest.approx(np.nonzero(turned)[1].mean(), abs=1.0)
    half = picture(60, environment_intensity=0.5)
    assert half.max() == pytest.approx(255 * srgb_encoded(srgb_decoded(there.max() / 255) / 2), abs=2)


def test_a_matt_ball_has_the_exact_irradiance(renderer: Renderer) -> None:
    """A sky that is white above the horizon gives (1 + cos θ) / 2 to a normal at θ from the zenith."""
    sky = np.zeros((32, 64, 3), np.float32)
    sky[:16] = 1
    matt = Material(metallic_factor=0.0, roughness_factor=1.0, ior=Ior(ior=1.0))  # index one: no reflection
    frame = renderer.render(placed(node(sphere(matt))), environment=sky, size=SIZE, settings=PLAIN)
    column = SIZE[0] // 2
    seen = frame.object_ids[:, column] > 0
    seen[: np.argmax(seen) + 2] = False
    expected = (1 + frame.normals[seen, column, 1]) / 2
    reflected = 0.02  # Schlick's edge of a rough surface is not quite zero at any index
    np.testing.assert_allclose(frame.pixels[seen, column, 0] / 255, srgb_encoded(expected), atol=reflected)


def test_intensity_and_exposure_are_factors(renderer: Renderer) -> None:
    document, sky = placed(node(sphere(Material(metallic_factor=0.0)))), np.full((4, 8, 3), 0.25, np.float32)
    settings = RenderSettings(tone="none", environment_intensity=0.5, exposure=1.0)
    first = renderer.render(document, environment=sky, size=SIZE, settings=RenderSettings(tone="none"))
    second = renderer.render(document, environment=sky, size=SIZE, settings=settings)
    np.testing.assert_allclose(first.pixels.astype(int), second.pixels.astype(int), atol=1)


@pytest.mark.parametrize("mips", [5, 6, 8])
def test_mips_run_from_mirror_to_matt(mips: int) -> None:
    steps = [roughness_of_mip(mip, mips) for mip in range(mips)]
    assert steps[0] == pytest.approx(0.0)
    assert steps[-1] == pytest.approx(1.0)
    assert steps == sorted(steps)
    level = [r * (1.7 - 0.7 * r) * (mips - 1) for r in steps]  # radiance_level in ibl.glsl
    np.testing.assert_allclose(level, range(mips), atol=1e-9)


def test_a_lobe_spreads_one_unit_of_light() -> None:
    for roughness in (0.1, 0.5, 1.0):
        lobe = ggx_lobe(roughness, 256, 256)
        weights = np.linalg.norm(lobe[:, :3], axis=1)
        assert weights.sum() == pytest.approx(1.0, rel=1e-5)
        assert (lobe[:, 3] >= 0).all()


def test_sky_lights_keep_the_energy_and_the_sphere() -> None:
    sky = np.random.default_rng(3).random((100, 201, 3)).astype(np.float32)
    directions, radiance = sky_lights(sky)
    assert len(directions) == 64 * 32
    assert directions[:, 3].sum() == pytest.approx(4 * np.pi, rel=1e-3)
    latitude = np.pi / 2 - (np.arange(100) + 0.5) / 100 * np.pi
    energy = (sky * np.cos(latitude)[:, None, None]).sum((0, 1)) * (2 * np.pi / 201) * (np.pi / 100)
    np.testing.assert_allclose((radiance * directions[:, 3:]).sum(0), energy, rtol=1e-4)


def test_a_pixel_that_is_no_light_is_named() -> None:
    for value in (np.nan, np.inf, -1.0):
        sky = np.ones((8, 16, 3), np.float32)
        sky[2, 3, 1] = sky[5, 5] = value
        with pytest.raises(
            InvalidAsset, match=rf"in 2 of 128 pixels.*row 2, column 3.*\(1, {value:g}, 1\).*paint over"
        ):
            read_environment(sky)


@pytest.mark.parametrize("name", ["sunset", "Studio", ""])
def test_an_unknown_name_lists_the_studios(name: str) -> None:
    with pytest.raises(RecipeError, match=r"takes studio, softbox, high-key, dark, or an \.hdr or \.exr file"):
        read_environment(name)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    for name in ("sky.hdr", "sky.exr"):
        with pytest.raises(InvalidAsset, match=rf"{name}: .*No such file.*one of studio, softbox"):
            read_environment(str(tmp_path / name))


def incoming(picture: np.ndarray) -> dict[str, float]:
    """What a white matt surface sends on that faces each way; a white wall under even light of one sends one."""
    directions, radiance = sky_lights(picture)
    towards = {"front": (0, 0, 1), "top": (0, 1, 0), "bottom": (0, -1, 0), "right": (1, 0, 0), "left": (-1, 0, 0)}
    return {
        name: float(
            (np.maximum(directions[:, :3] @ np.array(d, np.float32), 0) * directions[:, 3]) @ radiance[:, 0] / np.pi
        )
        for name, d in towards.items()
    }


@pytest.mark.parametrize("name", STUDIOS)
def test_studios_are_neutral_smooth_and_bright_enough(name: str) -> None:
    picture = studio(name, 256)
    assert picture.shape == (128, 256, 3)
    np.testing.assert_array_equal(picture[..., 0], picture[..., 2])
    assert picture.min() >= 0
    light = incoming(picture)
    assert (0.1 if name == "dark" else 0.6) < light["front"] < 1.05
    assert light["top"] > light["front"] or name == "dark"
    assert STUDIOS[name].doc


def test_a_flag_takes_light_away() -> None:
    picture = studio("high-key", 256)
    behind, beside = picture[60, int(256 * (np.arctan2(-1, 0.75) / (2 * np.pi) + 0.5))], picture[60, 128]
    assert behind[0] < 0.5 * beside[0]


def test_the_studio_lights_white_products_without_clipping() -> None:
    light = incoming(studio("studio", 256))
    assert 0.6 < light["front"] < 0.9
    assert light["top"] > light["left"] > light["right"] > light["bottom"] > 0.15


def test_an_exr_lights_as_the_same_array_does_and_nan_in_it_is_refused(renderer: Renderer, tmp_path: Path) -> None:
    openexr = pytest.importorskip("OpenEXR")
    sky = np.random.default_rng(1).random((8, 16, 3)).astype(np.float32)

    def written(name: str, pixels: np.ndarray) -> Path:
        with openexr.File({"type": openexr.scanlineimage}, {"RGB": np.ascontiguousarray(pixels)}) as file:
            file.write(str(tmp_path / name))
        return tmp_path / name

    ball = placed(node(sphere(rings=12)))
    from_file = renderer.render(ball, environment=written("sky.exr", sky), size=(16, 16))
    np.testing.assert_array_equal(from_file.pixels, renderer.render(ball, environment=sky, size=(16, 16)).pixels)
    sky[2, 3, 1] = np.nan
    with pytest.raises(InvalidAsset, match=r"nan\.exr.*NaN, infinite or negative radiance"):
        renderer.render(ball, environment=written("nan.exr", sky), size=(16, 16))
