"""What the layers that bend, split and pass light must keep, whatever their formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forge3d.document import Accessor, Light, Material, Node, Primitive, Texture, TextureInfo
from forge3d.document.material import (
    Anisotropy,
    DiffuseTransmission,
    Dispersion,
    Ior,
    Iridescence,
    Transmission,
    Volume,
    VolumeScatter,
)  # fmt: skip
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.tonemap import srgb_decoded

from .shapes import node, placed, quad, sphere, unlit

FACING = Orbit(distance=4.0, target=(0, 0, 0), fov=45)
WHITE = np.ones((4, 8, 3), np.float32)
SIDES = np.ones((16, 32, 3), np.float32) * np.linspace(0.1, 0.9, 32, dtype=np.float32)[:, None]  # darker to brighter
FROM_BEHIND = Node(light=Light(type="directional", intensity=3.0), rotation=(0.0, 1.0, 0.0, 0.0))


def picture(renderer: Renderer, material: Material, *more: Node, sky: Any = SIDES, part: Any = sphere) -> np.ndarray:
    """Linear colours `(h, w, 3)` at half exposure, zero where nothing is."""
    settings = RenderSettings(tone="none", exposure=-1, samples=1)
    scene = placed(node(part(material)), *more)
    pixels = renderer.render(scene, camera=FACING, environment=sky, size=(48, 48), settings=settings).pixels
    return np.asarray(srgb_decoded(pixels[..., :3] / 255) * 2 * (pixels[..., 3:] == 255))


def plastic(roughness: float = 0.4, **layers: Any) -> Material:
    return Material(metallic_factor=0.0, roughness_factor=roughness, **layers)


def metal(roughness: float = 0.4, **layers: Any) -> Material:
    return Material(base_color_factor=(1.0, 0.8, 0.5, 1.0), roughness_factor=roughness, **layers)


NOTHING = [
    {"anisotropy": Anisotropy(strength=0.0, rotation=1.0)},
    {"iridescence": Iridescence(factor=0.0)},
    {"iridescence": Iridescence(factor=1.0, thickness_minimum=0.0, thickness_maximum=0.0)},
    {"diffuse_transmission": DiffuseTransmission(factor=0.0, color_factor=(1, 0, 0))},
    {"dispersion": Dispersion(dispersion=5.0)},  # nothing is transmitted
    {"volume_scatter": VolumeScatter(multiscatter_color=(1, 0, 0))},  # nothing enters
]


@pytest.mark.parametrize("layers", NOTHING, ids=lambda layers: next(iter(layers)))
@pytest.mark.parametrize("base", [plastic, metal])
def test_a_layer_without_effect_changes_no_bit(renderer: Renderer, base: Any, layers: dict[str, Any]) -> None:
    lit = Node(light=Light(type="directional", intensity=2.0))
    np.testing.assert_array_equal(picture(renderer, base(**layers), lit), picture(renderer, base(), lit))


def test_no_dispersion_is_the_plain_refraction(renderer: Renderer) -> None:
    glass = {"transmission": Transmission(factor=1.0), "volume": Volume(thickness_factor=1.0)}
    plain = picture(renderer, plastic(0.0, **glass))
    np.testing.assert_array_equal(picture(renderer, plastic(0.0, **glass, dispersion=Dispersion())), plain)
    assert np.abs(picture(renderer, plastic(0.0, **glass, dispersion=Dispersion(dispersion=30.0))) - plain).max() > 0.01


def test_dispersion_bends_blue_more_than_red(renderer: Renderer) -> None:
    """The sky brightens along u. The material's own index is that of yellow light."""
    glass = {"transmission": Transmission(factor=1.0), "volume": Volume(thickness_factor=1.0), "ior": Ior(ior=1.6)}
    plain = picture(renderer, plastic(0.0, **glass))
    split = picture(renderer, plastic(0.0, **glass, dispersion=Dispersion(dispersion=30.0)))
    red, green, blue = (split - plain)[24, 14:22].mean(0)
    assert red < 0 < green
    assert blue > 2 * green


