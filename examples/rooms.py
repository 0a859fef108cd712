"""Three rooms to stand products in: modelled as boxes, lit by sky and sun through windows, photographed by forge3d.

`forge3d stage` is tried on these photos, because here the camera and the sun are known.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from forge3d.document import Accessor, Camera, Document, Material, Mesh, Node, Perspective, Primitive, Scene
from forge3d.render import Renderer, RenderSettings
from forge3d.render.camera import FileCamera
from forge3d.stage import RoomCamera

Triple = tuple[float, float, float]

WHITE, WARM, BLUE, SAGE = (0.72, 0.71, 0.69), (0.62, 0.52, 0.42), (0.32, 0.40, 0.50), (0.46, 0.52, 0.42)
OAK, WALNUT, CONCRETE, INK, RUST = (
    (0.46, 0.30, 0.17),
    (0.20, 0.11, 0.06),
    (0.42, 0.41, 0.40),
    (0.05, 0.05, 0.06),
    (0.5, 0.18, 0.08),
)
_THICK = 0.2


@dataclass(frozen=True)
class Box:
    """From one corner to the opposite one, metres."""

    low: Triple
    high: Triple
    color: Triple
    roughness: float = 0.9


@dataclass(frozen=True)
class Room:
    """A room, its light, and the photo's camera; `rug` are two corners of a rug, `(x, z)`."""

    name: str
    boxes: tuple[Box, ...]
    camera: RoomCamera
    sun: Triple
    rug: tuple[tuple[float, float], tuple[float, float]]
    exposure: float = 0.7
    sky: float = 3.0
    spot: tuple[float, float] = field(default=(0.0, -3.0))

    def document(self) -> Document:
        """The room with its camera."""
        scene = Scene()
        document = Document(scene=scene, scenes=[scene])
        for box in self.boxes:
            _add(document, box)
        lens = Camera(name="photo", projection=Perspective(yfov=float(np.radians(self.camera.fov)), znear=0.01))
        place = np.eye(4)
        place[:3, :3], place[:3, 3] = self.camera.axes.T, [0, self.camera.height, 0]
        viewer = Node(name="photo", matrix=place, camera=lens)
        document.nodes.append(viewer)
        document.cameras.append(lens)
        scene.nodes = [*document.nodes]
        return document

    def light(self) -> npt.NDArray[np.float32]:
        """A sky with a sun, `(256, 512, 3)`."""
        height, width = 256, 512
        longitude = (np.arange(width) + 0.5) / width * 2 * np.pi - np.pi
        latitude = np.pi / 2 - (np.arange(height) + 0.5) / height * np.pi
        flat = np.cos(latitude)[:, None]
        toward = np.stack(
            [flat * np.cos(longitude), np.sin(latitude)[:, None] + 0 * flat * longitude, flat * np.sin(longitude)], 2
        )
        up = toward[..., 1:2]
        sky = self.sky * np.where(up > 0, np.array([0.55, 0.75, 1.0]) * (1.2 - 0.6 * up), [0.25, 0.24, 0.22])
        sun = np.array(self.sun) / np.linalg.norm(self.sun)
        disc = np.clip((toward @ sun - np.cos(np.radians(2.0))) / (1 - np.cos(np.radians(2.0))), 0, 1)[..., None]
        return np.asarray(sky + np.minimum(disc * 4, 1) * np.array([1.0, 0.86, 0.66]) * 2200, np.float32)

    def photo(
        self, renderer: Renderer, samples: int = 64, document: Document | None = None, variant: str | None = None
    ) -> npt.NDArray[np.uint8]:
        """The photo, `(h, w, 3)` uint8 sRGB; windows are as bright as paper gets. `document`: the room with more."""
        settings = RenderSettings(
            quality="reference", samples=samples, tone="none", exposure=self.exposure, background="white"
        )
        frame = renderer.render(
            document or self.document(),
            camera=FileCamera("photo"),
            environment=self.light(),
            size=self.camera.size,
            settings=settings,
            variant=variant,
        )
        return np.ascontiguousarray(frame.pixels[..., :3])

    def pixel(self, x: float, z: float) -> tuple[float, float]:
        """Where the photo shows a place on the floor."""
        column, row = self.camera.project([[x, 0, z]])[0]
        return float(column), float(row)


