"""Films, dispersion and media that scatter, held against what is known of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from forge3d.light import Lens, Stage, Texture
from forge3d.light.material import SLOTS, Flag, default_material

from .stages import WHITE, Floats, ball, front, matt, quad, seen, stage, traced

LENS = front(5, 0.5, 16)
SKY = np.random.default_rng(4).random((16, 32, 3), np.float32)


def metal(**numbers: Any) -> npt.NDArray[np.void]:
    made = default_material()
    for name, value in numbers.items():
        made[name] = value
    return made


def clear(**numbers: Any) -> npt.NDArray[np.void]:
    """A body that neither mirrors nor bends light, and lets all of it in."""
    return matt(ior=1.0, roughness=0.0, transmission=1.0, flags=Flag.THICK, **numbers)


def same(first: Any, second: Any) -> bool:
    pictures = [traced(stage((ball(), made)), LENS, 4, SKY).color.tobytes() for made in (first, second)]
    return pictures[0] == pictures[1]


class TestFilm:
    @pytest.mark.parametrize("thickness", [80.0, 300.0, 700.0])
    @pytest.mark.parametrize("roughness", [0.0, 0.6])
    def test_over_white_metal_it_loses_nothing(self, thickness: float, roughness: float) -> None:
        made = metal(roughness=roughness, iridescence=1.0, film_thickest=thickness)
        np.testing.assert_allclose(seen(stage((ball(), made)), LENS, 64), 1, atol=0.02)

    def test_over_a_white_dielectric_its_strongest_colour_loses_nothing(self) -> None:
        made = matt(specular=1.0, roughness=0.1, iridescence=1.0, film_thickest=450.0, film_ior=1.8)
        color = seen(stage((quad((0, 0, 0), (9, 0, 0), (0, 9, 0)), made)), LENS, 128)
        assert color[:3].max() == pytest.approx(1.0, abs=0.01)
        assert color[:3].min() < 0.95

    def test_without_thickness_or_factor_there_is_none(self) -> None:
        plain = metal(base_color=(0.6, 0.5, 0.4, 1.0), roughness=0.2)
        for numbers in ({"iridescence": 1.0, "film_thickest": 0.0}, {"iridescence": 0.0, "film_thickest": 400.0}):
            other = plain.copy()
            for name, value in numbers.items():
                other[name] = value
            assert same(plain, other)

    def test_its_colours_are_those_of_the_wavelengths(self) -> None:
        # 4 n d cos = m λ: what a quarter wave makes dark and what it makes bright. Green is dark where a film of the
        # root of the base's index is a quarter of its wave thick.
        glass = metal(base_color=(0.16, 0.16, 0.16, 1.0), roughness=0.0, iridescence=1.0, film_ior=1.5275)
        mirror = quad((0, 0, 0), (9, 0, 0), (0, 9, 0))
        bare = glass.copy()
        bare["iridescence"] = 0
        quarter, half = glass.copy(), glass.copy()
        quarter["film_thickest"], half["film_thickest"] = 550 / 4 / 1.5275, 550 / 2 / 1.5275
        colors = [seen(stage((mirror, made)), LENS, 64)[:3] for made in (bare, quarter, half)]
        assert colors[0] == pytest.approx(np.full(3, 0.16), abs=0.01)
        assert colors[1][1] < 0.02
        assert colors[2][1] > 0.13

    def test_textures_scale_factor_and_thickness(self) -> None:
        texels = np.zeros((1, 1, 4), np.uint8)
        texels[0, 0] = (128, 51, 0, 255)
        textured, plain = (metal(base_color=(0.5, 0.5, 0.5, 1.0), roughness=0.0, iridescence=1.0) for _ in range(2))
        textured["film_thinnest"], textured["film_thickest"] = 100.0, 600.0
        for name in ("iridescence.texture", "iridescence.thickness_texture"):
            textured["slots"]["texture"][0, SLOTS.index(name)] = 0
        plain["iridescence"], plain["film_thickest"] = 128 / 255, 200.0
        mirror = quad((0, 0, 0), (9, 0, 0), (0, 9, 0), uvs=True)
        with_texture = seen(stage((mirror, textured), textures=(Texture(texels, srgb=False),)), LENS, 4)
        np.testing.assert_allclose(with_texture, seen(stage((mirror, plain)), LENS, 4), atol=1e-4)

    def test_a_lamp_shines_through_a_soap_bubble_as_through_glass(self) -> None:
        pane = matt(specular=1.0, roughness=0.0, transmission=1.0, iridescence=1.0, film_thickest=300.0)
        floor = quad((0, 0, 0), (9, 0, 0), (0, 9, 0))
        lamp = np.zeros((1, 4, 4), np.float32)
        lamp[0, 0, :3], lamp[0, 1, :3] = (0, 0, -1), np.pi
        between = stage((floor, matt()), (quad((0, 0, 1), (9, 0, 0), (0, 9, 0)), pane))
        lit = seen(between, front(0.5, 0.01, 4), 4, WHITE * 0, lamps=lamp, bounces=1)
        reflected = seen(stage((quad((0, 0, 0), (9, 0, 0), (0, 9, 0)), pane)), LENS, 256, _half_white())[:3]
        np.testing.assert_allclose(lit[:3], 1 - reflected.max(), atol=0.01)


def _half_white() -> Floats:
    """Light from the side of the camera alone."""
    sky = np.zeros((16, 32, 3), np.float32)
    sky[:, 16:] = 1.0  # +z is at u = 3/4
    return sky


class TestDispersion:
    def glass(self, **numbers: Any) -> npt.NDArray[np.void]:
        return matt(specular=1.0, roughness=0.0, transmission=1.0, flags=Flag.THICK, **numbers)

    def test_none_is_none_to_the_bit(self) -> None:
        assert same(self.glass(), self.glass(dispersion=0.0))
        assert not same(self.glass(), self.glass(dispersion=1.0))

    def test_it_loses_nothing_of_any_colour(self) -> None:
        got = seen(stage((ball(rings=128), self.glass(dispersion=5.0))), LENS, 256, bounces=32)
        np.testing.assert_allclose(got, 1, atol=0.02)

    def test_noise_is_bounded(self) -> None:
        # Of a white sky behind, a sample weighs at most three in any channel, and three in all of them together.
        made = clear()
        made["ior"], made["dispersion"] = 1.2, 1.0
        one = traced(stage((ball(), made)), front(5, 0.05, 4), 1, WHITE).color[..., :3]
        assert one.max() < 3.001
        assert one.sum(2) == pytest.approx(3.0, abs=0.01)

    def test_a_prism_bends_blue_more_as_cauchy_says(self) -> None:
        # A slab cut at an angle: the camera looks straight at its slanted face and out of its flat one.
        lean, ior, dispersion, far = 0.3, 1.5, 1.0, 10.0
        slanted = quad((0, 0, 0.5), (4, 0, -4 * np.tan(lean)), (0, 4, 0))
        flat = quad((0, 0, -2.0), (0, 4, 0), (4, 0, 0))
        stripe = quad((0, 0, -2.0 - far), (0.05, 0, 0), (0, 99, 0))
        glowing = matt((1.0, 1.0, 1.0), flags=Flag.UNLIT | Flag.DOUBLE_SIDED)
        scene = stage(
            *((side, self.glass(ior=ior, dispersion=dispersion)) for side in (slanted, flat)), (stripe, glowing)
        )
        lens = Lens(np.array([0, 0, 5]), np.eye(3), 0.05, 60.0, False, (256, 4))
        picture = traced(scene, lens, 512, WHITE * 0, bounces=3).color[..., :3].mean(0)
        place = (np.arange(256) + 0.5) / 256 * 6 - 3.0
        middle = (picture * place[:, None]).sum(0) / picture.sum(0)

        def landed(n: float, x: float) -> float:
            inner = lean - np.arcsin(np.sin(lean) / n)  # from the axis, towards -x
            depth = 2.5 - x * np.tan(lean)
            return float(x - depth * np.tan(inner) - far * np.tan(np.arcsin(n * np.sin(inner))))

        red, green, blue = (
            next(x for x in np.linspace(-3, 3, 6001) if landed(n, x) >= 0)
            for n in (1.5 + 0.5 / 20 * (523655 / wave**2 - 1.5168) for wave in (611.0, 546.0, 456.0))
        )
        assert blue > green > red
        np.testing.assert_allclose(middle, [red, green, blue], atol=0.015)


class TestScatter:
    """Media whose light is known."""

    def slab(self, **numbers: Any) -> Stage:
        made = clear(**numbers)
        sides = quad((0, 0, 0.5), (99, 0, 0), (0, 99, 0)), quad((0, 0, -0.5), (0, 99, 0), (99, 0, 0))
        return stage(*((side, made) for side in sides))

    @pytest.mark.parametrize("anisotropy", [-0.5, 0.0, 0.7])
    @pytest.mark.parametrize("enters", ["transmission", "diffuse_transmission"])
    def test_with_albedo_one_it_loses_nothing(self, enters: str, anisotropy: float) -> None:
        made = matt(specular=1.0, roughness=0.2, flags=Flag.THICK, extinction=(2.0, 4.0, 8.0), scattered=1.0,
                    scatter_anisotropy=anisotropy, **{enters: 1.0})  # fmt: skip
        got = seen(stage((ball(), made)), LENS, 64, bounces=64)
        np.testing.assert_allclose(got, 1, atol=0.03)

    def test_what_scatters_nothing_absorbs(self) -> None:
        got = seen(self.slab(extinction=(1.0, 0.5, 0.0)), LENS, 4)
        np.testing.assert_allclose(got[:3], np.exp([-1.0, -0.5, 0.0]), atol=1e-3)

    @pytest.mark.parametrize("albedo", [0.3, 0.8, 0.98])
    def test_a_deep_one_sends_back_what_chandrasekhar_found(self, albedo: float) -> None:
        # Of a half-space that scatters evenly: 1 − H(μ) √(1 − ω) under light from all around (Radiative Transfer, §37).
        got = seen(self.slab(extinction=40.0, scattered=albedo), LENS, 64)
        np.testing.assert_allclose(got[:3], 1 - _h(1.0, albedo) * np.sqrt(1 - albedo), atol=0.015)

    def test_forward_scattering_is_hardly_any(self) -> None:
        lit_behind = WHITE - _half_white()[::8, ::8][:2, :4]
        got = [seen(self.slab(extinction=1.0, scattered=1.0, scatter_anisotropy=g), LENS, 128, lit_behind)[:3].mean()
               for g in (-0.9, 0.0, 0.9)]  # fmt: skip
        assert got[0] < got[1] < got[2]
        assert got[2] > 0.95

    def test_colours_do_not_mix(self) -> None:
        scattered, extinction = np.array([0.9, 0.5, 0.1]), np.array([5.0, 1.0, 2.0])
        together = seen(self.slab(extinction=extinction, scattered=scattered), LENS, 256)[:3]
        apart = [
            seen(self.slab(extinction=e, scattered=s), LENS, 256)[0] for e, s in zip(extinction, scattered, strict=True)
        ]
        np.testing.assert_allclose(together, apart, atol=0.02)

    def test_a_lamp_behind_wax_shines_through(self) -> None:
        lamp = np.zeros((1, 4, 4), np.float32)
        lamp[0, 0, :3], lamp[0, 1, :3] = (0, 0, 1), 3.0
        lit = []
        for extinction in (0.0, 2.0, 20.0):
            made = matt(diffuse_transmission=1.0, flags=Flag.THICK, extinction=extinction, scattered=1.0)
            lit.append(seen(stage((ball(), made)), front(5, 0.2, 8), 64, WHITE * 0, lamps=lamp)[0])
        # Lambert's lobe fills an empty ball evenly: a quarter of the lamp's light on each of its places.
        assert lit[0] == pytest.approx(3.0 / 4 / np.pi, rel=0.05)
        assert lit[0] > lit[1] > lit[2] > 0.002


def _h(cosine: float, albedo: float) -> float:
    """Chandrasekhar's H of even scattering, by repeated substitution in 1/H(μ) = √(1−ω) + ω/2 ∫ μ' H(μ') / (μ + μ')."""
    x, weights = np.polynomial.legendre.leggauss(64)
    at, part = (x + 1) / 2, weights / 2
    h = np.ones_like(at)

    def inverse(mu: npt.NDArray[np.float64] | float) -> Any:
        return np.sqrt(1 - albedo) + albedo / 2 * (at * h / (np.asarray(mu)[..., None] + at) * part).sum(-1)

    for _ in range(400):
        h = 1 / inverse(at)
    return float(1 / inverse(cosine))