WHITE_LAYERS = [
    plastic(anisotropy=Anisotropy(strength=1.0)),
    plastic(0.2, iridescence=Iridescence(factor=1.0, thickness_maximum=500.0)),
    plastic(diffuse_transmission=DiffuseTransmission(factor=0.7)),
    plastic(
        diffuse_transmission=DiffuseTransmission(factor=1.0),
        volume=Volume(thickness_factor=1.0, attenuation_distance=0.5, attenuation_color=(0.5, 0.5, 0.5)),
        volume_scatter=VolumeScatter(multiscatter_color=(1.0, 1.0, 1.0)),
    ),
    plastic(0.0, transmission=Transmission(factor=1.0), volume=Volume(thickness_factor=1.0)),
    Material(roughness_factor=0.3, anisotropy=Anisotropy(strength=0.8, rotation=0.5)),
    Material(roughness_factor=0.8, iridescence=Iridescence(factor=1.0)),
]


@pytest.mark.parametrize("material", WHITE_LAYERS)
def test_white_in_a_white_room_sends_back_what_it_gets(renderer: Renderer, material: Material) -> None:
    seen = picture(renderer, material, sky=WHITE)
    seen = seen[seen[..., 1] > 0]
    assert seen.max() <= 1.02
    if material.iridescence is None:  # a film on white glass passes its light to the body, one on metal absorbs some
        assert seen.min() >= 0.93


def test_light_from_behind_shines_through_by_factor_and_color(renderer: Renderer) -> None:
    """KHR_materials_diffuse_transmission: factor · color / π of the light that falls on the other side."""
    leaf = plastic(
        1.0,
        ior=Ior(ior=1.0),
        double_sided=True,
        base_color_factor=(0, 0, 0, 1),
        diffuse_transmission=DiffuseTransmission(factor=0.5, color_factor=(1.0, 0.5, 0.25)),
    )
    seen = picture(renderer, leaf, FROM_BEHIND, sky=WHITE * 0, part=quad)[24, 24]
    assert seen == pytest.approx(np.array([1.0, 0.5, 0.25]) * 0.5 * 3.0 / np.pi, abs=0.01)


def test_a_dense_volume_scatters_in_its_multiscatter_color(renderer: Renderer) -> None:
    """No light passes a thick body: what is seen has been scattered back, and a thin one shows the far side alone."""
    wax = {
        "ior": Ior(ior=1.0),
        "diffuse_transmission": DiffuseTransmission(factor=1.0),
        "volume_scatter": VolumeScatter(multiscatter_color=(0.8, 0.4, 0.2)),
    }
    absorbing = {"attenuation_distance": 0.01, "attenuation_color": (0.1, 0.1, 0.1)}
    thick = picture(renderer, plastic(1.0, **wax, volume=Volume(thickness_factor=1.0, **absorbing)), sky=WHITE)
    thin = picture(renderer, plastic(1.0, **wax, volume=Volume(thickness_factor=0.0, **absorbing)), sky=WHITE)
    assert thick[24, 24] == pytest.approx([0.8, 0.4, 0.2], abs=0.01)
    assert thin[24, 24] == pytest.approx([1.0, 1.0, 1.0], abs=0.01)


@pytest.mark.parametrize(("rotation", "axis"), [(0.0, 1), (np.pi / 2, 0)])
def test_highlights_stretch_along_the_anisotropic_direction(renderer: Renderer, rotation: float, axis: int) -> None:
    """A light in the camera's direction: the highlight on a ball is longer along u (pixel columns) than across it."""
    brushed = Material(roughness_factor=0.3, anisotropy=Anisotropy(strength=0.9, rotation=rotation))
    lamp = Node(light=Light(type="directional", intensity=1.0))

    def part(material: Material) -> Any:
        made = sphere(material)
        normal = made.attributes["NORMAL"].floats
        east = np.stack([normal[:, 2], 0 * normal[:, 0], -normal[:, 0], 0 * normal[:, 0] + 1], 1)
        length = np.maximum(np.linalg.norm(east[:, :3], axis=1, keepdims=True), 1e-6)
        east[:, :3] /= length
        made.attributes["TANGENT"] = type(made.attributes["NORMAL"])(east.astype(np.float32))
        return made

    seen = picture(renderer, brushed, lamp, sky=WHITE * 0, part=part)[..., 1]
    bright = seen > seen.max() / 4
    extents = [np.ptp(np.nonzero(bright)[way]) for way in (0, 1)]
    assert extents[axis] > 1.5 * extents[1 - axis]


