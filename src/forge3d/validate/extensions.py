"""Known extensions as tables: on which objects each may stand, and what it holds there."""

from __future__ import annotations

from .judge import Clean, Judge
from .rules import ERROR, INFORMATION, WARNING, rule
from .schema import (
    DEPENDENCY,
    EXTENSIONS,
    UNDEFINED,
    Boolean,
    Index,
    IndexMap,
    Indices,
    Integer,
    IorNumber,
    Number,
    Numbers,
    Object,
    Objects,
    Property,
    Text,
)
from .tables import NORMAL_TEXTURE_INFO, POSITIVE, TEXTURE_INFO, UNIT, optional, required

EXTRA = rule("EXTRA_PROPERTY", INFORMATION, "", "the property means nothing here")
SPOT_ANGLES = rule(
    "KHR_LIGHTS_PUNCTUAL_LIGHT_SPOT_ANGLES", ERROR, "KHR_lights_punctual",
    "outerConeAngle must be greater than innerConeAngle",
)  # fmt: skip
ANISOTROPY_SET = rule(
    "KHR_MATERIALS_ANISOTROPY_ANISOTROPY_TEXTURE_TEXCOORD", WARNING, "KHR_materials_anisotropy",
    "the anisotropy and normal textures should use one texture coordinate set",
)  # fmt: skip
CLEARCOAT_SET = rule(
    "KHR_MATERIALS_CLEARCOAT_CLEARCOAT_NORMAL_TEXTURE_TEXCOORD", WARNING, "KHR_materials_clearcoat",
    "the clearcoat normal and normal textures should use one texture coordinate set",
)  # fmt: skip
DISPERSION_VOLUME = rule(
    "KHR_MATERIALS_DISPERSION_NO_VOLUME", WARNING, "KHR_materials_dispersion", "dispersion needs a volume"
)
EMISSIVE_ZERO = rule(
    "KHR_MATERIALS_EMISSIVE_STRENGTH_ZERO_FACTOR", WARNING, "KHR_materials_emissive_strength",
    "the strength of a black emissiveFactor means nothing",
)  # fmt: skip
IRIDESCENCE_RANGE = rule(
    "KHR_MATERIALS_IRIDESCENCE_THICKNESS_RANGE_WITHOUT_TEXTURE", INFORMATION, "KHR_materials_iridescence",
    "the thickness minimum means nothing without a thickness texture",
)  # fmt: skip
IRIDESCENCE_UNUSED = rule(
    "KHR_MATERIALS_IRIDESCENCE_THICKNESS_TEXTURE_UNUSED", INFORMATION, "KHR_materials_iridescence",
    "the thickness texture means nothing where minimum and maximum are equal",
)  # fmt: skip
VOLUME_DOUBLE_SIDED = rule(
    "KHR_MATERIALS_VOLUME_DOUBLE_SIDED", WARNING, "KHR_materials_volume", "a volume should not be double-sided"
)
VOLUME_TRANSMISSION = rule(
    "KHR_MATERIALS_VOLUME_NO_TRANSMISSION", WARNING, "KHR_materials_volume", "a volume needs transmission"
)
VARIANT_TWICE = rule(
    "KHR_MATERIALS_VARIANTS_NON_UNIQUE_VARIANT", ERROR, "KHR_materials_variants", "a variant is mapped twice"
)
POINTER_NODE = rule(
    "KHR_ANIMATION_POINTER_ANIMATION_CHANNEL_TARGET_NODE", ERROR, "KHR_animation_pointer",
    "a channel with a pointer has no node",
)  # fmt: skip
POINTER_PATH = rule(
    "KHR_ANIMATION_POINTER_ANIMATION_CHANNEL_TARGET_PATH", ERROR, "KHR_animation_pointer",
    "a channel with a pointer has the path 'pointer'",
)  # fmt: skip
INCOMPLETE = rule("INCOMPLETE_EXTENSION_SUPPORT", INFORMATION, "", "the extension is judged in part")

COLOUR = Numbers((3,), UNIT)
POINTER_FORM = r"(?:/(?:[^~/]|~0|~1)*)*"


def layer(name: str, **kinds: object) -> None:
    """A KHR_materials_* extension: an object on a material with optional properties."""
    EXTENSIONS[name] = {"material": Object(name, optional(**kinds))}  # type: ignore[arg-type]


