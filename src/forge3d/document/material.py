"""Materials: metallic-roughness and every KHR_materials_* layer, each declared once with its JSON keys and slots.

The reader, the writer, texture transforms and the renderer all work from these declarations: a field's metadata holds
its JSON key, default, and for texture slots whether the texels are sRGB and which channels are read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple

from .property import Property, json_key, texture_slot
from .texture import TextureInfo

Vec3 = tuple[float, float, float]
Vec4 = tuple[float, float, float, float]


class AlphaMode(StrEnum):
    OPAQUE = "OPAQUE"
    MASK = "MASK"
    BLEND = "BLEND"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Layer(Property):
    """Base of a material extension with typed fields; `extension` is its glTF name."""

    extension: ClassVar[str]


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Anisotropy(Layer):
    """Highlights stretched along a direction in the surface; the rotation is in radians, from the tangent."""

    extension: ClassVar[str] = "KHR_materials_anisotropy"
    strength: float = json_key("anisotropyStrength", 0.0)
    rotation: float = json_key("anisotropyRotation", 0.0)
    texture: TextureInfo | None = texture_slot("anisotropyTexture", srgb=False, channels="rgb")


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Clearcoat(Layer):
    """A clear layer on top, with a roughness and normals of its own."""

    extension: ClassVar[str] = "KHR_materials_clearcoat"
    factor: float = json_key("clearcoatFactor", 0.0)
    texture: TextureInfo | None = texture_slot("clearcoatTexture", srgb=False, channels="r")
    roughness_factor: float = json_key("clearcoatRoughnessFactor", 0.0)
    roughness_texture: TextureInfo | None = texture_slot("clearcoatRoughnessTexture", srgb=False, channels="g")
    normal_texture: TextureInfo | None = texture_slot("clearcoatNormalTexture", srgb=False, channels="rgb")


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class DiffuseTransmission(Layer):
    """Light that comes through a thin surface scattered, as through leaves, paper and cloth."""

    extension: ClassVar[str] = "KHR_materials_diffuse_transmission"
    factor: float = json_key("diffuseTransmissionFactor", 0.0)
    texture: TextureInfo | None = texture_slot("diffuseTransmissionTexture", srgb=False, channels="a")
    color_factor: Vec3 = json_key("diffuseTransmissionColorFactor", (1.0, 1.0, 1.0))
    color_texture: TextureInfo | None = texture_slot("diffuseTransmissionColorTexture", srgb=True, channels="rgb")


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Dispersion(Layer):
    """Colours that part in refraction: 20 divided by the Abbe number."""

    extension: ClassVar[str] = "KHR_materials_dispersion"
    dispersion: float = json_key("dispersion", 0.0)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class EmissiveStrength(Layer):
    """A factor on emitted light, above 1 for lamps."""

    extension: ClassVar[str] = "KHR_materials_emissive_strength"
    strength: float = json_key("emissiveStrength", 1.0)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Ior(Layer):
    """The index of refraction."""

    extension: ClassVar[str] = "KHR_materials_ior"
    ior: float = json_key("ior", 1.5)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Iridescence(Layer):
    """Thin film; thickness in nanometres."""

    extension: ClassVar[str] = "KHR_materials_iridescence"
    factor: float = json_key("iridescenceFactor", 0.0)
    texture: TextureInfo | None = texture_slot("iridescenceTexture", srgb=False, channels="r")
    ior: float = json_key("iridescenceIor", 1.3)
    thickness_minimum: float = json_key("iridescenceThicknessMinimum", 100.0)
    thickness_maximum: float = json_key("iridescenceThicknessMaximum", 400.0)
    thickness_texture: TextureInfo | None = texture_slot("iridescenceThicknessTexture", srgb=False, channels="g")


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class SpecularGlossiness(Layer):
    """The archived model of diffuse and specular colours, in place of metallic-roughness."""

    extension: ClassVar[str] = "KHR_materials_pbrSpecularGlossiness"
    diffuse_factor: Vec4 = json_key("diffuseFactor", (1.0, 1.0, 1.0, 1.0))
    diffuse_texture: TextureInfo | None = texture_slot("diffuseTexture", srgb=True, channels="rgba")
    specular_factor: Vec3 = json_key("specularFactor", (1.0, 1.0, 1.0))
    glossiness_factor: float = json_key("glossinessFactor", 1.0)
    texture: TextureInfo | None = texture_slot("specularGlossinessTexture", srgb=True, channels="rgba")


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Sheen(Layer):
    """Light that the fibres of cloth scatter back at grazing angles."""

    extension: ClassVar[str] = "KHR_materials_sheen"
    color_factor: Vec3 = json_key("sheenColorFactor", (0.0, 0.0, 0.0))
    color_texture: TextureInfo | None = texture_slot("sheenColorTexture", srgb=True, channels="rgb")
    roughness_factor: float = json_key("sheenRoughnessFactor", 0.0)
    roughness_texture: TextureInfo | None = texture_slot("sheenRoughnessTexture", srgb=False, channels="a")


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Specular(Layer):
    """Strength and colour of the reflection of what is no metal."""

    extension: ClassVar[str] = "KHR_materials_specular"
    factor: float = json_key("specularFactor", 1.0)
    texture: TextureInfo | None = texture_slot("specularTexture", srgb=False, channels="a")
    color_factor: Vec3 = json_key("specularColorFactor", (1.0, 1.0, 1.0))
    color_texture: TextureInfo | None = texture_slot("specularColorTexture", srgb=True, channels="rgb")


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Transmission(Layer):
    """Light that passes a surface without being scattered, as through glass."""

    extension: ClassVar[str] = "KHR_materials_transmission"
    factor: float = json_key("transmissionFactor", 0.0)
    texture: TextureInfo | None = texture_slot("transmissionTexture", srgb=False, channels="r")


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Unlit(Layer):
    """The base colour as it is, without light."""

    extension: ClassVar[str] = "KHR_materials_unlit"


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Volume(Layer):
    """Thickness in mesh units (before node transforms); `attenuation_distance` None means infinite."""

    extension: ClassVar[str] = "KHR_materials_volume"
    thickness_factor: float = json_key("thicknessFactor", 0.0)
    thickness_texture: TextureInfo | None = texture_slot("thicknessTexture", srgb=False, channels="g")
    attenuation_distance: float | None = json_key("attenuationDistance", None, of=float)
    attenuation_color: Vec3 = json_key("attenuationColor", (1.0, 1.0, 1.0))


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class VolumeScatter(Layer):
    """Light that is scattered inside a volume."""

    extension: ClassVar[str] = "KHR_materials_volume_scatter"
    multiscatter_color: Vec3 = json_key("multiscatterColor", (0.0, 0.0, 0.0))
    anisotropy: float = json_key("scatterAnisotropy", 0.0)


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Material(Property):
    """A surface (§3.9). Layers that are None are absent from the file."""

    base_color_factor: Vec4 = json_key("baseColorFactor", (1.0, 1.0, 1.0, 1.0), group="pbrMetallicRoughness")
    base_color_texture: TextureInfo | None = texture_slot(
        "baseColorTexture", srgb=True, channels="rgba", group="pbrMetallicRoughness"
    )
    metallic_factor: float = json_key("metallicFactor", 1.0, group="pbrMetallicRoughness")
    roughness_factor: float = json_key("roughnessFactor", 1.0, group="pbrMetallicRoughness")
    metallic_roughness_texture: TextureInfo | None = texture_slot(
        "metallicRoughnessTexture", srgb=False, channels="gb", group="pbrMetallicRoughness"
    )
    normal_texture: TextureInfo | None = texture_slot("normalTexture", srgb=False, channels="rgb")
    occlusion_texture: TextureInfo | None = texture_slot("occlusionTexture", srgb=False, channels="r")
    emissive_texture: TextureInfo | None = texture_slot("emissiveTexture", srgb=True, channels="rgb")
    emissive_factor: Vec3 = json_key("emissiveFactor", (0.0, 0.0, 0.0))
    alpha_mode: AlphaMode = json_key("alphaMode", AlphaMode.OPAQUE)
    alpha_cutoff: float = json_key("alphaCutoff", 0.5)
    double_sided: bool = json_key("doubleSided", False)

    anisotropy: Anisotropy | None = None
    clearcoat: Clearcoat | None = None
    diffuse_transmission: DiffuseTransmission | None = None
    dispersion: Dispersion | None = None
    emissive_strength: EmissiveStrength | None = None
    ior: Ior | None = None
    iridescence: Iridescence | None = None
    sheen: Sheen | None = None
    specular: Specular | None = None
    specular_glossiness: SpecularGlossiness | None = None
    transmission: Transmission | None = None
    unlit: Unlit | None = None
    volume: Volume | None = None
    volume_scatter: VolumeScatter | None = None

    # The pbrMetallicRoughness object may carry extras and extensions of its own.
    pbr_extras: Any = None
    pbr_extensions: dict[str, Any] = field(default_factory=dict)

    def layers(self) -> Iterator[tuple[str, Layer]]:
        """The extensions in use, as `(field name, layer)`."""
        for name in LAYERS:
            layer = getattr(self, name)
            if layer is not None:
                yield name, layer

    def textures(self) -> Iterator[Slot]:
        """Every texture slot in use, the material's own first, then its layers'."""
        yield from _slots_of(self, "")
        for name, layer in self.layers():
            yield from _slots_of(layer, f"{name}.")


class Slot(NamedTuple):
    """A texture slot in use: `path` such as `base_color_texture` or `clearcoat.normal_texture`."""

    path: str
    info: TextureInfo
    srgb: bool
    channels: str


LAYERS: dict[str, type[Layer]] = {
    "anisotropy": Anisotropy,
    "clearcoat": Clearcoat,
    "diffuse_transmission": DiffuseTransmission,
    "dispersion": Dispersion,
    "emissive_strength": EmissiveStrength,
    "ior": Ior,
    "iridescence": Iridescence,
    "sheen": Sheen,
    "specular": Specular,
    "specular_glossiness": SpecularGlossiness,
    "transmission": Transmission,
    "unlit": Unlit,
    "volume": Volume,
    "volume_scatter": VolumeScatter,
}
"""Material field name → layer class, in the order in which extensions are written."""

_WITH_SLOTS: list[type[Material | Layer]] = [Material, *LAYERS.values()]
_SLOT_FIELDS = {kind: [f for f in fields(kind) if f.metadata.get("texture")] for kind in _WITH_SLOTS}


def _slots_of(owner: Material | Layer, prefix: str) -> Iterator[Slot]:
    for f in _SLOT_FIELDS[type(owner)]:
        info = getattr(owner, f.name)
        if info is not None:
            yield Slot(prefix + f.name, info, f.metadata["srgb"], f.metadata["channels"])