def test_anisotropy_takes_its_direction_from_the_texture(renderer: Renderer) -> None:
    """A white pixel stands for the direction (1, 1)/√2 at full strength: the same as an eighth of a turn."""
    info = TextureInfo(texture=Texture())  # a texture without an image is white
    lamp = Node(light=Light(type="directional", intensity=1.0))
    by_texture = metal(0.3, anisotropy=Anisotropy(strength=0.8, texture=info))
    by_rotation = metal(0.3, anisotropy=Anisotropy(strength=0.8, rotation=np.pi / 4))
    a, b = (picture(renderer, material, lamp, part=quad) for material in (by_texture, by_rotation))
    assert a == pytest.approx(b, abs=0.02)


def test_iridescence_colours_by_thickness(renderer: Renderer) -> None:
    """Two films of different thickness have different hues."""
    hues = []
    for nanometres in (250.0, 400.0):
        film = Iridescence(factor=1.0, thickness_maximum=nanometres)
        grey = Material(base_color_factor=(0.5, 0.5, 0.5, 1), roughness_factor=0.1, iridescence=film)
        color = picture(renderer, grey, sky=WHITE)[24, 24]
        hues.append(color / color.sum())
    assert np.abs(hues[0] - hues[1]).max() > 0.02


def test_light_behind_frosted_glass_is_seen_through_it(renderer: Renderer) -> None:
    glass = plastic(0.6, transmission=Transmission(factor=1.0), double_sided=True)
    dark = picture(renderer, glass, sky=WHITE * 0, part=quad)
    lit = picture(renderer, glass, FROM_BEHIND, sky=WHITE * 0, part=quad)
    assert dark[24, 24].max() == 0
    assert lit[24, 24].min() > 0.05


def test_glass_shows_what_stands_behind_it_in_its_own_colours(renderer: Renderer) -> None:
    wall = node(quad(unlit((0.2, 0.4, 0.8, 1)), z=-1.5))
    glass = plastic(0.0, ior=Ior(ior=1.0), transmission=Transmission(factor=1.0), dispersion=Dispersion(dispersion=9.0))
    assert picture(renderer, glass, wall, part=quad)[24, 24] == pytest.approx([0.2, 0.4, 0.8], abs=0.01)


def hollow(material: Material) -> Primitive:
    """A ball with a wall of 0.05 about a ball of air."""
    outer, inner = sphere(material), sphere(radius=0.95)
    count = len(outer.attributes["POSITION"])
    place = np.concatenate([outer.attributes["POSITION"].array, inner.attributes["POSITION"].array])
    normal = np.concatenate([outer.attributes["NORMAL"].array, -inner.attributes["NORMAL"].array])
    assert outer.indices is not None
    corners = np.concatenate([outer.indices.array, outer.indices.array[::-1] + count])
    return Primitive(
        attributes={"POSITION": Accessor(place), "NORMAL": Accessor(normal)},
        indices=Accessor(corners.astype(np.uint32)), material=material,
    )  # fmt: skip


def test_glass_balls_turn_the_world_about_and_their_walls_do_not(renderer: Renderer) -> None:
    """Through a ball the dark left side of the sky is seen on the right, whatever thickness the file tells; through a
    hollow one on the left."""
    columns = np.linspace(0, 2 * np.pi, 64, endpoint=False) + np.pi / 64  # u = atan2(z, x) / 2π + ½
    sky = np.repeat((-np.cos(columns) > 0)[None, :, None], 32, 0) * np.float32([0.8, 0.8, 0.8])  # bright towards +x

    def leaning(part: Any, thickness: float) -> float:
        glass = plastic(0.0, transmission=Transmission(factor=1.0), volume=Volume(thickness_factor=thickness))
        seen = picture(renderer, glass, sky=sky.astype(np.float32), part=part)
        return float(seen[24, 20].mean() - seen[24, 28].mean())

    assert leaning(sphere, 2.0) > 0.5
    assert leaning(sphere, 0.02) > 0.5
    assert leaning(hollow, 0.05) < -0.5


CLEAR = {"transmission": Transmission(factor=1.0), "ior": Ior(ior=1.0)}  # bends and mirrors nothing
SEEN = unlit((0.8, 0.8, 0.8, 1))


def test_thin_glass_tints_light_at_every_wall(renderer: Renderer) -> None:
    tinted, wall = plastic(0.0, **CLEAR, base_color_factor=(0.5, 1, 1, 1)), node(quad(SEEN, z=-1.5))
    assert picture(renderer, tinted, wall, part=quad)[24, 24] == pytest.approx([0.4, 0.8, 0.8], abs=0.01)
    assert picture(renderer, tinted, wall)[24, 24] == pytest.approx([0.2, 0.8, 0.8], abs=0.01)
    assert picture(renderer, tinted, sky=WHITE * 0.8)[24, 24] == pytest.approx([0.2, 0.8, 0.8], abs=0.01)


