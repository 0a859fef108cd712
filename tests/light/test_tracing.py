from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge3d.light import Ground, Light, Sky, Stage, Texture, Traced
from forge3d.light.material import MATERIAL, SLOTS, Flag, default_material
from forge3d.render.filter import weights
from forge3d.render.shot import rotation_about_y

from .stages import WHITE, above, ball, front, matt, quad, rows, seen, stage, traced

FLOOR = quad((0, 0, 0), (0, 0, 200), (200, 0, 0))
LENS = front(5, 0.5, 16)


def test_nothing_is_transparent() -> None:
    empty = Stage(np.zeros((0, 14)), np.zeros((0, 3)), np.zeros(0), default_material())
    assert not traced(empty, LENS, 2).color.any()


class TestFurnace:
    """Under a sky of radiance 1, what loses no light looks like the sky."""

    def test_a_matt_white_ball_vanishes(self) -> None:
        np.testing.assert_allclose(seen(stage((ball(), matt())), LENS, 64), 1, atol=0.01)

    @pytest.mark.parametrize("roughness", [0.0, 0.2, 0.5, 1.0])
    def test_a_white_metal_vanishes_at_every_roughness(self, roughness: float) -> None:
        metal = default_material()
        metal["roughness"] = roughness
        np.testing.assert_allclose(seen(stage((ball(), metal)), LENS, 64), 1, atol=0.015)

    @pytest.mark.parametrize("strength", [0.25, 0.5, 1.0])
    @pytest.mark.parametrize("roughness", [0.1, 0.6])
    def test_a_brushed_white_metal_vanishes(self, roughness: float, strength: float) -> None:
        metal = default_material()
        metal["roughness"], metal["anisotropy"] = roughness, strength
        np.testing.assert_allclose(seen(stage((ball(), metal)), LENS, 64), 1, atol=0.035)

    @pytest.mark.parametrize("roughness", [0.0, 0.5, 1.0])
    def test_a_white_dielectric_vanishes(self, roughness: float) -> None:
        made = matt(specular=1.0, roughness=roughness, clearcoat=0.5, clearcoat_roughness=0.2)
        np.testing.assert_allclose(seen(stage((ball(), made)), LENS, 64), 1, atol=0.02)

    @pytest.mark.parametrize("thick", [False, True])
    def test_clear_glass_vanishes(self, thick: bool) -> None:
        glass = matt(specular=1.0, roughness=0.0, transmission=1.0, flags=Flag.THICK if thick else Flag(0))
        got = seen(stage((ball(rings=128), glass)), LENS, 128, bounces=32)
        np.testing.assert_allclose(got, 1, atol=0.02)

    def test_an_open_white_box_is_as_bright_as_the_sky_inside(self) -> None:
        # Four walls and a floor: every path from its bottom gets out at last.
        walls = [
            quad((0, -1, 0), (1, 0, 0), (0, 0, 1)),
            quad((1, 0, 0), (0, 1, 0), (0, 0, 1)), quad((-1, 0, 0), (0, 1, 0), (0, 0, 1)),
            quad((0, 0, 1), (1, 0, 0), (0, 1, 0)), quad((0, 0, -1), (1, 0, 0), (0, 1, 0)),
        ]  # fmt: skip
        box = stage(*((wall, matt()) for wall in walls))
        np.testing.assert_allclose(seen(box, above(5, 0.9, 12), 256, bounces=200, brightest=1e9), 1, atol=0.02)

    def test_a_closed_box_is_dark_inside(self) -> None:
        box = stage((ball(radius=2.0), matt()))
        lens = front(0.5, 0.2, 8)
        got = seen(box, lens, 16)
        np.testing.assert_allclose(got, [0, 0, 0, 1], atol=1e-6)

    @settings(max_examples=20, deadline=None)
    @given(
        numbers=st.fixed_dictionaries(
            {
                name: st.floats(0, 1)
                for name in ("metallic", "roughness", "specular", "clearcoat", "clearcoat_roughness", "transmission",
                             "sheen_color", "sheen_roughness", "anisotropy", "diffuse_transmission")
            }
        ),
        thick=st.booleans(),
    )  # fmt: skip
    def test_no_material_makes_light(self, numbers: dict[str, float], thick: bool) -> None:
        made = matt(flags=Flag.THICK if thick else Flag.DOUBLE_SIDED, **numbers)
        got = seen(stage((ball(rings=8), made)), front(5, 0.5, 4), 32)
        assert got[:3].max() < 1.08


