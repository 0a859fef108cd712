"""Surfaces shaded once a pixel, held against the same ones shaded in every triangle that touches a pixel."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from examples import small
from hypothesis import given
from hypothesis import strategies as st

from forge3d import images
from forge3d.compare import psnr
from forge3d.document import AlphaMode, Document, Image, Texture, TextureInfo
from forge3d.render import Orbit, Renderer, RenderSettings, drawing, passes
from forge3d.render.camera import View
from forge3d.render.framing import Hull, orbit_view
from forge3d.render.scene import scene_state
from forge3d.render.shot import seen_outline

from .shapes import globe, node, placed, quad, sphere, unlit

SIZE = (150, 110)


def blended() -> Document:
    """A pane before a ball, and a ball in a pane."""
    pane = unlit((0.2, 0.6, 0.3, 0.5), alpha_mode=AlphaMode.BLEND)
    return placed(node(sphere(rings=24)), node(quad(pane, size=1.2, z=1.2)), node(quad(pane, size=3.0)))


def hairs() -> Document:
    """Upright strips narrower than a pixel, one before the other."""
    strips = [quad(unlit((0.9, 0.4, 0.1, 1)), size=2.0, z=-0.1 * index) for index in range(6)]
    return placed(
        *(node(strip, scale=(0.004, 1, 1), translation=(0.3 * at - 0.7, 0, 0)) for at, strip in enumerate(strips))
    )


def picture(renderer: Renderer, document: Document, background: str = "transparent") -> npt.NDArray[np.uint8]:
    settings = RenderSettings(background=background)
    return renderer.render(document, camera=Orbit(yaw=20, pitch=10), size=SIZE, settings=settings).pixels


@pytest.mark.parametrize(("make", "least"), [(small, 29), (blended, 50), (hairs, 50)])
def test_once_is_nearly_each(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch, make: Callable[[], Document], least: float
) -> None:
    document = make()
    once = picture(renderer, document)
    monkeypatch.setattr(drawing, "shaded_once", lambda _: False)
    each = picture(renderer, document)
    assert (psnr(once, each) or 0) > least
    # What is covered is covered by as much.
    assert float(once[..., 3].mean()) == pytest.approx(float(each[..., 3].mean()), rel=0.02)


def test_what_reaches_less_than_half_a_pixel_into_the_picture_is_seen(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No middle of a pixel in the picture is on it."""
    side = 20
    document = placed(node(quad(unlit((1, 0, 0, 1)), size=2.0), translation=(0, -2 + 0.04, 0)))  # 0.4 pixels
    camera = Orbit(distance=1.0, target=(0, 0, 0), fov=90)

    def edge() -> npt.NDArray[np.uint8]:
        return renderer.render(document, camera=camera, size=(side, side)).pixels[-1]

    once = edge()
    monkeypatch.setattr(drawing, "shaded_once", lambda _: False)
    np.testing.assert_array_equal(once, edge())
    assert once[..., 3].min() > 60


@pytest.mark.parametrize("format", ["jpeg", "png"])
def test_what_is_blended_ends_smoothly_where_no_texture_ends_it(
    renderer: Renderer, format: images.EncodedFormat
) -> None:
    """Some programs write all as blended; a texture without alpha says nothing of where a surface ends."""
    data = images.encode(np.full((8, 8, 3), 200, np.uint8), format)
    painted = unlit((1, 1, 1, 1), base_color_texture=TextureInfo(texture=Texture(image=Image(data))))
    solid = picture(renderer, placed(node(globe(painted))))
    painted.alpha_mode = AlphaMode.BLEND
    assert (psnr(picture(renderer, placed(node(globe(painted)))), solid) or 99) > 40


