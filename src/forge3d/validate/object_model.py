"""The glTF 2.0 Asset Object Model as one table: every property that may change while an asset is shown.

Sources: the Asset Object Model specification (core pointers, extension pointers); of younger extensions, their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import NamedTuple

from .extensions import EXTENSIONS
from .schema import Object, Property


@dataclass(frozen=True, slots=True)
class Mutable:
    """What a property holds.

    Attributes:
        kind: accessor type of one value.
        default: whether it has a value where the file says nothing, so that its object suffices.
        low, high: range of every component.
        above: numbers must be greater than this.
        boolean: true or false, as unsigned bytes.
        array: a list of numbers, one for each morph target.
        unit: a unit quaternion.
    """

    kind: str = "SCALAR"
    default: bool = True
    low: float = -inf
    high: float = inf
    above: float = -inf
    boolean: bool = False
    array: bool = False
    unit: bool = False


NUMBER, UNIT, POSITIVE_OR_0 = Mutable(), Mutable(low=0, high=1), Mutable(low=0)
COLOUR, COLOUR4 = Mutable("VEC3", low=0, high=1), Mutable("VEC4", low=0, high=1)
NEEDED = Mutable(default=False, above=0)
SWITCH = Mutable(boolean=True)
ROTATION = Mutable("VEC4", unit=True)
WEIGHTS = Mutable(array=True)

_LIGHT, _IMAGE_LIGHT = "/extensions/KHR_lights_punctual/lights/{}", "/extensions/EXT_lights_image_based/lights/{}"
_MATERIAL = "/materials/{}"
_CORE = {
    "/cameras/{}/orthographic/xmag": Mutable(default=False),
    "/cameras/{}/orthographic/ymag": Mutable(default=False),
    "/cameras/{}/orthographic/zfar": NEEDED,
    "/cameras/{}/orthographic/znear": Mutable(default=False, low=0),
    "/cameras/{}/perspective/aspectRatio": NEEDED,
    "/cameras/{}/perspective/yfov": NEEDED,
    "/cameras/{}/perspective/zfar": NEEDED,
    "/cameras/{}/perspective/znear": NEEDED,
    "/materials/{}/alphaCutoff": POSITIVE_OR_0,
    "/materials/{}/emissiveFactor": COLOUR,
    "/materials/{}/normalTexture/scale": NUMBER,
    "/materials/{}/occlusionTexture/strength": UNIT,
    "/materials/{}/pbrMetallicRoughness/baseColorFactor": COLOUR4,
    "/materials/{}/pbrMetallicRoughness/metallicFactor": UNIT,
    "/materials/{}/pbrMetallicRoughness/roughnessFactor": UNIT,
    "/meshes/{}/weights": WEIGHTS,
    "/nodes/{}/translation": Mutable("VEC3"),
    "/nodes/{}/rotation": ROTATION,
    "/nodes/{}/scale": Mutable("VEC3"),
    "/nodes/{}/weights": WEIGHTS,
}
_EXTENSIONS = {
    f"{_LIGHT}/color": COLOUR,
    f"{_LIGHT}/intensity": POSITIVE_OR_0,
    f"{_LIGHT}/range": NEEDED,
    f"{_LIGHT}/spot/innerConeAngle": POSITIVE_OR_0,
    f"{_LIGHT}/spot/outerConeAngle": Mutable(above=0),
    f"{_IMAGE_LIGHT}/rotation": ROTATION,
    f"{_IMAGE_LIGHT}/intensity": POSITIVE_OR_0,
    "/nodes/{}/extensions/KHR_node_visibility/visible": SWITCH,
    "/nodes/{}/extensions/KHR_node_selectability/selectable": SWITCH,
    "/nodes/{}/extensions/KHR_node_hoverability/hoverable": SWITCH,
    "/nodes/{}/extensions/EXT_lights_ies/multiplier": POSITIVE_OR_0,
    "/nodes/{}/extensions/EXT_lights_ies/color": COLOUR,
}
_LAYERS = {
    "ADOBE_materials_clearcoat_specular/clearcoatIor": Mutable(low=1),
    "ADOBE_materials_clearcoat_specular/clearcoatSpecularFactor": UNIT,
    "ADOBE_materials_clearcoat_tint/clearcoatTintFactor": COLOUR,
    "KHR_materials_anisotropy/anisotropyStrength": UNIT,
    "KHR_materials_anisotropy/anisotropyRotation": NUMBER,
    "KHR_materials_clearcoat/clearcoatFactor": UNIT,
    "KHR_materials_clearcoat/clearcoatRoughnessFactor": UNIT,
    "KHR_materials_clearcoat/clearcoatNormalTexture/scale": NUMBER,
    "KHR_materials_diffuse_transmission/diffuseTransmissionFactor": UNIT,
    "KHR_materials_diffuse_transmission/diffuseTransmissionColorFactor": COLOUR,
    "KHR_materials_dispersion/dispersion": POSITIVE_OR_0,
    "KHR_materials_emissive_strength/emissiveStrength": POSITIVE_OR_0,
    "KHR_materials_ior/ior": POSITIVE_OR_0,
    "KHR_materials_iridescence/iridescenceFactor": UNIT,
    "KHR_materials_iridescence/iridescenceIor": Mutable(low=1),
    "KHR_materials_iridescence/iridescenceThicknessMinimum": POSITIVE_OR_0,
    "KHR_materials_iridescence/iridescenceThicknessMaximum": POSITIVE_OR_0,
    "KHR_materials_pbrSpecularGlossiness/diffuseFactor": COLOUR4,
    "KHR_materials_pbrSpecularGlossiness/specularFactor": COLOUR,
    "KHR_materials_pbrSpecularGlossiness/glossinessFactor": UNIT,
    "KHR_materials_sheen/sheenColorFactor": COLOUR,
    "KHR_materials_sheen/sheenRoughnessFactor": UNIT,
    "KHR_materials_specular/specularFactor": UNIT,
    "KHR_materials_specular/specularColorFactor": Mutable("VEC3", low=0),
    "KHR_materials_transmission/transmissionFactor": UNIT,
    "KHR_materials_volume/thicknessFactor": POSITIVE_OR_0,
    "KHR_materials_volume/attenuationDistance": Mutable(above=0),
    "KHR_materials_volume/attenuationColor": COLOUR,
    "KHR_materials_volume_scatter/multiscatterColor": COLOUR,
    "KHR_materials_volume_scatter/multiscatterColorFactor": COLOUR,
    "KHR_materials_volume_scatter/scatterAnisotropy": Mutable(low=-1, high=1),
}
_TRANSFORM = {"offset": Mutable("VEC2"), "rotation": NUMBER, "scale": Mutable("VEC2")}
ADOBE_TEXTURES = ("specular/clearcoatSpecularTexture", "tint/clearcoatTintTexture")


def _textures() -> list[str]:
    """The pointer, with {} for indices, of every textureInfo of materials and their extensions."""
    core = ("normalTexture", "occlusionTexture", "emissiveTexture")
    metal = ("baseColorTexture", "metallicRoughnessTexture")
    found = [*core, *(f"pbrMetallicRoughness/{name}" for name in metal)]
    found += [f"extensions/ADOBE_materials_clearcoat_{name}" for name in ADOBE_TEXTURES]
    for extension, places in EXTENSIONS.items():
        for name, known in places["material"].properties.items() if "material" in places else ():
            if isinstance(known, Property) and isinstance(known.kind, Object) and name.endswith("Texture"):
                found.append(f"extensions/{extension}/{name}")
    return [f"{_MATERIAL}/{place}" for place in found]


MUTABLE: dict[str, Mutable] = {
    **_CORE,
    **_EXTENSIONS,
    **{f"{_MATERIAL}/extensions/{name}": value for name, value in _LAYERS.items()},
    **{
        f"{texture}/extensions/KHR_texture_transform/{name}": value
        for texture in _textures()
        for name, value in _TRANSFORM.items()
    },
}
"""By pointer, with {} for each index. One weight is `/meshes/{}/weights/{}`, and for nodes alike."""

READ_ONLY = frozenset(
    {
        "/animations.length", "/cameras.length", "/materials.length", "/meshes.length", "/nodes.length",
        "/scenes.length", "/meshes/{}/weights.length", "/nodes/{}/weights.length", "/nodes/{}/matrix",
        "/nodes/{}/globalMatrix", "/extensions/KHR_lights_punctual/lights.length",
        "/extensions/EXT_lights_image_based/lights.length", "/extensions/EXT_lights_ies/lights.length",
    }
)  # fmt: skip
"""Properties of the running scene, which an animation cannot set."""

LISTS = frozenset({"animations", "cameras", "lights", "materials", "meshes", "nodes", "weights"})
"""Names that an index follows."""


class Pointer(NamedTuple):
    """A JSON pointer in parts, and as the table has it: indices are {} in `template`."""

    tokens: tuple[str, ...]
    template: str


def parse(pointer: str) -> Pointer:
    """A JSON pointer (RFC 6901), unescaped; an index has no leading zeros, or else it is a name."""
    tokens = tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])
    shown = [
        "{}" if place and tokens[place - 1] in LISTS and is_index(token) else token
        for place, token in enumerate(tokens)
    ]
    return Pointer(tokens, "".join(f"/{part}" for part in shown))


def is_index(token: str) -> bool:
    return token.isascii() and token.isdigit() and (token == "0" or token[0] != "0") and len(token) < 10
