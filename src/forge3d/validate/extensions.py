"""Known extensions as tables: on which objects each may stand, and what it holds there."""

from __future__ import annotations

from math import nextafter, pi
from typing import Any

from .cameras import POSITIVE, read_named
from .image_lights import Faces, Rows, check_image_light, check_scene_light
from .judge import Clean, Judge
from .kinds import DEPENDENCY, NOTHING, Boolean, Integer, IorNumber, Number, Numbers, Text, is_filled_list, whole
from .metadata import check_packets, check_reference
from .references import Index, IndexMap, Indices, root_extension
from .rules import ERROR, INFORMATION, rule
from .schema import Check, Object, Objects, Property
from .tables import NORMAL_TEXTURE_INFO, TEXTURE_INFO, UNIT, Anything, optional, required

EXTRA = rule("EXTRA_PROPERTY", INFORMATION, "", "the property means nothing here")
SPOT_ANGLES = rule(
    "KHR_LIGHTS_PUNCTUAL_LIGHT_SPOT_ANGLES", ERROR, "KHR_lights_punctual",
    "outerConeAngle must be greater than innerConeAngle",
)  # fmt: skip
VARIANT_TWICE = rule(
    "KHR_MATERIALS_VARIANTS_NON_UNIQUE_VARIANT", ERROR, "KHR_materials_variants", "a variant is mapped twice"
)


class Numbered:
    """Draco's attributes: names with the numbers that they have in the payload."""

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        names = {name: Property(Integer()) for name in value} if type(value) is dict else {}
        return Object("attributes", names).read(value, pointer, judge)


COLOUR = Numbers((3,), UNIT)
POINTER_FORM = r"(?:/(?:[^~/]|~0|~1)*)*"


