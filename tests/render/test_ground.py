"""The floor's shadow: where it lies, what it leaves alone, and that both ways of drawing agree on it."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Light, Material, Node
from forge3d.document.material import Transmission
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.ground import edge_fade, over

from .shapes import node, placed, quad, sphere

SIZE = (80, 60)
ABOVE = Orbit(pitch=35, distance=12.0, target=(0, -0.6, 0), fov=40)
WHITE = np.ones((8, 16, 3), np.float32)
GREY = Material(base_color_factor=(0.3, 0.3, 0.3, 1.0), metallic_factor=0.0)
FLAT = (-0.70710678, 0.0, 0.0, 0.70710678)  # turns what faces +z up


def pixels(renderer: Renderer, document: object = None, sky: np.ndarray = WHITE, **settings: object) -> np.ndarray:
    wanted = RenderSettings(**({"tone": "none", "samples": 4} | settings))  # type: ignore[arg-type]
    scene = document or placed(node(sphere(GREY, rings=24)))
    frame = renderer.render(scene, camera=ABOVE, environment=sky, size=SIZE, settings=wanted)  # type: ignore[arg-type]
    return np.asarray(frame.pixels)


@pytest.mark.parametrize("quality", ["draft", "standard"])
def test_it_is_darkest_under_the_product_and_nothing_at_the_edge(renderer: Renderer, quality: str) -> None:
    there = pixels(renderer, quality=quality)[..., 3] > 0
    seen = pixels(renderer, background="white", quality=quality, ground=True)
    middle = SIZE[0] // 2
    below = int(np.flatnonzero(there[:, middle]).max()) + 1
    lacking = 255 - seen[below:, middle, 0].astype(int)
    assert lacking[0] > 60
    assert (np.diff(lacking) <= 1).all()
    for edge in (seen[0], seen[-1], seen[:, 0], seen[:, -1]):
        assert (edge == 255).all()


def test_the_product_stays_as_it_is(renderer: Renderer) -> None:
    bare, seen = (pixels(renderer, ground=ground) for ground in (False, True))
    whole = bare[..., 3] == 255
    np.testing.assert_array_equal(seen[whole], bare[whole])
    assert (seen[..., 3] >= bare[..., 3]).all()
    shadow = (bare[..., 3] == 0) & (seen[..., 3] > 0)
    assert shadow.sum() > 100
    assert (seen[shadow][:, :3] == 0).all()


def test_an_opaque_background_is_the_transparent_picture_over_it(renderer: Renderer) -> None:
    clear, white = pixels(renderer, ground=True), pixels(renderer, ground=True, background="white")
    alone = clear[..., 3] == 0
    assert (white[alone] == 255).all()
    shadow = (clear[..., 3] > 0) & (clear[..., :3].max(2) == 0)
    linear = 1 - clear[shadow][:, 3] / 255
    encoded = np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
    np.testing.assert_allclose(white[shadow][:, 0] / 255, encoded, atol=0.01)


def test_it_is_the_shadow_that_paths_of_light_show(renderer: Renderer) -> None:
    sky = np.full((16, 32, 3), 0.3, np.float32)
    sky[2:5, 22:26] = 6.0
    drawn, traced = (
        pixels(renderer, sky=sky, background="white", quality=quality, samples=samples, ground=True)
        for quality, samples in (("standard", 4), ("high", 64))
    )
    floor = pixels(renderer)[..., 3] == 0
    off = np.abs(drawn.astype(int) - traced)[floor].max(1)
    assert off.mean() < 2.5
    assert 255 - traced[floor].min() > 40


def test_it_turns_with_the_light_and_lamps_throw_one(renderer: Renderer) -> None:
    def side(turn: float, *more: Node) -> float:
        sky = np.full((8, 16, 3), 0.05, np.float32)
        if not more:
            sky[2, 12] = 50.0
        scene = placed(node(sphere(GREY, rings=24)), *more)
        alpha = pixels(renderer, scene, sky, ground=True, environment_rotation=turn)[..., 3].astype(float)
        alpha *= pixels(renderer, scene, sky)[..., 3] == 0
        return float((alpha * (np.arange(SIZE[0]) - SIZE[0] / 2 + 0.5)).sum() / alpha.sum())

    assert side(90.0) < -2
    assert side(-90.0) > 2
    lamp = Node(light=Light(type="directional", intensity=8.0), rotation=(-0.35, -0.35, -0.15, 0.86))  # from upper left
    assert abs(side(0.0, lamp)) > 2


def test_thin_clear_glass_throws_hardly_any(renderer: Renderer) -> None:
    def dark(material: Material) -> float:
        scene = placed(
            node(quad(material), rotation=FLAT, translation=(0, 1, 0)),
            node(quad(Material(), size=0.01), translation=(0, -1, 0)),
        )
        bare, seen = (pixels(renderer, scene, ground=ground)[..., 3].astype(float) for ground in (False, True))
        return float(((seen - bare) * (bare == 0)).sum())

    glass = Material(
        metallic_factor=0.0, roughness_factor=0.0, transmission=Transmission(factor=1.0), double_sided=True
    )
    assert dark(glass) < 0.3 * dark(Material(double_sided=True))


def test_a_spin_works_out_the_floor_once(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    from forge3d.render import gpu

    made, under = [], gpu.Floor.under
    monkeypatch.setattr(gpu.Floor, "under", lambda state: made.append(state) or under(state))
    scene = placed(node(sphere(GREY, rings=25)))
    settings = RenderSettings(ground=True, samples=1)
    frames = list(renderer.turntable(scene, frames=3, size=(24, 24), settings=settings))
    renderer.render(scene, size=(24, 24), settings=settings)
    assert len(frames) == 3
    assert len(made) == 1


def test_shadows_end_before_pictures_do() -> None:
    fade = edge_fade((40, 20))
    assert fade.shape == (20, 40)
    for edge in (fade[0], fade[-1], fade[:, 0], fade[:, -1]):
        assert not edge.any()
    assert fade[10, 20] == 1
    np.testing.assert_array_equal(fade, fade[::-1, ::-1])


def test_without_shadow_a_picture_over_nothing_is_itself() -> None:
    rng = np.random.default_rng(1)
    given = rng.integers(0, 256, (6, 5, 4)).astype(np.uint8)
    given[given[..., 3] < 20] = 0
    made = over(given, np.zeros((6, 5), np.float32), RenderSettings())
    np.testing.assert_array_equal(made, given)