class TestVisibility:
    def test_a_wall_takes_half_of_the_sky(self) -> None:
        wall = quad((0, 1000, 0), (0, 1000, 0), (0, 0, 1000))
        scene = stage((FLOOR, matt()), (wall, matt(0.0)))
        # Just beside its foot: of the wall itself the camera, which looks along it, sees nothing.
        got = seen(scene, above(1, 0.001, 8, x=0.01), 1024)
        np.testing.assert_allclose(got[:3], 0.5, atol=0.01)

    @pytest.mark.parametrize("x", [1.5, 2.0, 3.0])
    def test_a_black_ball_on_a_plane_hides_its_form_factor(self, x: float) -> None:
        # Of a plane's point, a whole ball above its horizon covers r² cos / d² of the cosine-weighted sky.
        scene = stage((FLOOR, matt()), (ball((0, 1, 0), 1.0, rings=96), matt(0.0)))
        got = seen(scene, above(5, 0.01, 8, x=x), 512)
        np.testing.assert_allclose(got[:3], 1 - 1 / (x * x + 1) ** 1.5, atol=0.006)

    def test_light_that_a_wall_sends_back_counts(self) -> None:
        # A grey wall of infinite height over a grey floor, seen from each other: the corner solves
        # L = a (1/2 + L/2) at the edge where both are alike.
        wall = quad((0, 1000, 0), (0, 1000, 0), (0, 0, 1000))
        scene = stage((quad((1000, 0, 0), (0, 0, 1000), (1000, 0, 0)), matt(0.5)), (wall, matt(0.5)))
        got = seen(scene, above(1, 0.0001, 8, x=0.001), 1024, bounces=30)
        np.testing.assert_allclose(got[:3], 0.5 * 0.5 / (1 - 0.25), atol=0.01)

    def test_masks_let_light_through(self) -> None:
        texels = np.zeros((2, 2, 4), np.uint8)
        mask = matt(0.0, flags=Flag.MASK | Flag.DOUBLE_SIDED)
        mask["slots"]["texture"][0, SLOTS.index("base_color_texture")] = 0
        lid = quad((0, 1, 0), (0, 0, 50), (50, 0, 0), uvs=True)
        floor = rows(FLOOR[0][:, :3], uvs=np.zeros((4, 2))), FLOOR[1]
        scene = stage((floor, matt()), (lid, mask), textures=(Texture(texels, srgb=False),))
        np.testing.assert_allclose(seen(scene, above(3, 0.1, 8), 32), 1, atol=0.01)

    def test_half_of_a_half_blended_surface_covers(self) -> None:
        veil = matt(flags=Flag.BLEND | Flag.DOUBLE_SIDED)
        veil["base_color"][0, 3] = 0.25
        got = seen(stage((quad((0, 0, 0), (9, 0, 0), (0, 9, 0)), veil)), LENS, 256)
        np.testing.assert_allclose(got[3], 0.25, atol=0.01)

    def test_two_veils_cover_as_two_do(self) -> None:
        veil = matt(flags=Flag.BLEND | Flag.DOUBLE_SIDED)
        veil["base_color"][0, 3] = 0.5
        layers = [(quad((0, 0, z), (9, 0, 0), (0, 9, 0)), veil) for z in (0.0, 0.5)]
        np.testing.assert_allclose(seen(stage(*layers), LENS, 256)[3], 0.75, atol=0.01)

    def test_backs_of_what_has_one_side_are_not_seen_but_block_light(self) -> None:
        one_sided = matt(flags=Flag(0))
        away = quad((0, 0, 0), (0, 9, 0), (9, 0, 0))  # faces -z
        assert seen(stage((away, one_sided)), LENS, 4)[3] == 0
        lid = quad((0, 1, 0), (500, 0, 0), (0, 0, 500))  # faces down
        lidded = stage((FLOOR, matt()), (lid, matt(0.0, flags=Flag(0))))
        assert seen(lidded, above(0.5, 0.1, 8), 16)[0] < 0.05


