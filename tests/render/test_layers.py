"""Material extensions where the picture can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Accessor, Document, Light, Material, Mode, Node, Primitive
from forge3d.document.material import (
    Clearcoat,
    EmissiveStrength,
    Ior,
    Sheen,
    Specular,
    SpecularGlossiness,
    Transmission,
    Volume,
)  # fmt: skip
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.tonemap import srgb_decoded

from .shapes import node, placed, quad, sphere, unlit

FACING = Orbit(distance=4.0, target=(0, 0, 0), fov=45)
PLAIN = RenderSettings(tone="none", samples=1)
DARK, WHITE = np.zeros((4, 8, 3), np.float32), np.ones((4, 8, 3), np.float32)


def light(renderer: Renderer, document: Document, sky: np.ndarray, **settings: float) -> list[float]:
    """The linear colour in the middle of the picture."""
    plain = RenderSettings(tone="none", samples=1, **settings)  # type: ignore[arg-type]
    frame = renderer.render(document, camera=FACING, environment=sky, size=(33, 33), settings=plain)
    return [float(value) for value in srgb_decoded(frame.pixels[16, 16, :3] / 255)]


def glass(**facts: object) -> Material:
    return Material(
        metallic_factor=0.0,
        roughness_factor=0.0,
        ior=Ior(ior=1.0),
        transmission=Transmission(factor=1.0),
        **facts,  # type: ignore[arg-type]
    )


def test_what_stands_behind_glass_is_seen(renderer: Renderer) -> None:
    wall = node(quad(unlit((0.2, 0.4, 0.8, 1)), z=-1))
    tinted = node(quad(glass(base_color_factor=(0.5, 1, 1, 1)), z=0.5))
    assert light(renderer, placed(tinted, wall), DARK) == pytest.approx([0.1, 0.4, 0.8], abs=0.01)


def test_where_nothing_stands_behind_glass_the_environment_is_seen(renderer: Renderer) -> None:
    assert light(renderer, placed(node(quad(glass()))), WHITE * 0.25) == pytest.approx([0.25] * 3, abs=0.01)


def test_a_volume_absorbs_by_its_thickness_in_the_world(renderer: Renderer) -> None:
    """KHR_materials_volume: transmittance is attenuationColor^(distance / attenuationDistance)."""
    volume = Volume(thickness_factor=1.0, attenuation_distance=4.0, attenuation_color=(0.25, 1.0, 0.0625))
    scaled = node(quad(glass(volume=volume)), scale=(2.0, 2.0, 2.0))
    assert light(renderer, placed(scaled), WHITE) == pytest.approx([0.5, 1.0, 0.25], abs=0.01)


def test_emission_has_its_strength(renderer: Renderer) -> None:
    glowing = Material(emissive_factor=(0.1, 0.2, 0.0), emissive_strength=EmissiveStrength(strength=4.0))
    assert light(renderer, placed(node(quad(glowing))), DARK) == pytest.approx([0.4, 0.8, 0.0], abs=0.01)


@pytest.mark.parametrize("normals", [False, True])
def test_lines_without_normals_show_base_and_emission_unlit(renderer: Renderer, normals: bool) -> None:
    """§3.7.2.1: the sum of both; with normals they are lit, and here all is dark."""
    corners = np.array([[-1, 0, 0], [1, 0, 0]], np.float32)
    up = np.array([[0, 0, 1], [0, 0, 1]], np.float32)
    attributes = {"POSITION": Accessor(corners)} | ({"NORMAL": Accessor(up)} if normals else {})
    glowing = Material(base_color_factor=(0.2, 0.4, 0.0, 1), emissive_factor=(0.3, 0, 0.1), clearcoat=Clearcoat())
    line = placed(node(Primitive(attributes=attributes, mode=Mode.LINES, material=glowing)))
    frame = renderer.render(line, camera=FACING, environment=DARK, size=(33, 33), settings=PLAIN)
    seen = srgb_decoded(frame.pixels[frame.pixels[..., 3] > 200][:, :3] / 255)
    assert len(seen) > 10
    expected = [0.3, 0.0, 0.1] if normals else [0.5, 0.4, 0.1]
    np.testing.assert_allclose(seen, np.tile(expected, (len(seen), 1)), atol=0.01)
    assert np.isfinite(frame.normals).all()


def test_a_coat_dims_what_glows_below_it(renderer: Renderer) -> None:
    coated = Material(emissive_factor=(1.0, 0.5, 0.0), clearcoat=Clearcoat(factor=1.0))
    assert light(renderer, placed(node(quad(coated))), DARK) == pytest.approx([0.96, 0.48, 0.0], abs=0.01)


@pytest.mark.parametrize(("ior", "expected"), [(1.0, 0.0), (1.5, 0.04), (3.0, 0.25)])
def test_black_plastic_reflects_by_its_index(renderer: Renderer, ior: float, expected: float) -> None:
    black = Material(base_color_factor=(0, 0, 0, 1), metallic_factor=0.0, roughness_factor=0.0, ior=Ior(ior=ior))
    assert light(renderer, placed(node(quad(black))), WHITE) == pytest.approx([expected] * 3, abs=0.004)


def test_specular_tints_and_weakens_the_reflection(renderer: Renderer) -> None:
    specular = Specular(factor=0.5, color_factor=(1.0, 0.5, 4.0))
    black = Material(base_color_factor=(0, 0, 0, 1), metallic_factor=0.0, roughness_factor=0.0, specular=specular)
    assert light(renderer, placed(node(quad(black))), WHITE) == pytest.approx([0.02, 0.01, 0.08], abs=0.004)


def test_specular_glossiness_reflects_what_it_says(renderer: Renderer) -> None:
    layer = SpecularGlossiness(diffuse_factor=(0, 0, 0, 1), specular_factor=(0.5, 0.25, 0.1), glossiness_factor=1.0)
    mirror = Material(specular_glossiness=layer)
    assert light(renderer, placed(node(quad(mirror))), WHITE) == pytest.approx([0.5, 0.25, 0.1], abs=0.01)


@pytest.mark.parametrize("specular", [0.04, 0.5, 0.9])
def test_specular_glossiness_takes_reflected_light_from_the_diffuse_once(renderer: Renderer, specular: float) -> None:
    """In a white room, head on, a smooth white surface sends back all light, and a coloured one what is mixed once."""
    seen = {}
    for diffuse in (1.0, 0.5):
        grey = (diffuse, diffuse, diffuse, 1)
        layer = SpecularGlossiness(diffuse_factor=grey, specular_factor=(specular,) * 3, glossiness_factor=1.0)
        part = node(quad(Material(specular_glossiness=layer)))
        seen[diffuse] = light(renderer, placed(part), WHITE, exposure=-1)[0] * 2
    assert seen[1.0] == pytest.approx(1.0, abs=0.015)
    assert seen[0.5] == pytest.approx(specular + (1 - specular) * 0.5, abs=0.015)


@pytest.mark.parametrize("sky", [WHITE * 0.5, DARK])
def test_specular_glossiness_equals_its_metallic_roughness_form(renderer: Renderer, sky: np.ndarray) -> None:
    """KHR_materials_specular, "Conversions": index of refraction 0, the specular colour as the tint, no metal."""
    specular, diffuse = (0.9, 0.5, 0.1), (0.8, 0.5, 0.2, 1)
    layer = SpecularGlossiness(diffuse_factor=diffuse, specular_factor=specular, glossiness_factor=0.5)
    newer = Material(
        base_color_factor=diffuse,
        metallic_factor=0.0,
        roughness_factor=0.5,
        ior=Ior(ior=0.0),
        specular=Specular(color_factor=specular),
    )
    frames = []
    for material in (Material(specular_glossiness=layer), newer):
        ball = placed(node(sphere(material)), Node(light=Light(type="directional", intensity=2.0)))
        frames.append(renderer.render(ball, camera=FACING, environment=sky, size=(32, 32), settings=PLAIN).pixels)
    np.testing.assert_array_equal(*frames)
    assert frames[0][16, 16, :3].min() > 30  # all three channels are lit


@pytest.mark.parametrize(
    "layers",
    [
        {"clearcoat": Clearcoat(factor=1.0)},
        {"clearcoat": Clearcoat(factor=1.0, roughness_factor=0.7)},
        {"sheen": Sheen(color_factor=(1.0, 1.0, 1.0), roughness_factor=0.5)},
        {"specular": Specular(factor=0.3)},
        {"transmission": Transmission(factor=0.6)},
    ],
)
def test_no_layer_makes_light(renderer: Renderer, layers: dict[str, object]) -> None:
    """A white ball in a white room may lose a little light between its layers, and gains none."""
    ball = Material(metallic_factor=0.0, roughness_factor=0.4, **layers)  # type: ignore[arg-type]
    settings = RenderSettings(tone="none", exposure=-1, samples=1)
    frame = renderer.render(placed(node(sphere(ball))), environment=WHITE, size=(64, 64), settings=settings)
    seen = srgb_decoded(frame.pixels[frame.pixels[..., 3] > 200][:, :3] / 255) * 2
    assert seen.max() <= 1.02
    assert seen.min() >= 0.88


def test_lights_that_do_not_shine_are_named(renderer: Renderer) -> None:
    lamps = [Node(light=Light(type="directional", intensity=0.01)) for _ in range(65)]
    frame = renderer.render(placed(node(quad()), *lamps), size=(8, 8))
    assert frame.warnings == ("65 lights: the first 64 shine",)
