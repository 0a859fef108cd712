"""Pictures in parts, held against the same ones in one piece."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from examples import small

from forge3d.compare import psnr
from forge3d.document import Document, Material, Node
from forge3d.document.material import Transmission
from forge3d.document.scene import Camera, Orthographic
from forge3d.errors import RecipeError
from forge3d.render import FileCamera, Orbit, Renderer, RenderSettings
from forge3d.render.targets import MAX_TILE, Sampling, Targets
from forge3d.render.tiles import tiles

from .shapes import node, placed, quad, sphere, unlit

SIZE = (150, 110)


def test_parts_cover_every_pixel_once() -> None:
    for glass in (False, True):
        seen = np.zeros((110, 150), int)
        for tile in tiles((150, 110), 32, glass=glass):
            seen[tile.place] += 1
            assert all(0 <= part.start < part.stop <= 32 for part in tile.kept)
            assert tile.drawn_left == tile.left - (8 if glass else 2)
        assert (seen == 1).all()


@pytest.fixture
def in_parts(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def draw_in(side: int) -> None:
        monkeypatch.setattr(Targets, "tile_side", lambda *_, **__: side)

    return draw_in


def glassy() -> Document:
    glass = Material(roughness_factor=0.2, metallic_factor=0.0, transmission=Transmission(factor=1.0))
    return placed(node(sphere(glass, rings=24)), node(quad(unlit((0.8, 0.1, 0.1, 1)), size=1.5, z=-1.5)))


@pytest.mark.parametrize(("make", "least"), [(small, 57), (glassy, 36)])
@pytest.mark.parametrize(("side", "size"), [(48, SIZE), (64, SIZE), (64, (151, 111))])
def test_parts_are_the_picture(
    renderer: Renderer,
    in_parts: Callable[[int], None],
    make: Callable[[], Document],
    least: float,
    side: int,
    size: tuple[int, int],
) -> None:
    document, camera = make(), Orbit(yaw=30, pitch=15)
    whole = renderer.render(document, camera=camera, size=size)
    in_parts(side)
    parts = renderer.render(document, camera=camera, size=size)
    assert (psnr(whole.pixels, parts.pixels) or 0) > least
    off = np.abs(whole.pixels.astype(int) - parts.pixels).max(axis=2)
    assert (off > 0).mean() < (0.02 if make is small else 0.3)
    assert (whole.object_ids != parts.object_ids).mean() < 0.001
    both = (whole.object_ids > 0) & (parts.object_ids > 0)
    np.testing.assert_allclose(parts.depth[both], whole.depth[both], rtol=1e-3)
    np.testing.assert_allclose(parts.positions[both], whole.positions[both], atol=5e-3)


def test_orthographic_cameras_and_supersampling(renderer: Renderer, in_parts: Callable[[int], None]) -> None:
    lens = Camera(projection=Orthographic(xmag=1.5, ymag=1.5, zfar=10, znear=0.1))
    scene = placed(node(sphere(rings=24)), Node(camera=lens, translation=(0, 0, 3)))
    settings = RenderSettings(samples=16, background="white")
    whole = renderer.render(scene, camera=FileCamera(), size=SIZE, settings=settings)
    in_parts(50)
    parts = renderer.render(scene, camera=FileCamera(), size=SIZE, settings=settings)
    assert (psnr(whole.pixels, parts.pixels) or 0) > 50
    assert (parts.pixels[0, 0] == 255).all()


def test_a_spin_in_parts(renderer: Renderer, in_parts: Callable[[int], None]) -> None:
    in_parts(40)
    frames = list(renderer.turntable(small(), frames=2, size=(64, 64)))
    assert [frame.pixels.shape for frame in frames] == [(64, 64, 4)] * 2


def test_only_what_does_not_fit_is_drawn_in_parts(renderer: Renderer) -> None:
    from dataclasses import replace

    targets = Targets(None, replace(renderer.capabilities, max_target_size=16384))
    assert targets.tile_side((8000, 4000), Sampling(4, 1)) is None
    assert targets.tile_side((16000, 16000), Sampling(4, 1)) == MAX_TILE
    assert targets.tile_side((10000, 1000), Sampling(4, 2)) == MAX_TILE // 2
    assert (
        Targets(None, replace(renderer.capabilities, max_target_size=2048)).tile_side((4000, 10), Sampling(1, 1))
        == 2048
    )


def test_forty_thousand_pixels_are_refused_before_anything_is_drawn(renderer: Renderer) -> None:
    for draw in (renderer.render, lambda *a, **k: next(renderer.turntable(*a, **k))):
        for size, why in (
            ((40_000, 40_000), "40,000 × 40,000 pixels are 6,103 MiB"),
            ((100, 40_000), "32,768 pixels a"),
        ):
            with pytest.raises(RecipeError, match=rf"size: .*{why}.*ask for less"):
                draw(small(), size=size)
