"""Baked light in pictures: laws that hold for every model, and the shader held against NumPy."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from forge3d.document import Accessor, Document, Material, Primitive
from forge3d.light.transfer import CELLS, PARTS, cells
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.baking import bake
from forge3d.render.refining import Shapes
from forge3d.render.scene import scene_state
from forge3d.render.traced import LUMINANCE

from .shapes import node, placed, quad, sphere

WHITE = np.ones((4, 8, 3), np.float32)
SIZE = (64, 64)
BAKED = RenderSettings(tone="none", samples=4)
OPEN = replace(BAKED, occlusion=False)


def matt(level: float = 0.5, **facts: Any) -> Material:
    return Material(base_color_factor=(level,) * 3 + (1.0,), metallic_factor=0.0, roughness_factor=1.0, **facts)


def pixels(renderer: Renderer, document: Document, settings: RenderSettings, **options: Any) -> np.ndarray:
    options = {"camera": Orbit(yaw=20, pitch=20), "environment": WHITE, "size": SIZE} | options
    return renderer.render(document, settings=settings, **options).pixels.astype(int)


def niche(level: float) -> Document:
    """Three walls of a room, each seen from inside."""
    s = 2**-0.5
    material = matt(level)
    back = node(quad(material), translation=(0.0, 0.0, -1.0))
    floor = node(quad(material), translation=(0.0, -1.0, 0.0), rotation=(-s, 0.0, 0.0, s))
    side = node(quad(material), translation=(-1.0, 0.0, 0.0), rotation=(0.0, s, 0.0, s))
    return placed(back, floor, side)


@pytest.mark.parametrize("settings", [BAKED, replace(BAKED, environment_rotation=70.0)])
def test_nothing_changes_on_what_is_convex(renderer: Renderer, settings: RenderSettings) -> None:
    sky = np.random.default_rng(3).uniform(0, 1, (16, 32, 3)).astype(np.float32)
    for material in (matt(), Material(metallic_factor=1.0, roughness_factor=0.2)):
        document = placed(node(sphere(material, rings=16)))
        without = replace(settings, occlusion=False)
        one, other = (pixels(renderer, document, chosen, environment=sky) for chosen in (settings, without))
        inside = (one[..., 3] == 255) & (other[..., 3] == 255)  # refined, an outline may cover another sample
        assert inside.sum() > 1000
        assert np.abs(one - other)[inside].max() <= 1


def test_a_white_room_under_a_white_sky_is_nearly_white(renderer: Renderer) -> None:
    room = niche(1.0)
    seen = pixels(renderer, room, BAKED)[..., :3][pixels(renderer, room, OPEN)[..., 3] == 255]
    assert np.percentile(seen, 5) > 215  # light turns twice: what turns more often is missing
    assert np.median(seen) > 235


def test_a_black_room_is_lit_by_what_it_sees_alone(renderer: Renderer) -> None:
    """At the middle of one wall of three, the others hide what their form factors say."""
    document = niche(0.5)
    state = scene_state(document)
    baked = bake(state, Shapes(state, 4000))
    middle = int(np.linalg.norm(baked.points.places[:, :3] + baked.origin - [0, 0, -1], axis=1).argmin())
    entries = baked.transfer.entries[baked.transfer.starts[middle] : baked.transfer.starts[middle + 1]]
    normal = baked.points.places[middle, 3:]
    cosine = np.maximum(cells() @ normal, 0)
    hidden = (cosine[entries & 127] * (entries >> 7 & 63) / PARTS).sum() / cosine.sum()
    # Perpendicular squares of side 2, from a point a unit from the shared edge (Howell, configuration B-3 … twice).
    x, y = 1.0, 2.0
    factor = (np.arctan(1 / x) - x / np.hypot(x, y) * np.arctan(1 / np.hypot(x, y))) / np.pi
    assert abs(hidden - 2 * factor) < 0.03


def test_turning_product_and_light_together_changes_nothing(renderer: Renderer) -> None:
    sky = np.full((16, 32, 3), 0.2, np.float32)
    sky[4:6, 5:8] = 20.0
    document = niche(0.7)
    base = Orbit(yaw=10, pitch=20, distance=6.0, target=(0.0, 0.0, 0.0))
    one = pixels(renderer, document, BAKED, camera=base, environment=sky)
    turned = pixels(
        renderer, document, replace(BAKED, environment_rotation=90.0), camera=base, environment=np.roll(sky, 8, 1)
    )
    assert np.abs(one - turned).max() <= 2


def test_a_turntable_and_an_orbit_about_it_agree_where_light_is_even(renderer: Renderer) -> None:
    document = niche(0.6)
    options: dict[str, Any] = {"frames": 3, "environment": WHITE, "size": SIZE, "settings": BAKED}
    for table, orbit in zip(
        renderer.turntable(document, **options), renderer.turntable(document, orbit=True, **options), strict=True
    ):
        assert np.abs(table.pixels.astype(int) - orbit.pixels.astype(int)).max() <= 3


def test_the_same_bytes_again(renderer: Renderer) -> None:
    document = niche(0.5)
    first = pixels(renderer, document, BAKED)
    with Renderer() as other:
        np.testing.assert_array_equal(first, pixels(other, document, BAKED))


def test_light_follows_what_is_changed_between_pictures(renderer: Renderer) -> None:
    """Materials and primitives in place: another colour, and then half of a quad's triangles."""
    s = 2**-0.5
    floor = quad(matt(0.9), size=3.0)
    document = placed(
        node(floor, rotation=(-s, 0.0, 0.0, s), translation=(0.0, -1.0, 0.0)), node(sphere(matt(0.5), rings=16))
    )
    assert floor.material is not None
    assert floor.indices is not None
    pictures = [pixels(renderer, document, BAKED)]
    floor.material.base_color_factor = (0.0, 0.0, 0.9, 1.0)
    pictures.append(pixels(renderer, document, BAKED))
    floor.indices = Accessor(floor.indices.array[:3].copy())
    pictures.append(pixels(renderer, document, BAKED))
    for one, other in pairwise(pictures):
        assert (one != other).any()
    np.testing.assert_array_equal(pictures[-1], pixels(renderer, document.copy(), BAKED))