EXTENSIONS: dict[str, dict[str, Object]] = {}
"""For each known extension the objects it may stand on, and how it is read there."""


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
layer(
    "KHR_materials_volume_scatter", multiscatterColor=COLOUR, multiscatterColorFactor=COLOUR,
    multiscatterColorTexture=TEXTURE_INFO, scatterAnisotropy=Number(-1, 1),
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
TEXTURE_INFOS = ("textureInfo", "normalTextureInfo", "occlusionTextureInfo")
EXTENSIONS["KHR_texture_transform"] = dict.fromkeys(TEXTURE_INFOS, TRANSFORM)
EXTENSIONS["KHR_mesh_quantization"] = {}
for _name, _switch in (("visibility", "visible"), ("selectability", "selectable"), ("hoverability", "hoverable")):
    _name = f"KHR_node_{_name}"
    EXTENSIONS[_name] = {"node": Object(_name, optional(**{_switch: Boolean()}))}
for _name in ("EXT_texture_webp", "EXT_texture_avif", "KHR_texture_basisu"):
    EXTENSIONS[_name] = {"texture": Object(_name, optional(source=Index("images")))}


def check_light(light: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    kind = light.get("type")
    read_named(kind, {"spot": SPOT}, raw, pointer, judge)
    if kind != "spot" and "spot" in raw:
        judge.report(EXTRA, f"{pointer}/spot", "only a spot light has it")
    if kind == "directional" and "range" in light:
        judge.report(EXTRA, f"{pointer}/range", "a directional light has no range")


def check_spot(spot: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    inner, outer = spot.get("innerConeAngle", 0), spot.get("outerConeAngle", pi / 4)
    if all(key in spot or key not in raw for key in ("innerConeAngle", "outerConeAngle")) and outer <= inner:
        judge.report(SPOT_ANGLES, f"{pointer}/outerConeAngle", f"{outer:g} is not greater than {inner:g}")


def needs_root(name: str) -> Check:
    """A rule: the extension stands on the root as well, where its list is."""

    def check(clean: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
        if root_extension(judge, name) is None:
            judge.report(DEPENDENCY, pointer, f"the root has no {name}")

    return check


SPOT = Object(
    "spot",
    optional(innerConeAngle=Number(0, nextafter(pi / 2, 0)), outerConeAngle=Number(maximum=pi / 2, above=0)),
    check=check_spot,
)
LIGHT = Object("light", {
    **required(type=Text(("directional", "point", "spot"))),
    **optional(color=COLOUR, intensity=Number(0), range=POSITIVE, spot=Anything()),
}, named=True, check=check_light)  # fmt: skip
EXTENSIONS["KHR_lights_punctual"] = {
    "glTF": Object("KHR_lights_punctual", required(lights=Objects(LIGHT))),
    "node": Object("KHR_lights_punctual", required(light=Index("lights")), check=needs_root("KHR_lights_punctual")),
}


def check_variants(extension: Clean, raw: Clean, pointer: str, judge: Judge) -> None:
    """Each variant stands in one mapping of a primitive. Mappings refer to materials when there are variants at all."""
    if root_extension(judge, "KHR_materials_variants") is None:
        return  # each mapping has said so
    seen: set[int] = set()
    for place, mapping in enumerate(extension.get("mappings", ())):
        here = f"{pointer}/mappings/{place}"
        material = mapping.get("material")
        if material is not None and Index("materials").resolve(material, f"{here}/material", judge) is NOTHING:
            del mapping["material"]
        for entry in range(len(mapping.get("variants", ()))):
            variant = whole(raw["mappings"][place]["variants"][entry])  # be there one or not
            if variant in seen:
                judge.report(VARIANT_TWICE, f"{here}/variants/{entry}")
            elif variant is not None and variant >= 0:
                seen.add(variant)


MAPPING = Object("mapping", required(
    material=Index("materials", resolves=False), variants=Indices("variants"),
), named=True, check=needs_root("KHR_materials_variants"))  # fmt: skip
EXTENSIONS["KHR_materials_variants"] = {
    "glTF": Object("KHR_materials_variants", required(
        variants=Objects(Object("variant", required(name=Text()))),
    )),
    "primitive": Object("KHR_materials_variants", required(mappings=Objects(MAPPING)), check=check_variants),
}  # fmt: skip


EXTENSIONS["KHR_animation_pointer"] = {
    "animationChannelTarget": Object("KHR_animation_pointer", required(pointer=Text(pattern=POINTER_FORM))),
}

INSTANCING = Object("EXT_mesh_gpu_instancing", required(attributes=IndexMap("accessors")))
EXTENSIONS["EXT_mesh_gpu_instancing"] = {"node": INSTANCING}


class Packets:
    """JSON-LD, of any names; `check_packets` looks into them."""

    def read(self, value: Any, pointer: str, judge: Judge) -> Any:
        return value if is_filled_list(value, pointer, judge) else NOTHING


METADATA = Object("KHR_xmp_json_ld", required(packet=Integer()), check=check_reference)
EXTENSIONS["KHR_xmp_json_ld"] = {
    "glTF": Object("KHR_xmp_json_ld", required(packets=Packets()), check=check_packets),
    **dict.fromkeys(("asset", "scene", "node", "mesh", "material", "image", "animation"), METADATA),
}
EXTENSIONS["MSFT_lod"] = {
    "node": Object("MSFT_lod", required(ids=Indices("nodes"))),
    "material": Object("MSFT_lod", required(ids=Indices("materials"))),
}

IMAGE_LIGHT = Object("light", {
    **required(
        irradianceCoefficients=Rows(Numbers((3,)), 9), specularImages=Rows(Faces(), None), specularImageSize=Integer(1),
    ),
    **optional(intensity=Number(0), rotation=Numbers((4,), Number(-1, 1))),
}, named=True, check=check_image_light)  # fmt: skip
EXTENSIONS["EXT_lights_image_based"] = {
    "glTF": Object("EXT_lights_image_based", required(lights=Objects(IMAGE_LIGHT))),
    "scene": Object("EXT_lights_image_based", required(light=Integer()), check=check_scene_light),
}

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
    "primitive": Object("KHR_draco_mesh_compression", required(
        bufferView=Index("bufferViews"), attributes=Numbered(),
    )),
}  # fmt: skip