class TestLight:
    def test_a_small_sun_lights_as_its_texels_say(self) -> None:
        sky = np.zeros((64, 128, 3), np.float32)
        sky[10, 40] = (5000.0, 3000.0, 1000.0)
        latitude = np.pi * (0.5 - 10.5 / 64)
        solid = (np.sin(np.pi * (0.5 - 10 / 64)) - np.sin(np.pi * (0.5 - 11 / 64))) * 2 * np.pi / 128
        got = seen(stage((FLOOR, matt(0.5))), above(2, 0.1, 8), 64, sky, brightest=1e9)
        # Texels are interpolated, which spreads the sun a little.
        expected = 0.5 / np.pi * sky[10, 40] * solid * np.sin(latitude)
        np.testing.assert_allclose(got[:3], expected, rtol=0.02)

    def test_a_mirror_shows_the_sky_behind_the_camera(self) -> None:
        random = np.random.default_rng(2)
        sky = np.repeat(np.repeat(random.random((4, 8, 3), np.float32), 16, 0), 16, 1)
        mirror = default_material()
        mirror["roughness"] = 0.0
        got = seen(stage((quad((0, 0, 0), (9, 0, 0), (0, 9, 0)), mirror)), LENS, 64, sky)
        # +z is at u = 3/4; the poles' rows meet at the horizon.
        around = sky[31:33, 95:97].mean((0, 1))
        np.testing.assert_allclose(got[:3], around, atol=0.02)

    def test_a_mirror_shows_what_stands_before_it(self) -> None:
        mirror = default_material()
        mirror["roughness"] = 0.0
        glowing = matt((0.2, 0.7, 0.4), flags=Flag.UNLIT | Flag.DOUBLE_SIDED)
        scene = stage(
            (quad((0, 0, 0), (0, 0, 2), (1, 1, 0)), mirror), (quad((-5, 0, 0), (0, 9, 0), (0, 0, 9)), glowing)
        )
        # The mirror stands at 45°: what comes from above goes to -x.
        got = seen(scene, above(4, 0.2, 8), 32, np.zeros((2, 4, 3)))
        np.testing.assert_allclose(got[:3], [0.2, 0.7, 0.4], atol=0.01)

    def test_a_directional_lamp_lights_by_its_cosine(self) -> None:
        down = np.array([1.0, -1.0, 0.0]) / np.sqrt(2)
        lamp = np.zeros((1, 4, 4), np.float32)
        lamp[0, 0, :3], lamp[0, 1, :3] = down, (3.0, 2.0, 1.0)
        got = seen(stage((FLOOR, matt(0.5))), above(2, 0.1, 4), 1, np.zeros((2, 4, 3)), lamps=lamp)
        np.testing.assert_allclose(got[:3], 0.5 / np.pi * np.array([3, 2, 1]) / np.sqrt(2), rtol=1e-4)

    def test_a_point_lamp_fades_with_the_square_and_casts_shadows(self) -> None:
        lamp = np.zeros((1, 4, 4), np.float32)
        lamp[0, 0], lamp[0, 1, :3] = (0, 2, 0, 1), 8.0
        scene = stage((FLOOR, matt()), (quad((3, 1, 0), (0, 0, 1), (1, 0, 0)), matt()))
        lit = seen(scene, above(1.9, 0.01, 4), 1, np.zeros((2, 4, 3)), lamps=lamp, bounces=1)
        np.testing.assert_allclose(lit[:3], 8 / 4 / np.pi, rtol=1e-3)
        assert seen(scene, above(0.5, 0.01, 4, x=6), 1, np.zeros((2, 4, 3)), lamps=lamp, bounces=1)[0] == 0

    def test_a_lamp_and_a_sun_shine_through_clear_glass(self) -> None:
        pane = matt((0.9, 0.6, 0.3), specular=1.0, roughness=0.0, transmission=1.0)
        scene = stage((FLOOR, matt()), (quad((0, 1, 0), (0, 0, 50), (50, 0, 0)), pane))
        lamp = np.zeros((1, 4, 4), np.float32)
        lamp[0, 0, :3], lamp[0, 1, :3] = (0, -1, 0), np.pi
        got = seen(scene, above(0.5, 0.01, 4), 4, np.zeros((2, 4, 3)), lamps=lamp, bounces=1)
        np.testing.assert_allclose(got[:3], np.array([0.9, 0.6, 0.3]) * 0.96, rtol=1e-3)
        # The same light counts once, whether it is looked for or found: under an even sky a clear pane takes what it
        # mirrors, and gives as much from below.
        clear = stage(
            (FLOOR, matt()),
            (quad((0, 1, 0), (0, 0, 50), (50, 0, 0)), matt(specular=1.0, transmission=1.0, roughness=0.0)),
        )
        np.testing.assert_allclose(seen(clear, above(0.5, 0.01, 8), 256, bounces=30)[:3], 1.0, atol=0.03)

    def test_thick_glass_absorbs_by_its_length(self) -> None:
        glass = matt(ior=1.0, roughness=0.0, transmission=1.0, flags=Flag.THICK, extinction=(1.0, 0.5, 0.0))
        slab = [quad((0, 0, 0.5), (9, 0, 0), (0, 9, 0)), quad((0, 0, -0.5), (0, 9, 0), (9, 0, 0))]
        got = seen(stage(*((side, glass) for side in slab)), LENS, 16)
        np.testing.assert_allclose(got[:3], np.exp([-1.0, -0.5, 0.0]), atol=0.01)

    def test_what_glows_lights_what_is_near(self) -> None:
        # An infinite ceiling of radiance 2 over a floor of albedo 0.5.
        ceiling = quad((0, 1, 0), (2000, 0, 0), (0, 0, 2000))
        scene = stage((FLOOR, matt(0.5)), (ceiling, matt(0.0, emissive=2.0)))
        got = seen(scene, above(0.5, 0.01, 8), 256, np.zeros((2, 4, 3)))
        np.testing.assert_allclose(got[:3], 1.0, atol=0.02)