@pytest.mark.parametrize("stop", [2, 4])
def test_what_is_broken_off_leaves_no_trace(renderer: Renderer, monkeypatch: pytest.MonkeyPatch, stop: int) -> None:
    """In the depth pass, which writes no colour, and among outlines."""
    document = blended()
    expected = picture(renderer, document)
    true, calls = passes.draw_list, itertools.count(1)

    def stopped(*arguments: Any) -> None:
        if next(calls) == stop:
            raise KeyboardInterrupt
        true(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(passes, "draw_list", stopped)
        with pytest.raises(KeyboardInterrupt):
            picture(renderer, document)
    np.testing.assert_array_equal(picture(renderer, document), expected)


def test_what_is_in_front_hides_what_is_behind(renderer: Renderer) -> None:
    """A pixel whose middle is on one surface and whose samples are on another gets nothing of a third."""
    near, far = unlit((1, 0, 0, 1)), unlit((0, 0, 1, 1))
    document = placed(node(quad(near, size=1.0, z=0.5)), node(quad(far, size=2.0)))
    pixels = renderer.render(
        document, camera=Orbit(yaw=3, pitch=2), size=SIZE, settings=RenderSettings(tone="none")
    ).pixels
    assert (pixels[..., 1] == 0).all()


@pytest.mark.parametrize("background", ["#123456", "white"])
def test_beside_the_product_the_background_is_exact(renderer: Renderer, background: str) -> None:
    pixels = picture(renderer, placed(node(sphere(unlit((0, 0, 0, 1)), rings=24))), background)
    assert tuple(pixels[0, 0]) == ((0x12, 0x34, 0x56, 255) if background == "#123456" else (255,) * 4)
    assert (pixels[..., 3] == 255).all()


def test_nothing_is_seen_outside_the_outline(renderer: Renderer) -> None:
    document = placed(node(sphere(rings=24), translation=(1.0, 0.5, 0)), node(sphere(rings=24), scale=(0.2, 2, 0.1)))
    for yaw in (0, 50, 130):
        frame = renderer.render(document, camera=Orbit(yaw=yaw, pitch=35, fill=0.5), size=SIZE)
        assert frame._view is not None
        outline = seen_outline(frame._view, *scene_state(document).hull.balls, SIZE)
        rows, columns = np.nonzero(frame.pixels[..., 3])
        seen = np.stack([(columns + 0.5) / SIZE[0] * 2 - 1, 1 - (rows + 0.5) / SIZE[1] * 2], 1)
        edges = np.roll(outline, -1, 0) - outline
        from_start = seen[:, None] - outline
        assert (
            edges[:, 0] * from_start[..., 1] - edges[:, 1] * from_start[..., 0] > 0
        ).all()  # to the left of each edge
        area = (outline[:, 0] * np.roll(outline[:, 1], -1) - outline[:, 1] * np.roll(outline[:, 0], -1)).sum() / 2
        assert area < 0.6 * 4


@given(seed=st.integers(0, 1 << 32), fov=st.sampled_from([5, 30, 100, 140, 170]), away=st.sampled_from([0.6, 0.8, 4]))
def test_no_vertex_is_seen_outside_the_outline(seed: int, fov: float, away: float) -> None:
    """Also in the corners of wide pictures, where things are drawn out."""
    random = np.random.default_rng(seed)
    points = random.normal(size=(random.integers(1, 200), 3)) * random.choice([1e-3, 1, 100], 3)
    hull, axes = Hull.of([points]), Orbit(yaw=random.uniform(0, 360), pitch=random.uniform(-80, 80)).axes()
    extent = (hull.high - hull.low).max() + 1e-9
    eye = hull.center + extent * (away * axes[2] + random.normal(size=3) * 0.3)
    view = View(eye, axes, float(np.tan(np.radians(fov / 2))), 1.0)
    outline = seen_outline(view, *hull.balls, (1024, 1024)) * 512
    places = view.project(points[view.depths(points) > 1e-9]) * 512
    edges = np.roll(outline, -1, 0) - outline
    apart = places[(abs(places) <= 510).all(1)][:, None] - outline
    beside = edges[:, 0] * apart[..., 1] - edges[:, 1] * apart[..., 0]  # of each edge to the left
    assert (beside >= 2 * np.linalg.norm(edges, axis=1) - 1e-3).all()  # what the resolve filter reaches into


def test_nothing_is_left_out_where_the_camera_is_within(renderer: Renderer) -> None:
    view = orbit_view(Orbit(distance=0.5), Hull.of([np.eye(3)]), 1.0)
    assert np.abs(seen_outline(view, *Hull.of([np.eye(3), -np.eye(3)]).balls, SIZE)).tolist() == [[1, 1]] * 4
