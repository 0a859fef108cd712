"""Scenes to measure with, by formula: a crate of balls with any number of triangles, materials and lights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt

from .. import images
from ..document import Accessor, Document, Image, Light, Material, Mesh, Node, Primitive, Scene, Texture, TextureInfo
from ..document.material import AlphaMode, Clearcoat, Transmission, Volume

Floats = npt.NDArray[np.float32]

LOOKS = ("plain", "textured", "clearcoat", "blended", "glass")
_GOLDEN = (sqrt(5) - 1) / 2
_BUMPS = 24  # along the side of a texture


@dataclass(frozen=True, slots=True)
class Field:
    """Balls that lie in a crate, layer on layer, every one a mesh, a draw and a material of its own.

    Attributes:
        triangles: of all balls together, nearly.
        balls: how many.
        lights: point lights in a ring above, up to 64.
        look: one of `LOOKS`: factors alone; colour, normals, roughness and metal from textures, as products have them;
            and on top of the textures a clear coat, half transparency or glass with a volume.
        texture_side: pixels a side of each of the three textures.
    """

    triangles: int = 100_000
    balls: int = 16
    lights: int = 0
    look: str = "textured"
    texture_side: int = 512

    def document(self) -> Document:
        """The scene; the same arrays for the same field, in new accessors and images, so that nothing is cached."""
        side = ceil(round(self.balls ** (1 / 3), 6))
        points, normals, tangents, uvs, corners = _ball(self.triangles // self.balls)
        shared = {
            "NORMAL": Accessor(normals.copy()),
            "TANGENT": Accessor(tangents.copy()),
            "TEXCOORD_0": Accessor(uvs.copy()),
        }
        indices = Accessor(corners.copy())
        textures = _textures(self.texture_side) if self.look != "plain" else ()
        nodes = []
        for number in range(self.balls):
            x, y, z = number % side, number // side**2, number // side % side
            place = np.array([x - (side - 1) / 2, y + 0.5, z - (side - 1) / 2], np.float32)
            part = Primitive(
                attributes={"POSITION": Accessor((points * np.float32(0.45) + place) / np.float32(side)), **shared},
                indices=indices,
                material=_material(number, self.look, textures),
            )
            nodes.append(Node(name=f"Ball {number}", mesh=Mesh(primitives=[part])))
        nodes += [_lamp(number, self.lights) for number in range(self.lights)]
        return Document(nodes=nodes, scenes=[Scene(nodes=nodes)])

    def but(self, **changed: int | str) -> Field:
        """The same field with other values."""
        return replace(self, **changed)  # type: ignore[arg-type]


@cache
def _ball(triangles: int) -> tuple[Floats, Floats, Floats, Floats, npt.NDArray[np.uint32]]:
    """A unit sphere of nearly so many triangles: positions, normals, tangents, texture coordinates, indices."""
    rings = max(3, round(sqrt(triangles / 4)) + 1)
    columns = max(3, round(triangles / (2 * (rings - 1))))
    v, u = np.mgrid[0 : rings + 1, 0 : columns + 1].astype(np.float32)
    v, u = v / rings, u / columns
    polar, around = np.pi * v, 2 * np.pi * u
    points = np.stack([np.sin(polar) * np.sin(around), np.cos(polar), np.sin(polar) * np.cos(around)], axis=2)
    tangents = np.stack([np.cos(around), np.zeros_like(u), -np.sin(around), np.ones_like(u)], axis=2)
    number = np.arange((rings + 1) * (columns + 1), dtype=np.uint32).reshape(rings + 1, columns + 1)
    a, b, c, d = number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]
    # The first ring's upper triangles and the last one's lower have no area.
    upper, lower = np.stack([a, c, d], axis=2)[1:], np.stack([a, b, c], axis=2)[:-1]
    corners = np.concatenate([lower.reshape(-1), upper.reshape(-1)])
    flat = points.reshape(-1, 3).astype(np.float32)
    uvs = np.stack([u, v], axis=2).reshape(-1, 2).astype(np.float32)
    return flat, flat, tangents.reshape(-1, 4).astype(np.float32), uvs, corners


def _material(number: int, look: str, textures: tuple[Texture, ...]) -> Material:
    hue = (number * _GOLDEN) % 1
    color = tuple(0.55 + 0.4 * float(np.cos(2 * np.pi * (hue - third / 3))) for third in range(3))
    material = Material(
        name=f"Paint {number}",
        base_color_factor=(color[0], color[1], color[2], 0.5 if look == "blended" else 1.0),
        metallic_factor=float(number % 2),
        roughness_factor=0.25 + 0.5 * ((number * _GOLDEN * 3) % 1),
    )
    if textures:
        material.base_color_texture, material.metallic_roughness_texture, material.normal_texture = (
            TextureInfo(texture=texture) for texture in textures
        )
    if look == "clearcoat":
        material.clearcoat = Clearcoat(factor=1.0, roughness_factor=0.1)
    elif look == "blended":
        material.alpha_mode = AlphaMode.BLEND
    elif look == "glass":
        material.metallic_factor, material.roughness_factor = 0.0, 0.15
        material.transmission = Transmission(factor=1.0)
        material.volume = Volume(thickness_factor=0.1, attenuation_distance=0.5, attenuation_color=color)  # type: ignore[arg-type]
    return material


def _lamp(number: int, count: int) -> Node:
    around = 2 * np.pi * number / count
    light = Light(type="point", intensity=4.0 / count, color=(1.0, 0.9, 0.8))
    return Node(light=light, translation=(0.9 * float(np.cos(around)), 1.1, 0.9 * float(np.sin(around))))


def _textures(side: int) -> tuple[Texture, ...]:
    """Colour, roughness with metal, and normals, their pictures decoded already: decoding is a stage of its own."""
    made = []
    for data in _pictures(side):
        image = Image(
            bytes(bytearray(data)), mime_type="image/png"
        )  # bytes of its own: what was uploaded goes by these
        image.pixels  # noqa: B018
        made.append(Texture(image=image))
    return tuple(made)


@cache
def _pictures(side: int) -> tuple[bytes, bytes, bytes]:
    """The encoded textures: a weave, bumpy."""
    steps = np.linspace(0, 2 * np.pi * _BUMPS, side, endpoint=False)
    x, y = np.cos(steps)[None, :], np.cos(steps)[:, None]
    weave = 0.5 + 0.5 * x * y
    colour = np.stack([0.8 + 0.2 * weave, 0.85 + 0.1 * weave, 0.9 - 0.1 * weave], axis=2)
    surface = np.stack([np.ones_like(weave), 0.6 + 0.4 * weave, 0.7 + 0.3 * weave], axis=2)
    slope = np.stack([0.3 * np.sin(steps)[None, :] * y, 0.3 * x * np.sin(steps)[:, None], np.ones_like(weave)], axis=2)
    normals = 0.5 + 0.5 * slope / np.linalg.norm(slope, axis=2, keepdims=True)
    first, second, third = (
        images.encode(np.round(one * 255).astype(np.uint8), "png", effort=1) for one in (colour, surface, normals)
    )
    return first, second, third


def sky(number: int, height: int = 512) -> Floats:
    """A picture of light `(height, 2 height, 3)`, linear: a horizon and a sun. Each number's is another one."""
    up = np.linspace(1, -1, height, dtype=np.float32)[:, None]
    around = np.linspace(0, 2 * np.pi, 2 * height, endpoint=False, dtype=np.float32)[None, :]
    sun = 50 * np.exp(-40 * ((up - 0.6) ** 2 + (1 - np.cos(around - number)) ** 2))
    ground = np.where(up > 0, 0.4 + 0.6 * up, 0.25) + np.zeros_like(around)
    return np.stack([ground + sun, ground + 0.9 * sun, 1.1 * ground + 0.8 * sun], axis=2).astype(np.float32)