def rooms(width: int = 960) -> list[Room]:
    """Loft, hall and gallery, photographed at this many pixels across."""
    wide, tall = (width, width * 3 // 4), (width * 3 // 4, width)
    return [
        Room(
            "loft",
            (
                Box((-3.0, -_THICK, -7.0), (2.6, 0.0, 2.0), OAK, 0.5),
                Box((-3.0, 2.9, -7.0), (2.6, 3.1, 2.0), WHITE),
                Box((-3.0, 0.0, -7.2), (2.6, 2.9, -7.0), SAGE),
                Box((2.6, 0.0, -7.2), (2.8, 2.9, 2.2), WHITE),
                Box((-3.2, 0.0, 1.8), (2.8, 2.9, 2.0), WHITE),
                *_wall_with_window(-3.2, -3.0, (-5.4, -2.4), (0.5, 2.5), (-7.2, 2.0), 2.9, WHITE),
                *_frame((1.2, 2.05), 2.05, -7.0, WALNUT),
                Box((-1.5, 0.0, -5.3), (1.3, 0.012, -3.3), BLUE),
                Box((-2.9, 0.0, -6.98), (-1.7, 0.75, -6.6), WALNUT, 0.4),
                Box((2.2, 0.0, -6.2), (2.58, 1.9, -5.2), WARM),
            ),
            RoomCamera(wide, 48.0, 7.0, 0.0, 1.45),
            (-0.75, 0.55, -0.05),
            ((-1.5, -3.3), (1.3, -3.3)),
            spot=(0.1, -4.3),
        ),
        Room(
            "hall",
            (
                Box((-1.9, -_THICK, -8.0), (1.9, 0.0, 2.0), CONCRETE, 0.35),
                Box((-1.9, 3.0, -8.0), (1.9, 3.2, 2.0), WHITE),
                Box((-2.1, 0.0, -8.0), (-1.9, 3.0, 2.0), WARM),
                Box((-2.1, 0.0, -8.2), (2.1, 3.0, -8.0), WHITE),
                Box((-2.1, 0.0, 1.8), (2.1, 3.0, 2.0), WHITE),
                *_wall_with_window(1.9, 2.1, (-6.2, -3.6), (0.2, 2.6), (-8.2, 2.0), 3.0, WARM),
                *_frame((-0.5, 0.5), 2.1, -8.0, INK),
                Box((-0.9, 0.0, -4.6), (0.9, 0.01, -2.6), RUST),
                Box((-1.88, 0.0, -6.0), (-1.5, 1.1, -4.9), OAK, 0.5),
            ),
            RoomCamera(tall, 60.0, 14.0, 0.0, 1.6),
            (0.62, 0.6, 0.15),
            ((-0.9, -2.6), (0.9, -4.6)),
            spot=(-0.1, -3.5),
        ),
        Room(
            "gallery",
            (
                Box((-3.5, -_THICK, -6.5), (3.5, 0.0, 2.0), WARM, 0.6),
                Box((-3.5, 3.3, -6.5), (3.5, 3.5, 2.0), WHITE),
                Box((-3.7, 0.0, -6.5), (-3.5, 3.3, 2.0), BLUE),
                Box((3.5, 0.0, -6.5), (3.7, 3.3, 2.0), WHITE),
                Box((-3.7, 0.0, 1.8), (3.7, 3.3, 2.0), WHITE),
                *_back_with_window((0.3, 2.6), (0.4, 2.7), (-3.7, 3.7), -6.7, -6.5, 3.3, WHITE),
                Box((-2.6, 0.0, -6.48), (-1.2, 2.0, -6.1), INK, 0.4),
                Box((-2.45, 0.25, -6.12), (-1.35, 0.9, -6.08), OAK),
                Box((-2.45, 1.05, -6.12), (-1.35, 1.8, -6.08), OAK),
                Box((-1.2, 0.0, -4.8), (1.6, 0.012, -2.8), SAGE),
            ),
            RoomCamera(wide, 52.0, 20.0, 1.5, 1.9),
            (0.25, 0.5, -0.85),
            ((-1.2, -2.8), (1.6, -4.8)),
            spot=(0.1, -3.8),
        ),
    ]


def _wall_with_window(
    low: float, high: float, along: tuple[float, float], up: tuple[float, float], ends: tuple[float, float], top: float,
    color: Triple,
) -> list[Box]:  # fmt: skip
    """A wall across x with an opening along z, with two bars in it."""
    frame = [Box((low, up[0], z - 0.03), (high, up[1], z + 0.03), INK) for z in np.linspace(*along, 4)[1:-1].tolist()]
    return [
        Box((low, 0.0, ends[0]), (high, top, along[0]), color),
        Box((low, 0.0, along[1]), (high, top, ends[1]), color),
        Box((low, 0.0, along[0]), (high, up[0], along[1]), color),
        Box((low, up[1], along[0]), (high, top, along[1]), color),
        *frame,
    ]


def _back_with_window(
    along: tuple[float, float], up: tuple[float, float], ends: tuple[float, float], low: float, high: float, top: float,
    color: Triple,
) -> list[Box]:  # fmt: skip
    """A wall across z with an opening along x."""
    bar = sum(along) / 2
    return [
        Box((ends[0], 0.0, low), (along[0], top, high), color),
        Box((along[1], 0.0, low), (ends[1], top, high), color),
        Box((along[0], 0.0, low), (along[1], up[0], high), color),
        Box((along[0], up[1], low), (along[1], top, high), color),
        Box((bar - 0.03, up[0], low), (bar + 0.03, up[1], high), INK),
    ]


def _frame(across: tuple[float, float], top: float, wall: float, color: Triple) -> list[Box]:
    """A door on a wall across z."""
    left, right = across
    return [
        Box((left, 0.0, wall), (right, top, wall + 0.04), color, 0.4),
        Box((left - 0.08, 0.0, wall), (left, top + 0.08, wall + 0.06), WHITE),
        Box((right, 0.0, wall), (right + 0.08, top + 0.08, wall + 0.06), WHITE),
        Box((left, top, wall), (right, top + 0.08, wall + 0.06), WHITE),
    ]


def _add(document: Document, box: Box) -> None:
    low, high = np.array(box.low), np.array(box.high)
    points: list[npt.NDArray[np.float64]] = []
    normals: list[npt.NDArray[np.float64]] = []
    faces: list[list[int]] = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        for side in (low, high):
            corners = np.zeros((4, 3))
            corners[:, axis] = side[axis]
            corners[[0, 3], u], corners[[1, 2], u] = low[u], high[u]
            corners[:2, v], corners[2:, v] = low[v], high[v]
            first = 4 * len(points)
            points.append(corners if side is high else corners[::-1])
            normals.append(np.tile(np.eye(3)[axis] * (1 if side is high else -1), (4, 1)))
            faces += [[first, first + 1, first + 2], [first, first + 2, first + 3]]
    material = Material(base_color_factor=(*box.color, 1.0), metallic_factor=0.0, roughness_factor=box.roughness)
    attributes: dict[str, Any] = {
        "POSITION": Accessor(np.concatenate(points).astype(np.float32)),
        "NORMAL": Accessor(np.concatenate(normals).astype(np.float32)),
    }
    part = Primitive(attributes=attributes, indices=Accessor(np.array(faces, np.uint16).ravel()), material=material)
    mesh = Mesh(primitives=[part])
    document.meshes.append(mesh)
    document.materials.append(material)
    document.nodes.append(Node(mesh=mesh))
