"""The one table of what materials can do: each glTF material extension is a row here and a GLSL chunk.

From the document's own declarations (`document.material`) and this table come the shader's defines, its uniform block,
its texture units with their colour spaces and UV sets, and the calls that put the layers together.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ..document import AlphaMode, Material, TextureInfo, Wrap
from ..document.material import LAYERS
from .layout import Block


@dataclass(frozen=True, slots=True)
class Feature:
    """A material extension that the shaders know.

    Attributes:
        layer: the field of `Material`, also the chunk `shaders/layers/<layer>.glsl` where there is one.
        hooks: functions the chunk defines, called in table order:
            `surface`: `void <layer>_surface(inout Surface s)`, changes the facts of the surface;
            `body`: `void <layer>_body(Surface s, inout vec3 body)`, over image-based light from under a dielectric's
            surface; `body_light`: `void <layer>_body_light(Surface s, Light l, inout vec3 body)`, over a punctual
            light's, per unit of its color;
            `film`: `void <layer>_film(Surface s, vec2 cosines, float kept, vec3 body, vec3 mirrored, inout vec3
            dielectric, inout vec3 metal)`, over how body and mirrored light are put together, `cosines` being two
            angles that stand for those at which light is reflected, `kept` the share that a perfect mirror of this
            roughness sends back at once;
            `environment`: `void <layer>_environment(Surface s, inout vec3 color)`, over image-based light;
            `light`: `void <layer>_light(Surface s, Light l, inout vec3 color)`, over a punctual light;
            `emission`: `void <layer>_emission(Surface s, inout vec3 emissive)`.
        idle: the field that switches the layer off when it is zero.
    """

    layer: str
    hooks: tuple[str, ...] = ()
    idle: str | None = None

    def active(self, material: Material) -> bool:
        layer = getattr(material, self.layer)
        return layer is not None and (self.idle is None or bool(np.any(getattr(layer, self.idle))))


FEATURES: tuple[Feature, ...] = (
    Feature("unlit"),
    Feature("specular_glossiness", ("surface",)),
    Feature("ior"),
    Feature("specular", ("surface",)),
    Feature("emissive_strength"),
    Feature("anisotropy", ("surface",), idle="strength"),
    Feature("volume_scatter"),
    Feature("volume", ("surface",), idle="thickness_factor"),
    Feature("diffuse_transmission", ("surface", "body", "body_light"), idle="factor"),
    Feature("dispersion", idle="dispersion"),
    Feature("transmission", ("surface", "body", "body_light"), idle="factor"),
    Feature("iridescence", ("surface", "film"), idle="factor"),
    Feature("sheen", ("surface", "environment", "light"), idle="color_factor"),
    Feature("clearcoat", ("surface", "environment", "light", "emission"), idle="factor"),
)
"""Base first, outermost layer last: that is the order in which light meets them from inside."""


@dataclass(frozen=True, slots=True)
class MaterialKey:
    """Everything about a material that selects a shader; its numbers are in the uniform block.

    Attributes:
        features: active rows of `FEATURES`, in table order.
        slots: `(texture slot, TEXCOORD set, mirrored axes)` in use; axes: "", "x", "y" or "xy".
        alpha: the alpha mode.
    """

    features: tuple[str, ...] = ()
    slots: tuple[tuple[str, int, str], ...] = ()
    alpha: AlphaMode = AlphaMode.OPAQUE


def material_key(material: Material) -> MaterialKey:
    """The key of a material; textures of layers that are off or unknown do not count."""
    active = tuple(feature.layer for feature in FEATURES if feature.active(material))
    slots = tuple((glsl_name(path), info.uv_set, _mirrored(info)) for path, info, _ in slots_in_use(material, active))
    return MaterialKey(active, slots, material.alpha_mode)


def _mirrored(info: TextureInfo) -> str:
    sampler = info.texture.sampler
    if sampler is None:
        return ""
    axes = (("x", sampler.wrap_s), ("y", sampler.wrap_t))
    return "".join(axis for axis, wrap in axes if wrap is Wrap.MIRRORED_REPEAT)


def slots_in_use(material: Material, active: tuple[str, ...]) -> list[tuple[str, TextureInfo, bool]]:
    """`(path, info, srgb)` of the textures that the active features read."""
    found = []
    for slot in material.textures():
        layer, dot, _ = slot.path.partition(".")
        if (not dot or layer in active) and not ("unlit" in active and slot.path != "base_color_texture"):
            found.append((slot.path, slot.info, slot.srgb))
    return found


def degraded(material: Material) -> list[str]:
    """Material extensions that are drawn without: the picture is right but for them."""
    return [name for name in material.extensions if "_materials_" in name]


def glsl_name(path: str) -> str:
    return path.replace(".", "_")


_KINDS = {float: "float", "float": "float", "float | None": "float", "Vec3": "vec3", "Vec4": "vec4"}


def _numbers(owner: type[Any], prefix: str) -> list[tuple[str, str]]:
    """`(member, GLSL type)` of the numeric fields of a material or a layer."""
    members = []
    for f in fields(owner):
        kind = _KINDS.get(f.type)
        if kind is not None and "key" in f.metadata:
            members.append((f"{prefix}{f.name}", kind))
    return members


def _slots(owner: type[Any], prefix: str) -> list[str]:
    return [f"{prefix}{f.name}" for f in fields(owner) if f.metadata.get("texture")]


_NUMBERS = _numbers(Material, "") + [n for name, kind in LAYERS.items() for n in _numbers(kind, f"{name}.")]
SLOTS = _slots(Material, "") + [slot for name, kind in LAYERS.items() for slot in _slots(kind, f"{name}.")]

# Every slot has its texture transform as two rows of a 2×3 matrix; w of the first row is scale or strength.
MATERIAL_BLOCK = Block(
    "Material",
    2,
    tuple((f"m_{glsl_name(path)}", kind, 1) for path, kind in _NUMBERS)
    + tuple((f"m_{glsl_name(path)}_uv", "vec4", 2) for path in SLOTS),
)


def pack_material(material: Material) -> bytes:
    """The material's numbers as the bytes of `MATERIAL_BLOCK`, glTF defaults where a layer is absent."""
    record = np.zeros((), MATERIAL_BLOCK.dtype)
    for path, _ in _NUMBERS:
        value = _value(material, path)
        record[f"m_{glsl_name(path)}"] = 0.0 if value is None else value
    for path, info, _ in slots_in_use(material, tuple(LAYERS.keys() - {"unlit"})):
        record[f"m_{glsl_name(path)}_uv"] = uv_rows(info)
    return record.tobytes()


def _value(material: Material, path: str) -> Any:
    name, dot, member = path.partition(".")
    owner = getattr(material, name)
    if not dot:
        return owner
    return getattr(owner if owner is not None else LAYERS[name](), member)


def uv_rows(info: TextureInfo) -> list[list[float]]:
    """KHR_texture_transform as rows of translation · rotation · scale; the extras ride in w."""
    transform = info.transform
    if transform is None:
        return [[1, 0, 0, info.scale], [0, 1, 0, info.strength]]
    cos, sin = np.cos(transform.rotation), np.sin(transform.rotation)
    (sx, sy), (tx, ty) = transform.scale, transform.offset
    return [[cos * sx, sin * sy, tx, info.scale], [-sin * sx, cos * sy, ty, info.strength]]
