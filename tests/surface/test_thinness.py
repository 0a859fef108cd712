"""How wide parts of a mesh are, and that thin ones are drawn in every pixel they cross."""

from __future__ import annotations

import numpy as np
import pytest

from forge3d.document import Accessor, Document, Material, Mesh, Node, Primitive, Scene
from forge3d.render import Orbit, Renderer, RenderSettings
from forge3d.surface.thinness import width_of


def strip(length: float, width: float, pieces: int = 1, away: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A strip along x in the plane z = `away`, of so many squares."""
    x = np.linspace(-length / 2, length / 2, pieces + 1)
    points = np.concatenate([np.stack([x, 0 * x + side * width / 2, 0 * x + away], 1) for side in (-1, 1)])
    first = np.arange(pieces)
    last = first + pieces + 1
    faces = np.concatenate([np.stack([first, first + 1, last + 1], 1), np.stack([first, last + 1, last], 1)])
    return points.astype(np.float32), faces


@pytest.mark.parametrize("pieces", [1, 10])
def test_a_strip_is_as_wide_as_it_is(pieces: int) -> None:
    assert width_of(*strip(10, 0.1, pieces)) == pytest.approx(0.1, rel=1e-3)


def test_most_of_the_surface_counts() -> None:
    plate, bit = strip(10, 10), strip(10, 0.1, away=1)
    joined = np.concatenate([plate[0], bit[0]]), np.concatenate([plate[1], bit[1] + len(plate[0])])
    assert width_of(*joined) == pytest.approx(10 / 2**0.5, rel=1e-3)
    many = [strip(10, 0.1, away=float(number)) for number in range(200)]
    points = np.concatenate([plate[0], *(part[0] for part in many)])
    starts = len(plate[0]) + 4 * np.arange(200)
    faces = np.concatenate([plate[1], *(part[1] + start for part, start in zip(many, starts, strict=True))])
    assert width_of(points, faces) == pytest.approx(0.1, rel=1e-3)


def test_nothing_has_no_width() -> None:
    assert width_of(np.zeros((3, 3), np.float32), np.empty((0, 3), np.int64)) == 0
    assert width_of(np.zeros((3, 3), np.float32), np.array([[0, 1, 2]])) == 0


def test_a_line_on_a_plate_is_not_broken() -> None:
    """A glowing strip a third of a pixel wide, slanted, just above a black plate: no column is without it."""
    plate, line = strip(1, 1), strip(1.2, 1 / 64 / 3, away=0.002)
    turn = np.radians(7)
    tilt = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]], np.float32)
    black = Material(base_color_factor=(0, 0, 0, 1), metallic_factor=0.0, roughness_factor=1.0)
    glow = Material(base_color_factor=(0, 0, 0, 1), emissive_factor=(1, 1, 1))
    primitives = [
        Primitive(
            attributes={"POSITION": Accessor(points), "NORMAL": Accessor(np.full_like(points, [0, 0, 1]))},
            indices=Accessor(faces.astype(np.uint16).ravel()),
            material=material,
        )
        for (points, faces), material in ((plate, black), ((line[0] @ tilt.T, line[1]), glow))
    ]
    mesh = Mesh(primitives=primitives)
    node = Node(mesh=mesh)
    scene = Scene(nodes=[node])
    document = Document(scene=scene, scenes=[scene], nodes=[node], meshes=[mesh], materials=[black, glow])
    settings = RenderSettings(tone="none", background="white", environment_intensity=0.0)
    camera = Orbit(distance=4, target=(0, 0, 0), fov=float(np.degrees(2 * np.arctan(0.5 / 4))))
    with Renderer() as renderer:
        pixels = renderer.render(document, camera=camera, size=(64, 64), settings=settings).pixels
    inner = pixels[10:-10, 4:-4, 0]
    assert inner.max(axis=0).min() > 60
