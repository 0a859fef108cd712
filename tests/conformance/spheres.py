"""Grids of test spheres: one grid for each material extension, one sphere for each pair of parameter values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from forge3d.document import Accessor, Document, Light, Material, Mesh, Node, Primitive, Scene
from forge3d.document.material import (
    Anisotropy,
    Clearcoat,
    DiffuseTransmission,
    Dispersion,
    EmissiveStrength,
    Ior,
    Iridescence,
    Sheen,
    Specular,
    SpecularGlossiness,
    Transmission,
    Unlit,
    Volume,
    VolumeScatter,
)  # fmt: skip

Numbers = Sequence[float]
SPACING = 2.2
"""From sphere to sphere; each has radius 1."""


@dataclass(frozen=True, slots=True)
class Grid:
    """`make(row, column)` is the material of a sphere.

    Attributes:
        row, column: what changes from row to row, and from column to column.
        wall: stripes stand behind, which only what transmits light shows.
        lamp: a directional light shines, from the upper right; `behind`: from the other side.
        flat: not lit at all.
        inside: light turns inside the spheres, which `lobes` cannot integrate.
    """

    row: str
    rows: Numbers
    column: str
    columns: Numbers
    make: Callable[[float, float], Material]
    wall: bool = False
    lamp: bool = False
    behind: bool = False
    flat: bool = False
    inside: bool = False


def plastic(color: Sequence[float] = (0.8, 0.3, 0.2), roughness: float = 0.3, **layers: Any) -> Material:
    return Material(
        base_color_factor=(color[0], color[1], color[2], 1.0),
        metallic_factor=0.0,
        roughness_factor=roughness,
        **layers,
    )


def metal(roughness: float, color: Sequence[float] = (0.9, 0.7, 0.4), **layers: Any) -> Material:
    return Material(base_color_factor=(color[0], color[1], color[2], 1.0), roughness_factor=roughness, **layers)


def glass(roughness: float = 0.0, **layers: Any) -> Material:
    return plastic((1.0, 1.0, 1.0), roughness, transmission=Transmission(factor=1.0), **layers)


def wax(scattered: float, distance: float) -> Material:
    return plastic(
        (0.8, 0.8, 0.8),
        diffuse_transmission=DiffuseTransmission(factor=1.0, color_factor=(1.0, 0.9, 0.8)),
        volume=Volume(thickness_factor=1.0, attenuation_distance=distance, attenuation_color=(0.7, 0.4, 0.2)),
        volume_scatter=VolumeScatter(multiscatter_color=(scattered, 0.7 * scattered, 0.4 * scattered)),
    )


def _given(specular: float, glossiness: float) -> Material:
    layer = SpecularGlossiness(
        diffuse_factor=(0.5, 0.2, 0.1, 1.0), specular_factor=(specular,) * 3, glossiness_factor=glossiness
    )
    return Material(specular_glossiness=layer)


ROUGH = (0.0, 0.25, 0.5, 0.75, 1.0)
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
EIGHTH = np.pi / 4

GRIDS: dict[str, Grid] = {
    "base": Grid(
        "metallic", (0.0, 0.5, 1.0), "roughness", ROUGH,
        lambda m, r: Material(base_color_factor=(0.8, 0.5, 0.3, 1.0), metallic_factor=m, roughness_factor=r),
    ),
    "punctual lights": Grid(
        "metallic", (0.0, 1.0), "roughness", (0.2, 0.4, 0.6, 0.8, 1.0),
        lambda m, r: Material(base_color_factor=(0.8, 0.5, 0.3, 1.0), metallic_factor=m, roughness_factor=r),
        lamp=True,
    ),
    "KHR_materials_anisotropy": Grid(
        "rotation", (0.0, EIGHTH), "strength", STEPS,
        lambda r, s: metal(0.3, anisotropy=Anisotropy(strength=s, rotation=r)),
    ),
    "KHR_materials_anisotropy, lights": Grid(
        "rotation", (0.0, EIGHTH), "strength", STEPS,
        lambda r, s: metal(0.3, anisotropy=Anisotropy(strength=s, rotation=r)), lamp=True,
    ),
    "KHR_materials_clearcoat": Grid(
        "roughness", (0.0, 0.5), "factor", STEPS,
        lambda r, f: plastic(roughness=0.7, clearcoat=Clearcoat(factor=f, roughness_factor=r)),
    ),
    "KHR_materials_diffuse_transmission": Grid(
        "thickness", (0.0, 1.0), "factor", STEPS,
        lambda t, f: plastic(
            diffuse_transmission=DiffuseTransmission(factor=f, color_factor=(0.3, 0.8, 0.4)),
            volume=Volume(thickness_factor=t, attenuation_distance=1.0, attenuation_color=(0.9, 0.7, 0.4)),
        ),
    ),
    "KHR_materials_diffuse_transmission, lights": Grid(
        "thickness", (0.0, 1.0), "factor", STEPS,
        lambda t, f: plastic(
            diffuse_transmission=DiffuseTransmission(factor=f, color_factor=(0.3, 0.8, 0.4)),
            volume=Volume(thickness_factor=t, attenuation_distance=1.0, attenuation_color=(0.9, 0.7, 0.4)),
        ),
        lamp=True, behind=True,
    ),
    "KHR_materials_dispersion": Grid(
        "index", (1.5, 2.0), "dispersion", (0.0, 1.0, 2.0, 5.0, 10.0),
        lambda i, d: glass(ior=Ior(ior=i), volume=Volume(thickness_factor=1.0), dispersion=Dispersion(dispersion=d)),
        wall=True,
    ),
    "KHR_materials_emissive_strength": Grid(
        "clearcoat", (0.0, 1.0), "strength", (0.0, 0.5, 1.0, 2.0, 4.0),
        lambda c, s: plastic(
            clearcoat=Clearcoat(factor=c),
            emissive_factor=(0.4, 0.2, 0.1),
            emissive_strength=EmissiveStrength(strength=s),
        ),
    ),
    "KHR_materials_ior": Grid(
        "roughness", (0.0, 0.5), "index", (1.0, 1.25, 1.5, 2.0, 2.5), lambda r, i: plastic(roughness=r, ior=Ior(ior=i))
    ),
    "KHR_materials_iridescence": Grid(
        "thickness, dielectric", (200.0, 500.0), "factor", STEPS,
        lambda t, f: plastic((0.1, 0.1, 0.1), 0.1, iridescence=Iridescence(factor=f, thickness_maximum=t)),
    ),
    "KHR_materials_iridescence, metal": Grid(
        "roughness", (0.1, 0.5), "thickness", (0.0, 200.0, 350.0, 500.0, 800.0),
        lambda r, t: metal(r, (0.6, 0.6, 0.6), iridescence=Iridescence(factor=1.0, thickness_maximum=t)),
    ),
    "KHR_materials_pbrSpecularGlossiness": Grid(
        "specular", (0.04, 0.6), "glossiness", (0.0, 0.25, 0.5, 0.75, 1.0), _given
    ),
    "KHR_materials_sheen": Grid(
        "brightness", (0.5, 1.0), "roughness", (0.1, 0.3, 0.5, 0.75, 1.0),
        lambda c, r: plastic(
            (0.2, 0.05, 0.1), 0.8, sheen=Sheen(color_factor=(c, 0.8 * c, 0.9 * c), roughness_factor=r)
        ),
    ),
    "KHR_materials_specular": Grid(
        "red of three", (1.0, 8.0), "factor", STEPS,
        lambda c, f: plastic((0.1, 0.1, 0.3), 0.2, specular=Specular(factor=f, color_factor=(c, 1.0, 1.0))),
    ),
    "KHR_materials_transmission": Grid(
        "factor", (0.5, 1.0), "roughness", ROUGH,
        lambda f, r: plastic((0.7, 0.9, 0.8), r, transmission=Transmission(factor=f)), wall=True,
    ),
    "KHR_materials_unlit": Grid(
        "red", (0.2, 0.9), "green", (0.1, 0.3, 0.5, 0.7, 0.9), lambda r, g: plastic((r, g, 0.5), unlit=Unlit()),
        flat=True,
    ),
    "KHR_materials_volume": Grid(
        "attenuation distance", (0.5, 2.0), "thickness", (0.0, 0.25, 0.5, 1.0, 2.0),
        lambda d, t: glass(
            volume=Volume(thickness_factor=t, attenuation_distance=d, attenuation_color=(0.3, 0.8, 0.6))
        ),
        wall=True,
    ),
    "KHR_materials_volume_scatter": Grid(
        "attenuation distance", (0.1, 1.0), "albedo", (0.0, 0.25, 0.5, 0.75, 1.0), lambda d, a: wax(a, d),
        inside=True,
    ),
}  # fmt: skip


def spheres(grid: Grid) -> Document:
    """The grid as a document: rows from top to bottom, columns from left to right, centred at the origin, facing +Z."""
    ball = _ball()
    nodes = []
    for down, row in enumerate(grid.rows):
        for right, column in enumerate(grid.columns):
            made = Primitive(attributes=ball.attributes, indices=ball.indices, material=grid.make(row, column))
            nodes.append(Node(mesh=Mesh(primitives=[made]), translation=(*place(grid, down, right), 0.0)))
    if grid.wall:
        nodes.append(Node(mesh=Mesh(primitives=_stripes(grid)), translation=(0.0, 0.0, -2.0)))
    if grid.lamp:
        turned = (0.0, 0.9239, 0.3827, 0.0) if grid.behind else (-0.25, 0.25, 0.0, 0.9354)
        nodes.append(Node(light=Light(type="directional", intensity=2.0), rotation=turned))
    scene = Scene(nodes=nodes)
    return Document(nodes=nodes, scenes=[scene], scene=scene)


def place(grid: Grid, down: int, right: int) -> tuple[float, float]:
    """Where a sphere's middle stands in the plane of the grid."""
    return SPACING * (right - (len(grid.columns) - 1) / 2), SPACING * ((len(grid.rows) - 1) / 2 - down)


