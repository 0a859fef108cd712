"""What KHR_animation_pointer moves is what the picture shows, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from forge3d.document import (
    Accessor,
    Animation,
    AnimationSampler,
    Camera,
    Channel,
    Document,
    Light,
    Material,
    Node,
    Perspective,
    Pointer,
    Property,
)  # fmt: skip
from forge3d.document.material import EmissiveStrength
from forge3d.errors import RecipeError
from forge3d.render import FileCamera, Orbit, Renderer, RenderSettings, named_points
from forge3d.render.scene import scene_state

from .shapes import node, placed, quad, unlit

FACING = Orbit(distance=4.0, target=(0, 0, 0), fov=45)
PLAIN = RenderSettings(tone="none", samples=1)
DARK = np.zeros((4, 8, 3), np.float32)


def animated(document: Document, *moves: tuple[Property, str, list[Any]]) -> Document:
    """Each `(target, path, values)` over one second."""
    channels = []
    for target, path, values in moves:
        times = Accessor(np.linspace(0, 1, len(values), dtype=np.float32))
        data = np.array(values, np.uint8 if isinstance(values[0], bool) else np.float32)
        sampler = AnimationSampler(input=times, output=Accessor(data))
        channels.append(Channel(sampler=sampler, path="pointer", pointer=Pointer(target=target, path=path)))
    document.animations.append(Animation(channels=channels, samplers=[channel.sampler for channel in channels]))
    return document


def seen(renderer: Renderer, document: Document, time: float | None, camera: Any = FACING) -> Any:
    frame = renderer.render(document, camera=camera, environment=DARK, size=(33, 33), settings=PLAIN, time=time)
    return frame.pixels


def test_a_material_shows_its_value_at_the_time(renderer: Renderer) -> None:
    moved, still = unlit((1, 0, 0, 1)), unlit((0, 1, 0, 1))
    document = placed(node(quad(moved, size=1)), node(quad(still, size=1), translation=(0.0, -1.2, 0.0)))
    path = "pbrMetallicRoughness/baseColorFactor"
    animated(document, (moved, path, [(1, 0, 0, 1), (0, 0, 1, 1)]))
    for time, color in ((None, (1, 0, 0, 1)), (0.25, (0.75, 0, 0.25, 1)), (5.0, (0, 0, 1, 1))):
        other = placed(node(quad(unlit(color), size=1)), node(quad(still, size=1), translation=(0.0, -1.2, 0.0)))
        np.testing.assert_array_equal(seen(renderer, document, time), seen(renderer, other, None))
    assert moved.base_color_factor == (1, 0, 0, 1)


def test_lights_and_layers_follow_their_pointers(renderer: Renderer) -> None:
    light = Light(type="directional", intensity=0.0)
    glowing = Material(emissive_factor=(0.2, 0.2, 0.2), emissive_strength=EmissiveStrength(strength=1.0))
    document = placed(node(quad(glowing)), Node(light=light))
    glow = "extensions/KHR_materials_emissive_strength/emissiveStrength"
    animated(document, (light, "intensity", [0.0, 3.0]), (glowing, glow, [1.0, 2.0]))
    first, later = (seen(renderer, document, time)[16, 16, :3].astype(int) for time in (0.0, 1.0))
    assert first.tolist() == [124, 124, 124]  # 0.2
    assert (later > first + 60).all()
    assert scene_state(document, time=1.0).lights[0].light.intensity == 3.0


def test_cameras_zoom_and_travel_in_time(renderer: Renderer) -> None:
    camera = Camera(projection=Perspective(yfov=1.2, znear=0.1))
    stand = Node(camera=camera, translation=(0.0, 0.0, 4.0))
    document = placed(node(quad(unlit((1, 1, 1, 1)), size=1)), stand)
    animated(document, (camera, "perspective/yfov", [1.2, 0.4]), (stand, "translation", [(0, 0, 4), (0, 0, 3)]))
    shares = [float((seen(renderer, document, time, FileCamera())[..., 3] > 0).mean()) for time in (None, 0.0, 1.0)]
    assert shares[0] == shares[1]
    assert shares[2] > 4 * shares[0]


def test_hidden_nodes_come_and_go(renderer: Renderer) -> None:
    part = node(quad(unlit((1, 1, 1, 1))))
    document = placed(part)
    animated(document, (part, "extensions/KHR_node_visibility/visible", [True, False]))
    document.animations[0].samplers[0].interpolation = type(document.animations[0].samplers[0].interpolation).STEP
    assert seen(renderer, document, 0.0)[16, 16, 3] == 255
    assert seen(renderer, document, 1.0)[16, 16, 3] == 0


def test_what_cannot_be_animated_is_named(renderer: Renderer) -> None:
    material = unlit((1, 1, 1, 1))
    document = animated(placed(node(quad(material))), (material, "extensions/VENDOR_x/y", [0.0, 1.0]))
    frame = renderer.render(document, camera=FACING, size=(8, 8), time=0.5)
    assert frame.warnings == ("KHR_animation_pointer to extensions/VENDOR_x/y is not animated",)


def test_any_animation_by_place_or_name(renderer: Renderer) -> None:
    card = node(quad(unlit((1, 1, 1, 1)), size=1.0), name="Card")
    document = placed(card)
    for name, place in (("Left", -0.5), (None, 0.0), ("Right", 0.5)):
        animated(document, (card, "translation", [(place, 0, 0), (place, 1, 0)]))
        document.animations[-1].name = name

    def middle(**moment: Any) -> tuple[float, float]:
        frame = renderer.render(document, camera=FACING, size=(64, 64), settings=PLAIN, **moment)
        rows, columns = np.nonzero(frame.pixels[..., 3])
        return columns.mean() - 31.5, 31.5 - rows.mean()

    assert middle(time=0.0) == middle(animation=0) == middle(animation="Left") < middle() == middle(animation=1)
    assert middle() < middle(animation="Right") == middle(animation=2)
    assert middle(animation=2, time=1.0)[1] > middle(animation=2)[1]
    assert named_points(document, ["Card"], animation="Right")[0].position == (0.5, 0, 0)
    with pytest.raises(RecipeError, match=r"animation='Walk'.*0: Left, 1: no name, 2: Right"):
        middle(animation="Walk")
    with pytest.raises(RecipeError, match=r"animation=3: the document's"):
        renderer.fit(document, animation=3)
