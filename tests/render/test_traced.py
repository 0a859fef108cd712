"""Traced pictures, held against rasterised ones where the two must agree, and where they must not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from forge3d.document import Accessor, AlphaMode, Document, Light, Material, Node, Sampler, Texture, TextureInfo, Wrap
from forge3d.document.material import LAYERS, EmissiveStrength, Iridescence, SpecularGlossiness
from forge3d.document.scene import Camera, Mode, Orthographic, Primitive
from forge3d.document.texture import Image, TextureTransform
from forge3d.errors import RecipeError
from forge3d.images import encode
from forge3d.render import FileCamera, Frame, Orbit, Renderer, RenderSettings
from forge3d.render.filter import RADIUS, taps, weight, weights
from forge3d.render.quality import QUALITIES
from forge3d.render.tonemap import srgb_encoded
from forge3d.render.traced import bands, irradiance

from .shapes import node, placed, quad, sphere, unlit

FACING = Orbit(distance=4.0, target=(0.0, 0.0, 0.0), fov=40)
SIZE = (48, 48)
WHITE = np.ones((4, 8, 3), np.float32)
TRACED = RenderSettings(tone="none", quality="high", samples=32)
PLAIN = RenderSettings(tone="none", samples=4)


def both(
    renderer: Renderer, document: Document, environment: np.ndarray = WHITE, **options: object
) -> list[np.ndarray]:
    """Rasterised and traced pixels, as numbers that subtract."""
    pictures = []
    for settings in (PLAIN, TRACED):
        frame = renderer.render(
            document, camera=FACING, environment=environment, size=SIZE, settings=settings, **options  # type: ignore[arg-type]
        )  # fmt: skip
        pictures.append(frame.pixels.astype(float))
    return pictures


def matt(color: tuple[float, float, float, float] = (0.6, 0.4, 0.2, 1.0), **facts: object) -> Material:
    return Material(base_color_factor=color, metallic_factor=0.0, roughness_factor=1.0, **facts)  # type: ignore[arg-type]


def close(pictures: list[np.ndarray], most: float = 4.0) -> None:
    """Alike inside, and but for noise along edges."""
    off = np.abs(pictures[0] - pictures[1]).max(2)
    solid = (pictures[0][..., 3] == 255) & (pictures[1][..., 3] == 255)
    assert solid.sum() > 100
    assert np.quantile(off[solid], 0.9) <= most
    assert off.mean() < 4


class TestAgreement:
    """What stands alone and is round hides nothing from itself: then the sky is all there is."""

    def test_a_matt_ball(self, renderer: Renderer) -> None:
        sky = np.zeros((32, 64, 3), np.float32)
        sky[:16] = (1.0, 0.9, 0.7)
        sky[16:] = (0.2, 0.3, 0.4)
        close(both(renderer, placed(node(sphere(matt()))), sky))

    @pytest.mark.parametrize("roughness", [0.0, 0.5])
    def test_a_metal_ball(self, renderer: Renderer, roughness: float) -> None:
        gold = Material(base_color_factor=(1, 0.8, 0.4, 1), roughness_factor=roughness)
        close(both(renderer, placed(node(sphere(gold, rings=96)))))

    def test_textures_and_their_transforms(self, renderer: Renderer) -> None:
        texels = np.random.default_rng(3).integers(0, 256, (4, 4, 3), np.uint8)
        texture = Texture(image=Image(encode(texels, "png")), sampler=Sampler(wrap_s=Wrap.MIRRORED_REPEAT))
        info = TextureInfo(
            texture=texture, transform=TextureTransform(scale=(2.0, 1.0), offset=(0.2, 0.3), rotation=0.4)
        )
        material = Material(base_color_texture=info, metallic_factor=0.0, roughness_factor=1.0)
        close(both(renderer, placed(node(quad(material)))), 10)

    def test_vertex_colours_unlit_and_emission(self, renderer: Renderer) -> None:
        colors = np.array([[1, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1], [1, 1, 0, 1]], np.float32)
        close(both(renderer, placed(node(quad(unlit((1, 1, 1, 1)), COLOR_0=colors)))), 2)
        glow = Material(
            base_color_factor=(0, 0, 0, 1),
            emissive_factor=(0.2, 0.1, 0.4),
            emissive_strength=EmissiveStrength(strength=1.5),
        )
        close(both(renderer, placed(node(quad(glow))), WHITE * 0), 2)

    @pytest.mark.parametrize("metallic", [0.0, 1.0])
    def test_a_film(self, renderer: Renderer, metallic: float) -> None:
        film = Iridescence(factor=0.8, thickness_maximum=350.0, ior=1.6)
        made = Material(
            base_color_factor=(0.5, 0.3, 0.1, 1), metallic_factor=metallic, roughness_factor=0.0, iridescence=film
        )
        pictures = both(renderer, placed(node(sphere(made, rings=96))))
        inside = (slice(14, 34), slice(14, 34))
        np.testing.assert_allclose(pictures[1][inside], pictures[0][inside], atol=4)

    @pytest.mark.parametrize("mode", [Mode.POINTS, Mode.LINES, Mode.LINE_LOOP])
    @pytest.mark.parametrize("lens", ["perspective", "orthographic"])
    def test_points_and_lines_are_as_wide(self, renderer: Renderer, mode: Mode, lens: str) -> None:
        random = np.random.default_rng(6)
        count = 200 if mode is Mode.POINTS else 12
        attributes = {"POSITION": Accessor(random.uniform(-1, 1, (count, 3)).astype(np.float32))}
        made = Material(base_color_factor=(0.2, 0.5, 0.1, 1), emissive_factor=(0.5, 0.1, 0.1))
        drawn = node(Primitive(attributes=attributes, mode=mode, material=made))
        flat = Orthographic(xmag=2, ymag=2, znear=0.1, zfar=10)
        document = placed(drawn, Node(camera=Camera(projection=flat), translation=(0, 0, 5)))
        pictures = [
            renderer.render(
                document, camera=FACING if lens == "perspective" else FileCamera(), size=(128, 128), settings=settings
            ).pixels.astype(float)
            for settings in (PLAIN, TRACED)
        ]
        covered = [picture[..., 3].sum() for picture in pictures]
        assert covered[1] == pytest.approx(covered[0], rel=0.12)
        strong = pictures[1][..., 3] > 80
        shown = np.array([srgb_encoded(np.array(c)) * 255 for c in (0.7, 0.6, 0.2)])
        np.testing.assert_allclose(np.median(pictures[1][strong][:, :3], 0), shown, atol=2)
        blurred = [np.pad(picture[..., 3], 2).reshape(66, 2, 66, 2).mean((1, 3)) for picture in pictures]
        assert np.abs(blurred[0] - blurred[1]).mean() < 0.25 * blurred[0].mean()

    def test_specular_glossiness(self, renderer: Renderer) -> None:
        layer = SpecularGlossiness(diffuse_factor=(0.5, 0.1, 0.1, 1), specular_factor=(0.3,) * 3, glossiness_factor=0.4)
        close(both(renderer, placed(node(sphere(Material(specular_glossiness=layer))))), 6)

    def test_blended_and_masked(self, renderer: Renderer) -> None:
        veil = matt((0.5, 0.5, 0.5, 0.5), alpha_mode=AlphaMode.BLEND)
        pictures = both(renderer, placed(node(quad(veil))))
        np.testing.assert_allclose(pictures[1][24, 24], pictures[0][24, 24], atol=6)

    def test_morphs_mirrors_and_instances(self, renderer: Renderer) -> None:
        target = {"POSITION": Accessor(np.full((4, 3), (0.3, 0, 0), np.float32))}
        primitive = quad(unlit((1, 0, 0, 1)), size=1.0)
        primitive.targets = [target]
        close(both(renderer, placed(node(primitive, weights=[1.0], scale=(-1.0, 1.0, 1.0)))), 2)

    def test_lights_of_the_file(self, renderer: Renderer) -> None:
        lamp = Node(light=Light(type="point", intensity=20.0, color=(1, 0.5, 0.2)), translation=(1, 1, 3))
        close(both(renderer, placed(node(quad(matt())), lamp), WHITE * 0), 3)

    def test_an_orthographic_camera(self, renderer: Renderer) -> None:
        lens = Orthographic(xmag=2, ymag=2, znear=0.1, zfar=10)
        eye = Node(camera=Camera(projection=lens), translation=(0, 0, 5))
        document = placed(node(quad(unlit((1, 1, 1, 1)))), eye)
        frame = renderer.render(document, camera=FileCamera(), size=(32, 32), settings=TRACED)
        covered = frame.pixels[..., 3] > 127
        assert covered.sum() == 16 * 16
        assert covered[8:24, 8:24].all()

    def test_a_spin_turns_as_the_rasterised_one_does(self, renderer: Renderer) -> None:
        document = placed(node(quad(unlit((1, 0, 0, 1)), size=1.0, z=0.5)), node(sphere(matt(), radius=0.4)))
        sky = np.zeros((8, 16, 3), np.float32)
        sky[:, :8] = 1.0
        for orbit in (False, True):
            spins = [
                [
                    frame.pixels.astype(float)
                    for frame in renderer.turntable(
                        document, frames=3, size=SIZE, environment=sky, settings=settings, orbit=orbit
                    )
                ]
                for settings in (PLAIN, TRACED)
            ]
            for raster, traced in zip(*spins, strict=True):
                assert np.abs(raster - traced)[..., 3].mean() < 3

    def test_the_background_and_the_tone_are_those_of_the_rasterised(self, renderer: Renderer) -> None:
        document = placed(node(quad(unlit((0.9, 0.5, 0.1, 1)))))
        for options in ({"background": "white"}, {"background": "#204060", "exposure": 1.0}):
            frames = [
                renderer.render(
                    document, camera=FACING, size=SIZE, settings=RenderSettings(quality=quality, samples=16, **options)  # type: ignore[arg-type]
                ).pixels.astype(int)
                for quality in ("standard", "high")
            ]  # fmt: skip
            assert np.abs(frames[0] - frames[1])[[0, 24, 47], [0, 24, 47]].max() <= 1
            assert np.abs(frames[0] - frames[1]).max() < 40


class TestOcclusion:
    def test_the_inside_of_a_corner_is_darker_than_the_sky_makes_it(self, renderer: Renderer) -> None:
        wall = node(quad(matt((0.5, 0.5, 0.5, 1), double_sided=True)), rotation=(0.0, 0.6, 0.0, 0.8))
        document = placed(node(quad(matt((0.5, 0.5, 0.5, 1)), z=0.0)), wall)
        open_, baked, traced = (
            renderer.render(document, camera=FACING, environment=WHITE, size=SIZE, settings=settings).pixels[
                20:28, 26:30, :3
            ]
            for settings in (replace(PLAIN, occlusion=False), PLAIN, TRACED)
        )
        assert traced.mean() < open_.mean() - 8
        assert abs(traced.mean() - baked.mean()) < 4

    def test_occlusion_textures_do_not_count_twice(self, renderer: Renderer) -> None:
        black = TextureInfo(texture=Texture(image=Image(encode(np.zeros((1, 1, 3), np.uint8), "png"))))
        dark, light = (
            renderer.render(
                placed(node(sphere(matt(occlusion_texture=texture)))), camera=FACING, size=SIZE, settings=TRACED
            ).pixels
            for texture in (black, None)
        )
        np.testing.assert_array_equal(dark, light)


class TestGround:
    def test_a_shadow_lies_under_the_product_and_moves_with_the_light(self, renderer: Renderer) -> None:
        sky = np.zeros((16, 32, 3), np.float32)
        sky[3, 24] = 200.0  # high above +z
        sky[:8] += 0.2
        document = placed(node(sphere(matt(), rings=24)))
        camera = Orbit(pitch=60, distance=9.0, target=(0.0, -1.0, 0.0), fov=40)

        def shadow(turn: float) -> np.ndarray:
            settings = RenderSettings(tone="none", quality="high", samples=16, ground=True, environment_rotation=turn)
            pixels = renderer.render(document, camera=camera, environment=sky, size=SIZE, settings=settings).pixels
            dark = (pixels[..., :3].max(2) < 8) & (pixels[..., 3] > 100)
            assert dark.sum() > 20
            assert (pixels[[0, -1], [0, -1], 3] < 40).all()
            return np.argwhere(dark).mean(0)

        # Light from behind throws it towards the camera, light from a side to the other one: +z turns towards +x.
        behind, right, left = shadow(180.0), shadow(90.0), shadow(-90.0)
        assert behind[0] > max(right[0], left[0]) + 3
        assert right[1] < behind[1] - 3
        assert left[1] > behind[1] + 3

    def test_irradiance_of_an_even_sky_is_pi_times_it(self) -> None:
        assert irradiance(np.full((64, 128, 3), 2.0, np.float32), np.array([0.6, 0.8, 0.0])) == pytest.approx(
            2 * np.pi, rel=1e-3
        )


class TestSettings:
    def test_the_same_input_gives_the_same_bytes(self, renderer: Renderer) -> None:
        document = placed(node(sphere(matt())))
        first, second = (
            renderer.render(
                document, camera=FACING, size=SIZE, settings=RenderSettings(quality="high", samples=2)
            ).pixels
            for _ in range(2)
        )
        assert first.tobytes() == second.tobytes()

    def test_progress_is_told_and_can_stop_the_work(self, renderer: Renderer) -> None:
        told: list[float] = []
        document = placed(node(sphere(matt())))
        settings = RenderSettings(quality="high", samples=18)
        renderer.render(document, size=(200, 200), settings=settings, progress=told.append)
        assert told == sorted(told)
        assert len(told) == 3
        assert told[-1] == 1.0

        def stop(part: float) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            renderer.render(document, size=SIZE, settings=settings, progress=stop)

    def test_a_time_limit_ends_it(self, renderer: Renderer) -> None:
        told: list[float] = []
        settings = RenderSettings(quality="reference", samples=1 << 16, max_seconds=0.05)
        frame = renderer.render(placed(node(sphere(matt()))), size=(100, 100), settings=settings, progress=told.append)
        assert 0 < told[-1] < 0.5
        assert frame.pixels[50, 50, 3] == 255

    def test_facts_are_those_of_the_rasteriser(self, renderer: Renderer) -> None:
        document = placed(node(sphere(matt())))
        frames: list[Frame] = [
            renderer.render(document, camera=FACING, size=SIZE, settings=settings) for settings in (PLAIN, TRACED)
        ]
        np.testing.assert_allclose(frames[0].depth, frames[1].depth, rtol=1e-6)
        np.testing.assert_array_equal(frames[0].object_ids, frames[1].object_ids)

    def test_nothing_of_a_look_is_left_out(self, renderer: Renderer) -> None:
        everything = Material(**{name: kind() for name, kind in LAYERS.items() if name != "unlit"})
        line = Primitive(attributes={"POSITION": Accessor(np.eye(3, dtype=np.float32)[:2])}, mode=Mode.LINES)
        settings = RenderSettings(quality="high", samples=1)
        frame = renderer.render(placed(node(sphere(everything)), node(line)), size=(8, 8), settings=settings)
        assert frame.warnings == ()

    @pytest.mark.parametrize(
        "options",
        [
            {"quality": "best"},
            {"samples": 0},
            {"samples": 65},
            {"quality": "high", "samples": 1 << 20},
            {"max_seconds": 0},
        ],
    )
    def test_settings_that_make_no_sense_are_refused(self, options: dict[str, object]) -> None:
        with pytest.raises(RecipeError):
            RenderSettings(**options)  # type: ignore[arg-type]

    def test_a_scene_larger_than_memory_is_refused(self, renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("forge3d.render.solid.MOST_TRIANGLES", 3)
        document = placed(node(quad(matt())), node(quad(matt())))
        with pytest.raises(RecipeError, match="at most 3 triangles"):
            renderer.render(document, size=SIZE, settings=TRACED)

    def test_a_picture_in_bands_has_the_same_bytes(self, renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
        document, told = placed(node(sphere(matt()))), list[float]()
        settings = RenderSettings(quality="high", samples=4, ground=True)
        camera = Orbit(pitch=40, distance=6.0)
        whole = renderer.render(document, camera=camera, size=(60, 90), settings=settings).pixels
        monkeypatch.setattr("forge3d.render.traced._BAND_BYTES", 1)
        assert bands((60, 90)) == [(top, min(top + 16, 90)) for top in range(0, 90, 16)]
        parts = renderer.render(document, camera=camera, size=(60, 90), settings=settings, progress=told.append).pixels
        np.testing.assert_array_equal(whole, parts)
        assert told == sorted(told)
        assert told[-1] == 1.0

    def test_bands_of_a_poster_are_as_large_as_memory_allows(self) -> None:
        found = bands((8192, 8192))
        assert [top for top, _ in found[1:]] == [bottom for _, bottom in found[:-1]]
        assert found[0][0] == 0
        assert found[-1][1] == 8192
        assert max(bottom - top + 32 for top, bottom in found) * 8192 * 200 <= 512 << 20

    def test_qualities_are_in_the_documents(self) -> None:
        text = (Path(__file__).parents[2] / "docs" / "quality.md").read_text()
        for name, quality in QUALITIES.items():
            assert f"| `{name}` | {quality.samples} |" in text


class TestFilter:
    def test_it_is_a_bell_that_ends(self) -> None:
        assert weight(0.0) == pytest.approx(1.0)
        assert weight([-RADIUS, RADIUS, 2.0]) == pytest.approx(0.0, abs=1e-4)
        assert (np.diff(weights()) <= 0).all()

    @pytest.mark.parametrize("supersampling", [1, 2, 3])
    def test_cells_and_their_taps_are_as_wide_as_the_filter(self, supersampling: int) -> None:
        bell = np.array(taps(supersampling))
        at = (np.arange(len(bell)) + 0.5) / supersampling - 1.5
        fine = np.linspace(-RADIUS, RADIUS, 2001)
        wide = np.average(fine**2, weights=weight(fine))
        assert bell.sum() == pytest.approx(1.0)
        np.testing.assert_allclose(bell, bell[::-1])
        assert (bell * at**2).sum() + 1 / (12 * supersampling**2) == pytest.approx(wide, rel=1e-3)