def _ball(rings: int = 48) -> Primitive:
    theta, phi = np.linspace(0, np.pi, rings + 1), np.linspace(0, 2 * np.pi, 2 * rings + 1)
    y, r = np.cos(theta)[:, None] + 0 * phi, np.sin(theta)[:, None]
    normal = np.stack([r * np.sin(phi), y, r * np.cos(phi)], -1).reshape(-1, 3)
    east = np.stack([np.cos(phi) + 0 * y, 0 * y, -np.sin(phi) + 0 * y, 1 + 0 * y], -1).reshape(-1, 4)
    uv = np.stack([phi / (2 * np.pi) + 0 * y, theta[:, None] / np.pi + 0 * y], -1).reshape(-1, 2)
    corner = (np.arange(rings)[:, None] * len(phi) + np.arange(len(phi) - 1)).reshape(-1, 1)
    below = corner + len(phi)
    faces = np.concatenate([corner, below, corner + 1, corner + 1, below, below + 1], 1).reshape(-1, 3)
    flat = (normal[faces] == np.roll(normal[faces], 1, 1)).all(-1).any(1)
    given = {"POSITION": normal, "NORMAL": normal, "TANGENT": east, "TEXCOORD_0": uv}
    attributes = {name: Accessor(data.astype(np.float32)) for name, data in given.items()}
    return Primitive(attributes=attributes, indices=Accessor(faces[~flat].astype(np.uint16).ravel()))


def _stripes(grid: Grid) -> list[Primitive]:
    """Slanted stripes of two colours that fill the picture behind the spheres."""
    width, height = SPACING * (len(grid.columns) + 4), SPACING * (len(grid.rows) + 4)
    edges = np.arange(-width, width, 0.4)
    primitives = []
    for side, color in enumerate(((0.15, 0.2, 0.5), (0.9, 0.8, 0.6))):
        x = edges[side::2]
        corners = [(x - 0.3 * height, -height / 2), (x + 0.4 - 0.3 * height, -height / 2),
                   (x + 0.4 + 0.3 * height, height / 2), (x + 0.3 * height, height / 2)]  # fmt: skip
        position = np.stack([np.stack([x, y + 0 * x, 0 * x], 1) for x, y in corners], 1).reshape(-1, 3)
        quad = 4 * np.arange(len(x))[:, None] + np.array([0, 1, 2, 0, 2, 3])
        attributes = {"POSITION": Accessor(position.astype(np.float32))}
        stripe = plastic(color, unlit=Unlit(), double_sided=True)
        primitives.append(
            Primitive(attributes=attributes, indices=Accessor(quad.astype(np.uint16).ravel()), material=stripe)
        )
    return primitives