layer("KHR_materials_anisotropy", anisotropyStrength=UNIT, anisotropyRotation=Number(), anisotropyTexture=TEXTURE_INFO)
layer(
    "KHR_materials_clearcoat", clearcoatFactor=UNIT, clearcoatTexture=TEXTURE_INFO, clearcoatRoughnessFactor=UNIT,
    clearcoatRoughnessTexture=TEXTURE_INFO, clearcoatNormalTexture=NORMAL_TEXTURE_INFO,
)  # fmt: skip
layer(
    "KHR_materials_diffuse_transmission", diffuseTransmissionFactor=UNIT, diffuseTransmissionTexture=TEXTURE_INFO,
    diffuseTransmissionColorFactor=COLOUR, diffuseTransmissionColorTexture=TEXTURE_INFO,
)  # fmt: skip
layer("KHR_materials_dispersion", dispersion=Number(0))
layer("KHR_materials_emissive_strength", emissiveStrength=Number(0))
layer("KHR_materials_ior", ior=IorNumber())
layer(
    "KHR_materials_iridescence", iridescenceFactor=UNIT, iridescenceTexture=TEXTURE_INFO, iridescenceIor=Number(1),
    iridescenceThicknessMinimum=Number(0), iridescenceThicknessMaximum=Number(0),
    iridescenceThicknessTexture=TEXTURE_INFO,
)  # fmt: skip
layer(
    "KHR_materials_pbrSpecularGlossiness", diffuseFactor=Numbers((4,), UNIT), diffuseTexture=TEXTURE_INFO,
    specularFactor=COLOUR, glossinessFactor=UNIT, specularGlossinessTexture=TEXTURE_INFO,
)  # fmt: skip
layer(
    "KHR_materials_sheen", sheenColorFactor=COLOUR, sheenColorTexture=TEXTURE_INFO, sheenRoughnessFactor=UNIT,
    sheenRoughnessTexture=TEXTURE_INFO,
)  # fmt: skip
layer(
    "KHR_materials_specular", specularFactor=UNIT, specularTexture=TEXTURE_INFO,
    specularColorFactor=Numbers((3,), Number(0)), specularColorTexture=TEXTURE_INFO,
)  # fmt: skip
layer("KHR_materials_transmission", transmissionFactor=UNIT, transmissionTexture=TEXTURE_INFO)
layer("KHR_materials_unlit")
layer(
    "KHR_materials_volume", thicknessFactor=Number(0), thicknessTexture=TEXTURE_INFO, attenuationDistance=POSITIVE,
    attenuationColor=COLOUR,
)  # fmt: skip

TRANSFORM = Object("KHR_texture_transform", optional(
    offset=Numbers((2,)), rotation=Number(), scale=Numbers((2,)), texCoord=Integer(),
))  # fmt: skip
EXTENSIONS["KHR_texture_transform"] = {
    name: TRANSFORM for name in ("textureInfo", "normalTextureInfo", "occlusionTextureInfo")
}
EXTENSIONS["KHR_mesh_quantization"] = {}
EXTENSIONS["KHR_node_visibility"] = {"node": Object("KHR_node_visibility", optional(visible=Boolean()))}


def _image_of(name: str) -> None:
    EXTENSIONS[name] = {"texture": Object(name, required(source=Index("images")))}


_image_of("EXT_texture_webp")
_image_of("EXT_texture_avif")
_image_of("KHR_texture_basisu")

COMPRESSED_VIEW = {
    **required(
        buffer=Index("buffers"), byteLength=Integer(1), byteStride=Integer(1, 256), count=Integer(1),
        mode=Text(("ATTRIBUTES", "TRIANGLES", "INDICES")),
    ),
    **optional(byteOffset=Integer(), filter=Text(("NONE", "OCTAHEDRAL", "QUATERNION", "EXPONENTIAL", "COLOR"))),
}  # fmt: skip
for _name in ("EXT_meshopt_compression", "KHR_meshopt_compression"):
    EXTENSIONS[_name] = {
        "bufferView": Object(_name, COMPRESSED_VIEW),
        "buffer": Object(_name, optional(fallback=Boolean())),
    }
EXTENSIONS["KHR_draco_mesh_compression"] = {
    "primitive": Object("KHR_draco_mesh_compression", {
        "bufferView": Property(Index("bufferViews"), required=True),
        "attributes": Property(Object("dracoAttributes", {}), required=True),
    }),
}  # fmt: skip