def test_a_body_of_glass_shows_another_behind_it(renderer: Renderer) -> None:
    volume = Volume(thickness_factor=1.0, attenuation_distance=1.0, attenuation_color=(0.5, 1, 1))
    ball = plastic(0.0, **CLEAR, volume=volume)
    behind = node(sphere(ball, radius=0.5), translation=(0.0, 0.0, -2.0))
    assert picture(renderer, ball, behind, sky=WHITE * 0.8)[24, 24, 0] < 0.8 * 0.5**2.4


def test_a_body_absorbs_along_the_way_that_light_goes(renderer: Renderer) -> None:
    """As a path tracer does; the file's thickness stands in where no back is drawn."""
    volume = Volume(thickness_factor=0.5, attenuation_distance=1.0, attenuation_color=(0.5, 1, 1))
    wall = node(quad(SEEN, z=-1.5))
    through = picture(renderer, plastic(0.0, **CLEAR, volume=volume), wall)
    assert through[24, 24] == pytest.approx([0.8 * 0.5**2, 0.8, 0.8], abs=0.01)
    beside = 0.8 * 0.5 ** (2 * np.sqrt(1 - 0.5**2))  # half a radius off the middle
    assert through[24, 24 + 7][0] == pytest.approx(beside, abs=0.02)
    pane = picture(renderer, plastic(0.0, **CLEAR, volume=volume), wall, part=quad)
    assert pane[24, 24] == pytest.approx([0.8 * 0.5**0.5, 0.8, 0.8], abs=0.01)


def test_what_is_cast_in_glass_is_seen_through_the_glass_before_it(renderer: Renderer) -> None:
    volume = Volume(thickness_factor=2.0, attenuation_distance=1.0, attenuation_color=(0.5, 1, 1))
    core, wall = node(sphere(unlit((0.2, 0.6, 0.2, 1)), radius=0.4)), node(quad(SEEN, z=-1.5))
    cast = picture(renderer, plastic(0.0, **CLEAR, volume=volume), core, wall)[24, 24]
    assert cast == pytest.approx([0.2 * 0.5**0.6, 0.6, 0.2], abs=0.01)


def test_frosted_glass_blurs_what_is_far_behind_it_and_not_what_it_touches(renderer: Renderer) -> None:
    def edge(away: float) -> float:
        half = Primitive(
            attributes={"POSITION": Accessor(np.float32([[0, -3, 0], [3, -3, 0], [3, 3, 0], [0, 3, 0]]))},
            indices=Accessor(np.uint16([0, 1, 2, 0, 2, 3])), material=unlit((1, 1, 1, 1)),
        )  # fmt: skip
        pane = plastic(0.6, transmission=Transmission(factor=1.0))
        seen = picture(renderer, pane, node(half, translation=(0, 0, -away)), sky=WHITE * 0, part=quad)[24, :, 1]
        return float(seen[28] - seen[20])

    assert edge(0.02) > 2 * edge(1.5) > 0


@pytest.mark.parametrize("rough", [0.0, 0.3])
def test_glass_is_as_paths_of_light_show_it(renderer: Renderer, rough: float) -> None:
    colors = unlit((0.9, 0.8, 0.6, 1)), unlit((0.1, 0.2, 0.5, 1))
    squares = [(at, up) for at in range(-4, 5) for up in range(-4, 5)]
    wall = [
        node(quad(colors[(at + up) % 2], size=0.5), translation=(0.5 * at, 0.5 * up, -1.6)) for at, up in squares
    ]  # fmt: skip
    glass = plastic(rough, transmission=Transmission(factor=1.0), volume=Volume(thickness_factor=1.0))
    scene = placed(node(sphere(glass)), *wall)
    sides = [
        renderer.render(
            scene, camera=FACING, environment=WHITE * 0.5, size=(48, 48),
            settings=RenderSettings(tone="none", background="white", quality=quality, samples=16),
        ).pixels / 255
        for quality in ("standard", "reference")
    ]  # fmt: skip
    assert -10 * np.log10(np.mean((sides[0] - sides[1]) ** 2)) > 22