def test_what_moves_between_takes_its_shadow_along(renderer: Renderer) -> None:
    lid = quad(matt(0.0), size=2.2)
    s = 2**-0.5
    floor = node(quad(matt(0.8)), rotation=(-s, 0.0, 0.0, s))
    looks = Orbit(pitch=20, distance=6.0, target=(0.0, 0.0, 0.0))
    levels = []
    for height in (0.2, 1.5):
        above = node(lid, translation=(0.0, height, 0.0), rotation=(s, 0.0, 0.0, s))  # it faces down
        picture = pixels(renderer, placed(floor, above), BAKED, camera=looks)
        levels.append(picture[36, 32, 1])
    assert levels[0] < levels[1] - 20
    assert levels[1] < 215  # under the open sky: 231


def test_the_shader_does_what_numpy_does(renderer: Renderer) -> None:
    """Of many sites: some drivers bound how often a shader's loops go round."""
    rng = np.random.default_rng(5)
    balls = [
        node(sphere(matt(0.6), radius=0.2, rings=24), translation=tuple(rng.uniform(-0.4, 0.4, 3))) for _ in range(9)
    ]
    document = placed(*balls)
    sky = rng.uniform(0, 1, (8, 16, 3)).astype(np.float32)
    pixels(renderer, document, BAKED, environment=sky)
    light, _ = list(renderer._gpu.baked._kept._entries.values())[-1].made
    sites = light._sites
    rows, starts, entries, heaven, _ = (np.frombuffer(buffer.read(), np.float32) for buffer in light._inputs)
    rows, radiance = rows[: sites * 16].reshape(-1, 4, 4), heaven.reshape(-1, 4)[:, :3]
    starts = starts.view(np.uint32).astype(np.int64)
    entries = entries.view(np.uint32)[: starts[-1]]
    assert sites > 5000
    spread, share = 0.18, 4 / CELLS
    cosine = rows[:, 1, :3] @ cells().T
    facing = np.where(cosine >= spread, cosine, np.where(cosine <= -spread, 0, (cosine + spread) ** 2 / (4 * spread)))
    site = np.repeat(np.arange(sites), np.diff(starts))
    cell, part, seen = entries & 127, (entries >> 7 & 63) / PARTS, np.minimum(entries >> 13, sites)
    weight = (part * facing[site, cell])[:, None]
    everything = facing @ radiance

    def summed(values: np.ndarray) -> np.ndarray:
        return np.stack([np.bincount(site, column, sites) for column in values.T], 1)

    direct = np.maximum(everything - summed(weight * radiance[cell]), 0) * share
    reflectance, emitted = rows[:, 2, :3], rows[:, 3, :3]
    sent = direct * reflectance + emitted
    for _ in range(2):
        others = summed(weight * np.concatenate([sent, np.zeros((1, 3))])[seen]) * share
        sent = (direct + others) * reflectance + emitted
    found = np.frombuffer(light._lit.read(), np.float32)[: sites * 8].reshape(-1, 2, 4)
    np.testing.assert_allclose(found[:, 0, :3], others, atol=2e-3)
    part = direct @ LUMINANCE / np.maximum(everything @ LUMINANCE * share, 1e-9)
    np.testing.assert_allclose(found[:, 0, 3], part, atol=2e-3)
    assert others.max() > 0.02


def test_points_and_meshes_without_normals_are_drawn(renderer: Renderer) -> None:
    flat = quad(matt())
    del flat.attributes["NORMAL"]
    dots = Primitive(attributes={"POSITION": Accessor(np.float32([[0, 0, 0.5]]))}, mode=0, material=matt())
    assert pixels(renderer, placed(node(flat), node(dots)), BAKED)[32, 32, 3] == 255


def test_a_scene_too_large_is_drawn_without_and_says_so(renderer: Renderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("forge3d.render.baking.MOST_TRIANGLES", 5)
    document = niche(0.5)
    frame = renderer.render(document, camera=Orbit(yaw=20, pitch=20), environment=WHITE, size=SIZE, settings=BAKED)
    assert "surfaces hide no sky" in " ".join(frame.warnings)
    np.testing.assert_array_equal(frame.pixels, pixels(renderer, document, OPEN).astype(np.uint8))
