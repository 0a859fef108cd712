"""Materials and textures as the native library reads them: the layouts of native/material.h."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

import numpy as np
import numpy.typing as npt

SLOTS = (
    "base_color_texture",
    "metallic_roughness_texture",
    "normal_texture",
    "emissive_texture",
    "specular.texture",
    "specular.color_texture",
    "clearcoat.texture",
    "clearcoat.roughness_texture",
    "clearcoat.normal_texture",
    "sheen.color_texture",
    "sheen.roughness_texture",
    "transmission.texture",
    "anisotropy.texture",
    "diffuse_transmission.texture",
    "diffuse_transmission.color_texture",
    "specular_glossiness.texture",
    "iridescence.texture",
    "iridescence.thickness_texture",
)
"""The texture slots in their order, named as in `document.material`."""

NO_TEXTURE = -1

SLOT = np.dtype([("texture", "i4"), ("uv", "i4"), ("rows", "f4", (2, 3)), ("strength", "f4")])
"""`uv`: which of the vertices' pairs; `rows`: the texture transform."""

MATERIAL = np.dtype(
    [
        ("flags", "i4"),
        ("alpha_cutoff", "f4"),
        ("base_color", "f4", 4),
        ("metallic", "f4"),
        ("roughness", "f4"),
        ("emissive", "f4", 3),
        ("ior", "f4"),
        ("specular", "f4"),
        ("specular_color", "f4", 3),
        ("clearcoat", "f4"),
        ("clearcoat_roughness", "f4"),
        ("sheen_color", "f4", 3),
        ("sheen_roughness", "f4"),
        ("transmission", "f4"),
        ("extinction", "f4", 3),
        ("scattered", "f4", 3),
        ("scatter_anisotropy", "f4"),
        ("dispersion", "f4"),
        ("anisotropy", "f4"),
        ("anisotropy_rotation", "f4"),
        ("diffuse_transmission", "f4"),
        ("diffuse_transmission_color", "f4", 3),
        ("reflectance", "f4", 3),
        ("glossiness", "f4"),
        ("iridescence", "f4"),
        ("film_ior", "f4"),
        ("film_thinnest", "f4"),
        ("film_thickest", "f4"),
        ("slots", SLOT, len(SLOTS)),
    ]
)
"""Of a thick one: `extinction`, per length of the scene, is -ln(colour) / distance; `scattered` is the part of it that
scatters, each time once. Films are measured in nanometres."""


class Flag(IntFlag):
    """What a material is; `BARE`: seen as it is, with its emission, as points and lines without normals are."""

    DOUBLE_SIDED = 1
    UNLIT = 2
    GLOSSINESS = 4
    THICK = 8
    MASK = 16
    BLEND = 32
    BARE = 64


class Wrap(IntEnum):
    REPEAT = 0
    CLAMP = 1
    MIRROR = 2


@dataclass(frozen=True, slots=True)
class Texture:
    """`texels`: `(h, w, 4)` uint8; `srgb`: whether their colours are encoded; alpha never is."""

    texels: npt.NDArray[np.uint8]
    srgb: bool
    wrap: tuple[Wrap, Wrap] = (Wrap.REPEAT, Wrap.REPEAT)
    nearest: bool = False


def default_material(count: int = 1) -> npt.NDArray[np.void]:
    """So many materials with glTF's defaults, `(count,)` of `MATERIAL`."""
    made = np.zeros(count, MATERIAL)
    for name in ("base_color", "metallic", "roughness", "specular", "specular_color", "diffuse_transmission_color"):
        made[name] = 1.0
    made["ior"], made["film_ior"], made["alpha_cutoff"] = 1.5, 1.3, 0.5
    made["slots"]["texture"] = NO_TEXTURE
    made["slots"]["rows"] = [[1, 0, 0], [0, 1, 0]]
    made["slots"]["strength"] = 1.0
    return made
