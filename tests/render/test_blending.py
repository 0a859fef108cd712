"""What is blended lies over what stands behind it, whichever mesh it belongs to, from every side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forge3d.document import Accessor, AlphaMode, Document, Material, Node, Primitive, Skin
from forge3d.document.material import Ior, Transmission
from forge3d.document.scene import Instancing
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.render.tonemap import srgb_decoded

from .shapes import node, placed, quad, unlit

SKY = np.ones((4, 8, 3), np.float32)
FRONT, BACK = (Orbit(yaw=yaw, distance=4.0, target=(0, 0, 0), fov=45) for yaw in (0, 180))


def film(color: tuple[float, float, float]) -> Material:
    return unlit((*color, 0.5), alpha_mode=AlphaMode.BLEND, double_sided=True)


def stack(material: Material, *depths: float) -> Primitive:
    """Squares behind each other in one mesh."""
    squares = [quad(z=z) for z in depths]
    position = np.concatenate([square.attributes["POSITION"].floats for square in squares])
    corners = np.array([0, 1, 2, 0, 2, 3], np.uint16)
    indices = np.concatenate([corners + 4 * number for number in range(len(squares))])
    return Primitive(
        attributes={"POSITION": Accessor(position)}, indices=Accessor(indices.astype(np.uint16)), material=material
    )


def over(*layers: tuple[float, float, float], alpha: float = 0.5) -> np.ndarray:
    """Straight colour of layers from far to near."""
    color, cover = np.zeros(3), 0.0
    for layer in layers:
        color, cover = np.array(layer) * alpha + color * (1 - alpha), alpha + cover * (1 - alpha)
    return color / cover


def middle(renderer: Renderer, document: Document, camera: Orbit, **settings: Any) -> np.ndarray:
    plain = RenderSettings(tone="none", **settings)
    pixels = renderer.render(document, camera=camera, environment=SKY, size=(33, 33), settings=plain).pixels
    return np.asarray(srgb_decoded(pixels[16, 16, :3] / 255))


RED, GREEN, BLUE = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)


def test_meshes_that_reach_into_each_other_blend_in_order(renderer: Renderer) -> None:
    document = placed(node(stack(film(RED), 0.6, -0.2)), node(stack(film(BLUE), 0.2, -0.6)))
    assert middle(renderer, document, FRONT) == pytest.approx(over(BLUE, RED, BLUE, RED), abs=0.01)
    assert middle(renderer, document, BACK) == pytest.approx(over(RED, BLUE, RED, BLUE), abs=0.01)


def test_copies_of_one_mesh_keep_their_own_order(renderer: Renderer) -> None:
    """Both nodes draw the same mesh in turns; the second is turned about, so that its order is the other one."""
    first, second = (node(stack(film(RED), 0.6, -0.2)) for _ in range(2))
    second.mesh = first.mesh
    second.rotation = (0.0, 1.0, 0.0, 0.0)
    between = node(stack(film(BLUE), 0.4))
    seen = middle(renderer, placed(first, second, between), FRONT)
    assert seen == pytest.approx(over(RED, RED, RED, BLUE, RED), abs=0.01)


def test_instances_blend_in_order(renderer: Renderer) -> None:
    places = Accessor(np.array([[0, 0, 0.5], [0, 0, -0.5]], np.float32))
    copies = node(stack(film(RED), 0.0), instancing=Instancing(attributes={"TRANSLATION": places}))
    seen = middle(renderer, placed(copies, node(stack(film(BLUE), 0.1))), FRONT)
    assert seen == pytest.approx(over(RED, BLUE, RED), abs=0.01)


def test_skinned_triangles_are_sorted_where_they_are_posed(renderer: Renderer) -> None:
    """The joint turns the stack about: what was in front is behind."""
    primitive = stack(unlit((1, 1, 1, 1), alpha_mode=AlphaMode.BLEND, double_sided=True), 0.5, -0.5)
    colors = np.repeat([[*RED, 0.5], [*BLUE, 0.5]], 4, 0).astype(np.float32)
    primitive.attributes["COLOR_0"] = Accessor(colors)
    primitive.attributes["JOINTS_0"] = Accessor(np.zeros((8, 4), np.uint8))
    primitive.attributes["WEIGHTS_0"] = Accessor(np.tile(np.float32([1, 0, 0, 0]), (8, 1)))
    joint = Node(rotation=(0.0, 1.0, 0.0, 0.0))
    document = placed(node(primitive, skin=Skin(joints=[joint])), joint)
    assert middle(renderer, document, FRONT) == pytest.approx(over(RED, BLUE), abs=0.01)


@pytest.mark.parametrize(("z", "expected"), [(0.5, (0.5, 0.5, 0.0)), (-0.5, (0.25, 0.5, 0.0))])
def test_a_label_lies_before_or_behind_the_glass(
    renderer: Renderer, z: float, expected: tuple[float, float, float]
) -> None:
    """Before red-filtering glass the label keeps its own red; behind it, half of that is left."""
    label = node(quad(unlit((1.0, 0.0, 0.0, 0.5), alpha_mode=AlphaMode.BLEND), z=z))
    wall = node(quad(unlit((0.0, 1.0, 0.0, 1.0)), z=-1.0))
    glass = Material(
        base_color_factor=(0.5, 1.0, 1.0, 1.0),
        metallic_factor=0.0,
        roughness_factor=0.0,
        ior=Ior(ior=1.0),
        transmission=Transmission(factor=1.0),
    )
    document = placed(label, wall, node(quad(glass)))
    assert middle(renderer, document, FRONT) == pytest.approx(expected, abs=0.01)