class TestNumbers:
    SCENE = ((ball(rings=12), matt((0.8, 0.4, 0.2), specular=1.0, roughness=0.4)), (FLOOR, matt(0.6)))
    SKY = np.random.default_rng(4).random((16, 32, 3), np.float32)

    def test_the_same_again_on_any_number_of_threads(self) -> None:
        first, second = (
            traced(stage(*self.SCENE), front(5, 1.5, 40), 3, self.SKY, threads=threads).cleaned() for threads in (1, 3)
        )
        assert first.tobytes() == second.tobytes()

    def test_samples_add_up(self) -> None:
        whole = traced(stage(*self.SCENE), front(5, 1.5, 16), 6, self.SKY)
        parts = traced(stage(*self.SCENE), front(5, 1.5, 16), 2, self.SKY)
        parts.add(4)
        np.testing.assert_allclose(parts.color, whole.color, atol=1e-5)

    def test_more_samples_come_nearer(self) -> None:
        lens = front(5, 1.5, 16)
        good = traced(stage(*self.SCENE), lens, 1024, self.SKY).color
        errors = [np.square(traced(stage(*self.SCENE), lens, n, self.SKY).color - good).mean() for n in (4, 16, 64)]
        assert errors[0] > 3 * errors[1] > 9 * errors[2]

    def test_a_turned_sky_is_a_turned_stage(self) -> None:
        turn = rotation_about_y(40)[:3, :3]
        points, faces = ball(rings=12)
        turned = points.copy()
        turned[:, :3], turned[:, 3:6] = points[:, :3] @ turn.T, points[:, 3:6] @ turn.T
        pictures = []
        for scene, to_sky in (
            (stage(((turned, faces), matt())), np.eye(3)),
            (stage(((points, faces), matt())), turn),
        ):
            lens = front(5, 1.2, 24)
            if to_sky is turn:
                lens = type(lens)(turn.T @ lens.eye, lens.axes @ turn, 1.2, 1.0, False, (24, 24))
            made = Traced(scene, Light(Sky(self.SKY), to_sky), lens, filter=weights())
            made.add(64)
            pictures.append(made.color)
        np.testing.assert_allclose(pictures[0], pictures[1], atol=0.02)

    def test_rays_meet_what_brute_force_meets(self) -> None:
        random = np.random.default_rng(9)
        corners = random.normal(size=(80, 1, 3)) + 0.5 * random.normal(size=(80, 3, 3))
        corners[7] = np.nan
        colors = random.random((80, 3))
        materials = np.concatenate([matt(tuple(c), flags=Flag.UNLIT | Flag.DOUBLE_SIDED) for c in colors])
        scene = Stage(rows(corners.reshape(-1, 3)), np.arange(240).reshape(-1, 3), np.arange(80), materials)
        narrow = np.zeros(256, np.float32)
        narrow[:86] = 1.0  # half a pixel: a box
        made = Traced(scene, Light(Sky(WHITE)), front(9, 2.0, 64), filter=narrow)
        made.add(64)
        place = (np.arange(64) + 0.5) / 16 - 2.0
        x, y = np.meshgrid(place, -place)
        nearest, owner = np.full((64, 64), -np.inf), np.full((64, 64), -1)
        with np.errstate(invalid="ignore"):
            for number, (a, b, c) in enumerate(corners):
                area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
                u = ((x - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (y - a[1])) / area
                v = ((b[0] - a[0]) * (y - a[1]) - (x - a[0]) * (b[1] - a[1])) / area
                z = a[2] + u * (b[2] - a[2]) + v * (c[2] - a[2])
                inside = (u >= 0) & (v >= 0) & (u + v <= 1) & (z > nearest) & (z < 9)
                nearest[inside], owner[inside] = z[inside], number
        expected = np.where(owner[..., None] >= 0, colors[owner], 0.0)
        pure = np.abs(made.color[..., :3] - expected).max(2) < 1e-3
        # Pixels that show one triangle alone show the one that brute force finds.
        assert pure.mean() > 0.5
        wrong = np.abs(made.color[..., :3] - expected).max(2)[made.color[..., 3] > 0.999]
        assert (wrong < 0.5).mean() > 0.9

    def test_an_index_that_points_nowhere_is_refused(self) -> None:
        with pytest.raises(ValueError, match="corner"):
            Stage(rows([[0, 0, 0]] * 3), [[0, 1, 3]], [0], default_material())
        with pytest.raises(ValueError, match="material"):
            Stage(rows([[0, 0, 0]] * 3), [[0, 1, 2]], [1], default_material())
        bad = default_material()
        bad["slots"]["texture"][0, 0] = 0
        with pytest.raises(ValueError, match="texture"):
            Stage(rows([[0, 0, 0]] * 3), [[0, 1, 2]], [0], bad)

    def test_layouts_are_those_of_the_library(self) -> None:
        assert MATERIAL.itemsize % 4 == 0
        stage((FLOOR, matt()))  # compares every size


class TestCleaning:
    def test_noise_goes_and_edges_stay(self) -> None:
        pieces = ((FLOOR, matt(0.7)), (quad((-5, 0.01, 0), (0, 0, 9), (5, 0, 0)), matt(0.2)))
        lens = above(4, 1.0, 32)
        good = traced(stage(*pieces), lens, 256, TestNumbers.SKY).color
        noisy = traced(stage(*pieces), lens, 4, TestNumbers.SKY)
        error = {name: np.square(p - good).mean() for name, p in (("is", noisy.color), ("was", noisy.cleaned()))}
        assert error["was"] < 0.5 * error["is"]
        edge = noisy.cleaned()[:, 14:18, 0].mean(0) - good[:, 14:18, 0].mean(0)
        assert np.abs(edge).max() < 0.02

    def test_alpha_stays_as_it_is(self) -> None:
        made = traced(stage((ball(rings=8), matt())), front(5, 1.5, 24), 4)
        assert (made.cleaned()[..., 3] == made.color[..., 3]).all()
        assert not made.cleaned()[made.color[..., 3] == 0].any()


@pytest.mark.slow
def test_a_million_triangles_take_a_third_of_a_gibibyte() -> None:
    import resource

    points, faces = ball(rings=500)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = stage(((points, faces), matt()))
    assert len(faces) == 1_000_000
    assert seen(made, front(5, 0.5, 8), 4)[0] > 0.9
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 640 << 10


class TestGround:
    """A floor shows the part of its light that is taken from it."""

    def shadow(self, scene: Stage, x: float, sky: np.ndarray = WHITE, samples: int = 256) -> float:
        ground = Ground(np.zeros(3), 100.0, np.pi * float(sky.mean()))
        made = Traced(scene, Light(Sky(sky)), above(5, 0.01, 8, x=x), filter=weights(), ground=ground)
        made.add(samples)
        assert not made.color[..., :3].any()
        assert made.cleaned()[..., 3].mean() == pytest.approx(made.color[..., 3].mean(), abs=0.01)
        return float(made.color[..., 3].mean())

    @pytest.mark.parametrize("x", [1.5, 2.0, 3.0])
    def test_a_ball_on_it_takes_its_form_factor(self, x: float) -> None:
        scene = stage((ball((0, 1, 0), 1.0, rings=96), matt()))
        assert self.shadow(scene, x) == pytest.approx(1 / (x * x + 1) ** 1.5, abs=0.01)

    def test_far_away_there_is_none_and_no_noise(self) -> None:
        assert self.shadow(stage((ball((0, 1, 0), 1.0), matt())), 99.9, samples=4) == 0

    def test_what_stands_on_it_covers_it(self) -> None:
        lens = above(5, 1.5, 32)
        made = Traced(
            stage((ball((0, 1, 0), 1.0), matt())), Light(Sky(WHITE)), lens,
            filter=weights(), ground=Ground(np.zeros(3), 50.0, np.pi),
        )  # fmt: skip
        made.add(16)
        for picture in (made.color, made.cleaned()):
            assert picture[16, 16, 3] == pytest.approx(1.0)
            assert picture[..., 3].max() < 1 + 1e-4
            covered = made.color[..., 3] > 0.999
            assert picture[12:20, 12:20, :3].mean() == pytest.approx(1.0, abs=0.05)
            assert covered[10:22, 10:22].all()
